"""A client's message shown in the manager's chat: the header says who and which, the words are a quotation.

A reply to it is an answer to the client, so every mirrored message names its client in its first line (the reply goes
where it belongs, reliability 72).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.screens import moments
from bots.screens.card_buttons import link_rows, short_row
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Row, Screen, Span, bold, line
from bots.screens.whole import is_cut, whole_burst_row, whole_row
from bots.screens.words import body_blocks, channel_name, contact_name
from bots.texts import Texts
from hub.inbox.views import CardView, MessageView

TEXT_LIMIT = 12_000


def mirror_screen(
    texts: Texts, card: CardView, message: MessageView, *, now: datetime, is_burst: bool = False
) -> Screen:
    """Return the message as the manager sees it, with the time left and the short row of buttons.

    With `is_burst` it is many messages drawn as one.
    """
    header = texts(
        "message.header",
        name=contact_name(texts, card.contact_name),
        channel=channel_name(texts, message.channel),
        number=card.number,
    )
    edited = Span(f" · {texts('message.edited')}") if message.is_edited else Span("")
    subject = (line(texts("card.subject", subject=one_line(message.subject))),) if message.subject else ()
    blocks = (line(bold(header), edited), *subject, *body_blocks(texts, message, limit=TEXT_LIMIT))
    stored = tuple(attachment for attachment in message.attachments if attachment.sha256)
    rows = (*link_rows(texts, card, message), *_whole(texts, card, message, now, is_burst), short_row(texts, card))
    return Screen(blocks + _due(texts, card, now), rows, is_quiet=False, attachments=stored)


def album_of(parts: Sequence[MessageView]) -> MessageView:
    """Return the parts of an album, in order, as one message with all their words and files."""
    return replace(
        parts[0],
        text="\n".join(part.text for part in parts if part.text),
        attachments=tuple(attachment for part in parts for attachment in part.attachments),
        is_edited=any(part.is_edited for part in parts),
    )


def caption(texts: Texts, card: CardView) -> Screen:
    """Return the line that goes with a mirrored file, so that it can be answered too."""
    name = contact_name(texts, card.contact_name)
    channel = channel_name(texts, card.channel)
    return Screen((line(texts("message.header", name=name, channel=channel, number=card.number)),))


def _whole(texts: Texts, card: CardView, message: MessageView, now: datetime, is_burst: bool) -> tuple[Row, ...]:
    if not is_cut(texts, message, limit=TEXT_LIMIT):
        return ()
    return whole_burst_row(texts, card) if is_burst else whole_row(texts, card, [message], now=now)


def _due(texts: Texts, card: CardView, now: datetime) -> tuple[Block, ...]:
    if card.wait is None:
        return ()
    return (line(texts("card.answer_due"), *moments.due(texts, card.wait.deadline_at, zone=card.zone, now=now)),)
