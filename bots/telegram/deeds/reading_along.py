"""A head reads along with a colleague's conversation, and stops (telegram 7.12)."""

from bots.screens.action import Action, Press
from bots.screens.screen import notice
from bots.telegram.cards import post_card, refresh_card
from bots.telegram.deeds.reading import get, open_
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.reading_along import read_along, stop_reading


async def read(turn: Turn, action: Action) -> None:
    """Mirror everything said from now on, until the day ends, and show the card as it stands."""
    await read_along(turn.once, turn.actor, ConversationId(action.subject))
    await post_card(turn, await open_(turn, action), headline="card.reading", cause=turn.key)


async def unread(turn: Turn, action: Action) -> None:
    """Mirror nothing more of it."""
    shown = await get(turn, action)
    await stop_reading(turn.once, turn.actor, shown.id)
    await refresh_card(turn, shown.id)
    await turn.chat.show(notice(turn.texts("overheard.ended", number=shown.number)), reply_to=turn.own or None)


DEEDS = {Press.read: read, Press.unread: unread}
"""Deeds of presses and commands."""
