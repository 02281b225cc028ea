"""Times as people read them: «до 12:35 (через 14 мин)», in the zone of the line.

The part in brackets carries its instant, so that a messenger that can keeps counting by itself and the card needs no
edit a minute.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bots.screens.screen import Mark, Span
from bots.texts import Texts

MINUTE = timedelta(minutes=1)


def clock_time(texts: Texts, at: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """Return the wall-clock time of `at`, with the date if it is not today in that zone."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return texts("time.today" if local.date() == today else "time.other_day", at=local)


def day(texts: Texts, at: datetime, *, zone: ZoneInfo) -> str:
    """Return the date of `at` in that zone, without its year."""
    return texts("time.day", at=at.astimezone(zone))


def duration(texts: Texts, amount: timedelta) -> str:
    """Return a length of time in its two largest units, whole minutes, at least one."""
    minutes = max(1, int(amount / MINUTE))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _units(texts, ("time.days", days), ("time.hours", hours))
    return _units(texts, ("time.hours", hours), ("time.minutes", rest))


def distance(texts: Texts, at: datetime, *, now: datetime) -> str:
    """Return «через 14 мин» before `at` and «просрочено на 5 мин» after it; the very instant is still in time."""
    if now > at:
        return texts("time.late", amount=duration(texts, now - at))
    return texts("time.left", amount=duration(texts, at - now))


def due(texts: Texts, at: datetime, *, zone: ZoneInfo, now: datetime) -> tuple[Span, ...]:
    """Return «до 12:35 (через 14 мин)» as spans."""
    until = texts("time.until", time=clock_time(texts, at, zone=zone, now=now))
    return (Span(f"{until} ("), remaining(texts, at, now=now), Span(")"))


def remaining(texts: Texts, at: datetime, *, now: datetime) -> Span:
    """Return the distance to an instant as a span that knows the instant."""
    return Span(distance(texts, at, now=now), Mark.moment, at)


def light(*, started_at: datetime, deadline_at: datetime, now: datetime) -> str:
    """Return the colour of a wait: green, yellow from half of its time on, red once overdue."""
    if now > deadline_at:
        return "🔴"
    return "🟡" if now - started_at > (deadline_at - started_at) / 2 else "🟢"


def _units(texts: Texts, *parts: tuple[str, int]) -> str:
    return " ".join(texts(key, n=n) for key, n in parts if n)
