"""What a client wrote within one burst: shown to a manager as one message; what is too much for one is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.domain.rights import Action, Person, Subject, may
from hub.inbox.office import Office
from hub.inbox.queries.cards import get_card, show_entries
from hub.inbox.viewer import view
from hub.inbox.views import CardView, MessageView
from hub.store import timeline
from hub.store.pool import acquire

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Burst:
    """A conversation and what its client said, oldest first; `more` messages stand in the history alone."""

    card: CardView
    parts: Sequence[MessageView]
    more: int = 0


async def list_burst(
    office: Office, actor: Person, conversation_id: ConversationId, *, since: datetime, until: datetime
) -> Burst:
    """Return what the client of a conversation said in [since, until).

    Raises:
        NotFound: by rights.
    """
    card = await get_card(office, actor, conversation_id)
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        entries = await timeline.list_heard(connection, conversation_id, since=since, until=until, limit=SHOWN)
        is_all = len(entries) < SHOWN
        heard = 0 if is_all else await timeline.count_heard(connection, conversation_id, since=since, until=until)
        return Burst(card, await show_entries(connection, office, viewed, entries), max(heard - len(entries), 0))


async def list_overheard_burst(
    office: Office, actor: Person, conversation_id: ConversationId, *, since: datetime, until: datetime
) -> Burst:
    """Return what `list_burst` does to who reads along: the head of the line as it is now, or an administrator.

    Raises:
        NotFound: by rights.
    """
    burst = await list_burst(office, actor, conversation_id, since=since, until=until)
    if not may(actor, Action.reassign, Subject(burst.card.line)):
        raise NotFound("who does not lead the line reads nothing along")
    return burst
