"""The picture of a day: a PNG that any reader of the standard opens, the same bytes for the same figures."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.pictures.canvas import Canvas, Colour
from bots.pictures.day import HEIGHT, WIDTH, draw_day, list_hours
from bots.pictures.digits import SHADES, get_glyph
from hub.inbox.day_views import Asked, DayView, SpanView

TODAY = date(2026, 11, 24)
COUNTS = st.integers(min_value=0, max_value=5_000)


def day(hours: dict[int, Asked], usual: dict[int, float] | None = None) -> DayView:
    dates = [TODAY - timedelta(weeks=back) for back in range(4, 0, -1)]
    total = Asked(*(sum(getattr(each, name) for each in hours.values()) for name in ("in_time", "late", "waiting")))
    return DayView(
        day=TODAY,
        zone=ZoneInfo("Europe/Moscow"),
        is_day_off=False,
        span=SpanView(0, total, 0, None, None, 0, 0),
        by_channel=(),
        late=(),
        people=(),
        usual=None,
        hours=[hours.get(hour, Asked()) for hour in range(24)],
        usual_hours=[(usual or {}).get(hour, 0.0) for hour in range(24)],
        weekdays=[*((each, Asked()) for each in dates), (TODAY, total)],
        waiting=0,
        overdue=0,
    )


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG with their checksums checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        content = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + content),)
        yield name, content
        at += 12 + length


def pixels(png: bytes) -> list[bytes]:
    """Return the rows of palette places."""
    parts = dict(chunks(png))
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    lines = zlib.decompress(parts[b"IDAT"])
    assert len(lines) == height * (width + 1)
    return [lines[at + 1 : at + 1 + width] for at in range(0, len(lines), width + 1)]


def count(png: bytes, colour: Colour) -> int:
    return sum(row.count(colour) for row in pixels(png))


def test_it_is_a_png_of_the_size_of_a_telephone() -> None:
    parts = list(chunks(draw_day(day({9: Asked(1, 1, 1)}))))
    assert [name for name, _ in parts] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", parts[0][1]) == (WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    assert len(parts[1][1]) == 3 * (len(Colour) + SHADES)
    assert set().union(*pixels(draw_day(day({9: Asked(1, 1, 1)})))) <= set(range(len(Colour) + SHADES))


def test_the_same_figures_are_the_same_bytes() -> None:
    assert draw_day(day({9: Asked(3, 1, 2)})) == draw_day(day({9: Asked(3, 1, 2)}))
    assert draw_day(day({9: Asked(3, 1, 2)})) != draw_day(day({9: Asked(3, 2, 1)}))


@pytest.mark.parametrize(
    ("asked", "colour"),
    [(Asked(in_time=4), Colour.in_time), (Asked(late=4), Colour.late), (Asked(waiting=4), Colour.waiting)],
)
def test_each_fate_has_its_colour_and_no_other_stands_for_it(asked: Asked, colour: Colour) -> None:
    png = draw_day(day({12: asked}))
    others = {Colour.in_time, Colour.late, Colour.waiting} - {colour}
    assert count(png, colour) > 0
    assert [count(png, each) for each in others] == [0, 0]


def test_a_bar_is_as_high_as_its_share_of_the_highest() -> None:
    png = draw_day(day({10: Asked(late=2), 12: Asked(in_time=4)}))
    rows = pixels(png)[:500]
    high = sum(Colour.in_time in row for row in rows)
    assert sum(Colour.late in row for row in rows) == pytest.approx(high / 2, abs=1)


def test_what_is_usual_lies_across_its_hour() -> None:
    assert count(draw_day(day({10: Asked(1)})), Colour.usual) == 0
    assert count(draw_day(day({10: Asked(1)}, usual={10: 2.0})), Colour.usual) > 0


def test_the_working_day_is_shown_and_the_hours_around_it_in_which_something_is_asked() -> None:
    assert [each.label for each in list_hours(day({}))] == [str(hour) for hour in range(9, 19)]
    early = list_hours(day({7: Asked(1)}, usual={20: 0.5, 22: 0.4}))
    assert (early[0].label, early[-1].label) == ("7", "20")


@given(st.lists(st.builds(Asked, COUNTS, COUNTS, COUNTS), min_size=24, max_size=24), st.floats(0, 9_999))
def test_no_figures_draw_beyond_the_sheet(hours: list[Asked], usual: float) -> None:
    view = replace(day(dict(enumerate(hours))), usual_hours=[usual] * 24)
    rows = pixels(draw_day(view))
    drawn = set(range(len(Colour) + SHADES)) - {Colour.paper}
    assert not drawn & {*rows[0], *rows[-1], *(row[0] for row in rows), *(row[-1] for row in rows)}


def test_what_lies_beyond_the_edges_of_a_sheet_is_cut_off() -> None:
    canvas = Canvas(10, 10)
    canvas.fill(-5, -5, 100, 100, Colour.late)
    canvas.write("8", 0, -3, 12)
    rows = pixels(canvas.as_png())
    assert (len(rows), {len(row) for row in rows}) == (10, {10})


@pytest.mark.parametrize("figure", "0123456789.")
@pytest.mark.parametrize("height", [20, 34, 40, 60])
def test_a_figure_is_dark_inside_and_ends_before_its_frame(figure: str, height: int) -> None:
    glyph = get_glyph(figure, height)
    assert max(max(row) for row in glyph.rows) > SHADES * 0.9
    assert not any(glyph.rows[0]) and not any(glyph.rows[-1])
    assert {row[0] for row in glyph.rows} == {row[-1] for row in glyph.rows} == {0}


def test_figures_differ_from_each_other() -> None:
    assert len({get_glyph(figure, 40).rows for figure in "0123456789."}) == 11
