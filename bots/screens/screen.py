"""The values a screen is made of, neutral to any messenger.

A screen is blocks of marked text with rows of buttons below. Marks are values beside the text, never characters in it:
whatever a client writes stays text, and a messenger's renderer has nothing to escape (reliability 68, 105).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bots.screens.action import Action
from hub.domain.message import Attachment


class Mark(StrEnum):
    """How a span looks.

    `moment` is an instant that the messenger may keep counting by itself (`at` of the span), `code` a text that one tap
    copies.
    """

    plain = "plain"
    code = "code"
    bold = "bold"
    italic = "italic"
    moment = "moment"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with one mark."""

    text: str
    mark: Mark = Mark.plain
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: its spans are joined as they are. `is_quote` sets a client's words apart."""

    spans: tuple[Span, ...]
    is_quote: bool = False

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: it acts or, with `copies`, puts a text into the clipboard.

    `fills` puts a text behind the bot's name into the input field, where the messenger can: there it is finished.
    """

    label: str
    action: Action | None = None
    copies: str = ""
    fills: str = ""


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """What a manager sees. `is_quiet` screens arrive without sound; `attachments` are stored files shown after it.

    `picture` is a PNG shown above the words where the messenger can, empty for none; it says nothing that they do not.
    """

    blocks: tuple[Block, ...]
    rows: tuple[Row, ...] = ()
    is_quiet: bool = True
    attachments: tuple[Attachment, ...] = ()
    picture: bytes = b""

    @property
    def text(self) -> str:
        """Return the words alone, a block a line."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def buttons(self) -> Iterator[Button]:
        """Yield all buttons, row by row."""
        return (button for row in self.rows for button in row)

    def aloud(self) -> "Screen":
        """Return the same screen with sound."""
        return replace(self, is_quiet=False)


def bold(text: str) -> Span:
    """Return a span that stands out."""
    return Span(text, Mark.bold)


def italic(text: str) -> Span:
    """Return a span in italics."""
    return Span(text, Mark.italic)


def line(*parts: Span | str) -> Block:
    """Return a paragraph of spans and plain strings."""
    return Block(tuple(part if isinstance(part, Span) else Span(part) for part in parts))


def quote(text: str) -> Block:
    """Return a client's words as a quotation; `text` is cleaned already (`quoting.client_text`)."""
    return Block((Span(text),), is_quote=True)


def notice(text: str, *rows: Row) -> Screen:
    """Return a screen of one short text."""
    return Screen((line(text),), rows)
