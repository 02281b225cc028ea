"""`/connect`: a one-time link to a form in the browser, so that no token or password is ever written in a chat."""

from bots.screens.action import Action, Press
from bots.screens.admin_connect import kinds_screen, link_screen
from bots.telegram.turn import Turn
from hub.channels.registry import list_kinds
from hub.inbox.connect_links import make_link
from hub.inbox.staff import list_line_choices


async def connect(turn: Turn, action: Action) -> None:
    """Offer what can be connected, or make the link for one kind (`/connect email`)."""
    list_line_choices(turn.office, turn.actor)
    kind = action.arg or turn.words.casefold().strip()
    if not turn.desk.public_url:
        await turn.say("connect.no_address")
    elif kind not in list_kinds():
        await turn.show(kinds_screen(turn.texts, list_kinds()))
    else:
        token = await make_link(turn.office, turn.actor, kind)
        await turn.show(link_screen(turn.texts, kind, f"{turn.desk.public_url.rstrip('/')}/connect/{token}"))


DEEDS = {Press.connect: connect}
