"""Reading along in a head's chat: messages are mirrored quietly, and a reply to one asks before it goes to the client.

Whoever reads along watches, so a line written below is as likely meant for the colleague: `//` leaves a note at once,
anything else is kept and asked about. A reply to the card itself answers as everywhere.
"""

from collections.abc import Mapping
from dataclasses import replace

from bots.memory import Purpose
from bots.screens.mirror import album_of
from bots.screens.overheard import confirm_screen, overheard_screen
from bots.telegram.cards import show_files
from bots.telegram.drafts import keep_draft
from bots.telegram.mirrors import Mirror, bring_mirror
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId, MessageId
from hub.inbox.queries import get_card
from hub.inbox.reply import Content


async def tell_overheard(turn: Turn, payload: Mapping[str, object]) -> list[int]:
    """Mirror what client or colleague said, an album as one; what is mirrored already is redrawn in place.

    Raises:
        NotFound: the receiver leads the line no more.
    """
    conversation_id, message_id = (int(str(payload[name])) for name in ("conversation_id", "message_id"))
    card, parts = await turn.desk.reader.get_overheard(
        turn.actor, ConversationId(conversation_id), MessageId(message_id), language=turn.texts.language
    )
    screen = overheard_screen(turn.texts, card, album_of(parts), now=turn.now())
    mirror, ids = await bring_mirror(
        turn,
        Mirror(card.id, parts[0].id, Purpose.overheard),
        replace(screen, is_quiet=True),
        only_there=bool(payload.get("only_files")),
    )
    await show_files(turn, card, parts, below=mirror.last, purpose=Purpose.overheard)
    return ids


async def ask_before_client(turn: Turn, conversation_id: ConversationId, content: Content) -> None:
    """Keep what was written below an overheard message, and ask whether it is for the client."""
    card = await get_card(turn.office, turn.actor, conversation_id)
    await keep_draft(turn, content, about=conversation_id)
    await turn.show(confirm_screen(turn.texts, card))
