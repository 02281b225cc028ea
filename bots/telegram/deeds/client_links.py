"""A link to the bot of clients for somebody who is in no messenger yet: a client of a form or a call."""

from bots.screens.action import Action, Press
from bots.screens.client_link import client_link_screen, no_bot_screen
from bots.telegram.deeds.reading import get
from bots.telegram.turn import Turn
from hub.domain.client_link import new_token, payload_of
from hub.inbox.client_links import keep_client_link


async def client_link(turn: Turn, action: Action) -> None:
    """Make a link and show it; every press makes another, each works once."""
    card = await get(turn, action)
    token = new_token()
    link = await turn.desk.start_link(card.line, payload_of(token))
    if not link:
        await turn.show(no_bot_screen(turn.texts, card), about=card.id)
        return
    await keep_client_link(turn.once, turn.actor, card.id, token=token)
    await turn.show(client_link_screen(turn.texts, card, link), about=card.id)


DEEDS = {Press.client_link: client_link}
