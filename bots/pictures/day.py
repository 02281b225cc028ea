"""The day at a glance (telegram 7.12): what was asked in each hour, and below it the same weekday of the last weeks.

Green was answered in time, red was late, yellow still waits; a dark bar across an hour is what it usually brings. The
numbers above the bars are requests, those below hours of the day and dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.pictures.canvas import Canvas, Colour
from hub.inbox.day_views import Asked, DayView

WIDTH, HEIGHT = 1080, 1000
_EDGE = 50
_HOURS_BOX = (110.0, 360.0)
_DAYS_BOX = (640.0, 240.0)
_FIRST_HOUR, _LAST_HOUR = 9, 18
_SMALL, _LARGE = 34, 40
_GAP = 22
_WIDEST = 110
_TICK = 8
_WORTH_A_BAR = 0.5
"""An hour that usually brings so many requests is shown."""
_MOST_FIGURES = 12
"""More columns than this are labelled every second."""


@dataclass(frozen=True, slots=True)
class Column:
    """A bar: its label below, what was asked, and what is usual."""

    label: str
    asked: Asked
    usual: float = 0.0
    is_marked: bool = False


def draw_day(view: DayView) -> bytes:
    """Return the picture of a day as a PNG. Takes some tens of milliseconds the first time: call it in a thread."""
    canvas = Canvas(WIDTH, HEIGHT)
    _draw_columns(canvas, list_hours(view), box=_HOURS_BOX, height=_SMALL)
    days = [Column(f"{day:%d.%m}", asked, is_marked=day == view.day) for day, asked in view.weekdays]
    _draw_columns(canvas, days, box=_DAYS_BOX, height=_LARGE)
    return canvas.as_png()


def list_hours(view: DayView) -> list[Column]:
    """Return the hours of a working day, and those around it in which anything was asked or usually is."""
    busy = [hour for hour, asked in enumerate(view.hours) if asked.total or view.usual_hours[hour] >= _WORTH_A_BAR]
    first, last = min([_FIRST_HOUR, *busy]), max([_LAST_HOUR, *busy])
    return [Column(str(hour), view.hours[hour], view.usual_hours[hour]) for hour in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a bar stands: its middle, its foot, its width, and how high one request is, in pixels."""

    middle: float
    foot: float
    width: float
    scale: float


def _draw_columns(canvas: Canvas, columns: Sequence[Column], *, box: tuple[float, float], height: int) -> None:
    """Draw bars side by side above one line; `box` is the upper edge of the highest and its height."""
    foot = sum(box)
    most = max([1.0, *(each.asked.total for each in columns), *(each.usual for each in columns)])
    room = (WIDTH - 2 * _EDGE) / len(columns)
    canvas.fill(_EDGE, foot, WIDTH - 2 * _EDGE, 3, Colour.rule)
    for number, column in enumerate(columns):
        place = _Place(_EDGE + room * (number + 0.5), foot, min(room * 0.66, _WIDEST), box[1] / most)
        highest = _draw_bar(canvas, column, place)
        if column.asked.total:
            canvas.write(str(column.asked.total), place.middle, highest - _GAP - height, height)
        if len(columns) <= _MOST_FIGURES or number % 2 == 0:
            canvas.write(column.label, place.middle, foot + _GAP, height)
        if column.is_marked:
            canvas.fill(place.middle - room / 3, foot + 2 * _GAP + height, room * 2 / 3, _TICK, Colour.ink)


def _draw_bar(canvas: Canvas, column: Column, place: _Place) -> float:
    """Draw one bar with what is usual across it; return the upper edge of both."""
    asked, at, left = column.asked, place.foot, place.middle - place.width / 2
    parts = ((asked.in_time, Colour.in_time), (asked.waiting, Colour.waiting), (asked.late, Colour.late))
    for count, colour in parts:
        canvas.fill(left, at - count * place.scale, place.width, count * place.scale, colour)
        at -= count * place.scale
    if not column.usual:
        return at
    usual = place.foot - column.usual * place.scale
    canvas.fill(left - _TICK, usual - _TICK / 2, place.width + 2 * _TICK, _TICK, Colour.usual)
    return min(at, usual)
