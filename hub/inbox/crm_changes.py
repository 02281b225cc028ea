"""What a CRM changes here: the client's name, manager, addresses and own fields, a lead's stage, a task's end.

A CRM is no person: it has the rights of the administrator who connected it, every change names it as the cause, and
what it may not change (messages, clocks, what a client said of themselves) it is not asked about. Which side wins is
decided before, in `hub.crm_sync.compare`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.crash import crash_point
from hub.domain.company import Company
from hub.domain.contact import Contact
from hub.domain.conversation import Conversation
from hub.domain.errors import FieldInvalid
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import CompanyId, ConnectionId, ContactId, LeadId, ManagerId
from hub.domain.inbound import Address
from hub.domain.lead import Lead
from hub.domain.replacing import replace
from hub.domain.stages import StageState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import return_to_owner
from hub.inbox.folds.fields import set_contact_fields, set_lead_fields
from hub.inbox.folds.lead_moves import Because, move_by_event, note_change, read_loss
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import Sighting, attach_addresses
from hub.inbox.folds.tasks import finish_task, put_off_task
from hub.inbox.office import Office
from hub.store import companies
from hub.store.pool import acquire
from hub.store.scope import Scope

DECIDED_AGAIN_WITHIN = timedelta(seconds=60)
_IDS = 200
_NAMESAKES = 20


@dataclass(frozen=True, slots=True)
class CardChange:
    """What changes of a client's card; None leaves it.

    `owner` with `has_owner` is the CRM's responsible (R-3), who may be nobody. `is_first`: the card was found just now,
    so whoever has taken the client or answered keeps them (M-3); later a person there has decided.
    """

    name: str | None = None
    company: str | None = None
    owner: ManagerId | None = None
    has_owner: bool = False
    is_first: bool = False
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


async def change_card(office: Office, contact_id: ContactId, change: CardChange, *, crm: ConnectionId) -> None:
    """Apply a change to a card; open conversations follow a new responsible (M-12, R-3). Commits.

    An address that another card has already is left there: the CRM never joins two clients here (M-4). A value that a
    field does not take is left out.
    """
    addresses = [*(_address(IdentityType.phone, each) for each in change.phones)]
    addresses += [_address(IdentityType.email, each) for each in change.emails]
    policy = office.policy()
    company = await _find_company(office, change.company) if change.company else None
    scope = Scope(
        contacts={contact_id},
        companies=set() if company is None else {company},
        identities={(each.type, "", each.value) for each in addresses},
        lines=set(policy.lines) if change.has_owner else set(),
        always_lines=change.has_owner,
        ids=_IDS,
    )

    def fold(rows: WorkingSet) -> None:
        contact = rows.contacts.get(contact_id)
        if contact is None or contact.merged_into is not None:
            return
        attach_addresses(rows, contact, addresses, Sighting(crm, is_vouched=False, shared_after=policy.shared_after))
        contact = _with_values(LineWork(rows, policy, policy.get_line(policy.default_line)), contact, change)
        if change.company is not None:
            contact = _with_company(rows, contact, change.company, known=company)
        if change.has_owner and contact.crm_owner_id != change.owner:
            contact = rows.contacts.put(contact.id, replace(contact, crm_owner_id=change.owner))
            _follow_owner(rows, office, contact, change)

    crash_point("crm.before_card")
    await office.change(scope, fold)
    crash_point("crm.after_card")


async def _find_company(office: Office, name: str) -> CompanyId | None:
    """Return the company of this very name, the oldest if there are several."""
    async with acquire(office.pool) as connection:
        found = await companies.list_named(connection, name, limit=_NAMESAKES)
    return min((each.id for each in found if each.name.casefold() == name.casefold()), default=None)


def _with_company(rows: WorkingSet, contact: Contact, name: str, *, known: CompanyId | None) -> Contact:
    """Attach a card to the company it has there, made if nobody has this name here; an empty name detaches (L-8)."""
    if not name:
        return rows.contacts.put(contact.id, replace(contact, company_id=None))
    company_id = known
    if company_id is None:
        made = Company(CompanyId(rows.new_id()), name, rows.now)
        company_id = rows.companies.add(made.id, made).id
    return rows.contacts.put(contact.id, replace(contact, company_id=company_id))


def _address(kind: IdentityType, value: str) -> Address:
    return Address(kind, value, value, ProofLevel.imported)


def _with_values(work: LineWork, contact: Contact, change: CardChange) -> Contact:
    if change.name is not None:
        contact = work.rows.contacts.put(contact.id, replace(contact, name=change.name))
    for name, value in change.fields.items():
        try:
            contact = set_contact_fields(work, contact, {name: value})
        except FieldInvalid:
            continue
    return contact


def _follow_owner(rows: WorkingSet, office: Office, contact: Contact, change: CardChange) -> None:
    """Give the client's open conversations to the responsible; one who cannot take them now does not get them."""
    policy = office.policy()
    for conversation in rows.conversations.where(contact.id):
        if change.owner is None or not conversation.is_open or not _may_follow(rows, conversation, change):
            continue
        return_to_owner(LineWork(rows, policy, policy.get_line(conversation.line)), conversation, change.owner)


