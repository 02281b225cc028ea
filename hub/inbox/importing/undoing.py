"""Takes a whole import back: what stands as the import left it goes, what people have gone on with stays.

Card by card, some hundreds in one commit; killed at any moment, the same call goes on. A card the import made goes if
nobody has written to it, called it or changed it, otherwise it stays whole. From a card that was there before go the
addresses and values the import added, as far as they are still those; so with leads. What stayed is said (`kept`).
Versions of rows count on: they guard writers and are no data. What the batch remembered of clients is forgotten.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import structlog

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.contact import Contact
from hub.domain.identity import ProofLevel
from hub.domain.imports import BatchState, ImportBatch, ImportRow, RowUndo
from hub.domain.lead import Lead
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import Removal, WorkingSet
from hub.inbox.auditing import Noted, note_in
from hub.inbox.importing.folding import CONTACT, LEAD
from hub.inbox.importing.run import Progress, get_batch, one_at_a_time
from hub.inbox.office import Office
from hub.store import imports
from hub.store.pool import acquire
from hub.store.scope import Scope

CARDS_AT_ONCE = 300
_LISTED = 100
_log = structlog.get_logger()
Owner = TypeVar("Owner", Contact, Lead)


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of a batch: `restored` cards are as before it, `kept` ones are not, with the first of their rows."""

    batch: ImportBatch
    restored: int
    kept: int
    companies: int
    kept_rows: list[ImportRow]


async def undo_import(
    office: Office, actor: Person, batch_id: int, *, progress: Progress = lambda done, total: None
) -> Undone:
    """Take a batch back, or go on with it. Commits in chunks; a batch that is undone stays so.

    Raises:
        PermissionDenied, NotFound: only an administrator does that; there is no such batch.
        Conflict: another import is running.
    """
    ensure(actor, Action.import_clients, Subject())
    async with one_at_a_time(office):
        batch = await _begin(office, actor, batch_id)
        companies = 0
        if batch.state is BatchState.undoing:
            await _take_back(office, batch, progress)
            companies = await _finish(office, batch)
        async with acquire(office.pool) as connection:
            counts = await imports.count_undone(connection, batch_id)
            kept = await imports.list_kept(connection, batch_id, limit=_LISTED)
        return Undone(batch, counts.get(RowUndo.undone, 0), counts.get(RowUndo.kept, 0), companies, kept)


async def _begin(office: Office, actor: Person, batch_id: int) -> ImportBatch:
    """Write that the batch is being taken back, and whose deed it is (RG-6); nothing if it is so already."""
    batch, now = await get_batch(office, batch_id), office.clock.now()
    if batch.state in (BatchState.undoing, BatchState.undone):
        return batch
    async with acquire(office.pool) as connection:
        crash_point("import.before_undo")
        async with connection.transaction():
            await imports.settle_batch(connection, batch_id, BatchState.undoing, at=now)
            await note_in(connection, office, Noted(actor, Deed.import_undone, f"import:{batch_id}"))
        crash_point("import.after_undo")
    return replace(batch, state=BatchState.undoing)


async def _take_back(office: Office, batch: ImportBatch, progress: Progress) -> None:
    async with acquire(office.pool) as connection:
        counts = await imports.count_undone(connection, batch.id)
    total, done = sum(counts.values()), sum(counts.values()) - counts.get(RowUndo.none, 0)
    after = 0
    while True:
        progress(done, total)
        async with acquire(office.pool) as connection:
            page = await imports.list_to_undo(connection, batch.id, after=after, contacts=CARDS_AT_ONCE)
            cards = {int(row.contact_id) for row in page if row.contact_id is not None}
            elsewhere = await imports.list_elsewhere(connection, cards)
        if not page:
            return
        await office.apply(Scope(contacts=cards, whole=True, ids=0), _fold_of(page, elsewhere))
        done += len(cards)
        after = max(cards)


async def _finish(office: Office, batch: ImportBatch) -> int:
    async with acquire(office.pool) as connection:
        crash_point("import.before_undone")
        async with connection.transaction():
            companies = await imports.drop_companies(connection, batch.id)
            await imports.forget_cells(connection, batch.id)
            await imports.settle_batch(connection, batch.id, BatchState.undone, at=office.clock.now())
        crash_point("import.after_undone")
    _log.info("import.undone", batch_id=batch.id, companies=companies)
    return companies


def _fold_of(page: Iterable[ImportRow], elsewhere: set[int]) -> Callable[[WorkingSet], None]:
    by_card: dict[int, list[ImportRow]] = defaultdict(list)
    for row in page:
        by_card[int(row.contact_id or 0)].append(row)

    def fold(rows: WorkingSet) -> None:
        undoing = _Undoing(rows, elsewhere)
        for contact_id, mine in by_card.items():
            undo = undoing.card(contact_id, mine)
            for row in mine:
                rows.imported.load(row.key, row)
                rows.imported.put(row.key, replace(row, undo=undo, filled={}, lead_filled={}))
        undoing.flush()

    return fold


