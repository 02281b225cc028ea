"""`/room` in a private chat: where the team room is, or how a group becomes one. It is linked in the group itself."""

from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.telegram.turn import Turn
from hub.inbox.rooms import find_room


async def room(turn: Turn, action: Action) -> None:
    """Say which group is the team room."""
    found = await find_room(turn.office, turn.desk.bot_name)
    if found is None:
        await turn.say("room.how")
    else:
        await turn.say("room.where", title=one_line(found.title, 60))


DEEDS = {Press.room: room}
"""Deeds of presses and commands."""
