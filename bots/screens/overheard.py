"""What a head reads along (telegram 7.12): a client's words and colleagues' answers, each marked with who said it.

Nothing here answers by accident: no button writes to the client, and words written below it are asked about first.
"""

from datetime import datetime

from bots.screens.action import Action, Press
from bots.screens.card_buttons import button
from bots.screens.feedback import ANYWAY
from bots.screens.mirror import TEXT_LIMIT
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Row, Screen, Span, bold, line, notice
from bots.screens.whole import is_cut, whole_burst_row, whole_row
from bots.screens.words import body_blocks, channel_name, contact_name
from bots.texts import Texts
from hub.domain.message import Direction
from hub.inbox.views import CardView, MessageView


def overheard_screen(
    texts: Texts, card: CardView, message: MessageView, *, now: datetime, is_burst: bool = False
) -> Screen:
    """Return a message of a conversation that somebody reads along, without sound; a burst is many drawn as one."""
    edited = Span(f" · {texts('message.edited')}") if message.is_edited else Span("")
    subject = (line(texts("card.subject", subject=one_line(message.subject))),) if message.subject else ()
    words = body_blocks(texts, message, limit=TEXT_LIMIT)
    cut = [message] if is_cut(texts, message, limit=TEXT_LIMIT) else []
    whole = whole_burst_row(texts, card) if cut and is_burst else whole_row(texts, card, cut, now=now)
    blocks = (line(bold(_header(texts, card, message)), edited), *subject, *words)
    return Screen(blocks, (*whole, _buttons(texts, card)))


def confirm_screen(texts: Texts, card: CardView) -> Screen:
    """Return the question before words written below an overheard message go to the client."""
    name, assignee = contact_name(texts, card.contact_name), one_line(card.assignee_name)
    key = "overheard.ask" if assignee else "overheard.ask_free"
    send = Button(texts("button.to_client"), Action(Press.to, card.id, 0, ANYWAY))
    memo = Button(texts("button.memo"), Action(Press.memo, card.id))
    asked = texts(key, name=name, number=card.number, assignee=assignee)
    return notice(asked, (send,), (memo, Button(texts("button.cancel"), Action(Press.cancel))))


def _header(texts: Texts, card: CardView, message: MessageView) -> str:
    told = {
        "name": contact_name(texts, card.contact_name),
        "channel": channel_name(texts, message.channel),
        "number": card.number,
    }
    if message.direction is Direction.inbound:
        return texts("overheard.client", **told)
    author = one_line(message.author_name, 60) or texts("overheard.somebody")
    return texts("overheard.answer", author=author, **told)


def _buttons(texts: Texts, card: CardView) -> Row:
    ending = (button(texts, card, Press.unread),) if card.reads_along else ()
    return (button(texts, card, Press.card), *ending)
