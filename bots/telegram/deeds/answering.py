"""Presses about answers: choose a kept text's client, leave it as a note, send it another way, say if it arrived."""

from dataclasses import replace

from bots.screens.action import Action, Press, StaleButton, from_base36
from bots.telegram import prompts
from bots.telegram.answers import answer, forget_draft, recall_draft
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.reading import get
from bots.telegram.notices import find_message
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId, MessageId, ThreadId
from hub.domain.message import DeliveryState
from hub.inbox.outcomes import confirm_unknown
from hub.inbox.reply import Content, add_note
from hub.inbox.views import CardView


async def to(turn: Turn, action: Action) -> None:
    """Send the kept text to the pressed conversation's client."""
    kept = await recall_draft(turn)
    if kept is None:
        await turn.say("reply.lost_draft")
        return
    content, own = kept
    await answer(replace(turn, own=own), ConversationId(action.subject), content)
    await forget_draft(turn)


async def memo(turn: Turn, action: Action) -> None:
    """Leave the kept text as a note."""
    kept = await recall_draft(turn)
    if kept is None:
        await turn.say("reply.lost_draft")
        return
    card = await get(turn, action)
    await add_note(turn.office, turn.actor, card.id, text=kept[0].text, key=turn.key)
    await forget_draft(turn)
    await turn.say("note.done", number=card.number)


async def resend(turn: Turn, action: Action) -> None:
    """Send an answer that failed by another way: the argument names the message and the thread."""
    message_id, _, thread_id = action.arg.partition(".")
    card = await get(turn, action)
    message = await find_message(turn, card, MessageId(from_base36(message_id)))
    files = tuple(attachment for attachment in message.attachments if attachment.sha256)
    await answer(turn, card.id, Content(message.text, files, thread_id=ThreadId(from_base36(thread_id))))


async def arrived(turn: Turn, action: Action) -> None:
    """Confirm that an answer of unknown outcome arrived: the wait ends at its attempt (S3)."""
    await _confirm(turn, action, has_arrived=True)


async def lost(turn: Turn, action: Action) -> None:
    """Confirm that it did not arrive."""
    await _confirm(turn, action, has_arrived=False)


async def cancel(turn: Turn, action: Action) -> None:
    """Drop whatever is being asked or kept."""
    await prompts.answered(turn)
    await forget_draft(turn)
    await turn.say("done.cancelled")


async def _confirm(turn: Turn, action: Action, *, has_arrived: bool) -> None:
    card = await get(turn, action)
    message_id = MessageId(from_base36(action.arg)) if action.arg else _last_unknown(card)
    await confirm_unknown(turn.office, turn.actor, message_id, arrived=has_arrived)
    await refresh_card(turn, card.id)
    await turn.say("reply.confirmed" if has_arrived else "reply.unconfirmed")


def _last_unknown(card: CardView) -> MessageId:
    """Return the newest answer of unknown outcome, for the command without an argument."""
    for message in reversed(card.recent):
        if message.delivery is DeliveryState.unknown:
            return message.id
    raise StaleButton("there is no answer of unknown outcome")


DEEDS = {
    Press.to: to,
    Press.memo: memo,
    Press.resend: resend,
    Press.arrived: arrived,
    Press.lost: lost,
    Press.cancel: cancel,
}
