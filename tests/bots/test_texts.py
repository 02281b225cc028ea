"""Both catalogues hold the same keys and places, plurals are right, and every key that code asks for exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bots.texts import CATALOGUES, Texts

RU, EN = CATALOGUES["ru"], CATALOGUES["en"]
BOTS = Path(__file__).parents[2] / "bots"
KEY = re.compile(r'"([a-z_]+\.[a-z_0-9]+)"')
FAMILIES = {key.partition(".")[0] for key in RU}


def places(text) -> set[str]:
    forms = [text] if isinstance(text, str) else list(text.values())
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


def asked_keys() -> Iterator[str]:
    for path in BOTS.rglob("*.py"):
        if path.parent.name != "texts":
            found = KEY.findall(path.read_text(encoding="utf-8"))
            yield from (key for key in found if key.partition(".")[0] in FAMILIES)


def test_both_languages_have_the_same_keys():
    assert set(RU) == set(EN)


@pytest.mark.parametrize("key", sorted(RU))
def test_both_languages_have_the_same_places(key):
    assert places(RU[key]) == places(EN[key])


def test_every_key_that_code_asks_for_exists():
    assert set(asked_keys()) <= set(RU)


def test_russian_counts_as_russian_does():
    texts = Texts("ru")
    counted = [texts.count("card.missed_times", n) for n in (1, 2, 5, 11, 21, 22)]
    assert counted == [
        "пропущен 1 звонок",
        "пропущено 2 звонка",
        "пропущено 5 звонков",
        "пропущено 11 звонков",
        "пропущен 21 звонок",
        "пропущено 22 звонка",
    ]


def test_every_plural_has_all_forms_of_its_language():
    for language, forms in (("ru", {"one", "few", "many", "other"}), ("en", {"one", "other"})):
        for key, text in CATALOGUES[language].items():
            assert isinstance(text, str) or set(text) == forms, key


def test_an_unknown_language_reads_russian():
    assert Texts("de").language == "ru"


def test_braces_of_a_client_stay_braces():
    assert Texts()("card.source", source="{0} {name}") == "Источник: {0} {name}"


def test_asking_for_a_plural_without_a_number_is_an_error():
    with pytest.raises(KeyError):
        Texts()("desk.mine")
    with pytest.raises(KeyError):
        Texts().count("list.my", 1)
