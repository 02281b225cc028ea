"""A message that a screen has no place for: the button that brings it whole, and the document it becomes."""

from collections.abc import Iterable
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press, to_base36
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line, whole_text
from bots.screens.screen import Button, Row, Screen, line
from bots.screens.transcript import entry_head, indented, stamp
from bots.screens.words import contact_name, deleted_words, field_name, shown_words, unread_fields
from bots.texts import Texts
from hub.domain.message import MessageKind
from hub.inbox.history_views import WholeMessage
from hub.inbox.views import CardView, MessageView


def is_cut(texts: Texts, message: MessageView, *, limit: int) -> bool:
    """Tell whether a screen with so much place for it leaves words of a message out."""
    return message.kind is not MessageKind.call and shown_words(texts, message, limit=limit)[1] > 0


def whole_row(texts: Texts, card: CardView, messages: Iterable[MessageView], *, now: datetime) -> tuple[Row, ...]:
    """Return what brings these messages whole: one button, or for several one each, named by its time."""
    found = list(messages)
    if len(found) == 1:
        return ((_button(card, found[0], texts("button.whole")),),)
    times = [moments.clock_time(texts, each.occurred_at, zone=card.zone, now=now) for each in found]
    buttons = [_button(card, each, f"📄 {time}") for each, time in zip(found, times, strict=True)]
    return (tuple(buttons),) if buttons else ()


def whole_burst_row(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return what brings the words of many messages that are shown as one: the history as a file."""
    return ((button(texts, card, Press.transcript, label="button.whole"),),)


def whole_document(texts: Texts, card: CardView, found: WholeMessage) -> str:
    """Return a message as a document: who and when, then every word, below them the correspondence it quotes."""
    message = found.message
    head = [texts("whole.head", number=card.number, name=contact_name(texts, card.contact_name))]
    head.append(f"{entry_head(texts, card, message)} ({card.zone.key})")
    if message.subject:
        head.append(texts("card.subject", subject=one_line(message.subject, 1000)))
    said = [
        deleted_words(texts, message) if message.is_deleted else "",
        whole_text(message.text),
        *(f"{field_name(texts, label)}: {whole_text(value)}" for label, value in unread_fields(message)),
    ]
    parts = ["\n".join(head), "\n".join(filter(None, said))]
    if found.quoted:
        parts += [texts("whole.quoted"), indented(whole_text(found.quoted))]
    return "\n\n".join(parts) + "\n"


def whole_name(texts: Texts, card: CardView, message: MessageView) -> str:
    """Return the document's name, without the ending that says what it is."""
    return texts("whole.name", number=card.number, time=stamp(message.occurred_at, card.zone, "%Y-%m-%d-%H%M"))


def whole_caption(texts: Texts, card: CardView, found: WholeMessage, *, now: datetime) -> Screen:
    """Return the line below the document; where the letter can be had as it came there is a button for that."""
    original = Action(Press.original, card.id, 0, to_base36(found.message.id))
    rows = ((Button(texts("button.original"), original),),) if found.has_original else ()
    return Screen((line(_caption(texts, "whole.caption", card, found.message, now)),), rows)


def original_caption(texts: Texts, card: CardView, message: MessageView, *, now: datetime) -> Screen:
    """Return the line below a letter as it came."""
    return Screen((line(_caption(texts, "whole.original", card, message, now)),))


def _caption(texts: Texts, key: str, card: CardView, message: MessageView, now: datetime) -> str:
    at = moments.clock_time(texts, message.occurred_at, zone=card.zone, now=now)
    return texts(key, number=card.number, name=contact_name(texts, card.contact_name), time=at)


def _button(card: CardView, message: MessageView, label: str) -> Button:
    return Button(label, Action(Press.whole, card.id, 0, to_base36(message.id)))
