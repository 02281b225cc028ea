"""Opening hours as people write them on a door: «пн–пт 9:00–18:00, сб 10:00–15:00».

The usual week alone: holidays and other dates that differ are told when they come, by the time of the next opening.
"""

from datetime import timedelta
from itertools import groupby

from hub.domain.calendar import Calendar, Hours
from hub.domain.words import Words

_DAYS = Words("пн вт ср чт пт сб вс", "Mon Tue Wed Thu Fri Sat Sun")
_ALWAYS = Words("круглосуточно", "around the clock")
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def say_hours(calendar: Calendar, language: str = "") -> str:
    """Return the hours of the week, days with the same hours together; empty for a week that never opens.

    `language` is an IETF tag; empty means Russian, and any other than that reads English.
    """
    spoken = "ru" if language.partition("-")[0].lower() in ("", "ru") else "en"
    if calendar.is_always_open:
        return _ALWAYS.say(spoken)
    names = _DAYS.say(spoken).split()
    runs = [list(run) for _, run in groupby(range(7), lambda day: calendar.week[day])]
    return ", ".join(_say_run(names, run, calendar.week[run[0]]) for run in runs if calendar.week[run[0]])


def _say_run(names: list[str], run: list[int], hours: tuple[Hours, ...]) -> str:
    days = names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}"
    return f"{days} {' и '.join(map(_say_span, hours)) if names[0] == 'пн' else ' and '.join(map(_say_span, hours))}"


def _say_span(hours: Hours) -> str:
    return f"{_clock(hours.opens)}–{_clock(hours.closes)}"


def _clock(at: timedelta) -> str:
    """Return a wall-clock time; midnight at the end of a day is 24:00, later hours are the next day's."""
    shown = at if at <= _DAY else at - _DAY
    return f"{shown // _HOUR}:{shown % _HOUR // timedelta(minutes=1):02}"
