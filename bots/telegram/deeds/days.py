"""A head asks for the day or the last week (telegram 7.12); that it was read is an audit fact."""

from bots.screens.action import Action, Press
from bots.screens.day import week_screen
from bots.telegram.day_notices import draw
from bots.telegram.turn import Turn
from hub.inbox.queries.day import open_day, open_week


async def day(turn: Turn, action: Action) -> None:
    """Show the day up to now as a new message: a picture cannot take a text's place."""
    screen = await draw(turn, await open_day(turn.office, turn.actor))
    await turn.chat.show(screen, reply_to=turn.own or None)


async def week(turn: Turn, action: Action) -> None:
    """Show the last seven days."""
    await turn.show(week_screen(turn.texts, await open_week(turn.office, turn.actor)))


DEEDS = {Press.day: day, Press.week: week}
"""Deeds of presses and commands."""
