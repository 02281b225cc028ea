"""Changing what is at the client already: an edited answer, one that is taken back, a reaction to the client's words.

An edit and a deletion are told by a reaction on the manager's own message; words come only where something is refused.
"""

from bots.memory import Purpose, Shown
from bots.screens.action import Action, Press, from_base36, to_base36
from bots.telegram.cards import refresh_card
from bots.telegram.held import end_held, unmark
from bots.telegram.turn import Turn
from hub.domain.errors import Conflict, PermissionDenied
from hub.domain.ids import ConversationId, MessageId
from hub.inbox import corrections, undoing


async def correct(turn: Turn, shown: Shown, text: str) -> None:
    """Give the client the new words of an own answer; where that cannot be the manager is told why.

    Raises: ProviderError, StorageUnavailable: it could not be done now.
    """
    if shown.purpose is not Purpose.answer or shown.message_id is None:
        return
    try:
        is_new = await corrections.edit_answer(turn.once, turn.actor, shown.message_id, text=text)
    except (Conflict, PermissionDenied):
        await turn.say("reply.edited")
        return
    if is_new:
        await turn.chat.react(turn.own, "✍")


async def delete(turn: Turn, action: Action) -> None:
    """Take back the own answer that the command replies to; within a minute the client waits again (S10).

    One that has not left yet does not leave (S3).
    """
    if not action.arg:
        await turn.say("reply.delete_how")
        return
    message_id, told = MessageId(from_base36(action.arg)), "reply.deleted"
    try:
        await corrections.delete_answer(turn.once, turn.actor, message_id)
    except PermissionDenied:
        await turn.say("reply.not_deleted")
        return
    except Conflict:
        if not await undoing.withdraw_answer(turn.office, turn.actor, message_id):
            await turn.say("reply.not_deleted")
            return
        await end_held(turn, message_id)
        await unmark(turn, message_id)
        told = "reply.withdrawn"
    await refresh_card(turn, ConversationId(action.subject))
    await turn.say(told)


async def mark(turn: Turn, shown: Shown, emoji: str) -> None:
    """Put the manager's reaction below the client's own message; what cannot have one stays as it is (case 46)."""
    if shown.purpose in (Purpose.mirror, Purpose.burst, Purpose.file) and shown.message_id is not None:
        await corrections.mark_message(turn.once, turn.actor, shown.message_id, emoji=emoji)


def argument_of(replied: Shown | None) -> str:
    """Return the argument that names the answer a command replies to, empty if it replies to none."""
    is_answer = replied is not None and replied.purpose is Purpose.answer
    return to_base36(replied.message_id) if is_answer and replied and replied.message_id else ""


DEEDS = {Press.delete: delete}
