"""Imports a file in chunks, each one commit: killed at any moment, the same call goes on behind the last of them.

A batch is found again by the content of its file, so the command is simply given once more. Rows are matched, filled
and written set-based through working sets (`hub.store.worksets`), which hold the locks of a chunk's clients for its
short transaction only; messages of others do not wait. No wait opens, nobody is told, nothing is routed (M-2, FR-7).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.errors import Conflict, NotFound
from hub.domain.imports import BatchState, ImportBatch, ImportRow
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import WorkingSet
from hub.inbox.auditing import Noted, note_in
from hub.inbox.folds.line_work import LineWork
from hub.inbox.importing.columns import apply_said
from hub.inbox.importing.folding import ImportWork, fold_rows
from hub.inbox.importing.plan import Plan, Wanted, make_plan, scope_of
from hub.inbox.importing.reading import Told
from hub.inbox.office import Office
from hub.store import imports
from hub.store.imports import IMPORTING, BatchCounts
from hub.store.locks import alone
from hub.store.pool import acquire

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is."""

_LISTED = 50
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Imported:
    """A batch with what became of its rows. `reasons` and `remarks` count rows by code, the commonest first."""

    batch: ImportBatch
    counts: BatchCounts
    reasons: dict[str, int]
    remarks: dict[str, int]
    went_on: bool = False


async def import_sheet(
    office: Office, actor: Person, wanted: Wanted, *, progress: Progress = lambda done, total: None
) -> Imported:
    """Import a file, or go on with it where it was left. Commits in chunks; the end is the same however often killed.

    Raises:
        PermissionDenied, NotFound: only an administrator imports; there is no such line.
        FieldInvalid: what the columns mean is not known or does not fit.
        Conflict: this file is in already or being taken back, or another import is running.
    """
    ensure(actor, Action.import_clients, Subject())
    async with one_at_a_time(office):
        begun = await _find_begun(office, wanted)
        if begun is not None:
            wanted = replace(wanted, said={}, line=begun.line, makes_leads=begun.makes_leads)
        plan = await make_plan(office, actor, wanted, columns=begun.columns if begun else None)
        batch = begun or await _begin(office, actor, plan)
        await _run(office, plan, batch, progress)
        return await _finish(office, batch, went_on=begun is not None)


@asynccontextmanager
async def one_at_a_time(office: Office) -> AsyncIterator[None]:
    """Be the one who imports or takes back. Raises: Conflict if somebody else is."""
    async with acquire(office.pool) as connection, alone(connection, IMPORTING) as is_alone:
        if not is_alone:
            raise Conflict("another import is running: wait until it is done")
        yield


async def list_imports(office: Office, actor: Person) -> list[tuple[ImportBatch, BatchCounts]]:
    """Return the newest batches with their counts, newest first. Raises: PermissionDenied, NotFound: by rights."""
    ensure(actor, Action.import_clients, Subject())
    async with acquire(office.pool) as connection:
        batches = await imports.list_batches(connection, limit=_LISTED)
        counts = await imports.count_rows(connection, [batch.id for batch in batches])
    return [(batch, counts[batch.id]) for batch in batches]


async def find_import(office: Office, actor: Person, batch_id: int) -> Imported:
    """Return a batch with what became of its rows.

    Raises:
        PermissionDenied, NotFound: only an administrator asks; there is no such batch.
    """
    ensure(actor, Action.import_clients, Subject())
    return await read_import(office, await get_batch(office, batch_id))


async def get_batch(office: Office, batch_id: int) -> ImportBatch:
    """Return a batch. Raises: NotFound if there is none of this number."""
    async with acquire(office.pool) as connection:
        batch = await imports.find_batch(connection, batch_id)
    if batch is None:
        raise NotFound(f"there is no import {batch_id}; `hub import --list` shows those there are")
    return batch


async def read_untaken(office: Office, actor: Person, batch_id: int) -> AsyncIterator[ImportRow]:
    """Yield the rows of a batch that made no card, with their cells and why, in the order of the file."""
    ensure(actor, Action.import_clients, Subject())
    after = 0
    while True:
        async with acquire(office.pool) as connection:
            rows = await imports.list_untaken(connection, batch_id, after=after, limit=_LISTED)
        for row in rows:
            yield row
        if not rows:
            return
        after = rows[-1].number


