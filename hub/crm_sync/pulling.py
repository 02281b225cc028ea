"""What a record looks like there now, compared with ours, and what follows on either side.

The webhook only said that something changed; the record is read again, compared field by field with what both sides
agreed on last, and what differs is written where it is missing: first here, then there, then the agreement. A process
that dies in between compares again and finds the rest.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import assert_never

import structlog

from hub.crm_sync.account import Account
from hub.crm_sync.addresses import share_addresses
from hub.crm_sync.base import Gone, KeepsTasks, MergedInto, Patch, Snapshot, Todo, Written
from hub.crm_sync.compare import FROZEN, Guard, Rule, Values, Verdict, compare, note_writes, without_frozen
from hub.crm_sync.mapping import OWN, Client, from_own, todo_of, values_of_lead, values_of_task
from hub.crm_sync.writing import change, digest, ensure_held, keep
from hub.domain.crm import CrmField, Entity, read_ref
from hub.domain.errors import PermanentFailure
from hub.domain.lead import Lead
from hub.domain.replacing import replace
from hub.inbox.crm_changes import CardChange, LeadChange, TaskChange, change_card, change_lead, change_task
from hub.store import crm_cards, crm_items
from hub.store.crm_items import DONE, GONE, REFUSED, CrmItem
from hub.store.crm_overview import UNKNOWN_OWNER
from hub.store.pool import acquire

_RULES: Mapping[str, Rule] = {CrmField.amount: Rule.given, CrmField.text: Rule.hub}
_PHONES, _EMAILS, _UNMAPPED = "phones", "emails", "unmapped"
_log = structlog.get_logger()


async def read_again(client: Client, item: CrmItem) -> Snapshot | CrmItem:
    """Return the record as it is now, or its item if it is not there any more. Follows a merge there.

    Raises:
        TemporaryFailure, AuthenticationFailed: again later; the record stays marked.
    """
    account = client.account
    rules = account.rules
    fields = {Entity.contact: rules.contact_fields, Entity.request: rules.lead_fields}.get(item.entity, {})
    found = await account.crm.get(read_ref(item.ref), tuple(fields.values()))
    match found:
        case Snapshot():
            return found
        case Gone():
            gone = replace(item, state=GONE, reason="deleted there", changed_at=account.office.clock.now())
            return await keep(account, gone)
        case MergedInto(into=into):
            return await read_again(client, await keep(account, replace(item, ref=str(into))))
        case never:
            assert_never(never)


def values_there(account: Account, snapshot: Snapshot) -> dict[str, str | None]:
    """Return what is compared of a record, in our spelling of numbers and instants.

    A responsible there whom nobody here is known to be says nothing.
    """
    values: dict[str, str | None] = {**snapshot.values}
    if (owner := snapshot.values.get(CrmField.owner)) and account.manager_of(owner) is None:
        values[CrmField.owner] = None
    if (amount := snapshot.values.get(CrmField.amount)) is not None:
        values[CrmField.amount] = _money(amount)
    if (due_at := snapshot.values.get(CrmField.due_at)) is not None:
        values[CrmField.due_at] = _minute(due_at)
    return values | {OWN + code: value for code, value in snapshot.fields.items()}


def _money(text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return ""
    return f"{amount:.2f}" if amount else ""


def _minute(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return at.astimezone(UTC).replace(second=0, microsecond=0).isoformat()


async def settle(client: Client, item: CrmItem, ours: Values, theirs: Values) -> CrmItem:
    """Bring both sides to what the comparison says and remember what they agree on. Commits on the way.

    Raises:
        TemporaryFailure, OutcomeUnknown, AuthenticationFailed: what was not reached comes with the next run.
    """
    base = dict(item.base)
    if is_mapped_since(client, item):
        base[CrmField.stage] = client.account.first_stage()
    verdict = without_frozen(compare(base, ours, theirs, _RULES), item.guard)
    verdict = replace(verdict, base={**verdict.base, **unmapped(client, item)})
    if verdict.to_hub:
        await _write_here(client, item, verdict.to_hub, is_first=CrmField.owner not in item.base)
        verdict = await _as_taken(client, item, verdict)
    wanted = digest(sorted(verdict.to_crm.items()))
    if verdict.to_crm and item.mark != wanted:
        item = await change(client.account, item, wanted, lambda: _write_there(client, item, verdict.to_crm))
    return await _remember(client, item, verdict)


def unmapped(client: Client, item: CrmItem) -> dict[str, str]:
    """Return the mark of a sales chance whose stage nobody mapped so far: where it stands there is the CRM's alone."""
    is_ours = item.entity is Entity.request and CrmField.stage in (ours := ours_of(client, item))
    return {_UNMAPPED: "" if ours[CrmField.stage] else "yes"} if is_ours else {}


