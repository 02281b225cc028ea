"""An update that comes again after what it asked for was done: it shows how things stand and does nothing.

It comes again when Telegram failed after the commit, or the process died before the receipt's end was written.
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from bots.screens.action import Press
from bots.screens.question import joined_screen
from bots.telegram.cards import collapse_card, post_card
from bots.telegram.turn import Turn
from hub.domain.errors import NotFound
from hub.inbox.deeds import find_deed
from hub.inbox.merge import find_last_merge
from hub.inbox.queries import get_card

log = structlog.get_logger(__name__)


async def was_done(turn: Turn, press: Press | None = None) -> bool:
    """Tell whether the turn's update has been carried out; then its conversation is shown as it is now.

    What an answer to «Это один клиент?» said is said again: it has no conversation of its own.
    """
    conversation_id = await find_deed(turn.office.pool, turn.key)
    if conversation_id is None:
        return False
    log.info("bot.update_repeated", conversation_id=conversation_id)
    if press in _SAID_AGAIN and not conversation_id:
        await _SAID_AGAIN[press](turn)
        return True
    try:
        card = await get_card(turn.office, turn.actor, conversation_id)
    except NotFound:
        await collapse_card(turn, conversation_id)
    else:
        await post_card(turn, card, cause=turn.key)
    return True


async def _joined(turn: Turn) -> None:
    merge_id = await find_last_merge(turn.office, turn.actor)
    if merge_id is None:
        await turn.say("question.undone")
    else:
        await turn.show(joined_screen(turn.texts, merge_id))


async def _apart(turn: Turn) -> None:
    await turn.say("question.apart")


async def _undone(turn: Turn) -> None:
    await turn.say("question.undone")


_SAID_AGAIN: Mapping[Press | None, Callable[[Turn], Awaitable[None]]] = {
    Press.merge: _joined,
    Press.apart: _apart,
    Press.undo: _undone,
}
