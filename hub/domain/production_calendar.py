"""The production calendar of a country: days off, working weekends, and the short days before a holiday.

Data of the `holidays` package alone, no network. It knows exchanged days of a year only after the decree that exchanges
them (`is_decreed` tells), and no short days: those follow from article 95 of the Russian Labour Code, by which the
working day right before a public holiday is shorter by an hour; a weekend worked in exchange for such a day is as short
as that day would have been. Which hours a line has on such days is said in `hub.domain.calendar`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays

_DAY = timedelta(days=1)
_A_HABIT = 3


@dataclass(frozen=True, slots=True)
class ProductionYear:
    """One year of a country. `worked` maps a working weekend day to the day whose hours it has.

    `eves` are dates right before a public holiday, and working weekends exchanged for one. `is_decreed` is False for a
    year whose exchanges are not published yet, in a country that exchanges days every year.
    """

    days_off: frozenset[date]
    worked: Mapping[date, date]
    eves: frozenset[date]
    is_decreed: bool = True


def has_production_calendar(country: str) -> bool:
    """Tell whether days off of this ISO 3166 country are known."""
    return country in holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=64)
def production_year(country: str, year: int) -> ProductionYear:
    """Return one year; loading one takes tens of milliseconds, so it is kept."""
    known = holidays.country_holidays(country, years=year)
    exchanged = dict(_list_exchanges(known, year))
    holiday_dates = _public_holidays(country, year, exchanged)
    eves = {day - _DAY for day in holiday_dates if (day - _DAY).year == year}
    weekends = {day for day in known.weekend_workdays if day.year == year}
    instead = {worked: free for free, worked in exchanged.items()}
    worked = {day: instead.get(day, _friday_before(day)) for day in weekends}
    return ProductionYear(
        days_off=frozenset(known),
        worked=worked,
        eves=frozenset(eves | {day for day, free in worked.items() if free in eves}),
        is_decreed=_is_decreed(known, year),
    )


def _public_holidays(country: str, year: int, exchanged: Mapping[date, date]) -> frozenset[date]:
    """Return holidays proper: no days off that stand in for others, but the first days of the next year too."""
    known = holidays.country_holidays(country, years=(year, year + 1), observed=False)
    return frozenset(day for day in known if day not in exchanged)


def _list_exchanges(known: Any, year: int) -> Iterator[tuple[date, date]]:
    """Yield (day off, weekend day it was exchanged for) of a year; entries with names are holidays of one year."""
    for entry in _entries(known, year):
        month, day, other_month, other_day, *rest = entry if len(entry) > 3 else (*entry, 0)
        if other_day:
            yield date(year, month, day), date(rest[0] if rest else year, other_month, other_day)


def _entries(known: Any, year: int) -> tuple[tuple[Any, ...], ...]:
    """Return what the package knows of one year alone; a single entry stands there without its tuple."""
    found = getattr(known, "special_public_holidays", {}).get(year, ())
    return found if not found or isinstance(found[0], tuple) else (found,)


def _is_decreed(known: Any, year: int) -> bool:
    """Tell whether exchanges reach the year; a country that gave the habit up, or never had it, decrees nothing."""
    table = getattr(known, "special_public_holidays", {})
    years = [each for each in table if each > year - _A_HABIT and any(_list_exchanges(known, each))]
    return not years or year <= max(years)


def _friday_before(day: date) -> date:
    return day - _DAY * ((day.weekday() - 4) % 7)
