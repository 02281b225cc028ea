"""Many messages of one client within a minute: one message in the manager's chat, with all their words and files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bots.screens.mirror import album_of, mirror_screen
from bots.screens.screen import line
from bots.telegram.cards import show_files
from bots.telegram.mirrors import Mirror, bring_mirror
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries.bursts import list_burst


async def tell_burst(turn: Turn, payload: Mapping[str, object]) -> list[int]:
    """Mirror a burst as one message; a repetition draws it anew in its place."""
    since, until = (datetime.fromisoformat(str(payload[name])) for name in ("since", "until"))
    conversation_id = ConversationId(int(str(payload["conversation_id"])))
    card, parts = await list_burst(turn.office, turn.actor, conversation_id, since=since, until=until)
    if not parts:
        return []
    screen = mirror_screen(turn.texts, card, album_of(parts), now=turn.now(), is_burst=True)
    counted = line(turn.texts.count("message.burst", len(parts)))
    screen = replace(screen, blocks=(screen.blocks[0], counted, *screen.blocks[1:]))
    mirror, ids = await bring_mirror(turn, Mirror(card.id, parts[0].id), screen)
    await show_files(turn, card, tuple(parts), below=mirror.last)
    return ids
