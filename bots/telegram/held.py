"""A letter that leaves in a moment: said with the button that keeps it back, and gone once it has left.

Letters alone are held: what a messenger took can be taken back there (S10). The clock stops when it leaves (S3).
"""

from bots.memory import CARD_KEPT, Purpose
from bots.telegram.turn import Turn
from bots.telegram.undoable import Undo, Undoable, say_undoable
from hub.domain.ids import ConversationId, MessageId
from hub.inbox.queries import get_card


async def say_held(turn: Turn, conversation_id: ConversationId, message_id: MessageId) -> None:
    """Say below the answer that it has not left yet. Raises: ProviderError."""
    card = await get_card(turn.office, turn.actor, conversation_id)
    held = Undoable(Undo.letter, card.id, card.number, message_id)
    shown = await say_undoable(turn, held, turn.texts("letter.held", number=card.number))
    await turn.desk.memory.keep(turn.chat.id, _name(message_id), {"shown": shown}, lasting=CARD_KEPT)


async def end_held(turn: Turn, message_id: MessageId) -> None:
    """Take the word away that a letter is held, once it is known what became of it. Raises: ProviderError."""
    kept = await turn.desk.memory.recall(turn.chat.id, _name(message_id))
    if kept is not None:
        await turn.chat.delete(int(str(kept["shown"])))
        await turn.desk.memory.forget(turn.chat.id, _name(message_id))


async def unmark(turn: Turn, message_id: MessageId) -> None:
    """Take the 👀 away below an answer that does not leave after all. Raises: ProviderError."""
    own = await turn.desk.memory.find_shown(turn.chat.id, message_id, Purpose.answer)
    if own is not None:
        await turn.chat.react(own, "")


def _name(message_id: MessageId) -> str:
    return f"held:{message_id}"
