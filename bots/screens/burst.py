"""Many messages of a client within a minute, as one: how many there are, and where those are that found no place."""

from dataclasses import replace
from datetime import datetime

from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.mirror import album_of, mirror_screen
from bots.screens.overheard import overheard_screen
from bots.screens.screen import Screen, line
from bots.texts import Texts
from hub.inbox.queries.bursts import Burst


def burst_screen(texts: Texts, burst: Burst, *, now: datetime) -> Screen:
    """Return the messages as their manager sees them."""
    return _counted(texts, burst, mirror_screen(texts, burst.card, album_of(burst.parts), now=now, is_burst=True))


def overheard_burst_screen(texts: Texts, burst: Burst, *, now: datetime) -> Screen:
    """Return the messages as whoever reads along sees them."""
    return _counted(texts, burst, overheard_screen(texts, burst.card, album_of(burst.parts), now=now, is_burst=True))


def _counted(texts: Texts, burst: Burst, screen: Screen) -> Screen:
    """Say below the header how many they are, and below the words how many more the history has."""
    counted = line(texts.count("message.burst", len(burst.parts) + burst.more))
    blocks, rows = (screen.blocks[0], counted, *screen.blocks[1:]), screen.rows
    if burst.more:
        blocks = (*blocks, line(texts.count("message.burst_rest", burst.more)))
        rows = ((button(texts, burst.card, Press.history),), *rows)
    return replace(screen, blocks=blocks, rows=rows)
