"""Where a client's card is in the CRMs that are connected, for who has it open here."""

from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox.office import Office
from hub.inbox.viewer import view
from hub.inbox.views import CrmCardState, CrmCardView
from hub.store import crm_items
from hub.store.crm_items import GONE, REFUSED, UNSURE, CrmItem
from hub.store.pool import acquire

_STATES = {REFUSED: CrmCardState.refused, UNSURE: CrmCardState.unsure, GONE: CrmCardState.gone}


async def list_crm_cards(office: Office, actor: Person, conversation_id: ConversationId) -> tuple[CrmCardView, ...]:
    """Return a conversation's client in each CRM, by the CRM's name; asks nothing where none is connected.

    Who may not read the client's telephone number gets neither the way there nor the vendor's words (RG-5).

    Raises:
        NotFound: by rights (RG-2).
    """
    crms = sorted((each for each in office.endpoints().values() if each.is_crm), key=lambda each: each.name)
    if not crms:
        return ()
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        items = await crm_items.list_links(connection, viewed.card.conversation.contact_id)
    found = {item.connection_id: item for item in items}
    return tuple(_show(each.name, found.get(each.id), sees_all=viewed.sees_phones) for each in crms)


def _show(crm: str, item: CrmItem | None, *, sees_all: bool) -> CrmCardView:
    if item is None:
        return CrmCardView(crm, CrmCardState.missing)
    state = _STATES.get(item.state, CrmCardState.linked if item.ref else CrmCardState.missing)
    reason = item.reason if state is CrmCardState.refused else ""
    return CrmCardView(crm, state, item.url, reason) if sees_all else CrmCardView(crm, state)
