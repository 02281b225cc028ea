"""A dry run: the same fold over the same rows, on a copy of the working set, so nothing is written.

What an earlier chunk would have made is remembered in short (addresses by their hash, companies, open leads), so that
duplicates within the file count as the import itself will count them; about 150 bytes an address.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from hub.domain.company import Company
from hub.domain.contact import Contact, ContactIdentity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ContactId, IdentityId, LeadId, LineKey
from hub.domain.imports import ImportRow
from hub.domain.lead import Lead
from hub.domain.rights import Person
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import IdentityKey
from hub.inbox.importing.folding import COMPANY, LEAD, ImportWork, fold_rows, keys_of
from hub.inbox.importing.plan import Plan, Wanted, make_plan, scope_of
from hub.inbox.importing.reading import Told
from hub.inbox.importing.run import Progress, find_companies
from hub.inbox.office import Office
from hub.store.imports import BatchCounts

PREVIEWED = 20


@dataclass(frozen=True, slots=True)
class Previewed:
    """One of the first rows: what it says, and what would become of it."""

    told: Told
    row: ImportRow


@dataclass(slots=True)
class Rehearsal:
    """What an import would do. `reasons` and `remarks` count rows by code."""

    plan: Plan
    counts: BatchCounts
    preview: list[Previewed] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)


async def rehearse(
    office: Office,
    actor: Person,
    wanted: Wanted,
    *,
    progress: Progress = lambda done, total: None,
    untaken: Callable[[ImportRow], None] = lambda row: None,
) -> Rehearsal:
    """Return what importing a file would do; `untaken` is called with every row that would make no card.

    Writes nothing. Raises: as `hub.inbox.importing.run.import_sheet`, but for files that are in already.
    """
    plan = await make_plan(office, actor, wanted)
    found = Rehearsal(plan, BatchCounts(Counter(), 0, 0))
    memory, done = _Memory(), 0
    for told in plan.chunks():
        rows = await _rehearse_chunk(office, plan, told, memory=memory)
        _count(found, told, rows)
        for row in rows:
            if row.contact_id is None:
                untaken(row)
        done += len(told)
        progress(done, plan.sheet.rows)
    return found


def _count(found: Rehearsal, told: list[Told], rows: list[ImportRow]) -> None:
    verdicts = Counter(found.counts.verdicts)
    verdicts.update(row.verdict.value for row in rows)
    leads, companies = (sum(what in row.made for row in rows) for what in (LEAD, COMPANY))
    found.counts = BatchCounts(dict(verdicts), found.counts.leads + leads, found.counts.companies + companies)
    found.reasons.update(row.reason.partition(":")[0] for row in rows if row.reason)
    found.remarks.update(remark.partition(":")[0] for row in rows for remark in row.remarks)
    room = PREVIEWED - len(found.preview)
    found.preview += [Previewed(*both) for both in zip(told[:room], rows[:room], strict=True)]


@dataclass(slots=True)
class _Memory:
    """What earlier chunks would have made: whose an address is, companies, and the open leads of cards."""

    owners: dict[int, int] = field(default_factory=dict)
    companies: dict[int, Company] = field(default_factory=dict)
    leads: dict[int, set[tuple[str, str]]] = field(default_factory=dict)
    ids: Callable[[], int] = field(default_factory=lambda: count(-1, -1).__next__)

    def owner(self, key: IdentityKey) -> int | None:
        return self.owners.get(hash(tuple(map(str, key))))

    def keep(self, rows: WorkingSet) -> None:
        """Remember what a chunk would have written."""
        for identity in rows.identities.fresh:
            self.owners[hash((str(identity.type), identity.scope, identity.value))] = int(identity.contact_id)
        self.companies.update({int(company.id): company for company in rows.companies.fresh})
        for lead in rows.leads.fresh:
            self.leads.setdefault(int(lead.contact_id), set()).add((lead.stage, lead.state))


async def _rehearse_chunk(office: Office, plan: Plan, told: list[Told], *, memory: _Memory) -> list[ImportRow]:
    known = await find_companies(office, told)
    scope = scope_of(told, companies=known)
    owners = {owner for row in told for key in keys_of(row) if (owner := memory.owner(key)) is not None}
    scope.contacts |= {owner for owner in owners if owner > 0}
    scope.ids = 0

    def fold(rows: WorkingSet) -> list[ImportRow]:
        scratch = _scratch(rows, told, memory, line=plan.line.key)
        found = fold_rows(ImportWork(LineWork(scratch, plan.policy, plan.line), 0), told)
        memory.keep(scratch)
        return found

    return await office.apply(scope, fold)


def _scratch(rows: WorkingSet, told: list[Told], memory: _Memory, *, line: LineKey) -> WorkingSet:
    """Return a copy of what was loaded, with what earlier chunks would have added to it."""
    scratch = WorkingSet(now=rows.now, new_id=memory.ids)
    for contact in rows.contacts:
        scratch.contacts.load(contact.id, contact)
    for key, identity in rows.identities.items():
        scratch.identities.load(key, identity)
    for lead in rows.leads:
        scratch.leads.load(lead.id, lead)
    for company in (*rows.companies, *memory.companies.values()):
        scratch.companies.load(company.id, company)
    for key in (key for row in told for key in keys_of(row)):
        if (owner := memory.owner(key)) is not None:
            _remember(scratch, key, ContactId(owner), memory, line=line)
    return scratch


def _remember(scratch: WorkingSet, key: IdentityKey, owner: ContactId, memory: _Memory, *, line: LineKey) -> None:
    """Put in an address that an earlier row would have given to a card, and the card with its leads."""
    kind, inside, value = key
    row = ContactIdentity(
        IdentityId(0), owner, IdentityType(kind), inside, value, ProofLevel.imported, created_at=scratch.now
    )
    scratch.identities.load(key, row)
    scratch.contacts.load(owner, Contact(owner, scratch.now))
    for stage, state in memory.leads.get(owner, ()):
        lead = Lead(LeadId(memory.ids()), owner, line, scratch.now, stage_at=scratch.now, stage=stage, state=state)
        scratch.leads.load(lead.id, lead)
