"""Counted texts read right in Russian at every kind of number, and no text counts without its forms."""

import re

import pytest

from bots.texts import CATALOGUES, Texts

RU = CATALOGUES["ru"]
COUNTED = {key: text for key, text in RU.items() if not isinstance(text, str)}
FORM_OF = {1: "one", 2: "few", 5: "many", 11: "many", 21: "one", 111: "many"}
NOUNS = {
    ("клиент", "клиента", "клиентов"),
    ("клиента", "клиентов", "клиентов"),
    ("звонок", "звонка", "звонков"),
    ("попытка", "попытки", "попыток"),
    ("обращение", "обращения", "обращений"),
    ("ответ", "ответа", "ответов"),
    ("задача", "задачи", "задач"),
    ("неделю", "прошлые", "прошлых"),
    ("ждёт", "ждут", "ждут"),
    ("сотруднику", "сотрудникам", "сотрудникам"),
    ("раз", "раза", "раз"),
    ("сообщение", "сообщения", "сообщений"),
    ("знака", "знаков", "знаков"),
}
"""What stands behind a number: one, few, many. Whoever adds a text reads its three forms aloud and adds them here."""

_NUMBER = r"\{(?:n|of|days|total|count|left|hidden)\}"
_BEHIND = re.compile(_NUMBER + r"\s+([а-яё]+)", re.IGNORECASE)
_SHORT = {"мин", "ч", "дн", "д", "с", "из", "КБ", "МБ"}


def words_behind(text: str) -> list[str]:
    return [word for word in _BEHIND.findall(text) if word not in _SHORT]


@pytest.mark.parametrize("number", FORM_OF)
@pytest.mark.parametrize("key", COUNTED)
def test_a_count_takes_the_form_of_its_number(key: str, number: int) -> None:
    forms = COUNTED[key]
    others = {name: "…" for name in re.findall(r"\{(\w+)", forms["other"]) if name != "n"}
    assert Texts("ru").count(key, number, **others) == forms[FORM_OF[number]].format(n=number, **others)


@pytest.mark.parametrize("key", COUNTED)
def test_the_word_behind_a_number_is_declined(key: str) -> None:
    behind = [words_behind(COUNTED[key][form]) for form in ("one", "few", "many")]
    assert {*zip(*behind, strict=True)} <= NOUNS


def test_no_text_without_forms_counts_a_word() -> None:
    assert {key: words_behind(text) for key, text in RU.items() if isinstance(text, str) and words_behind(text)} == {}
