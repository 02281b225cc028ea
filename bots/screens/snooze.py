"""Putting off: the choices, and what people mean by «2h», «16:30» or «завтра в 12», in the zone of the line."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.dates import MONTH
from bots.screens.screen import Screen, line
from bots.texts import Texts
from hub.inbox.views import CardView

CHOICES = ("15m", "1h", "3h", "evening", "tomorrow", "monday")
EVENING = time(18)
MORNING = time(10)
LONGEST = timedelta(days=90)
_AMOUNT = re.compile(r"(\d{1,3})\s*(m|м|мин|h|ч|час|часа|часов|d|д|дн)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(?:в|at)\s+)?([01]?\d|2[0-3])[:.]([0-5]\d)")
_ON_DAY = re.compile(r"(\S+)\s+(?:(?:в|at)\s+)?([01]?\d|2[0-3])[:.]([0-5]\d)")
_ON_DAY_AT_HOUR = re.compile(r"(\S+)\s+(?:в|at)\s+([01]?\d|2[0-3])")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})")
_DAYS = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2}
_MOST_WORDS = 3
_WORDS = {"вечер": "evening", "вечером": "evening", "завтра": "tomorrow", "понедельник": "monday"}


def snooze_screen(texts: Texts, card: CardView, *, now: datetime) -> Screen:
    """Return the choices that lie ahead; a waiting client's deadline runs on (P-1), and the screen says so."""
    fitting = [choice for choice in CHOICES if parse_until(choice, now=now, zone=card.zone)]
    buttons = [button(texts, card, Press.sleep, choice, label=f"snooze.{choice}") for choice in fitting]
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    warning = (line(texts("snooze.waiting")),) if card.wait else ()
    asked = line(texts("snooze.ask", number=card.number))
    date = button(texts, card, Press.sleep, MONTH, label="button.date")
    return Screen((asked, *warning), (*rows, (date, button(texts, card, Press.cancel))))


def parse_until(text: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant a choice or a typed time means; `None` if it is none, is past, or lies over 90 days ahead."""
    wanted = text.strip().casefold()
    if amount := _AMOUNT.fullmatch(wanted):
        until: datetime | None = now + _length(int(amount[1]), amount[2])
    elif clock := _CLOCK.fullmatch(wanted):
        until = _next_at(time(int(clock[1]), int(clock[2])), now=now, zone=zone)
    elif named := _ON_DAY.fullmatch(wanted) or _ON_DAY_AT_HOUR.fullmatch(wanted):
        hour, minute = int(named[2]), int(named[3]) if named.re is _ON_DAY else 0
        until = _on_day(named[1], time(hour, minute), now=now, zone=zone)
    else:
        until = _named(_WORDS.get(wanted, wanted), now=now, zone=zone)
    return until if until is not None and now < until <= now + LONGEST else None


def split_time(text: str, *, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """Return the time that a text begins with, as many of its words as make one, and the words behind it."""
    words = text.split()
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        if until := parse_until(" ".join(words[:count]), now=now, zone=zone):
            return until, " ".join(text.split(maxsplit=count)[count:])
    return None, text


def _length(amount: int, unit: str) -> timedelta:
    if unit[0] in "mм":
        return timedelta(minutes=amount)
    return timedelta(hours=amount) if unit[0] in "hч" else timedelta(days=amount)


def _named(word: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    local = now.astimezone(zone)
    match word:
        case "evening":
            return datetime.combine(local.date(), EVENING, zone)
        case "tomorrow":
            return datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
        case "monday":
            return datetime.combine(local.date() + timedelta(days=7 - local.weekday()), MORNING, zone)
        case _:
            return None


def _on_day(word: str, at: time, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    day = _day(word, now.astimezone(zone).date())
    return datetime.combine(day, at, zone) if day else None


def _day(word: str, today: date) -> date | None:
    if _WORDS.get(word, word) == "monday":
        return today + timedelta(days=7 - today.weekday())
    if written := _DATE.fullmatch(word):
        return _next_date(int(written[1]), int(written[2]), today)
    return today + timedelta(days=_DAYS[word]) if word in _DAYS else None


def _next_date(day: int, month: int, today: date) -> date | None:
    """Return the day written without its year, the next one that is not past; `None` if no year of the two has it."""
    for year in (today.year, today.year + 1):
        try:
            written = date(year, month, day)
        except ValueError:
            continue
        if written >= today:
            return written
    return None


def _next_at(at: time, *, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, zone)
    return today if today > now else datetime.combine(local.date() + timedelta(days=1), at, zone)
