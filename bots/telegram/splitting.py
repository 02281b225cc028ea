"""Lengths as Telegram counts them: UTF-16 code units, an emoji counts two (reliability 67).

What people see as one sign stays whole (`bots.screens.graphemes`).

Source: core.telegram.org/bots/api, "Formatting options" and "sendMessage" (Bot API 10.3): text 1-4096, caption 0-1024.
"""

from bots.screens.graphemes import whole_signs

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTON_LIMIT = 60


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` units that cuts no sign in two."""
    used = 0
    for at, character in enumerate(text):
        used += 1 + (ord(character) > 0xFFFF)
        if used > limit:
            return text[: whole_signs(text, at)]
    return text


def pieces(text: str, limit: int) -> list[str]:
    """Return `text` in parts of at most `limit` units, cut behind a line or a word where one ends in the last half.

    Joined, the parts are the text again; an empty text has no parts.
    """
    parts = []
    while text:
        part = head(text, limit)
        if len(part) < len(text):
            part = part[: _good_end(part)]
        parts.append(part)
        text = text[len(part) :]
    return parts


def _good_end(part: str) -> int:
    for mark in ("\n", " "):
        at = part.rfind(mark)
        if at >= len(part) // 2:
            return at + 1
    return len(part)
