"""Brings one client and a CRM together: card first, then sales chances, then the history in order, then tasks.

A run looks at the state, not at what changed: whatever is missing there is made, whatever changed there since is read,
whatever changed here is written. So one run stands for any number of changes, a run that breaks off leaves the rest to
the next, and a CRM that was away for a day needs nothing but time. Runs of one client come one after the other (the
order of the lane); nothing here holds a transaction while the CRM is asked.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hub.crm_sync.account import Account
from hub.crm_sync.addresses import addresses_of, without_addresses
from hub.crm_sync.base import Entry, EntryKind, KeepsTasks, Match, Place, Talk, Talks, Written
from hub.crm_sync.compare import Values
from hub.crm_sync.mapping import OWN, Client, entry_of, request_of, todo_of, values_of_lead, values_of_task
from hub.crm_sync.pulling import is_mapped_since, ours_of, pull, push
from hub.crm_sync.writing import OF_THE_ACCOUNT, Making, digest, give_up, keep, key_of, make_once, renew
from hub.domain.crm import CrmRef, Entity, read_ref
from hub.domain.errors import PermanentFailure
from hub.domain.ids import ContactId
from hub.domain.message import Direction
from hub.domain.replacing import replace
from hub.store import crm_cards, crm_items
from hub.store.crm_cards import EntryRow
from hub.store.crm_items import DONE, GONE, REFUSED, CrmItem
from hub.store.pool import acquire

ENTRIES_A_RUN = 20
_LINKED = (DONE, REFUSED)
Items = dict[tuple[Entity, int], CrmItem]


@dataclass(frozen=True, slots=True)
class Run:
    """One run for one client; `since` is when the CRM was connected: what was said before stays ours."""

    account: Account
    contact_id: ContactId
    since: datetime

    async def bring_together(self) -> bool:
        """Do all of it; return whether there is more history than one run brings.

        Raises:
            ProviderError: the CRM cannot be asked now, or nobody knows what became of a call; run again.
        """
        client = await self._load()
        if client is None:
            return False
        items = await self._load_items(client)
        card = await self._card(client, items)
        if card is None or not card.ref or card.state not in _LINKED:
            return False
        if all(card is not each for each in items.values()):  # what was read there may have changed the client
            client = await self._load() or client
        contact = read_ref(card.ref)
        requests = await self._requests(client, items, contact)
        more = await self._history(client, Place(contact, requests[-1] if requests else None))
        await self._tasks(client, items, Place(contact, requests[-1] if requests else None))
        return more

    async def _load(self) -> Client | None:
        """Return the client; none for a card that somebody has to decide about first, or that another absorbed."""
        async with acquire(self.account.office.pool) as connection:
            rows = await crm_cards.find_client(connection, self.contact_id)
        if rows is None or rows.contact.is_provisional or rows.contact.merged_into or rows.contact.is_anonymous:
            return None
        return Client(self.account, rows)

    async def _load_items(self, client: Client) -> Items:
        async with acquire(self.account.office.pool) as connection:
            found = await crm_items.list_of_contacts(connection, self.account.connection_id, client.rows.ids)
        return {(item.entity, item.hub_id): item for item in found}

    async def _card(self, client: Client, items: Items) -> CrmItem | None:
        """Return the client's card there: known, found by an address, or made (M-3, M-12)."""
        known = next((items[key] for each in client.rows.ids if (key := (Entity.contact, each)) in items), None)
        if known is not None and known.state == GONE and await self._is_back(client, known):
            known = await self._begin_anew(client, items, known)
        if known is not None and known.ref:
            return await self._settled(client, known)
        return await self._new_card(client, known)

    async def _new_card(self, client: Client, known: CrmItem | None) -> CrmItem:
        """Link the client to a card there, or make one.

        A search that is refused is told as the client's, and is not repeated before an address changes or somebody
        asks; one that nobody may make is no matter of one client. One that may be made already is never linked by an
        address: its key tells, and another client's card tells only to go without addresses.
        """
        if known is not None and known.state == REFUSED and known.mark == digest(client.phones, client.emails):
            return known
        try:
            mine, others = await self._find(client)
        except PermanentFailure as refusal:
            if refusal.reason in OF_THE_ACCOUNT:
                raise
            return await self._keep_refusal(client, known, refusal)
        if mine and not (known is not None and known.attempt):
            return await pull(client, await keep(self.account, self._link(client, mine)))
        making = self._making_of_card(client, is_bare=bool(others))
        begun = replace(known, base=without_addresses(known.base)) if known is not None and others else known
        return await self._agree(client, await make_once(self.account, making, begun), begun)

    async def _keep_refusal(self, client: Client, known: CrmItem | None, refusal: PermanentFailure) -> CrmItem:
        mark, now = digest(client.phones, client.emails), self.account.office.clock.now()
        told = replace(known or self._item(client), state=REFUSED, reason=str(refusal), mark=mark, changed_at=now)
        return await keep(self.account, told)

    def _making_of_card(self, client: Client, *, is_bare: bool) -> Making:
        """Return how the card is made; a bare one gets its addresses afterwards.

        Another client's card has one of them, and some CRMs would answer with that card.
        """
        person, base = client.person(), _base(client.values())
        if is_bare:
            person = replace(person, phones=(), emails=())
        contact_id = client.rows.contact.id
        return Making(
            Entity.contact,
            contact_id,
            contact_id,
            mark=digest(person),
            make=partial(self.account.crm.create_contact, person),
            base=base if is_bare else base | addresses_of(client),
        )

    async def _is_back(self, client: Client, card: CrmItem) -> bool:
        """Tell whether a client whose card was deleted there has written or called since."""
        async with acquire(self.account.office.pool) as connection:
            said = await crm_cards.list_entries(
                connection, self.account.connection_id, client.rows.ids, since=card.changed_at, limit=ENTRIES_A_RUN
            )
        return any(each.direction == Direction.inbound for each in said)

    async def _begin_anew(self, client: Client, items: Items, card: CrmItem) -> CrmItem:
        """Forget what was deleted there: the client is back, and gets a card and sales chances like a new one."""
        for key, item in list(items.items()):
            present = await pull(client, item) if item.is_stale and item.state != GONE else item
            items[key] = await renew(self.account, present) if present.state == GONE else present
        return items[card.entity, card.hub_id]

    async def _settled(self, client: Client, item: CrmItem) -> CrmItem:
        """Return an item both sides agree about; what is gone there stays so.

        A field or stage that was mapped since is read there first: nobody knows yet what it holds.
        """
        if item.state == GONE:
            return item
        is_unread = any(name.startswith(OWN) and name not in item.base for name in ours_of(client, item))
        is_unread = is_unread or is_mapped_since(client, item)
        return await pull(client, item) if item.is_stale or is_unread else await push(client, item)

    async def _agree(self, client: Client, item: CrmItem, known: CrmItem | None) -> CrmItem:
        """Write what changed here since a record just made was begun.

        One that was there already, or whose answer was lost for a while, is read first: nobody here knows what became
        of it there, and hints of a record that nobody knew yet were in vain.
        """
        if item.state != DONE:
            return item
        is_known = item.base and not (known is not None and known.attempt)
        return await push(client, item) if is_known else await pull(client, item)

    async def _find(self, client: Client) -> tuple[Sequence[Match], Sequence[Match]]:
        """Return the cards there that have an address of the client: those that may be theirs, and another client's.

        Another's is one that is linked to a client of whom a person has said that they are not this one (M-5, M-10):
        the address may stand there because we wrote it while the two were taken for one.
        """
        if not client.phones and not client.emails:
            return (), ()
        found = await self.account.crm.find_contacts(client.phones, client.emails)
        if not found:
            return (), ()
        async with acquire(self.account.office.pool) as connection:
            refs = [str(each.ref) for each in found]
            taken = await crm_items.list_of_told_apart(
                connection, self.account.connection_id, refs, contact_ids=client.rows.ids
            )
        others = [each for each in found if str(each.ref) in taken]
        return [each for each in found if each not in others], others

    def _link(self, client: Client, found: Sequence[Match]) -> CrmItem:
        """Return the best of these cards as an item not yet compared (M-12)."""
        best = choose(found)
        others = sorted(str(each.ref) for each in found if each.ref != best.ref)
        reason = f"also: {', '.join(others)}" if others else ""
        return replace(self._item(client), ref=str(best.ref), url=best.url, state=DONE, reason=reason, is_stale=True)

    def _item(self, client: Client) -> CrmItem:
        """Return the item of the client's card before anything is known of it."""
        contact_id = client.rows.contact.id
        key = key_of(self.account, Entity.contact, contact_id)
        now = self.account.office.clock.now()
        return CrmItem(self.account.connection_id, Entity.contact, contact_id, contact_id, key, changed_at=now)

    async def _requests(self, client: Client, items: Items, contact: CrmRef) -> list[CrmRef]:
        """Return the sales chances there, oldest first, after bringing all of the client's leads over."""
        refs: list[CrmRef] = []
        for lead in client.rows.leads if self.account.rules.makes_requests else ():
            known = items.get((Entity.request, lead.id))
            if known is not None and known.ref:
                item = await self._settled(client, known)
            elif lead.is_open or known is not None:
                request = request_of(client, lead, contact)
                making = Making(
                    Entity.request,
                    lead.id,
                    client.rows.contact.id,
                    mark=digest(request),
                    make=partial(self.account.crm.create_request, request),
                    place=Place(contact),
                    base=_base(values_of_lead(client, lead)),
                )
                item = await self._agree(client, await make_once(self.account, making, known), known)
            else:
                continue
            refs += [read_ref(item.ref)] if item.ref and item.state in _LINKED else []
        return refs

    async def _history(self, client: Client, place: Place) -> bool:
        """Bring the oldest missing entries over, in order; return whether there are more.

        Entries in doubt whose messages were deleted here meanwhile are ended first.
        """
        if not self.account.rules.brings_history:
            return False
        async with acquire(self.account.office.pool) as connection:
            rows = await crm_cards.list_entries(
                connection, self.account.connection_id, client.rows.ids, since=self.since, limit=ENTRIES_A_RUN
            )
            ids = [row.id for row in rows]
            doubtful = await crm_items.list_of_entries(connection, self.account.connection_id, ids) if ids else ()
            deleted = await crm_items.list_of_deleted(connection, self.account.connection_id, client.rows.ids)
        for item in deleted:
            await give_up(self.account, item, place)
        known = {item.hub_id: replace(item, contact_id=client.rows.contact.id) for item in doubtful}
        for row in rows:
            await self._entry(client, row, place, known=known.get(row.id))
        return len(rows) == ENTRIES_A_RUN

    async def _entry(self, client: Client, row: EntryRow, place: Place, *, known: CrmItem | None) -> None:
        entry = entry_of(client, row)
        making = Making(
            Entity.entry,
            row.id,
            client.rows.contact.id,
            mark=digest(entry),
            make=self._call_of(client, row, entry, place),
            place=place,
        )
        await make_once(self.account, making, known)

    def _call_of(self, client: Client, row: EntryRow, entry: Entry, place: Place) -> Callable[..., Awaitable[Written]]:
        """Return the call that brings an entry over: into the CRM's own chat where the hub stands there."""
        crm = self.account.crm
        if isinstance(crm, Talks) and crm.is_talking and entry.kind is EntryKind.message and row.conversation_id:
            return partial(crm.say, entry, Talk(str(row.conversation_id), client.person(), place))
        return partial(crm.add_entry, entry, place)

    async def _tasks(self, client: Client, items: Items, place: Place) -> None:
        """Bring the client's tasks over and back (T-4)."""
        crm = self.account.crm
        if not isinstance(crm, KeepsTasks):
            return
        for task in client.rows.tasks:
            known = items.get((Entity.task, task.id))
            if known is not None and known.ref:
                await self._settled(client, known)
            elif task.is_open or known is not None:
                todo = todo_of(client, task)
                making = Making(
                    Entity.task,
                    task.id,
                    client.rows.contact.id,
                    mark=digest(todo),
                    make=partial(crm.add_task, todo, place),
                    place=place,
                    base=_base(values_of_task(task)),
                )
                await self._agree(client, await make_once(self.account, making, known), known)


def choose(found: Sequence[Match]) -> Match:
    """Return the card to link to: one with an open deal, then the most recently active, then the oldest (M-12)."""

    def rank(match: Match) -> tuple[bool, float]:
        return match.has_open_request, match.active_at.timestamp() if match.active_at else 0.0

    return max(found, key=rank)


def _base(values: Values) -> dict[str, str]:
    """Return what both sides agree on once a record of these values is made, nothing included."""
    return {name: value or "" for name, value in values.items()}
