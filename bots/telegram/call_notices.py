"""Notices about calls: one ordered from a card was refused, or nobody knows; a recording that was asked for."""

from collections.abc import Mapping

from bots.memory import CARD_KEPT, Purpose
from bots.screens.calls import in_vain
from bots.screens.recordings import no_recording, recording_caption
from bots.telegram.cards import refresh_card
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId, MessageId
from hub.inbox.queries import get_card, get_message

Payload = Mapping[str, object]
_TELLING = "recording"


async def tell_of_recording(turn: Turn, payload: Payload) -> list[int]:
    """Send the recording that was asked for, once, or say why it cannot be heard; it can be answered like a card."""
    conversation_id = ConversationId(int(str(payload["conversation_id"])))
    card = await get_card(turn.office, turn.actor, conversation_id)
    talk = await get_message(turn.office, turn.actor, card.id, MessageId(int(str(payload["message_id"]))))
    name, below = f"{_TELLING}:{turn.key}", await turn.desk.memory.latest_card(turn.chat.id, card.id)
    if await turn.desk.memory.recall(turn.chat.id, name) is not None:
        return []
    recording = next((each for each in talk.attachments if each.sha256), None)
    if recording is None:
        ids = await turn.chat.show(no_recording(turn.texts, card, str(payload["reason"])), reply_to=below)
    else:
        caption = recording_caption(turn.texts, card, talk, now=turn.now())
        content = await turn.desk.read_file(recording.sha256)
        ids = [await turn.chat.send_file(recording, content, caption, reply_to=below)]
    await turn.link(ids[-1], card.id, Purpose.file, talk.id)
    await turn.desk.memory.keep(turn.chat.id, name, {"sent": ids}, lasting=CARD_KEPT)
    return ids


async def tell_of_call(turn: Turn, payload: Payload) -> list[int]:
    """Say that no call was made, or that nobody knows, with the next step; the card no longer says that phones ring."""
    card = await get_card(turn.office, turn.actor, ConversationId(int(str(payload["conversation_id"]))))
    facts = {name: str(payload.get(name, "")) for name in ("state", "reason", "extension")}
    ids = await turn.chat.show(in_vain(turn.texts, card, **facts))
    await turn.link(ids[-1], card.id, Purpose.notice)
    await refresh_card(turn, card.id)
    return ids