def is_mapped_since(client: Client, item: CrmItem) -> bool:
    """Tell whether its stage was mapped since it was last compared: both agreed on the first one there till then."""
    return bool(item.base.get(_UNMAPPED)) and unmapped(client, item) == {_UNMAPPED: ""}


async def _as_taken(client: Client, item: CrmItem, verdict: Verdict) -> Verdict:
    """Return the verdict with what our side really took.

    A stage that means nothing here, one that asks for more than the lead has, a value that a field does not take: ours
    stays, and so does theirs. Both agree on nothing new then, or ours would be written over theirs next.
    """
    async with acquire(client.account.office.pool) as connection:
        rows = await crm_cards.find_client(connection, client.rows.contact.id)
    now = ours_of(replace(client, rows=rows), item) if rows is not None else {}
    left = {name: own for name, value in verdict.to_hub.items() if (own := now.get(name)) not in (None, value)}
    taken = {name: value for name, value in verdict.to_hub.items() if name not in left}
    return replace(verdict, to_hub=taken, base={**verdict.base, **left})


async def _remember(client: Client, item: CrmItem, verdict: Verdict) -> CrmItem:
    """Store what both sides agree on now; of what was refused, that they do not. Nothing new is not stored."""
    now = client.account.office.clock.now()
    written = (*verdict.to_hub, *verdict.to_crm)
    guard = _guarded(client, item, written, now) if written else item.guard
    if item.state != GONE and not written and verdict.base == item.base:
        return item
    base = verdict.base if item.state == DONE else item.base
    return await keep(client.account, replace(item, base=base, guard=guard, changed_at=now))


def _guarded(client: Client, item: CrmItem, written: Sequence[str], now: datetime) -> Guard:
    """Return when which field was written, and tell of one that is frozen from now on."""
    guard = note_writes(item.guard, written, now)
    if set(guard.get(FROZEN, ())) - set(item.guard.get(FROZEN, ())):
        _log.error("crm.field_frozen", crm=client.account.name, entity=item.entity, hub_id=item.hub_id)
    return guard


async def _write_here(client: Client, item: CrmItem, values: Mapping[str, str], *, is_first: bool) -> None:
    account = client.account
    await ensure_held(account)
    match item.entity:
        case Entity.contact:
            await _change_card(client, values, is_first=is_first)
        case Entity.request:
            lead = next((each for each in client.rows.leads if each.id == item.hub_id), None)
            if lead is not None:
                change_of_it = _lead_change(client, lead, values)
                await change_lead(account.office, lead.contact_id, lead.id, change_of_it, cause=f"crm:{account.name}")
        case Entity.task:
            due_at = values.get(CrmField.due_at)
            moved = datetime.fromisoformat(due_at) if due_at else None
            done = TaskChange(is_done=bool(values.get(CrmField.done)), due_at=moved, result=account.name)
            await change_task(account.office, client.rows.contact.id, item.hub_id, done)
        case _:
            return


async def _change_card(client: Client, values: Mapping[str, str], *, is_first: bool) -> None:
    account = client.account
    owner = values.get(CrmField.owner)
    change_of_it = CardChange(
        name=values.get(CrmField.name),
        company=values.get(CrmField.company),
        owner=account.manager_of(owner) if owner else None,
        has_owner=owner is not None,
        is_first=is_first,
        fields=from_own(values, account.rules.contact_fields),
    )
    await change_card(account.office, client.rows.contact.id, change_of_it, crm=account.connection_id)


