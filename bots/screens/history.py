"""The history of a conversation, five messages a page, newest page first, and the reasons behind what the hub did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.quoting import cut, one_line
from bots.screens.recordings import listen_row
from bots.screens.screen import Block, Row, Screen, bold, line
from bots.screens.whole import is_cut, whole_row
from bots.screens.words import body_blocks, channel_name, contact_name, failure_words
from bots.texts import Texts
from hub.domain.message import DeliveryState, Direction
from hub.inbox.views import CardView, MessageView

TEXT_LIMIT = 600
REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page of history: `messages` oldest first, `number` 0 for the newest, `has_older` if another follows."""

    messages: Sequence[MessageView]
    number: int
    has_older: bool


def history_screen(texts: Texts, card: CardView, page: Page, *, now: datetime, text_limit: int = TEXT_LIMIT) -> Screen:
    """Return one page with buttons to its neighbours; `text_limit` is for each message, the rest has a button."""
    name = contact_name(texts, card.contact_name)
    blocks = [line(bold(texts("history.title", number=card.number, name=name)))]
    if not page.messages:
        blocks.append(line(texts("history.empty")))
    for message in page.messages:
        blocks += (_head(texts, card, message, now), *body_blocks(texts, message, limit=text_limit))
    heard = listen_row(texts, card, tuple(page.messages), now=now)
    long = (each for each in page.messages if is_cut(texts, each, limit=text_limit))
    whole = whole_row(texts, card, long, now=now)
    taking = (button(texts, card, Press.transcript), button(texts, card, Press.files))
    rows = (*heard, *whole, _turning(texts, card, page), taking, (button(texts, card, Press.card),))
    return Screen(tuple(blocks), rows)


def why_screen(texts: Texts, card: CardView, reasons: Sequence[str]) -> Screen:
    """Return what `explain_conversation` tells, a sentence a line."""
    told = [line(f"• {cut(one_line(reason, REASON_LIMIT), REASON_LIMIT)}") for reason in reasons]
    title = line(bold(texts("why.title", number=card.number)))
    return Screen((title, *told), ((button(texts, card, Press.card),),))


def _turning(texts: Texts, card: CardView, page: Page) -> Row:
    older, newer = str(page.number + 1), str(page.number - 1)
    row = [button(texts, card, Press.history, older, label="button.older")] if page.has_older else []
    row += [button(texts, card, Press.history, newer, label="button.newer")] if page.number else []
    return tuple(row)


def _head(texts: Texts, card: CardView, message: MessageView, now: datetime) -> Block:
    at = moments.clock_time(texts, message.occurred_at, zone=card.zone, now=now)
    is_client = message.direction is Direction.inbound
    ours = one_line(message.author_name) or texts(f"author.{message.author.value}")
    name = contact_name(texts, card.contact_name) if is_client else ours
    channel = channel_name(texts, message.channel)
    words = texts(f"message.{message.direction.value}", name=name, channel=channel, time=at)
    return line(bold(words), *_marks(texts, message))


def _marks(texts: Texts, message: MessageView) -> tuple[str, ...]:
    marks = [texts("message.edited")] if message.is_edited else []
    if message.delivery is not None:
        marks.append(texts(f"delivery.{message.delivery.value}"))
    if message.delivery_reason and message.delivery in (DeliveryState.failed, DeliveryState.parked):
        marks.append(failure_words(texts, message.delivery_reason))
    return tuple(f" · {mark}" for mark in marks)
