"""The policy document as text: read as a whole with errors that name the place, written, compared (architecture §7).

TOML v1.0.0. A revision stores the text as its author wrote it, so comments survive; `write_policy` is for documents
that were changed as values. Run-time values come from `hub.routing.build.to_policy`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from hub.domain.errors import PolicyInvalid
from hub.domain.words import Words
from hub.routing.fault import all_said
from hub.routing.faults import list_faults
from hub.routing.misspellings import list_misspellings
from hub.routing.toml import write_toml
from hub.routing.tree import PolicyDocument

DEFAULT_POLICY = """\
# Правила обработки обращений. Проверить: hub policy check ФАЙЛ, применить: hub policy apply ФАЙЛ.

[business]
name = ""
zone = "Europe/Moscow"

[calendars.office]
country = "RU"  # производственный календарь: праздники, переносы, рабочие субботы
shortened_by = "1h"  # рабочий день перед праздником короче на час

[calendars.office.hours]
mon-fri = ["09:00-13:00", "14:00-18:00"]

[lines.sales]
name = "Продажи"
team = ["*"]  # все менеджеры

[lines.sales.texts.ru]
start = "Здравствуйте! Напишите здесь, что вас интересует, мы ответим. Мы работаем {{hours}}."
out_of_hours = "Здравствуйте! Сейчас мы не работаем. Ответим {{expected_time}}."

[lines.sales.texts.en]
start = "Hello! Write here what you would like to know, and we will answer. We work {{hours}}."
out_of_hours = "Hello! We are closed now. We will answer {{expected_time}}."
"""
"""What a fresh hub works with: one line, the office hours of semantics §12."""


def parse_policy(text: str, *, at: datetime | None = None) -> PolicyDocument:
    """Read and check a document. With `at`, every line must have open hours in the 60 days after it (D-5).

    Raises:
        PolicyInvalid: something is wrong; every fault on a line of its own, with its place, list items counted from 1.
    """
    try:
        document = PolicyDocument.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyInvalid(Words(f"это не TOML: {error}", f"not TOML: {error}")) from error
    except ValidationError as error:
        raise PolicyInvalid(all_said(list(list_misspellings(error)))) from error
    if faults := list_faults(document, at):
        raise PolicyInvalid(all_said(faults))
    return document


def write_policy(document: PolicyDocument) -> str:
    """Return a document as TOML: what differs from the defaults, in a fixed order; reading it gives an equal one."""
    return write_toml(document.model_dump(exclude_defaults=True))


def diff(old: PolicyDocument, new: PolicyDocument) -> list[str]:
    """Return what differs, a line each for people: `lines.sales.capacity: 15 → 10`, `+ …`, `- …`; empty if nothing."""
    before, after = dict(_flatten(old.model_dump(), "")), dict(_flatten(new.model_dump(), ""))
    lines = []
    for place in {**before, **after}:
        if place not in before:
            lines.append(f"+ {place}: {after[place]}")
        elif place not in after:
            lines.append(f"- {place}: {before[place]}")
        elif before[place] != after[place]:
            lines.append(f"{place}: {before[place]} → {after[place]}")
    return lines


def _flatten(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield (place, value in words) of every leaf; items of lists are named, so that an inserted one moves nothing."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(inner, f"{place}.{key}".removeprefix("."))
    elif isinstance(value, list | tuple) and value and all(isinstance(each, Mapping) and _name(each) for each in value):
        yield place, ", ".join(_name(each) for each in value)
        for each in value:
            yield from _flatten(each, f"{place}[{_name(each)}]")
    elif value not in (None, "", (), []):
        yield place, _say(value)


def _name(item: Mapping[str, Any]) -> str:
    """Return what names an item of a list: a rule's name, a policy's key, a date, a level's percent."""
    return str(item.get("name") or item.get("key") or item.get("date") or item.get("percent") or "")


def _say(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_say(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_say(each)}" for key, each in value.items())
    return str(value)
