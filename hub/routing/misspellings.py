"""What pydantic finds wrong in a policy document, as faults that people understand in both languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from hub.domain.words import Words
from hub.routing.fault import Fault, Misspelt

_SAID: Mapping[str, Words] = {
    "extra_forbidden": Words(
        "неизвестный ключ; проверьте написание по docs/policy.md", "unknown key; compare with docs/policy.md"
    ),
    "missing": Words("не указано; впишите значение", "is missing"),
    "enum": Words("нужно одно из: {expected}", ""),
    "literal_error": Words("нужно одно из: {expected}", ""),
    "greater_than": Words("нужно больше {gt}", ""),
    "greater_than_equal": Words("нужно не меньше {ge}", ""),
    "less_than": Words("нужно меньше {lt}", ""),
    "less_than_equal": Words("нужно не больше {le}", ""),
    "string_too_short": Words("не должно быть пустым", ""),
    "string_too_long": Words("нужно не больше {max_length} знаков", ""),
    "string_pattern_mismatch": Words("не подходит под образец {pattern}", ""),
    "too_long": Words("нужно не больше {max_length} значений", ""),
    "too_short": Words("нужно хотя бы одно значение", ""),
    "string_type": Words("нужен текст в кавычках", ""),
    "int_type": Words("нужно целое число", ""),
    "int_parsing": Words("нужно целое число", ""),
    "int_from_float": Words("нужно целое число", ""),
    "int_parsing_size": Words("число слишком большое", ""),
    "finite_number": Words("нужно обычное число, не inf и не nan", ""),
    "bool_type": Words("нужно true или false", ""),
    "bool_parsing": Words("нужно true или false", ""),
    "tuple_type": Words("нужен список в квадратных скобках", ""),
    "dict_type": Words("нужна таблица ключей и значений", ""),
    "model_type": Words("нужна таблица ключей и значений", ""),
    "model_attributes_type": Words("нужна таблица ключей и значений", ""),
    "date_type": Words("нужна дата вида 2027-01-01 без кавычек", ""),
    "date_parsing": Words("нужна дата вида 2027-01-01 без кавычек", ""),
    "date_from_datetime_inexact": Words("нужна дата вида 2027-01-01 без времени", ""),
    "date_from_datetime_parsing": Words("нужна дата вида 2027-01-01 без кавычек", ""),
    "union_tag_invalid": Words("kind бывает: {expected_tags}", ""),
    "union_tag_not_found": Words("не указан kind условия", ""),
}
"""The Russian sentence by pydantic's type; an empty English one is pydantic's own."""


def list_misspellings(error: ValidationError) -> Iterator[Fault]:
    """Yield a fault for each error, with its place as people point at it."""
    for found in error.errors(include_url=False, include_input=False):
        yield Fault(_place(found["loc"]), _words(found))


def _words(found: Mapping[str, Any]) -> Words:
    context: Mapping[str, Any] = found.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, Misspelt):
        return raised.words
    english = found["msg"].removeprefix("Value error, ")
    said = _SAID.get(found["type"], Words("не подходит: {english}", ""))
    return Words(said.ru.format(**{**context, "english": english}), said.en or english)


def _place(path: tuple[int | str, ...]) -> str:
    """Return a path as people point at it: list items from 1, dots between keys."""
    place = ""
    for step in path:
        place += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return place.removeprefix(".")
