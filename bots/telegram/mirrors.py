"""What a client said, in a manager's chat: one message, or several where the words are long, redrawn in their places.

Each message is linked as soon as it is sent, so a repetition after any step goes on where the one before stopped, and a
reply to any of them is for its client. What was deleted in the chat stays linked to its client and is drawn anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.memory import Purpose
from bots.screens.screen import Screen
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId, MessageId


@dataclass(frozen=True, slots=True)
class Mirror:
    """What shows a message of the hub in a chat, and why; `shown` are the chat's messages it stands in, in order."""

    conversation_id: ConversationId
    message_id: MessageId
    purpose: Purpose = Purpose.mirror
    shown: Sequence[int] = ()

    @property
    def last(self) -> int | None:
        """Return the message below which files belong, `None` if it stands nowhere."""
        return self.shown[-1] if self.shown else None


async def find_mirror(turn: Turn, mirror: Mirror) -> Mirror:
    """Return a mirror with the messages that it stands in."""
    shown = await turn.desk.memory.list_shown(turn.chat.id, mirror.message_id, mirror.purpose)
    return replace(mirror, shown=shown)


async def redraw_mirror(turn: Turn, mirror: Mirror, screen: Screen) -> Mirror:
    """Redraw it where it stands; return it with the messages that show the screen now, from its first on.

    Raises: ProviderError.
    """
    count = await turn.chat.replace_all(mirror.shown, screen) if mirror.shown else 0
    for each in mirror.shown[count:]:
        await turn.link(each, mirror.conversation_id, mirror.purpose)  # its client's still, but no mirror any more
    return replace(mirror, shown=mirror.shown[:count])


async def send_mirror(turn: Turn, mirror: Mirror, screen: Screen) -> tuple[Mirror, list[int]]:
    """Send what of the screen does not stand in the chat yet; return the mirror, and the ids of what was sent.

    Raises: ProviderError.
    """
    ids = []
    async for sent in turn.chat.show_rest(screen, after=len(mirror.shown)):
        await turn.link(sent, mirror.conversation_id, mirror.purpose, mirror.message_id)
        ids.append(sent)
    return replace(mirror, shown=(*mirror.shown, *ids)), ids


async def bring_mirror(
    turn: Turn, mirror: Mirror, screen: Screen, *, only_there: bool = False
) -> tuple[Mirror, list[int]]:
    """Redraw it where it stands, else send it unless `only_there`; return as `send_mirror`. Raises: ProviderError."""
    stands = await redraw_mirror(turn, await find_mirror(turn, mirror), screen)
    return (stands, []) if only_there and not stands.shown else await send_mirror(turn, stands, screen)
