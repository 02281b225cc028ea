"""A client's words on a manager's screen: always data (reliability 105).

Names and subjects are put on one line, so that no name can forge a second one; characters that turn the reading
direction or hide text are dropped; long texts are cut at a word, never inside a sign. What remains stays exactly as
written: links are shown in full, markup characters mean themselves. A name of a right-to-left script is isolated (FSI
and PDI of Unicode Standard Annex 9), so that it turns neither the number before it nor our words behind it.
"""

import re
import unicodedata

from bots.screens.graphemes import JOINER, whole_signs

ELLIPSIS = "…"
ISOLATE, ISOLATED = "\u2068", "\u2069"
"""First strong isolate, pop directional isolate."""

JOINERS = frozenset({JOINER, "\u200c"})
"""Formatting characters that people need: zero-width joiner (emoji), non-joiner (Persian); selectors are Mn."""

_TURNING = frozenset({"R", "AL", "AN"})
_BLANK = " " + "".join(sorted(JOINERS))
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


def one_line(text: str, limit: int = 80) -> str:
    """Return a name, a subject or an address as one harmless line of at most `limit` characters."""
    words = _SPACE.sub(" ", _visible(text)).strip(_BLANK)
    if words.isascii() or limit <= len(ISOLATE + ISOLATED) or not _turns(words):
        return cut(words, limit)
    return f"{ISOLATE}{cut(words, limit - len(ISOLATE + ISOLATED))}{ISOLATED}"


def client_text(text: str, limit: int = 700) -> str:
    """Return what a client wrote, lines kept, at most `limit` characters."""
    return cut(whole_text(text), limit)


def whole_text(text: str) -> str:
    """Return all that a client wrote, lines kept."""
    return _BLANK_LINES.sub("\n\n", _visible(text.replace("\r\n", "\n"))).strip()


def cut(text: str, limit: int) -> str:
    """Return `text` shortened to `limit` characters at a word's end if one is near."""
    if len(text) <= limit:
        return text
    head = text[: whole_signs(text, limit - 1)]
    at = max(head.rfind(" "), head.rfind("\n"))
    return (head[:at] if at > limit * 2 // 3 else head).rstrip().rstrip(_BLANK) + ELLIPSIS


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(each) in _TURNING for each in text)


def _visible(text: str) -> str:
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or c in JOINERS or unicodedata.category(c) not in ("Cf", "Cc", "Cs"))
