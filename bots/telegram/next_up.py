"""Offers the next client after an answer: one line a chat, the newest; it never rings and goes once it is pressed."""

from bots.memory import CARD_KEPT, Purpose
from bots.screens.next_up import next_screen
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries.next_up import find_next

_NAME = "next"


async def offer_next(turn: Turn, *, after: ConversationId) -> None:
    """Show who waits most urgently, in place of the line before; where nobody waits no line stays.

    A reply to the line answers the client it names. Raises: ProviderError.
    """
    row = await find_next(turn.office, turn.actor, after=after)
    await withdraw_offer(turn)
    if row is None:
        return
    [shown] = await turn.chat.show(next_screen(turn.texts, row, now=turn.now()))
    await turn.desk.memory.keep(turn.chat.id, _NAME, {"shown": shown}, lasting=CARD_KEPT)
    await turn.link(shown, row.id, Purpose.notice)


async def withdraw_offer(turn: Turn) -> None:
    """Take the line away, if there is one. Raises: ProviderError."""
    kept = await turn.desk.memory.recall(turn.chat.id, _NAME)
    if kept is not None:
        await turn.chat.delete(int(str(kept["shown"])))
        await turn.desk.memory.forget(turn.chat.id, _NAME)
