"""Many messages of one client within a minute: one message in the manager's chat, with all their words and files."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from bots.memory import Purpose
from bots.screens.burst import burst_screen, overheard_burst_screen
from bots.telegram.cards import show_files
from bots.telegram.mirrors import Mirror, bring_mirror
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries.bursts import list_burst, list_overheard_burst


class _Span(TypedDict):
    since: datetime
    until: datetime


async def tell_burst(turn: Turn, payload: Mapping[str, object]) -> list[int]:
    """Mirror a burst as one message; a repetition draws it anew in its place."""
    burst = await list_burst(turn.office, turn.actor, _conversation(payload), **_span(payload))
    if not burst.parts:
        return []
    mirror = Mirror(burst.card.id, burst.parts[0].id, Purpose.burst)
    mirror, ids = await bring_mirror(turn, mirror, burst_screen(turn.texts, burst, now=turn.now()))
    await show_files(turn, burst.card, tuple(burst.parts), below=mirror.last)
    return ids


async def tell_overheard_burst(turn: Turn, payload: Mapping[str, object]) -> list[int]:
    """Mirror a burst to who reads along, without sound. Raises: NotFound: they lead the line no more."""
    burst = await list_overheard_burst(turn.office, turn.actor, _conversation(payload), **_span(payload))
    if not burst.parts:
        return []
    mirror = Mirror(burst.card.id, burst.parts[0].id, Purpose.overheard_burst)
    mirror, ids = await bring_mirror(turn, mirror, overheard_burst_screen(turn.texts, burst, now=turn.now()))
    await show_files(turn, burst.card, tuple(burst.parts), below=mirror.last, purpose=Purpose.overheard)
    return ids


def _conversation(payload: Mapping[str, object]) -> ConversationId:
    return ConversationId(int(str(payload["conversation_id"])))


def _span(payload: Mapping[str, object]) -> _Span:
    since, until = (datetime.fromisoformat(str(payload[name])) for name in ("since", "until"))
    return _Span(since=since, until=until)
