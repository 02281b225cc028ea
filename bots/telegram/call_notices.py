"""Notices about calls ordered from cards: the PBX refused, or nobody knows."""

from collections.abc import Mapping

from bots.memory import Purpose
from bots.screens.calls import in_vain
from bots.telegram.cards import refresh_card
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries import get_card

Payload = Mapping[str, object]


async def tell_of_call(turn: Turn, payload: Payload) -> list[int]:
    """Say that no call was made, or that nobody knows, with the next step; the card no longer says that phones ring."""
    card = await get_card(turn.office, turn.actor, ConversationId(int(str(payload["conversation_id"]))))
    facts = {name: str(payload.get(name, "")) for name in ("state", "reason", "extension")}
    ids = await turn.chat.show(in_vain(turn.texts, card, **facts))
    await turn.link(ids[-1], card.id, Purpose.notice)
    await refresh_card(turn, card.id)
    return ids