class _Undoing:
    """One transaction's worth of cards; what goes is gathered and removed at its end."""

    def __init__(self, rows: WorkingSet, elsewhere: set[int]) -> None:
        self._rows = rows
        self._elsewhere = elsewhere
        self._gone: dict[str, list[int]] = defaultdict(list)

    def card(self, contact_id: int, mine: list[ImportRow]) -> RowUndo:
        """Take back what rows did to one card; a card that is no more has nothing left to take back."""
        contact = self._rows.contacts.get(contact_id)
        if contact is None:
            return RowUndo.undone
        if contact.merged_into is not None:
            return RowUndo.kept
        leads = [self._lead(lead_id, mine) for lead_id in {row.lead_id for row in mine if row.lead_id is not None}]
        is_made = any(CONTACT in row.made for row in mine)
        is_restored = self._made_card(contact, mine) if is_made else self._known_card(contact, mine)
        return RowUndo.undone if all(leads) and is_restored else RowUndo.kept

    def flush(self) -> None:
        """Have everything removed that was gathered."""
        for place, ids in self._gone.items():
            table, _, column = place.partition(".")
            self._rows.removals.append(Removal(table, column, tuple(ids)))

    def _made_card(self, contact: Contact, mine: list[ImportRow]) -> bool:
        """Remove a card the import made, with its addresses, unless it is more than that by now."""
        reverted, _ = _revert(contact, (row.filled for row in mine))
        own = {each for row in mine for each in row.identities}
        is_blank = replace(reverted, version=1) == Contact(contact.id, contact.created_at)
        identities = self._rows.identities_of(contact.id)
        untouched = [each for each in identities if each.id in own and _is_untouched(each)]
        if not is_blank or len(untouched) != len(identities) or self._is_used(contact):
            return False
        self._gone["identities.id"] += [int(each.id) for each in untouched]
        self._gone["contacts.id"].append(int(contact.id))
        return True

    def _is_used(self, contact: Contact) -> bool:
        """Tell whether anything beside the import stands on the card."""
        rows, key = self._rows, contact.id
        gone = set(self._gone["leads.id"])
        held = (rows.threads_of(key), rows.conversations.where(key), rows.waits.where(key), rows.tasks.where(key))
        questions = [each for each in rows.candidates if each.contact_id == key]
        merges = [each for each in rows.merges if key in (each.kept_id, each.absorbed_id)]
        leads = [lead for lead in rows.leads.where(key) if int(lead.id) not in gone]
        return any((*held, questions, merges, leads, int(key) in self._elsewhere))

    def _known_card(self, contact: Contact, mine: list[ImportRow]) -> bool:
        """Empty what the import filled, and remove the addresses it added, as far as nobody has touched them."""
        reverted, is_whole = _revert(contact, (row.filled for row in mine))
        own = {each for row in mine for each in row.identities}
        added = [each for each in self._rows.identities_of(contact.id) if each.id in own]
        untouched = [each for each in added if _is_untouched(each)]
        self._gone["identities.id"] += [int(each.id) for each in untouched]
        self._rows.contacts.put(contact.id, reverted)
        return is_whole and len(untouched) == len(own)

    def _lead(self, lead_id: int, mine: list[ImportRow]) -> bool:
        lead = self._rows.leads.get(lead_id)
        if lead is None:
            return True
        about = [row for row in mine if row.lead_id == lead_id]
        reverted, is_whole = _revert(lead, (row.lead_filled for row in about))
        if not any(LEAD in row.made for row in about):
            self._rows.leads.put(lead.id, reverted)
            return is_whole
        blank = Lead(lead.id, lead.contact_id, lead.line, lead.created_at, stage_at=lead.created_at)
        closed_at = None if reverted.closed_at == lead.created_at else reverted.closed_at
        has_tasks = any(task.lead_id == lead.id for task in self._rows.tasks)
        if has_tasks or replace(reverted, version=1, closed_at=closed_at) != blank:
            return False
        self._gone["leads.id"].append(int(lead.id))
        self._gone["lead_stage_facts.lead_id"].append(int(lead.id))
        return True


def _is_untouched(identity: Any) -> bool:
    """Tell whether an address is still only what a file said."""
    return identity.level is ProofLevel.imported and not identity.is_shared and not identity.claims


def _revert(row: Owner, filled: Iterable[Mapping[str, Any]]) -> tuple[Owner, bool]:
    """Return a row without what the import put into it, and whether all of it was still there."""
    empty = {each.name: each.default for each in fields(row)}
    is_whole = True
    for name, value in ((name, value) for values in filled for name, value in values.items()):
        left, is_all = _without(getattr(row, name), value, empty[name])
        row, is_whole = replace(row, **{name: left}), is_whole and is_all
    return row, is_whole


def _without(present: Any, value: Any, empty: Any) -> tuple[Any, bool]:
    """Return what is left of a field without a value that was put into it, and whether all of that was there."""
    if isinstance(value, Mapping):
        left: Any = {key: kept for key, kept in present.items() if key not in value or value[key] != kept}
        return left, len(present) - len(left) == len(value)
    if isinstance(value, list):
        left = tuple(tag for tag in present if tag not in value)
        return left, len(present) - len(left) == len(value)
    return (empty, True) if present == value else (present, False)
