"""Screens as Telegram shows them: text with entities (never a parse_mode), and an inline keyboard.

Entities are built from the marks of a screen, so nothing a client wrote is ever parsed (reliability 68, 105). A screen
over the limit becomes several messages, the keyboard below the last. `date_time` entities (Bot API 9.5) count by
themselves in the manager's app; older apps show the words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from aiogram.types import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
)

from bots.screens.action import encode
from bots.screens.screen import Block, Button, Mark, Screen, Span
from bots.telegram.splitting import BUTTON_LIMIT, TEXT_LIMIT, head, pieces, units

_ENTITY_OF_MARK = {Mark.bold: "bold", Mark.italic: "italic", Mark.code: "code", Mark.moment: "date_time"}
_QUOTES_UNFOLDED = 3
"""A quotation of more lines than this is folded by the app."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One Telegram message: offsets and lengths of entities are UTF-16 units."""

    text: str
    entities: tuple[MessageEntity, ...]
    keyboard: InlineKeyboardMarkup | None = None


def draw(screen: Screen, *, limit: int = TEXT_LIMIT) -> list[Drawing]:
    """Return the messages a screen takes, in order; the keyboard hangs on the last one."""
    drawings: list[Drawing] = []
    page: list[Block] = []
    used = 0
    for block in _fitting(screen.blocks, limit):
        length = units(block.text) + 1
        if page and used + length > limit:
            drawings.append(_drawing(page))
            page, used = [], 0
        page.append(block)
        used += length
    return [*drawings, replace(_drawing(page), keyboard=keyboard(screen))]


def keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    """Return the buttons of a screen, `None` if it has none."""
    rows = [[_button(button) for button in row] for row in screen.rows if row]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def labels_below(*rows: tuple[str, ...]) -> ReplyKeyboardMarkup:
    """Return the buttons under the input field; each sends its label as a message."""
    keys = [[KeyboardButton(text=label) for label in row] for row in rows]
    return ReplyKeyboardMarkup(keyboard=keys, resize_keyboard=True, is_persistent=True)


def _fitting(blocks: tuple[Block, ...], limit: int) -> Iterator[Block]:
    """Yield blocks that each fit into a message; a longer one falls apart and keeps the mark of its first span."""
    for block in blocks:
        if units(block.text) < limit:
            yield block
            continue
        mark = block.spans[0].mark
        for piece in pieces(block.text, limit - 1):
            yield Block((Span(piece, mark if mark is not Mark.moment else Mark.plain),), block.is_quote)


def _drawing(blocks: list[Block]) -> Drawing:
    entities: list[MessageEntity] = []
    text, offset = [], 0
    for block in blocks:
        text.append(block.text)
        entities += _block_entities(block, offset)
        offset += units(block.text) + 1
    return Drawing("\n".join(text), tuple(entities))


def _block_entities(block: Block, offset: int) -> Iterator[MessageEntity]:
    length = units(block.text)
    if block.is_quote and length:
        kind = "expandable_blockquote" if block.text.count("\n") >= _QUOTES_UNFOLDED else "blockquote"
        yield MessageEntity(type=kind, offset=offset, length=length)
    for span in block.spans:
        size = units(span.text)
        if size and span.mark is not Mark.plain:
            yield _entity(span, offset, size)
        offset += size


def _entity(span: Span, offset: int, size: int) -> MessageEntity:
    if span.mark is Mark.moment and span.at is not None:
        at = int(span.at.timestamp())
        return MessageEntity(type="date_time", offset=offset, length=size, unix_time=at, date_time_format="r")
    return MessageEntity(type=_ENTITY_OF_MARK[span.mark], offset=offset, length=size)


def _button(button: Button) -> InlineKeyboardButton:
    label = head(button.label, BUTTON_LIMIT)
    if button.fills:
        return InlineKeyboardButton(text=label, switch_inline_query_current_chat=button.fills)
    if button.action is None:
        return InlineKeyboardButton(text=label, copy_text=CopyTextButton(text=button.copies))
    return InlineKeyboardButton(text=label, callback_data=encode(button.action))
