"""Where a text may be cut so that nobody sees half a sign: not inside an emoji family, a flag, an accented letter.

A part of the rules of Unicode Standard Annex 29, which keeps together what people send: joiners, marks, skin tones,
flags. A chain that never ends, as only somebody hostile sends it, is cut all the same.
"""

import unicodedata
from itertools import takewhile

JOINER = "\u200d"
_LONGEST = 64
"""Code points that one sign may take; the longest emoji family takes eleven."""

_TONES = range(0x1F3FB, 0x1F400)
_LETTERS_OF_FLAGS = range(0x1F1E6, 0x1F200)


def whole_signs(text: str, at: int) -> int:
    """Return the last place not behind `at` where `text` may be cut; `at` itself where there is none near."""
    nearest = range(at, max(at - _LONGEST, 0), -1)
    return next((place for place in nearest if _may_be_cut(text, place)), at)


def _may_be_cut(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me") or ord(after) in _TONES:
        return False
    return not (_is_of_flag(after) and _flag_letters_before(text, at) % 2)


def _flag_letters_before(text: str, at: int) -> int:
    return sum(1 for _ in takewhile(_is_of_flag, reversed(text[max(at - _LONGEST, 0) : at])))


def _is_of_flag(sign: str) -> bool:
    return ord(sign) in _LETTERS_OF_FLAGS
