"""Taking back what was done: by the button below its message, or by `/undo`, which names it before it does it."""

from collections.abc import Awaitable, Callable, Mapping

from bots.screens.action import Action, Press, from_base36
from bots.screens.screen import Button, Screen, notice
from bots.telegram.cards import post_card, refresh_card
from bots.telegram.deeds.matching import undo_joining
from bots.telegram.deeds.reading import get
from bots.telegram.held import unmark
from bots.telegram.turn import Turn
from bots.telegram.undoable import Remembered, Undo, forget_undoable, read_undo, recall_undoable
from hub.domain.ids import ConversationId, MessageId
from hub.domain.rights import Person
from hub.inbox import assignment, undoing
from hub.inbox.office import Office

UseCase = Callable[[Office, Person, ConversationId], Awaitable[bool]]


async def undo(turn: Turn, action: Action) -> None:
    """Take back what the button names; `/undo` the newest thing, at once if it is the last on the screen."""
    newest = None if action.arg or action.subject else await recall_undoable(turn)
    if action.arg:
        await _take_back(turn, action)
    elif newest is None:
        await undo_joining(turn, action)
    elif newest.shown and turn.own == newest.shown + 1:
        await undo(turn, newest.undoable.action)
    else:
        await turn.show(_question(turn, newest))


def _question(turn: Turn, newest: Remembered) -> Screen:
    what, number = newest.undoable.what, newest.undoable.number
    yes = Button(turn.texts("button.undo_this"), newest.undoable.action)
    no = Button(turn.texts("button.cancel"), Action(Press.cancel))
    return notice(turn.texts(f"undo.ask_{what}", number=number), (yes, no))


async def _take_back(turn: Turn, action: Action) -> None:
    what, detail = read_undo(action.arg)
    card = await get(turn, action)
    if what is Undo.letter:
        is_undone = await _withdraw(turn, MessageId(from_base36(detail)))
    else:
        is_undone = await _USE_CASES[what](turn.once, turn.actor, card.id)
    await forget_undoable(turn)
    await turn.say(f"undo.done_{what}" if is_undone else f"undo.late_{what}", number=card.number)
    if is_undone and what is Undo.close:
        await post_card(turn, await get(turn, action))
    else:
        await refresh_card(turn, card.id)


async def _withdraw(turn: Turn, message_id: MessageId) -> bool:
    is_undone = await undoing.withdraw_answer(turn.office, turn.actor, message_id)
    if is_undone:
        await unmark(turn, message_id)
    return is_undone


async def _release(office: Office, actor: Person, conversation_id: ConversationId) -> bool:
    await assignment.release(office, actor, conversation_id)
    return True


_USE_CASES: Mapping[Undo, UseCase] = {
    Undo.close: undoing.undo_close,
    Undo.dismiss: undoing.undo_dismissal,
    Undo.snooze: undoing.wake,
    Undo.transfer: undoing.withdraw_transfer,
    Undo.take: _release,
}
DEEDS = {Press.undo: undo}
"""Deeds of presses and commands."""
