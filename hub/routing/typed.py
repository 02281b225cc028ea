"""Hours, days off and targets as a person types them in a chat, turned into values of the policy document.

`пн-пт 9-13 14-18, сб 10-15`, `круглосуточно`; `1.01-8.01 выходной, 31.12 9-15`; `15 мин, почта 2 ч, звонок 10 мин`.
English words do too. What is not understood is refused with the piece that is wrong and an example.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hub.domain.errors import PolicyInvalid
from hub.domain.spelling import transliterate
from hub.domain.words import Words
from hub.routing.spelling import DAYS, write_duration

_RUSSIAN_DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_WHOLE_DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_NAMED_DAYS = {
    **dict(zip((*_RUSSIAN_DAYS, *_WHOLE_DAYS, *DAYS), DAYS * 3, strict=True)),
    "будни": "mon-fri",
    "weekdays": "mon-fri",
    "выходные": "sat,sun",
    "weekends": "sat,sun",
    "ежедневно": "mon-sun",
    "daily": "mon-sun",
}
_ALWAYS = frozenset({"круглосуточно", "24/7", "always"})
_CLOSED = frozenset({"выходной", "выходные", "закрыто", "closed", "off"})
_TAKEN_BACK = frozenset({"убрать", "обычный", "usual", "remove"})
_DASH = re.compile(r"\s*[-–—]\s*")
_FROM_TO = re.compile(r"\bс\s+(\S+)\s+до\s+(\S+)|\bfrom\s+(\S+)\s+to\s+(\S+)")
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?-(\d{1,2})(?:[:.](\d{2}))?")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?")
_AMOUNT = re.compile(r"(\d{1,9})\s*([a-zа-я]*)\.?")
_UNITS = {
    timedelta(days=1): "д день дня дней d day days",
    timedelta(hours=1): "ч час часа часов h hour hours",
    timedelta(minutes=1): " м мин минута минуты минут m min minute minutes",
    timedelta(seconds=1): "с сек секунда секунды секунд s sec second seconds",
}
_UNIT_OF_WORD = {word: unit for unit, words in _UNITS.items() for word in words.split(" ")}
_LONGEST_TARGET = timedelta(days=366)
_NO_KEY = re.compile(r"[^a-z0-9]+")
_KEY_LIMIT = 36
_NO_LETTERS = re.compile(r"[^a-zа-я_]+")
_LONGEST_SPAN_OF_DAYS = 60
CHANNELS = {
    "почта": "email",
    "письма": "email",
    "email": "email",
    "форма": "webform",
    "сайт": "webform",
    "webform": "webform",
    "телеграм": "telegram",
    "telegram": "telegram",
}
TARGETS = {
    "первый": "first_response",
    "first": "first_response",
    "дальше": "next_response",
    "следующий": "next_response",
    "next": "next_response",
    "перезвонить": "callback",
    "звонок": "callback",
    "callback": "callback",
}


@dataclass(frozen=True, slots=True)
class TypedHours:
    """Hours by day as the document writes them; empty with `is_always_open`."""

    by_day: Mapping[str, list[str]]
    is_always_open: bool = False


@dataclass(frozen=True, slots=True)
class TypedTargets:
    """What was named: targets by the field of the document, and of first answers by kind of channel."""

    named: dict[str, str] = field(default_factory=dict)
    by_channel: dict[str, str] = field(default_factory=dict)


def read_typed_hours(text: str) -> TypedHours:
    """Return the hours of a week; days that are not named are closed.

    Raises:
        PolicyInvalid: a piece is not understood.
    """
    cleaned = _clean(text)
    if cleaned in _ALWAYS:
        return TypedHours({}, is_always_open=True)
    by_day: dict[str, list[str]] = {}
    for names, spans in _list_hours(cleaned):
        by_day |= {name: spans for name in names if spans}
    if not by_day:
        raise _not_hours(text)
    return TypedHours(_joined(by_day))


def read_typed_days(text: str, *, today: date) -> dict[date, list[str] | None]:
    """Return by date its hours, none for closed, `None` where the usual ones hold again.

    A day without a year is the next one of that name, today included.

    Raises:
        PolicyInvalid: a piece is not understood, or a span is longer than 60 days.
    """
    days: dict[date, list[str] | None] = {}
    for piece in _pieces(_clean(text)):
        first, *rest = piece.split()
        hours = _hours_of_days(rest, piece)
        days |= dict.fromkeys(_dates(first, today, piece), hours)
    if not days:
        raise _not_days(text)
    return days


def read_typed_targets(text: str) -> TypedTargets:
    """Return the targets that were named; a length alone is that of the first answer.

    Raises:
        PolicyInvalid: a piece is not understood.
    """
    found = TypedTargets()
    for piece in _pieces(text.casefold().replace("ё", "е")):
        name, length = _split_name(piece)
        if name in CHANNELS:
            found.by_channel[CHANNELS[name]] = length
        elif (target := "first_response" if not name else TARGETS.get(name)) is not None:
            found.named[target] = length
        else:
            raise _not_targets(piece)
    if not (found.named or found.by_channel):
        raise _not_targets(text)
    return found


def make_key(name: str, taken: Collection[str], *, instead: str) -> str:
    """Return a key of the document made of a name that is not taken: «Анна Петрова» is `anna-petrova`.

    `instead` stands for a name without letters.
    """
    lower = name.casefold().strip()
    latin = lower if lower.isascii() else transliterate(lower)
    made = _NO_KEY.sub("-", latin).strip("-")[:_KEY_LIMIT].strip("-") or instead
    numbered = (f"{made}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (made, *numbered) if each not in taken)


def _list_hours(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield days and their hours; days without hours share those of the next piece (`сб, вс 10-15`)."""
    waiting: list[str] = []
    for piece in _pieces(text):
        names, spans, is_closed = _split_days(piece)
        waiting += names
        if spans or is_closed:
            yield waiting, spans
            waiting = []
    if waiting:
        raise _not_hours(text)


