"""An adapter is one file, one test class, fixtures with their source and one line of docs: nothing is missing."""

import ast
import inspect
import pkgutil
import re
from importlib import import_module

import pytest

from hub.channels import telephony
from hub.channels.base import Evidence
from hub.channels.registry import get_channel_class, list_kinds
from tests.house.source import ROOT, read_source, source_files

KINDS = list_kinds()

PROVIDERS = sorted({module.name for module in pkgutil.iter_modules(telephony.__path__)} - {"base", "history", "mapped"})

SUITES = re.compile(r"\w*Contract$")


def adapter_module(kind):
    """The module or package that is the adapter; its name is the kind."""
    *_, module = get_channel_class(kind).__module__.partition("hub.channels.")
    parts = module.split(".")
    return import_module("hub.channels." + ".".join(parts[: parts.index(kind) + 1]))


def inherits_a_suite(path):
    """Whether a test file has a class that inherits a contract suite."""
    bases = [base for node in ast.walk(read_source(path).tree) if isinstance(node, ast.ClassDef) for base in node.bases]
    return any(isinstance(base, ast.Name) and SUITES.match(base.id) for base in bases)


def test_there_are_channels():
    assert {"telegram", "email", "webform"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_suite_is_inherited(kind):
    tests = list((ROOT / "tests/channels").rglob(f"test_{kind}.py"))

    assert [path.name for path in tests if inherits_a_suite(path)] == [f"test_{kind}.py"]


@pytest.mark.parametrize("kind", KINDS)
def test_fixtures_name_their_source(kind):
    sources = list((ROOT / "tests/channels").rglob(f"fixtures/{kind}/SOURCE.md"))

    assert len(sources) == 1
    assert len(list(sources[0].parent.iterdir())) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_docs_tell_the_same_evidence(kind):
    pages = [ROOT / "docs" / name for name in ("channels.md", "telephony.md")]
    rows = [row for page in pages if page.exists() for row in page.read_text(encoding="utf-8").splitlines()]

    told = [row for row in rows if row.startswith("|") and f"`{kind}`" in row]

    assert any(re.search(rf"\b{get_channel_class(kind).evidence}\b", row) for row in told), told


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_is_a_level(kind):
    assert get_channel_class(kind).evidence in Evidence


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_described(kind):
    fields = get_channel_class(kind).settings_model.model_fields

    assert [name for name, field in fields.items() if not field.description] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_module_says_what_it_was_written_after(kind):
    assert re.search(r"https://|RFC \d{3,5}|docs/\w+\.md", inspect.getdoc(adapter_module(kind)) or "")


@pytest.mark.parametrize("kind", KINDS)
def test_an_adapter_lives_where_its_kind_says(kind):
    assert adapter_module(kind).__name__.rpartition(".")[2] == kind


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_telephony_provider_is_named_only_in_its_own_file(provider):
    named = [
        file.name
        for file in source_files("hub", "bots")
        if re.search(rf"(?<![a-z]){provider}(?![a-z])", file.text, re.IGNORECASE)
        and not file.name.startswith(("hub/testing/", f"hub/channels/telephony/{provider}"))
    ]

    assert named == []