def _may_follow(rows: WorkingSet, conversation: Conversation, change: CardChange) -> bool:
    """Tell whether a responsible found late may still get it: nobody has answered and a minute at most passed (M-3)."""
    if not change.is_first:
        return True
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    is_answered = conversation.last_response_at is not None and wait is None
    is_late = wait is None or rows.now - wait.started_at > DECIDED_AGAIN_WITHIN
    return not is_answered and not is_late


@dataclass(frozen=True, slots=True)
class LeadChange:
    """What changes of a lead; None leaves it. `stage` is ours, `owner` the CRM's responsible (R-3).

    `reason` are the CRM's words for a loss.
    """

    stage: str | None = None
    owner: ManagerId | None = None
    amount: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


async def change_lead(
    office: Office, contact_id: ContactId, lead_id: LeadId, change: LeadChange, *, cause: str
) -> None:
    """Apply a change to a lead: a stage moved there moves it here. Commits.

    A stage that asks for more than the lead has leaves it where it is, and the ledger says what is missing (L-3).
    """
    policy = office.policy()

    def fold(rows: WorkingSet) -> None:
        lead = rows.leads.get(lead_id)
        if lead is None:
            return
        work = LineWork(rows, policy, policy.get_line(lead.line))
        lead = _with_lead_values(work, lead, change, cause=cause)
        if change.owner is not None and change.owner != lead.responsible_id:
            lead = _give_to_owner(work, lead, change.owner, cause=cause)
        if change.stage is not None:
            move_by_event(work, lead, change.stage, _because(work, change, cause=cause))

    crash_point("crm.before_lead")
    has_owner = change.owner is not None
    lines: set[str] = set(policy.lines) if has_owner else set()
    scope = Scope(contacts={contact_id}, leads={lead_id}, lines=lines, always_lines=has_owner, ids=_IDS)
    await office.change(scope, fold)
    crash_point("crm.after_lead")


def _give_to_owner(work: LineWork, lead: Lead, owner: ManagerId, *, cause: str) -> Lead:
    """Make somebody the lead's responsible; its open conversation follows if they can take it now."""
    note_change(work, lead, ("responsible",), by=None, cause=cause)
    given = work.rows.leads.put(lead.id, replace(lead, responsible_id=owner))
    conversation = work.rows.open_conversation(lead.contact_id, lead.line)
    if conversation is not None:
        return_to_owner(work, conversation, owner)
    return given


def _with_lead_values(work: LineWork, lead: Lead, change: LeadChange, *, cause: str) -> Lead:
    values = dict(change.fields) if change.amount is None else {**change.fields, "amount": change.amount}
    for name, value in values.items():
        try:
            lead = set_lead_fields(work, lead, {name: value}, cause=cause)
        except FieldInvalid:
            continue
    return lead


def _because(work: LineWork, change: LeadChange, *, cause: str) -> Because:
    stage = work.policy.leads.find_stage(change.stage or "")
    if stage is None or stage.state is not StageState.lost:
        return Because(cause)
    reason, words = read_loss(work.policy.leads, change.reason or "CRM")
    return Because(cause, loss_reason=reason, loss_note=words)


@dataclass(frozen=True, slots=True)
class TaskChange:
    """What changes of a task; None leaves it (T-4)."""

    is_done: bool | None = None
    due_at: datetime | None = None
    result: str = ""


async def change_task(office: Office, contact_id: ContactId, task_id: int, change: TaskChange) -> None:
    """Apply a change to a task: done or put off there is so here (T-4). Commits."""
    policy = office.policy()

    def fold(rows: WorkingSet) -> None:
        task = rows.tasks.get(task_id)
        if task is None:
            return
        work = LineWork(rows, policy, policy.get_line(task.line))
        if change.due_at is not None:
            task = put_off_task(work, task, change.due_at, by=None)
        if change.is_done:
            finish_task(work, task, change.result, by=None)

    crash_point("crm.before_task")
    await office.change(Scope(contacts={contact_id}, tasks={task_id}, ids=_IDS), fold)
    crash_point("crm.after_task")