async def _find_begun(office: Office, wanted: Wanted) -> ImportBatch | None:
    """Return the batch of this file that was left half-way. Raises: Conflict if it is in, or on its way out."""
    async with acquire(office.pool) as connection:
        batch = await imports.find_batch_of_file(connection, wanted.sheet.sha256)
    if batch is None:
        return None
    if batch.state is BatchState.undoing:
        raise Conflict(f"this file is being taken back: finish that first with --undo {batch.id}")
    if batch.state is not BatchState.running:
        raise Conflict(f"this file is imported already: batch {batch.id}; take it back first with --undo {batch.id}")
    said = apply_said(batch.headers, batch.columns, wanted.said, office.policy().leads)
    is_other_line = bool(wanted.line) and wanted.line != batch.line
    if said != batch.columns or is_other_line or (wanted.makes_leads and not batch.makes_leads):
        raise Conflict(
            f"batch {batch.id} of this file began otherwise: "
            f"leave out --map, --line and --leads to go on, or take it back with --undo {batch.id}"
        )
    return batch


async def _begin(office: Office, actor: Person, plan: Plan) -> ImportBatch:
    """Write down that a file comes in, together with whose deed it is (RG-6)."""
    async with acquire(office.pool) as connection:
        new_id = await office.ids.reserve(connection, 1)
        batch = ImportBatch(
            id=new_id(),
            file_name=plan.sheet.name,
            sha256=plan.sheet.sha256,
            headers=plan.sheet.headers,
            columns=plan.columns,
            line=plan.line.key,
            makes_leads=plan.reader.makes_leads,
            rows=plan.sheet.rows,
            manager_id=actor.manager_id,
            created_at=office.clock.now(),
        )
        crash_point("import.before_begin")
        async with connection.transaction():
            await imports.add_batch(connection, batch)
            await note_in(
                connection, office, Noted(actor, Deed.imported, f"import:{batch.id}", {"rows": plan.sheet.rows})
            )
        crash_point("import.after_begin")
    return batch


async def _run(office: Office, plan: Plan, batch: ImportBatch, progress: Progress) -> None:
    async with acquire(office.pool) as connection:
        after = await imports.last_number(connection, batch.id)
        counted = (await imports.count_rows(connection, [batch.id]))[batch.id]
    done = sum(counted.verdicts.values())
    progress(done, batch.rows)
    for told in plan.chunks(after=after):
        await _import_chunk(office, plan, batch.id, told=told)
        done += len(told)
        progress(done, batch.rows)


async def _import_chunk(office: Office, plan: Plan, batch_id: int, *, told: list[Told]) -> None:
    """Commit one chunk; a company that somebody makes meanwhile is looked up again."""

    def fold(rows: WorkingSet) -> list[ImportRow]:
        return fold_rows(ImportWork(LineWork(rows, plan.policy, plan.line), batch_id), told)

    known = await find_companies(office, told)
    try:
        await office.apply(scope_of(told, companies=known), fold)
    except Conflict:
        winners = await find_companies(office, told)
        if winners == known:
            raise
        await office.apply(scope_of(told, companies=winners), fold)


async def find_companies(office: Office, told: list[Told]) -> list[int]:
    """Return the companies that rows may mean, by tax number or name."""
    names = {" ".join(row.company.split()) for row in told if row.company}
    async with acquire(office.pool) as connection:
        found = await imports.find_companies(connection, {row.inn for row in told if row.inn}, names)
    return [company.id for company in found]


async def _finish(office: Office, batch: ImportBatch, *, went_on: bool) -> Imported:
    now = office.clock.now()
    async with acquire(office.pool) as connection:
        crash_point("import.before_end")
        await imports.settle_batch(connection, batch.id, BatchState.done, at=now)
    crash_point("import.after_end")
    found = await read_import(office, replace(batch, state=BatchState.done, finished_at=now), went_on=went_on)
    _log.info("import.finished", batch_id=batch.id, rows=batch.rows, leads=found.counts.leads, **found.counts.verdicts)
    return found


async def read_import(office: Office, batch: ImportBatch, *, went_on: bool = False) -> Imported:
    """Return what became of a batch's rows."""
    async with acquire(office.pool) as connection:
        counts = (await imports.count_rows(connection, [batch.id]))[batch.id]
        reasons = await imports.count_reasons(connection, batch.id)
        return Imported(batch, counts, reasons, await imports.count_remarks(connection, batch.id), went_on)
