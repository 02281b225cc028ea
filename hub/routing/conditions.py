"""Conditions of routing rules (R-1): a closed union for the document, compiled to closures for the hot path.

Each condition explains itself in Russian and English, for `hub explain` and the console. Texts are compared without
case and with ё as е; patterns run in RE2, linear in the text whatever people write (reliability case 102). Not here:
what a rule does (`hub.routing.document`). One more condition: a class with `compile` and `explain`, named in
`Condition`.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, Field

from hub.domain.facts import RequestFacts, fold
from hub.domain.identity import canonical_phone
from hub.domain.words import Words
from hub.routing import groups
from hub.routing.fault import Misspelt
from hub.routing.groups import AllGroup, AnyGroup, Calendars, NotGroup, Part, one_of, quoted_en, quoted_ru

Matcher = Callable[[RequestFacts], bool]
MAX_PATTERN_MEMORY_BYTES = 1 << 20


def compile_pattern(pattern: str) -> Any:
    """Compile a pattern as it is searched: without case, in bounded memory.

    Raises:
        ValueError: RE2 does not understand it.
    """
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MAX_PATTERN_MEMORY_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        detail = error.args[0] if error.args else b""
        said = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
        raise Misspelt(
            f"RE2 не понимает этого выражения: {said}", f"not a pattern that RE2 understands: {said}"
        ) from error


def _checked_pattern(pattern: str) -> str:
    compile_pattern(pattern)
    return pattern


def _checked_phone(number: str) -> str:
    phone = canonical_phone(number)
    if phone is None:
        raise Misspelt(
            f"«{number}» не номер телефона; пишите +74951234567",
            f"'{number}' is no telephone number; write it as +74951234567",
        )
    return phone.e164


def _filled(text: str) -> str:
    if not text.strip():
        raise Misspelt("не должно быть пустым", "must not be empty")
    return text


Word = Annotated[str, AfterValidator(_filled)]
Names = Annotated[tuple[Word, ...], Field(min_length=1)]
Number = Annotated[str, AfterValidator(_checked_phone)]
Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_checked_pattern)]


class Connection(Part):
    """The request came through one of these connections, by name."""

    kind: Literal["connection"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.connection in names

    def explain(self) -> Words:
        return one_of("подключение", "connection", self.names)


class Channel(Part):
    """The request came by a channel of one of these kinds, for instance `telegram`, `email`, `webform`."""

    kind: Literal["channel"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.channel in names

    def explain(self) -> Words:
        return one_of("канал", "channel", self.names)


class Form(Part):
    """The request is one of these forms, by name."""

    kind: Literal["form"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.form in names

    def explain(self) -> Words:
        return one_of("форма", "form", self.names)


class Dialled(Part):
    """The client called one of these numbers of ours."""

    kind: Literal["dialled"]
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]

    def compile(self, calendars: Calendars) -> Matcher:
        numbers = frozenset(self.numbers)
        return lambda request: request.dialled in numbers

    def explain(self) -> Words:
        return one_of("набранный номер", "dialled number", self.numbers)


class Language(Part):
    """The client's language is one of these; `en` includes `en-GB`."""

    kind: Literal["language"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(name.casefold() for name in self.names)
        return lambda request: request.language.partition("-")[0].casefold() in names

    def explain(self) -> Words:
        return one_of("язык", "language", self.names)


class Text(Part):
    """The text contains one of these words or parts of words."""

    kind: Literal["text"]
    words: Names

    def compile(self, calendars: Calendars) -> Matcher:
        words = tuple(fold(word) for word in self.words)
        if len(words) == 1:
            (only,) = words
            return lambda request: only in request.folded_text
        return partial(_has_any, words)

    def explain(self) -> Words:
        return Words(f"текст содержит {quoted_ru(self.words)}", f"text contains {quoted_en(self.words)}")


def _has_any(words: tuple[str, ...], request: RequestFacts) -> bool:
    """Tell whether one of the words is in the text; a plain loop, since every message meets every rule."""
    text = request.folded_text
    for word in words:  # noqa: SIM110 - any() over a generator takes twice as long
        if word in text:
            return True
    return False


class Regex(Part):
    """A pattern of RE2 is found in the text, without case."""

    kind: Literal["regex"]
    pattern: Pattern

    def compile(self, calendars: Calendars) -> Matcher:
        search = compile_pattern(self.pattern).search
        # Bytes, because a lone surrogate in a text from JSON must not stop the whole batch.
        return lambda request: search(request.text.encode("utf-8", "replace")) is not None

    def explain(self) -> Words:
        return Words(f"текст подходит под выражение {self.pattern}", f"text matches the pattern {self.pattern}")


class Tag(Part):
    """The client's card has one of these tags or segments."""

    kind: Literal["tag"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: not names.isdisjoint(request.tags)

    def explain(self) -> Words:
        return one_of("метка клиента", "client's tag", self.names)


class OpenState(StrEnum):
    """Whether a calendar is open."""

    open = "open"
    closed = "closed"


class Time(Part):
    """The request came in open or in closed hours of a calendar; without a name, of the installation's."""

    kind: Literal["time"]
    hours: OpenState
    calendar: str = ""

    def compile(self, calendars: Calendars) -> Matcher:
        calendar, wanted = calendars[self.calendar], self.hours is OpenState.open
        return lambda request: calendar.is_open(request.at) is wanted

    def explain(self) -> Words:
        name = f" ({self.calendar})" if self.calendar else ""
        if self.hours is OpenState.open:
            return Words(f"рабочее время{name}", f"open hours{name}")
        return Words(f"нерабочее время{name}", f"closed hours{name}")


class Source(Part):
    """The request's source is one of these: deep link, form, advertising number."""

    kind: Literal["source"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.source in names

    def explain(self) -> Words:
        return one_of("источник", "source", self.names)


class Mark(Part):
    """A campaign mark of the request, for instance `utm_source`, has one of these values."""

    kind: Literal["mark"]
    name: Word
    values: Names

    def compile(self, calendars: Calendars) -> Matcher:
        name, values = self.name, frozenset(value.casefold() for value in self.values)
        return lambda request: request.marks.get(name, "").casefold() in values

    def explain(self) -> Words:
        return one_of(f"метка {self.name}", f"mark {self.name}", self.values)


class AllOf(AllGroup):
    """Every one of the conditions holds."""

    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class AnyOf(AnyGroup):
    """At least one of the conditions holds."""

    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Not(NotGroup):
    """The condition does not hold."""

    of: "Condition"


Condition = Annotated[
    Connection | Channel | Form | Dialled | Language | Text | Regex | Tag | Time | Source | Mark | AllOf | AnyOf | Not,
    Field(discriminator="kind"),
]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def explain_all(conditions: Iterable[Condition]) -> Words:
    """Say conditions that must all hold."""
    said = groups.explain_all(conditions)
    return said if said.ru else Words("любой запрос", "any request")


def list_calendar_keys(condition: Condition) -> list[str]:
    """Return the calendars a condition names, anywhere inside it."""
    match condition:
        case Time():
            return [condition.calendar]
        case AllOf() | AnyOf():
            return [key for inner in condition.of for key in list_calendar_keys(inner)]
        case Not():
            return list_calendar_keys(condition.of)
        case _:
            return []
