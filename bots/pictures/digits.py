"""Digits and the dot as strokes with round ends, smoothed at their edges; for any height, each drawn once a process.

A figure stands in a box six wide and ten high, y downwards. Strokes are polylines; arcs are cut into short ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import ceil, cos, floor, hypot, radians, sin

Point = tuple[float, float]
Stroke = Sequence[Point]

SHADES = 15
"""The darkest shade of a pixel, 0 being paper."""
_WIDE, _HIGH = 6.0, 10.0
_STEP_DEGREES = 12
_PEN = 1.15
"""Width of a stroke in the units of the box."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """Shades of a figure by row; it begins `left` pixels before the box and `top` above it."""

    rows: tuple[bytes, ...]
    left: int
    top: int
    advance: int


def _arc(centre: Point, radii: Point, begin: int, end: int) -> list[Point]:
    """Return an arc from `begin` to `end` degrees, 0 to the right, clockwise as the eye sees it."""
    count = max(2, abs(end - begin) // _STEP_DEGREES)
    angles = [radians(begin + (end - begin) * n / count) for n in range(count + 1)]
    return [(centre[0] + radii[0] * cos(each), centre[1] + radii[1] * sin(each)) for each in angles]


_SIX = (_arc((3, 7.1), (2.8, 2.9), 0, 360), [*_arc((5.4, 6.4), (5.2, 6.4), 255, 187), (0.2, 7.1)])
_STROKES: dict[str, Sequence[Stroke]] = {
    "0": (_arc((3, 5), (2.8, 5), 0, 360),),
    "1": ([(0.9, 2.2), (3.2, 0), (3.2, 10)],),
    "2": ([*_arc((3, 2.8), (2.7, 2.8), 190, 390), (0.2, 10), (5.8, 10)],),
    "3": (_arc((2.9, 2.5), (2.5, 2.5), 200, 450), _arc((2.9, 7.4), (2.8, 2.6), 270, 515)),
    "4": ([(4.4, 10), (4.4, 0), (0, 7), (6, 7)],),
    "5": ([(5.4, 0), (1, 0), (0.6, 4.6), *_arc((2.9, 6.8), (2.9, 3.2), 225, 505)],),
    "6": _SIX,
    "7": ([(0, 0), (5.8, 0), (2, 10)],),
    "8": (_arc((3, 2.5), (2.4, 2.5), 0, 360), _arc((3, 7.5), (2.8, 2.5), 0, 360)),
    "9": tuple([(_WIDE - x, _HIGH - y) for x, y in stroke] for stroke in _SIX),
    ".": ([(0.6, 9.7), (0.6, 9.75)],),
}
_NARROW = {".": 1.2}


@cache
def get_glyph(figure: str, height: int) -> Glyph:
    """Return a figure so many pixels high. Raises: KeyError: there is no such figure; a programming error."""
    scale = height / _HIGH
    reach = ceil(_PEN * scale / 2) + 2
    width = ceil(_NARROW.get(figure, _WIDE) * scale)
    rows = [bytearray(width + 2 * reach) for _ in range(height + 2 * reach)]
    for stroke in _STROKES[figure]:
        scaled = [(x * scale + reach, y * scale + reach) for x, y in stroke]
        for begin, end in pairwise(scaled):
            _draw(rows, begin, end, radius=_PEN * scale / 2)
    return Glyph(tuple(bytes(row) for row in rows), reach, reach, width + round(1.9 * scale))


def _draw(rows: Sequence[bytearray], begin: Point, end: Point, *, radius: float) -> None:
    """Draw one line; where lines meet the darker shade stays."""
    left, right = sorted((begin[0], end[0]))
    top, bottom = sorted((begin[1], end[1]))
    for y in range(max(floor(top - radius), 0), min(ceil(bottom + radius) + 1, len(rows))):
        row = rows[y]
        for x in range(max(floor(left - radius), 0), min(ceil(right + radius) + 1, len(row))):
            covered = radius + 0.5 - _distance((x, y), begin, end)
            row[x] = max(row[x], round(SHADES * min(max(covered, 0.0), 1.0)))


def _distance(point: Point, begin: Point, end: Point) -> float:
    """Return how far a point lies from a line between two others."""
    along = (end[0] - begin[0], end[1] - begin[1])
    square = along[0] ** 2 + along[1] ** 2
    to_point = (point[0] - begin[0], point[1] - begin[1])
    place = min(max((to_point[0] * along[0] + to_point[1] * along[1]) / square, 0.0), 1.0) if square else 0.0
    return hypot(to_point[0] - place * along[0], to_point[1] - place * along[1])
