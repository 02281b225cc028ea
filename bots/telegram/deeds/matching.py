"""«Это один клиент?»: join, keep apart, undo (M-5, M-10)."""

from bots.screens.action import Action, Press, from_base36
from bots.screens.question import joined_screen, question_screen
from bots.telegram.cards import refresh_card
from bots.telegram.turn import Turn
from bots.telegram.undoable import Undo, Undoable, forget_undoable, remember_undoable
from hub.domain.ids import ContactId
from hub.inbox.merge import find_last_merge, join_candidate, keep_apart, undo_merge
from hub.inbox.queries import get_candidate


async def question(turn: Turn, action: Action) -> None:
    """Show the question."""
    await turn.show(question_screen(turn.texts, await get_candidate(turn.office, turn.actor, action.subject)))


async def join(turn: Turn, action: Action) -> None:
    """Join the new card with the pressed one; without a choice show the question."""
    if not action.arg:
        await question(turn, action)
        return
    asked = await get_candidate(turn.office, turn.actor, action.subject)
    with_contact = ContactId(from_base36(action.arg))
    merge_id = await join_candidate(turn.once, turn.actor, asked.id, with_contact=with_contact)
    if asked.conversation_id is not None:
        await refresh_card(turn, asked.conversation_id)
    shown = await turn.show(joined_screen(turn.texts, merge_id))
    await remember_undoable(turn, Undoable(Undo.merge, merge_id), shown=shown)


async def apart(turn: Turn, action: Action) -> None:
    """Keep the cards apart."""
    asked = await get_candidate(turn.office, turn.actor, action.subject)
    await keep_apart(turn.once, turn.actor, asked.id)
    if asked.conversation_id is not None:
        await refresh_card(turn, asked.conversation_id)
    await turn.say("question.apart")


async def undo_joining(turn: Turn, action: Action) -> None:
    """Take a merge back: the pressed one, by command the last one of this manager."""
    merge_id = action.subject or await find_last_merge(turn.office, turn.actor)
    if not merge_id:
        await turn.say("question.nothing_to_undo")
        return
    await undo_merge(turn.once, turn.actor, merge_id)
    await forget_undoable(turn)
    await turn.say("question.undone")


DEEDS = {Press.question: question, Press.merge: join, Press.apart: apart}
