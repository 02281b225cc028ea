"""What may be pressed on a conversation, by its state.

Rights are asked again at the press; this only spares people dead ends.
"""

from bots.screens.action import Action, Press
from bots.screens.recordings import newest_row
from bots.screens.screen import Button, Row
from bots.screens.ways import reachable, write_rows
from bots.texts import Texts
from hub.domain.message import Direction
from hub.inbox.queries.file_links import is_withheld
from hub.inbox.views import CardView, MessageView


def button(texts: Texts, card: CardView, press: Press, arg: str = "", *, label: str = "") -> Button:
    """Return a button for this conversation as it is now; `label` is a catalogue key, by default the press's own."""
    return Button(texts(label or f"button.{press.value}"), Action(press, card.id, card.version, arg))


def rows(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the rows below a full card."""
    heard = newest_row(texts, card)
    if card.state == "closed":
        return (_row(texts, card, Press.reopen), *heard, _reading(texts, card))
    if card.transfer_to_viewer:
        return (_row(texts, card, Press.accept, Press.refuse), *heard, _reading(texts, card))
    if card.assignee_id is None:
        offered = (Press.take, Press.decline) if card.offered_to_viewer else (Press.take,)
        return (
            _row(texts, card, *offered, *_templates(card)),
            *_calling(texts, card),
            *_writing(texts, card),
            *link_rows(texts, card, *card.recent),
            *heard,
            _reading(texts, card),
        )
    working = _row(texts, card, Press.note, Press.transfer, Press.snooze)
    ending = _row(texts, card, *_templates(card), Press.release, Press.close)
    splitting = (_row(texts, card, Press.sever),) if card.new_subject else ()
    reaching = (
        *link_rows(texts, card, *card.recent),
        *splitting,
        *_calling(texts, card),
        *_writing(texts, card),
        *_choosing(texts, card),
        *_answering(texts, card),
    )
    return (*reaching, *heard, _reading(texts, card), working, *_pausing(texts, card), ending)


def short_row(texts: Texts, card: CardView) -> Row:
    """Return the row below a mirrored message."""
    if card.assignee_id is None:
        return _row(texts, card, Press.take, Press.card)
    return _row(texts, card, Press.card, Press.dismiss if card.wait else Press.note, Press.snooze, Press.close)


def link_rows(texts: Texts, card: CardView, *messages: MessageView) -> tuple[Row, ...]:
    """Return the way to a file that was too large to come, where an answer could go now."""
    said = (each for each in messages if each.direction is Direction.inbound)
    is_owed = any(is_withheld(file) for message in said for file in message.attachments)
    return (_row(texts, card, Press.ask_link),) if is_owed and card.reply_channel else ()


def phone_of(card: CardView) -> str:
    """Return a number to call, as far as the viewer may see it; empty if none is known or it is masked (RG-5)."""
    numbers = (address.text for address in card.addresses if address.type == "phone")
    return next((number for number in numbers if not set("*•…xX") & set(number)), "")


def _row(texts: Texts, card: CardView, *presses: Press) -> Row:
    return tuple(button(texts, card, press) for press in presses)


def _templates(card: CardView) -> tuple[Press, ...]:
    """Return the way to the line's texts, where an answer could go now."""
    return (Press.template,) if card.reply_channel else ()


def _reading(texts: Texts, card: CardView) -> Row:
    along = Press.unread if card.reads_along else Press.read
    row = _row(texts, card, Press.client, Press.history, Press.why, *((along,) if card.may_read_along else ()))
    if card.candidate_id is None:
        return row
    return (*row, Button(texts("button.question"), Action(Press.question, card.candidate_id)))


def _calling(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the rows of a missed call; after enough vain attempts also the way out (C-6).

    Whoever else waits and can be reached by telephone alone is called, too.
    """
    if card.wait is None or not card.wait.needs_callback:
        return _first_call(texts, card)
    phone = phone_of(card)
    copy: tuple[Row, ...] = ((Button(texts("button.copy_phone"), copies=phone),),) if phone else ()
    if card.own_extension:
        copy = (_row(texts, card, Press.call), *copy)
    later = (
        button(texts, card, Press.sleep, "15m", label="button.snooze_15m"),
        button(texts, card, Press.sleep, "1h", label="button.snooze_1h"),
    )
    if card.assignee_id is None:
        return copy
    ways_out: tuple[Row, ...] = ()
    if card.wait.may_give_up:
        ways_out = ((button(texts, card, Press.end, "unreachable", label="button.close_unreachable"),),)
    return (*copy, _row(texts, card, Press.reached, Press.noanswer), later, *ways_out)


def _first_call(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the way to call a client who waits where no text goes: that of a form, mostly."""
    is_called = card.own_extension and card.wait is not None and not card.reply_channel
    return ((button(texts, card, Press.call, label="button.call_first"),),) if is_called else ()


def _writing(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the addresses to choose where the client's own channel carries no text (M-16)."""
    return () if card.reply_channel else write_rows(texts, card)


def _pausing(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the way to stop the clock of the whole matter, while it is the client's turn (P-2)."""
    return (_row(texts, card, Press.waitclient),) if card.may_wait_for_client else ()


def _answering(texts: Texts, card: CardView) -> tuple[Row, ...]:
    return (_row(texts, card, Press.dismiss, Press.elsewhere),) if card.wait else ()


def _choosing(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the way to another channel, where the client can be reached by several."""
    has_others = card.chosen_thread_id is not None or len(list(reachable(card))) > 1
    return (_row(texts, card, Press.channel),) if card.reply_channel and has_others else ()
