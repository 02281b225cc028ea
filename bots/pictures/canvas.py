"""A light sheet of coloured rectangles and dark figures, written as a PNG (W3C PNG, third edition: §5.6, §11.2).

One byte a pixel, an index into the palette: filling a rectangle is a slice of each row, so a picture for a telephone
takes some milliseconds. The file says nothing about when and by whom it was drawn: the same figures, the same bytes.
"""

import struct
import zlib
from dataclasses import dataclass, field
from enum import IntEnum

from bots.pictures.digits import SHADES, get_glyph

_INK = (36, 41, 47)
_PALETTE_DEPTH = 8
_BY_PALETTE = 3


class Colour(IntEnum):
    """What may be drawn, by its place in the palette; behind these come the shades of figures on paper."""

    paper = 0
    ink = 1
    rule = 2
    in_time = 3
    late = 4
    waiting = 5
    usual = 6


_COLOURS = {
    Colour.paper: (255, 255, 255),
    Colour.ink: _INK,
    Colour.rule: (222, 226, 230),
    Colour.in_time: (64, 160, 92),
    Colour.late: (214, 57, 57),
    Colour.waiting: (240, 180, 40),
    Colour.usual: (90, 98, 110),
}


@dataclass(slots=True)
class Canvas:
    """A sheet of `width` by `height` pixels, white at first; what lies beyond its edges is cut off."""

    width: int
    height: int
    _rows: list[bytearray] = field(init=False)

    def __post_init__(self) -> None:
        self._rows = [bytearray(self.width) for _ in range(self.height)]

    def fill(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        """Fill a rectangle; edges are rounded to whole pixels."""
        begin, end = max(round(left), 0), min(round(left + width), self.width)
        for row in self._rows[max(round(top), 0) : max(round(top + height), 0)]:
            row[begin:end] = bytes([colour]) * max(end - begin, 0)

    def write(self, figures: str, middle: float, top: float, height: int) -> None:
        """Write figures so many pixels high, centred on `middle`, their upper edge at `top`."""
        glyphs = [get_glyph(each, height) for each in figures]
        at = middle - sum(each.advance for each in glyphs) / 2 + (height / 10)
        for glyph in glyphs:
            for number, shades in enumerate(glyph.rows):
                self._lay(shades, round(at) - glyph.left, round(top) - glyph.top + number)
            at += glyph.advance

    def as_png(self) -> bytes:
        """Return the sheet as a PNG file."""
        header = struct.pack(">IIBBBBB", self.width, self.height, _PALETTE_DEPTH, _BY_PALETTE, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in self._rows), 9)
        chunks = (b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", pixels), (b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)

    def _lay(self, shades: bytes, left: int, top: int) -> None:
        """Lay a row of shades over a row of the sheet, where they are darker than what is there."""
        if not 0 <= top < self.height:
            return
        row = self._rows[top]
        for x, shade in enumerate(shades, start=left):
            if shade and 0 <= x < self.width:
                row[x] = len(Colour) - 1 + shade


def _palette() -> bytes:
    """Return the colours, and behind them the shades between paper and ink."""
    shades = [[round(255 + (part - 255) * n / SHADES) for part in _INK] for n in range(1, SHADES + 1)]
    return b"".join(bytes(each) for each in (*_COLOURS.values(), *shades))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
