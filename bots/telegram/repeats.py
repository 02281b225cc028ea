"""An update that comes again after what it asked for was done: it shows how things stand and does nothing.

It comes again when Telegram failed after the commit, or the process died before the receipt's end was written.
"""

import structlog

from bots.telegram.cards import collapse_card, post_card
from bots.telegram.turn import Turn
from hub.domain.errors import NotFound
from hub.inbox.deeds import find_deed
from hub.inbox.queries import get_card

log = structlog.get_logger(__name__)


async def was_done(turn: Turn) -> bool:
    """Tell whether the turn's update has been carried out; then its conversation is shown as it is now."""
    conversation_id = await find_deed(turn.office.pool, turn.key)
    if conversation_id is None:
        return False
    log.info("bot.update_repeated", conversation_id=conversation_id)
    try:
        card = await get_card(turn.office, turn.actor, conversation_id)
    except NotFound:
        await collapse_card(turn, conversation_id)
    else:
        await post_card(turn, card, cause=turn.key)
    return True
