"""Finding channels by their kind."""

import pytest

from hub.channels.base import Channel
from hub.channels.registry import get_channel_class, list_kinds
from hub.channels.webform import WebForm
from hub.domain.errors import ConfigError
from tests.channels.outside import entry_point_package


def test_kinds_are_names_of_modules_without_the_rooms_of_the_house():
    kinds = list_kinds()

    assert kinds == sorted(kinds)
    assert "webform" in kinds
    assert not {"base", "registry", "telephony"} & set(kinds)


def test_a_kind_gives_its_class():
    assert get_channel_class("webform") is WebForm


@pytest.mark.parametrize("kind", list_kinds())
def test_every_listed_kind_can_be_loaded(kind):
    assert issubclass(get_channel_class(kind), Channel)


@pytest.mark.parametrize(
    "kind",
    ["", "nothing", "base", "registry", "telephony", "webform.channel", "../webform", "webform ", "Webform", "os"],
)
def test_an_unknown_kind_is_a_config_error_that_names_the_known_ones(kind):
    with pytest.raises(ConfigError, match="webform"):
        get_channel_class(kind)


def test_a_package_outside_the_tree_brings_a_kind(tmp_path, monkeypatch):
    entry_point_package(tmp_path, "pigeon", "from hub.channels.webform import WebForm as Pigeon\n", "Pigeon")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert "pigeon" in list_kinds()
    assert get_channel_class("pigeon") is WebForm


def test_what_an_outside_package_names_must_be_a_channel(tmp_path, monkeypatch):
    entry_point_package(tmp_path, "crow", "Crow = 7\n", "Crow")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(ConfigError, match="crow"):
        get_channel_class("crow")