def _lead_change(client: Client, lead: Lead, values: Mapping[str, str]) -> LeadChange:
    there = values.get(CrmField.stage)
    name = next((each.name for each in client.account.schema.stages if each.id == there), "")
    return LeadChange(
        stage=client.account.stage_here(there, lead.stage) if there else None,
        owner=client.account.manager_of(values.get(CrmField.owner, "")),
        amount=values.get(CrmField.amount),
        fields=from_own(values, client.account.rules.lead_fields),
        reason=f"{client.account.name}: {name}",
    )


async def _write_there(client: Client, item: CrmItem, values: Mapping[str, str]) -> Written:
    crm, ref = client.account.crm, read_ref(item.ref)
    if item.entity is Entity.task and isinstance(crm, KeepsTasks):
        return await crm.update_task(ref, _todo(client, item))
    patch = Patch(
        {name: value for name, value in values.items() if not name.startswith(OWN)},
        {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)},
    )
    return await (crm.update_request if item.entity is Entity.request else crm.update_contact)(ref, patch)


def _todo(client: Client, item: CrmItem) -> Todo:
    task = next(each for each in client.rows.tasks if each.id == item.hub_id)
    return todo_of(client, task)


def ours_of(client: Client, item: CrmItem) -> dict[str, str | None]:
    """Return what is compared of our side of an item; nothing if it is not there any more."""
    match item.entity:
        case Entity.contact:
            return client.values()
        case Entity.request:
            lead = next((each for each in client.rows.leads if each.id == item.hub_id), None)
            return values_of_lead(client, lead) if lead else {}
        case Entity.task:
            task = next((each for each in client.rows.tasks if each.id == item.hub_id), None)
            return values_of_task(task) if task else {}
        case _:
            return {}


def _without_backwards(client: Client, ours: dict[str, str | None], theirs: Values) -> dict[str, str | None]:
    """Return our values without a stage that would move back what has ended there."""
    there = theirs.get(CrmField.stage)
    if there and client.account.is_ended(there) and not client.account.is_ended(ours.get(CrmField.stage) or ""):
        return {**ours, CrmField.stage: None}
    return ours


async def pull(client: Client, item: CrmItem) -> CrmItem:
    """Read a record again and settle what differs; returns its item as it is now.

    Its mark goes last: whoever dies or fails before that reads it again. One that the CRM does not show is told beside
    it as refused, and harms nobody else.

    Raises:
        TemporaryFailure, OutcomeUnknown, AuthenticationFailed: the rest comes with the next run.
    """
    try:
        settled = await _read_and_settle(client, item)
    except PermanentFailure as refusal:
        now = client.account.office.clock.now()
        settled = await keep(client.account, replace(item, state=REFUSED, reason=str(refusal), changed_at=now))
    await _note_read(client, item)
    return replace(settled, is_stale=False)


async def _note_read(client: Client, item: CrmItem) -> None:
    async with acquire(client.account.office.pool) as connection:
        await crm_items.note_read(connection, item, at=client.account.office.clock.now())


async def _read_and_settle(client: Client, item: CrmItem) -> CrmItem:
    found = await read_again(client, item)
    if isinstance(found, CrmItem):
        return found
    item = replace(item, ref=str(found.ref), url=found.url or item.url, rev=found.rev or item.rev)
    if item.entity is Entity.contact:
        item = await share_addresses(client, item, found)
    theirs = values_there(client.account, found)
    ours = _without_backwards(client, ours_of(client, item), theirs)
    return await _note_stranger(client.account, await settle(client, item, ours, theirs), found)


async def _note_stranger(account: Account, item: CrmItem, found: Snapshot) -> CrmItem:
    """Remember a responsible there of whom nobody here knows who it is, for an administrator to say."""
    owner = found.values.get(CrmField.owner, "")
    stranger = "" if account.manager_of(owner) or owner == account.schema.own_user else owner
    if item.state != DONE or item.base.get(UNKNOWN_OWNER, "") == stranger:
        return item
    return await keep(account, replace(item, base={**item.base, UNKNOWN_OWNER: stranger}))


async def push(client: Client, item: CrmItem) -> CrmItem:
    """Write there what changed here since both sides agreed, without reading the record first."""
    if item.entity is Entity.contact:
        item = await share_addresses(client, item, None)
    ours = ours_of(client, item)
    theirs = {name: item.base[name] for name in ours if name in item.base}
    return await settle(client, item, _without_backwards(client, ours, theirs), theirs)
