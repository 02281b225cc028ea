"""Conditions of routing rules (R-1): a closed union for the document, compiled to closures for the hot path.

Each condition explains itself in Russian and English, for `hub explain` and the console. Texts are compared without
case and with ё as е; patterns run in RE2, linear in the text whatever people write (reliability case 102). Not here:
what a rule does (`hub.routing.document`). One more condition: a class with `compile` and `explain`, named in
`Condition`.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub.domain.calendar import Calendar
from hub.domain.facts import RequestFacts, fold
from hub.domain.identity import canonical_phone
from hub.domain.words import Words
from hub.routing.fault import Misspelt

Matcher = Callable[[RequestFacts], bool]
Calendars = Mapping[str, Calendar]
"""Calendars by key; the empty key is the installation's own."""

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


class _Condition(BaseModel):
    """Frozen, so that equal conditions are found; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Connection(_Condition):
    """The request came through one of these connections, by name."""

    kind: Literal["connection"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.connection in names

    def explain(self) -> Words:
        return _one_of("подключение", "connection", self.names)


class Channel(_Condition):
    """The request came by a channel of one of these kinds, for instance `telegram`, `email`, `webform`."""

    kind: Literal["channel"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.channel in names

    def explain(self) -> Words:
        return _one_of("канал", "channel", self.names)


class Form(_Condition):
    """The request is one of these forms, by name."""

    kind: Literal["form"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.form in names

    def explain(self) -> Words:
        return _one_of("форма", "form", self.names)


class Dialled(_Condition):
    """The client called one of these numbers of ours."""

    kind: Literal["dialled"]
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]

    def compile(self, calendars: Calendars) -> Matcher:
        numbers = frozenset(self.numbers)
        return lambda request: request.dialled in numbers

    def explain(self) -> Words:
        return _one_of("набранный номер", "dialled number", self.numbers)


class Language(_Condition):
    """The client's language is one of these; `en` includes `en-GB`."""

    kind: Literal["language"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(name.casefold() for name in self.names)
        return lambda request: request.language.partition("-")[0].casefold() in names

    def explain(self) -> Words:
        return _one_of("язык", "language", self.names)


class Text(_Condition):
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
        return Words(f"текст содержит {_quoted_ru(self.words)}", f"text contains {_quoted_en(self.words)}")


def _has_any(words: tuple[str, ...], request: RequestFacts) -> bool:
    """Tell whether one of the words is in the text; a plain loop, since every message meets every rule."""
    text = request.folded_text
    for word in words:  # noqa: SIM110 - any() over a generator takes twice as long
        if word in text:
            return True
    return False


class Regex(_Condition):
    """A pattern of RE2 is found in the text, without case."""

    kind: Literal["regex"]
    pattern: Pattern

    def compile(self, calendars: Calendars) -> Matcher:
        search = compile_pattern(self.pattern).search
        # Bytes, because a lone surrogate in a text from JSON must not stop the whole batch.
        return lambda request: search(request.text.encode("utf-8", "replace")) is not None

    def explain(self) -> Words:
        return Words(f"текст подходит под выражение {self.pattern}", f"text matches the pattern {self.pattern}")


class Tag(_Condition):
    """The client's card has one of these tags or segments."""

    kind: Literal["tag"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: not names.isdisjoint(request.tags)

    def explain(self) -> Words:
        return _one_of("метка клиента", "client's tag", self.names)


class OpenState(StrEnum):
    """Whether a calendar is open."""

    open = "open"
    closed = "closed"


class Time(_Condition):
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


class Source(_Condition):
    """The request's source is one of these: deep link, form, advertising number."""

    kind: Literal["source"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda request: request.source in names

    def explain(self) -> Words:
        return _one_of("источник", "source", self.names)


class Mark(_Condition):
    """A campaign mark of the request, for instance `utm_source`, has one of these values."""

    kind: Literal["mark"]
    name: Word
    values: Names

    def compile(self, calendars: Calendars) -> Matcher:
        name, values = self.name, frozenset(value.casefold() for value in self.values)
        return lambda request: request.marks.get(name, "").casefold() in values

    def explain(self) -> Words:
        return _one_of(f"метка {self.name}", f"mark {self.name}", self.values)


class AllOf(_Condition):
    """Every one of the conditions holds."""

    kind: Literal["all"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]

    def compile(self, calendars: Calendars) -> Matcher:
        return compile_all(self.of, calendars)

    def explain(self) -> Words:
        return explain_all(self.of)


class AnyOf(_Condition):
    """At least one of the conditions holds."""

    kind: Literal["any"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]

    def compile(self, calendars: Calendars) -> Matcher:
        matchers = tuple(condition.compile(calendars) for condition in self.of)
        return lambda request: any(matches(request) for matches in matchers)

    def explain(self) -> Words:
        said = [condition.explain() for condition in self.of]
        return Words(f"({' или '.join(w.ru for w in said)})", f"({' or '.join(w.en for w in said)})")


class Not(_Condition):
    """The condition does not hold."""

    kind: Literal["not"]
    of: "Condition"

    def compile(self, calendars: Calendars) -> Matcher:
        matches = self.of.compile(calendars)
        return lambda request: not matches(request)

    def explain(self) -> Words:
        said = self.of.explain()
        return Words(f"не ({said.ru})", f"not ({said.en})")


Condition = Annotated[
    Connection | Channel | Form | Dialled | Language | Text | Regex | Tag | Time | Source | Mark | AllOf | AnyOf | Not,
    Field(discriminator="kind"),
]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def compile_all(conditions: Iterable[Condition], calendars: Calendars) -> Matcher:
    """Compile conditions that must all hold; none at all fits every request."""
    matchers = tuple(condition.compile(calendars) for condition in conditions)
    if not matchers:
        return lambda request: True
    if len(matchers) == 1:
        return matchers[0]
    return lambda request: all(matches(request) for matches in matchers)


def explain_all(conditions: Iterable[Condition]) -> Words:
    """Say conditions that must all hold."""
    said = [condition.explain() for condition in conditions]
    if not said:
        return Words("любой запрос", "any request")
    return Words(" и ".join(w.ru for w in said), " and ".join(w.en for w in said))


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


def _one_of(ru: str, en: str, names: Iterable[str]) -> Words:
    return Words(f"{ru} {_quoted_ru(names)}", f"{en} {_quoted_en(names)}")


def _quoted_ru(names: Iterable[str]) -> str:
    return " или ".join(f"„{name}“" for name in names)


def _quoted_en(names: Iterable[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)
