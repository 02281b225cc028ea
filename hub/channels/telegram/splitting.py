"""Cuts long texts into messages the provider takes.

Lengths are UTF-16 units, the stricter of the two readings of the limit (the documentation says characters). A cut is
made behind a paragraph, else a line, a sentence, a word; only a single longer word is cut anywhere, never inside a
character.
"""

import re
from collections.abc import Iterator

_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?…]\s"), re.compile(r"\s"))


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units: 2 for characters beyond the basic plane, such as most emoji."""
    return len(text) + sum(character > "\uffff" for character in text)


def split_text(text: str, limit: int) -> list[str]:
    """Return the text in pieces of at most `limit` units, in order; blank space at the cuts is dropped.

    Empty for a text of blank space alone. `limit` is at least 2.
    """
    return [piece for piece in _pieces(text.strip(), limit) if piece]


def _pieces(rest: str, limit: int) -> Iterator[str]:
    while utf16_length(rest) > limit:
        window = rest[: _fitting(rest, limit)]
        cut = _best_cut(window)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    yield rest


def _fitting(text: str, limit: int) -> int:
    """Return how many characters from the start fit into `limit` units."""
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            return index
    return len(text)


def _best_cut(window: str) -> int:
    """Return where to cut: behind the last and best break of the second half, else behind any word, else at the end."""
    for pattern in _BREAKS:
        if ends := [found.end() for found in pattern.finditer(window, len(window) // 2)]:
            return ends[-1]
    words = [found.end() for found in _BREAKS[-1].finditer(window)]
    return words[-1] if words else len(window)
