"""The live card: one a conversation and manager, the newest; older copies shrink to a line that points down.

A card is drawn from the state at the moment of sending. Steps are ordered so that stopping after any of them leaves at
worst a full older card, never a wrong one.
"""

from bots.memory import CARD_KEPT, Purpose
from bots.screens.card import card_screen, collapsed, pointer
from bots.screens.mirror import caption
from bots.telegram.turn import Turn
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.domain.message import Direction
from hub.inbox.queries import get_card
from hub.inbox.views import CardView, MessageView


async def post_card(
    turn: Turn, card: CardView, *, headline: str = "", is_quiet: bool = True, cause: str = ""
) -> list[int]:
    """Send a new live card and shrink the one before; return the ids of its messages, none if it is there already.

    `cause` is the delivery's key: the same cause refreshes the card it has already brought.
    """
    memory, chat = turn.desk.memory, turn.chat
    before = await memory.latest_card(chat.id, card.id)
    known = await memory.recall(chat.id, _facts_name(card.id)) or {}
    screen = card_screen(turn.texts, card, now=turn.now(), headline=headline)
    if cause and before and known.get("cause") == cause and await chat.replace(before, screen):
        return []
    ids = await chat.show(screen if is_quiet else screen.aloud())
    await turn.link(ids[-1], card.id, Purpose.card)
    await memory.keep(chat.id, _facts_name(card.id), {"number": card.number, "cause": cause}, lasting=CARD_KEPT)
    if before:
        await chat.replace(before, pointer(turn.texts, card.number))
    return ids


async def refresh_card(turn: Turn, conversation_id: ConversationId) -> None:
    """Redraw the live card in place, quietly; a conversation that is no longer this manager's collapses."""
    try:
        card = await get_card(turn.office, turn.actor, conversation_id)
    except NotFound:
        await collapse_card(turn, conversation_id)
        return
    await redraw_card(turn, card)


async def redraw_card(turn: Turn, card: CardView) -> None:
    """Redraw the live card, if the chat has one, from a card that was loaded just now."""
    message_id = await turn.desk.memory.latest_card(turn.chat.id, card.id)
    if message_id is None:
        return
    if not await turn.chat.replace(message_id, card_screen(turn.texts, card, now=turn.now())):
        await post_card(turn, card)


async def collapse_card(turn: Turn, conversation_id: ConversationId, winner: str = "") -> bool:
    """Shrink the live card to one line that says who has it; return False if there is no card to shrink."""
    message_id = await turn.desk.memory.latest_card(turn.chat.id, conversation_id)
    known = await turn.desk.memory.recall(turn.chat.id, _facts_name(conversation_id))
    if message_id is None or known is None:
        return False
    return await turn.chat.replace(message_id, collapsed(turn.texts, int(str(known["number"])), winner))


async def show_files(
    turn: Turn, card: CardView, messages: tuple[MessageView, ...], *, below: int | None = None
) -> None:
    """Show the stored files of a client's messages, each once, each naming its client and answerable.

    They reply to the message `below` which they belong, by default to the live card.
    """
    below = below or await turn.desk.memory.latest_card(turn.chat.id, card.id)
    memory = turn.desk.memory
    for message in messages:
        for attachment in message.attachments:
            name = f"file:{message.id}:{attachment.sha256[:16]}"
            if not attachment.sha256 or message.direction is not Direction.inbound:
                continue
            if await memory.recall(turn.chat.id, name) is not None:
                continue
            content = await turn.desk.read_file(attachment.sha256)
            sent = await turn.chat.send_file(attachment, content, caption(turn.texts, card), reply_to=below)
            await turn.link(sent, card.id, Purpose.file, message.id)
            await memory.keep(turn.chat.id, name, {"sent": sent}, lasting=CARD_KEPT)


def _facts_name(conversation_id: ConversationId) -> str:
    return f"card:{conversation_id}"
