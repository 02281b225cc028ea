"""Offers the next client after an answer: one line a chat, the newest; it never rings and goes once it is pressed."""

import structlog

from bots.memory import CARD_KEPT, Purpose
from bots.screens.next_up import next_screen
from bots.telegram.turn import Turn
from hub.domain.errors import ProviderError
from hub.domain.ids import ConversationId
from hub.inbox.queries.next_up import find_next
from hub.inbox.views import RowView

_NAME = "next"
log = structlog.get_logger(__name__)


async def offer_next(turn: Turn, *, after: ConversationId) -> None:
    """Show who waits most urgently, in place of the line before; where nobody waits no line stays.

    A reply to the line answers the client it names. What Telegram does not take now is left out: nothing that was said
    to a client is carried out again for the sake of a line.
    """
    row = await find_next(turn.office, turn.actor, after=after)
    try:
        await withdraw_offer(turn)
        if row is not None:
            await _show(turn, row)
    except ProviderError as error:
        log.info("bot.next_not_offered", reason=error.code)


async def _show(turn: Turn, row: RowView) -> None:
    [shown] = await turn.chat.show(next_screen(turn.texts, row, now=turn.now()))
    await turn.desk.memory.keep(turn.chat.id, _NAME, {"shown": shown}, lasting=CARD_KEPT)
    await turn.link(shown, row.id, Purpose.notice)


async def withdraw_offer(turn: Turn) -> None:
    """Take the line away, if there is one. Raises: ProviderError."""
    kept = await turn.desk.memory.recall(turn.chat.id, _NAME)
    if kept is not None:
        await turn.chat.delete(int(str(kept["shown"])))
        await turn.desk.memory.forget(turn.chat.id, _NAME)
