"""A person says which card of a CRM is a client's: after a restore, or where neither number nor mail tells.

The card is read first, so that a mistyped number links nobody. Then the client is held against it like one that was
found by an address: what either side lacks is brought over (M-12). What stood under the former card stays there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.crash import crash_point
from hub.crm_sync.account import Account
from hub.crm_sync.base import Gone, MergedInto, Snapshot
from hub.crm_sync.resync import queue_clients
from hub.crm_sync.writing import key_of
from hub.domain.audit import Deed
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import ConfigError, Conflict, NotFound
from hub.domain.ids import ContactId
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import Noted, note_in
from hub.store import crm_cards, crm_items
from hub.store.crm_items import DONE, CrmItem
from hub.store.pool import Connection, acquire


@dataclass(frozen=True, slots=True)
class LinkedCard:
    """The card a client is linked to now: its name and page there. `former` is the one before, empty for none."""

    ref: CrmRef
    name: str = ""
    url: str = ""
    former: str = ""


async def link_card(account: Account, actor: Person, contact_id: ContactId, card: str) -> LinkedCard:
    """Link a client to a card there, by its number, and queue the client to be held against it anew. Commits twice.

    Repeating it is harmless.

    Raises:
        NotFound: only an administrator says so; or there is no such card, or no such client by now.
        ConfigError: that is no number of a card.
        Conflict: the card is another client's, or a run of this client is under way.
        ProviderError: the CRM cannot be asked.
    """
    ensure(actor, Action.manage_connections, Subject())
    if not account.crm.card_id.fullmatch(card):
        raise ConfigError(f"'{card}' is no number of a card: it stands in the address of the card's page there")
    found = await _read(account, CrmRef(account.crm.card_kind, card))
    async with acquire(account.office.pool) as connection:
        crash_point("crm.before_card_link")
        async with connection.transaction():
            former = await _link(connection, account, contact_id, found)
            facts = {"crm": int(account.connection_id), "card": str(found.ref), "former": former}
            await note_in(
                connection, account.office, Noted(actor, Deed.crm_card_linked, f"contact:{contact_id}", facts)
            )
        crash_point("crm.after_card_link")
    await queue_clients(account.office, account.connection_id, [contact_id])
    return LinkedCard(found.ref, found.values.get(CrmField.name, ""), found.url, former)


async def _read(account: Account, ref: CrmRef) -> Snapshot:
    """Return a card as it is there, or the one it was joined with."""
    match await account.crm.get(ref):
        case Snapshot() as found if found.entity is Entity.contact:
            return found
        case MergedInto(into=into):
            return await _read(account, into)
        case Gone() | Snapshot():
            raise NotFound(f"{account.name} has no card {ref.id}")


async def _link(connection: Connection, account: Account, contact_id: ContactId, found: Snapshot) -> str:
    """Store the link, marked to be read, and return the former one; everything else of the client is marked too."""
    client = await crm_cards.find_client(connection, contact_id)
    if client is None or client.contact.merged_into or client.contact.is_anonymous:
        raise NotFound("this client is no more: another card has absorbed them, or their data was erased")
    await _ensure_free(connection, account, found.ref, family=client.ids)
    items = await crm_items.list_of_contacts(connection, account.connection_id, client.ids)
    cards = {item.hub_id: item for item in items if item.entity is Entity.contact}
    former = next((cards[each].ref for each in client.ids if each in cards), "")
    await crm_items.save(connection, _item(account, contact_id, found))
    await crm_items.mark_all_stale(connection, account.connection_id, [contact_id], retries_unsure=True)
    return former if former != str(found.ref) else ""


def _item(account: Account, contact_id: ContactId, found: Snapshot) -> CrmItem:
    """Return a card as an item not yet compared."""
    key, now = key_of(account, Entity.contact, contact_id), account.office.clock.now()
    item = CrmItem(account.connection_id, Entity.contact, contact_id, contact_id, key, changed_at=now)
    return replace(item, ref=str(found.ref), url=found.url, state=DONE, is_stale=True)


async def _ensure_free(connection: Connection, account: Account, ref: CrmRef, *, family: Sequence[int]) -> None:
    """Refuse a card of another client, and a client with whom the lane is at work: it would write its own link.

    Raises: Conflict.
    """
    whose = await crm_items.find_holder(connection, account.connection_id, str(ref), contact_ids=family)
    if whose is not None:
        raise Conflict(f"card {ref.id} of {account.name} is another client's, {whose}: join the two here instead")
    if await crm_items.is_at_work(connection, account.connection_id, family):
        raise Conflict("this client is being held against the CRM at this moment: say it again in a few seconds")