def _split_days(piece: str) -> tuple[list[str], list[str], bool]:
    names: list[str] = []
    spans: list[str] = []
    is_closed = False
    for word in piece.split():
        if (days := _days(word)) is not None:
            names += days
        elif (span := _span(word)) is not None:
            spans.append(span)
        elif word in _CLOSED:
            is_closed = True
        else:
            raise _not_hours(piece)
    return names, spans, is_closed


def _days(word: str) -> list[str] | None:
    """Return the days of `пн`, `пн-пт`, `будни`, each by its own name; `None` if it is no such word."""
    named = _NAMED_DAYS.get(word, word)
    if "," in named:
        return named.split(",")
    first, _, last = named.partition("-")
    first, last = _NAMED_DAYS.get(first, first), _NAMED_DAYS.get(last or first, last or first)
    if first not in DAYS or last not in DAYS:
        return None
    start, end = DAYS.index(first), DAYS.index(last)
    return list(DAYS[start : end + 1] if start <= end else DAYS[start:] + DAYS[: end + 1])


def _joined(by_day: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return neighbouring days of equal hours as one: `mon-fri`."""
    joined: dict[str, list[str]] = {}
    first = last = ""
    for day in DAYS:
        if day not in by_day:
            continue
        if last and DAYS.index(day) == DAYS.index(last) + 1 and by_day[day] == by_day[last]:
            joined.pop(_range(first, last))
        else:
            first = day
        last = day
        joined[_range(first, last)] = by_day[day]
    return joined


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}-{last}"


def _span(word: str) -> str | None:
    """Return `9-18` or `9.30-18:00` as the document writes it, `None` if it is no span of a day."""
    found = _SPAN.fullmatch(word)
    if found is None:
        return None
    opens, closes = ((int(found[at]), int(found[at + 1] or 0)) for at in (1, 3))
    is_right = opens[0] < 24 and closes <= (24, 0) and max(opens[1], closes[1]) < 60 and opens != closes
    return f"{opens[0]:02}:{opens[1]:02}-{closes[0]:02}:{closes[1]:02}" if is_right else None


def _hours_of_days(words: list[str], piece: str) -> list[str] | None:
    """Return the hours that words behind a date mean: none for closed, `None` for the usual ones."""
    if len(words) == 1 and words[0] in _TAKEN_BACK:
        return None
    if not words or (len(words) == 1 and words[0] in _CLOSED):
        return []
    spans = [_span(word) for word in words]
    if None in spans:
        raise _not_days(piece)
    return [span for span in spans if span is not None]


def _dates(written: str, today: date, piece: str) -> list[date]:
    first, _, last = written.partition("-")
    begins = _date(first, today, piece)
    ends = _date(last, begins, piece) if last else begins
    if not timedelta(0) <= ends - begins <= timedelta(days=_LONGEST_SPAN_OF_DAYS):
        raise _not_days(piece)
    return [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]


def _date(written: str, earliest: date, piece: str) -> date:
    """Return `1.01` or `1.01.2027`; without a year the first such day from `earliest` on."""
    found = _DAY.fullmatch(written)
    if found is None:
        raise _not_days(piece)
    day, month = int(found[1]), int(found[2])
    years = [int(found[3])] if found[3] else range(earliest.year, earliest.year + 9)
    for year in years:
        try:
            at = date(year, month, day)
        except ValueError:  # the 29th of February is not in every year
            continue
        if found[3] or at >= earliest:
            return at
    raise _not_days(piece)


def _split_name(piece: str) -> tuple[str, str]:
    """Return the word beside a length, and the length as the document writes it; a bare number is minutes."""
    parts = _AMOUNT.findall(piece)
    units = [_UNIT_OF_WORD.get(unit) for _, unit in parts]
    total = sum((int(number) * unit for (number, _), unit in zip(parts, units, strict=True) if unit), timedelta(0))
    if not parts or None in units or not timedelta(0) < total <= _LONGEST_TARGET:
        raise _not_targets(piece)
    return _NO_LETTERS.sub(" ", _AMOUNT.sub("", piece)).strip(), write_duration(total)


def _clean(text: str) -> str:
    """Return text in which days and hours are single words."""
    lower = _FROM_TO.sub(lambda found: "-".join(each for each in found.groups() if each), text.casefold())
    lower = lower.replace("каждый день", "ежедневно").replace("every day", "daily")
    return _DASH.sub("-", lower).strip(" .;")


def _pieces(text: str) -> Iterator[str]:
    return (piece.strip() for piece in re.split(r"[,;\n]", text) if piece.strip())


def _not_hours(piece: str) -> PolicyInvalid:
    return _refused(
        piece, "не понимаю часы. Пишите так: пн-пт 9-18, сб 10-15", "write hours like: mon-fri 9-18, sat 10-15"
    )


def _not_days(piece: str) -> PolicyInvalid:
    return _refused(
        piece,
        "не понимаю даты. Пишите так: 1.01-8.01 выходной, 31.12 9-15",
        "write dates like: 1.01-8.01 closed, 31.12 9-15",
    )


def _not_targets(piece: str) -> PolicyInvalid:
    return _refused(
        piece,
        "не понимаю срок. Пишите так: 15 мин, почта 2 ч, перезвонить 10 мин",
        "write targets like: 15 min, email 2 h, callback 10 min",
    )


def _refused(piece: str, ru: str, en: str) -> PolicyInvalid:
    return PolicyInvalid(Words(f"«{piece}»: {ru}", f"'{piece}': {en}"))
