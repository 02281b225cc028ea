"""The day's figures in a head's chat: once a day by themselves, and whenever somebody asks (telegram 7.12)."""

import asyncio
from collections.abc import Mapping
from datetime import date

from bots.memory import CARD_KEPT
from bots.pictures.day import draw_day
from bots.screens.day import day_screen
from bots.screens.screen import Screen
from bots.telegram.turn import Turn
from hub.inbox.day_views import DayView
from hub.inbox.queries.day import find_day


async def tell_of_day(turn: Turn, payload: Mapping[str, object]) -> list[int]:
    """Show the day, once; nothing of a day that is over, of a day off without a word, or to who leads nobody now."""
    name = f"day:{turn.key}"
    if await turn.desk.memory.recall(turn.chat.id, name) is not None:
        return []
    view = await find_day(turn.office, turn.actor, date.fromisoformat(str(payload["day"])))
    if view is None:
        return []
    ids = await turn.chat.show((await draw(turn, view)).aloud())
    await turn.desk.memory.keep(turn.chat.id, name, {"sent": ids}, lasting=CARD_KEPT)
    return ids


async def draw(turn: Turn, view: DayView) -> Screen:
    """Return the day's screen with its picture; a day without requests has none."""
    is_worth_a_picture = any(asked.total for _, asked in view.weekdays)
    picture = await asyncio.to_thread(draw_day, view) if is_worth_a_picture else b""
    return day_screen(turn.texts, view, now=turn.now(), picture=picture)
