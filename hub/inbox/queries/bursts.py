"""What a client wrote within one burst: shown to a manager as one message, none of it left out."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox.office import Office
from hub.inbox.queries.cards import get_card, show_entries
from hub.inbox.viewer import view
from hub.inbox.views import CardView, MessageView
from hub.store import timeline
from hub.store.pool import acquire

_MOST = 200


async def list_burst(
    office: Office, actor: Person, conversation_id: ConversationId, *, since: datetime, until: datetime
) -> tuple[CardView, Sequence[MessageView]]:
    """Return a conversation and what its client said in [since, until), oldest first, at most 200 messages.

    Raises:
        NotFound: by rights.
    """
    card = await get_card(office, actor, conversation_id)
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        entries = await timeline.list_heard(connection, conversation_id, since=since, until=until, limit=_MOST)
        return card, await show_entries(connection, office, viewed, entries)
