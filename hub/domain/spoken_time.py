"""Instants as people say them to a client: «завтра в 9:00», "tomorrow at 9:00".

Russian and English; another language reads English. What an instant means is the caller's matter.
"""

from datetime import datetime, timedelta

_DAYS_RU = ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_RU = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SOON = timedelta(minutes=1)


def say_moment(at: datetime, now: datetime, language: str = "") -> str:
    """Return `at` in words as heard at `now`; both are in the zone that is to be spoken of.

    `language` is an IETF tag; empty means Russian. A moment that is here already is «в ближайшее время».
    """
    is_russian = language.partition("-")[0].lower() in ("", "ru")
    if at - now < _SOON:
        return "в ближайшее время" if is_russian else "shortly"
    day = _day_ru(at, now) if is_russian else _day_en(at, now)
    return f"{day} {'в' if is_russian else 'at'} {at.hour}:{at.minute:02}"


def _day_ru(at: datetime, now: datetime) -> str:
    match (at.date() - now.date()).days:
        case 0:
            return "сегодня"
        case 1:
            return "завтра"
        case days if days < len(_DAYS_RU):
            return _DAYS_RU[at.weekday()]
        case _:
            return f"{at.day} {_MONTHS_RU[at.month - 1]}"


def _day_en(at: datetime, now: datetime) -> str:
    match (at.date() - now.date()).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case days if days < len(_DAYS_EN):
            return f"on {_DAYS_EN[at.weekday()]}"
        case _:
            return f"on {at.day} {_MONTHS_EN[at.month - 1]}"
