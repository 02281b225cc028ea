"""Imports as the database keeps them: batches by number and by file, their rows, and companies by what files call them.

Rows are written with the cards they made, through working sets (`hub.store.worksets`); a batch changes its state here.
One import or undo runs at a time (`IMPORTING`), so nobody else writes the rows of a batch meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import asyncpg

from hub.domain.company import Company
from hub.domain.imports import BatchState, ImportBatch, ImportRow
from hub.store.rows import codec_of, to_json_text
from hub.store.statements import Table, insert_sql

IMPORTING = "import"
"""The name under which one process at a time imports or takes back (`hub.store.locks.alone`)."""

_PATIENCE_SECONDS = 60

_NEWEST_OF_FILE = "SELECT * FROM import_batches WHERE sha256 = $1 AND state <> 'undone' ORDER BY id DESC LIMIT 1"
_SAME_HEADERS = "SELECT * FROM import_batches WHERE headers = $1::text::jsonb ORDER BY created_at DESC, id DESC LIMIT 1"
_COUNTS = """
SELECT batch_id, verdict, count(*) AS rows, count(DISTINCT lead_id) FILTER (WHERE made ? 'lead') AS leads,
  count(*) FILTER (WHERE made ? 'company') AS companies
FROM import_rows WHERE batch_id = ANY($1::bigint[]) GROUP BY 1, 2
"""
_REASONS = """
SELECT split_part(reason, ':', 1) AS code, count(*) AS rows FROM import_rows
WHERE batch_id = $1 AND reason <> '' GROUP BY 1 ORDER BY 2 DESC, 1
"""
_REMARKS = """
SELECT split_part(remark, ':', 1) AS code, count(*) AS rows
FROM import_rows, jsonb_array_elements_text(remarks) AS remark WHERE batch_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1
"""
_UNDO_PAGE = """
SELECT r.* FROM import_rows r
WHERE r.batch_id = $1 AND r.contact_id = ANY(ARRAY(
  SELECT DISTINCT contact_id FROM import_rows WHERE batch_id = $1 AND contact_id > $2 AND undo = ''
  ORDER BY contact_id LIMIT $3))
ORDER BY r.number
"""
_DROP_COMPANIES = """
DELETE FROM companies o USING (
  SELECT DISTINCT company_id AS id FROM import_rows WHERE batch_id = $1 AND made ? 'company') made
WHERE o.id = made.id AND o.version = 1 AND NOT EXISTS (SELECT FROM contacts c WHERE c.company_id = o.id)
"""
_ELSEWHERE = """
SELECT contact_id FROM messages WHERE contact_id = ANY($1::bigint[])
UNION SELECT contact_id FROM calls WHERE contact_id = ANY($1::bigint[])
UNION SELECT contact_id FROM crm_items WHERE contact_id = ANY($1::bigint[])
UNION SELECT named::bigint FROM match_candidates, jsonb_array_elements_text(candidates) AS named
WHERE named::bigint = ANY($1::bigint[])
"""
_SETTLE = """
UPDATE import_batches SET state = $2, finished_at = CASE WHEN $2 = 'done' THEN $3 ELSE finished_at END,
  undone_at = CASE WHEN $2 = 'undone' THEN $3 ELSE undone_at END
WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What became of the rows of a batch, by verdict, and what they made beside cards."""

    verdicts: dict[str, int]
    leads: int
    companies: int


async def find_batch(connection: asyncpg.Connection, batch_id: int) -> ImportBatch | None:
    """Return a batch by its number."""
    row = await connection.fetchrow("SELECT * FROM import_batches WHERE id = $1", batch_id)
    return None if row is None else codec_of(ImportBatch).decode(row)


async def find_batch_of_file(connection: asyncpg.Connection, sha256: str) -> ImportBatch | None:
    """Return the batch of a file of this content that was not taken back; there is one at most."""
    row = await connection.fetchrow(_NEWEST_OF_FILE, sha256)
    return None if row is None else codec_of(ImportBatch).decode(row)


async def find_columns(connection: asyncpg.Connection, headers: Sequence[str]) -> tuple[str, ...] | None:
    """Return what the same headers meant when such a file was last imported."""
    row = await connection.fetchrow(_SAME_HEADERS, to_json_text(tuple(headers)))
    return None if row is None else codec_of(ImportBatch).decode(row).columns


async def list_batches(connection: asyncpg.Connection, *, limit: int) -> list[ImportBatch]:
    """Return the newest batches, newest first."""
    rows = await connection.fetch("SELECT * FROM import_batches ORDER BY created_at DESC, id DESC LIMIT $1", limit)
    return [codec_of(ImportBatch).decode(row) for row in rows]


async def add_batch(connection: asyncpg.Connection, batch: ImportBatch) -> None:
    """Write a new batch; the caller commits. Raises: UniqueViolationError if the file has one already."""
    table = _batches()
    values = [table.codec.encode_column(place, [batch]) for place, _, _ in table.columns()]
    await connection.execute(insert_sql(table, 1), *values)


async def settle_batch(connection: asyncpg.Connection, batch_id: int, state: BatchState, *, at: datetime) -> None:
    """Move a batch to another state; the caller commits."""
    await connection.execute(_SETTLE, batch_id, state, at)


async def count_rows(connection: asyncpg.Connection, batch_ids: Collection[int]) -> dict[int, BatchCounts]:
    """Return the counts of batches, by batch."""
    counts = {batch_id: BatchCounts({}, 0, 0) for batch_id in batch_ids}
    for row in await connection.fetch(_COUNTS, list(batch_ids)):
        old = counts[row["batch_id"]]
        verdicts = {**old.verdicts, row["verdict"]: row["rows"]}
        counts[row["batch_id"]] = BatchCounts(verdicts, old.leads + row["leads"], old.companies + row["companies"])
    return counts


async def count_reasons(connection: asyncpg.Connection, batch_id: int) -> dict[str, int]:
    """Return how many rows were not taken, by reason, the commonest first."""
    return dict(await connection.fetch(_REASONS, batch_id))


async def count_remarks(connection: asyncpg.Connection, batch_id: int) -> dict[str, int]:
    """Return how often something was left out of rows that were taken, the commonest first."""
    return dict(await connection.fetch(_REMARKS, batch_id))


async def last_number(connection: asyncpg.Connection, batch_id: int) -> int:
    """Return the number of the last row that is done, 0 before the first."""
    found = await connection.fetchval("SELECT max(number) FROM import_rows WHERE batch_id = $1", batch_id)
    return int(found or 0)


async def list_untaken(connection: asyncpg.Connection, batch_id: int, *, after: int, limit: int) -> list[ImportRow]:
    """Return the next rows behind number `after` that made no card, in the order of the file."""
    rows = await connection.fetch(
        "SELECT * FROM import_rows WHERE batch_id = $1 AND number > $2 AND verdict IN ('ambiguous', 'refused') "
        "ORDER BY number LIMIT $3",
        batch_id,
        after,
        limit,
    )
    return [codec_of(ImportRow).decode(row) for row in rows]


async def list_to_undo(connection: asyncpg.Connection, batch_id: int, *, after: int, contacts: int) -> list[ImportRow]:
    """Return all rows of the next cards behind card `after` that are not taken back yet, in the order of the file."""
    rows = await connection.fetch(_UNDO_PAGE, batch_id, after, contacts)
    return [codec_of(ImportRow).decode(row) for row in rows]


async def count_undone(connection: asyncpg.Connection, batch_id: int) -> dict[str, int]:
    """Return how many cards of a batch are as before, and how many were kept, by `RowUndo`."""
    rows = await connection.fetch(
        "SELECT undo, count(DISTINCT contact_id) FROM import_rows WHERE batch_id = $1 AND contact_id IS NOT NULL GROUP BY 1",
        batch_id,
    )
    return dict(rows)


async def list_kept(connection: asyncpg.Connection, batch_id: int, *, limit: int) -> list[ImportRow]:
    """Return the rows whose cards people have gone on with, in the order of the file."""
    rows = await connection.fetch(
        "SELECT * FROM import_rows WHERE batch_id = $1 AND undo = 'kept' ORDER BY number LIMIT $2", batch_id, limit
    )
    return [codec_of(ImportRow).decode(row) for row in rows]


async def drop_companies(connection: asyncpg.Connection, batch_id: int) -> int:
    """Delete the companies a batch has made that nobody has changed or uses; returns how many. The caller commits."""
    return int((await connection.execute(_DROP_COMPANIES, batch_id, timeout=_PATIENCE_SECONDS)).split()[-1])


async def forget_cells(connection: asyncpg.Connection, batch_id: int) -> None:
    """Empty what was kept of rows that were not taken; the caller commits."""
    await connection.execute(
        "UPDATE import_rows SET cells = '[]' WHERE batch_id = $1 AND cells <> '[]'", batch_id, timeout=_PATIENCE_SECONDS
    )


async def find_companies(
    connection: asyncpg.Connection, inns: Collection[str], names: Collection[str]
) -> list[Company]:
    """Return the companies with these tax numbers or of these names, whatever their case, the oldest first."""
    if not inns and not names:
        return []
    rows = await connection.fetch(
        "SELECT * FROM companies WHERE inn = ANY($1::text[]) OR name = ANY($2::text[]) OR lower(name) = ANY($3::text[]) "
        "ORDER BY id",
        [inn for inn in inns if inn],
        list(names),
        [name.lower() for name in names],
    )
    return [codec_of(Company).decode(row) for row in rows]


async def list_elsewhere(connection: asyncpg.Connection, contact_ids: Collection[int]) -> set[int]:
    """Return the cards that something outside the working set refers to: messages, calls, CRMs, questions."""
    rows = await connection.fetch(_ELSEWHERE, list(contact_ids))
    return {row[0] for row in rows}


@cache
def _batches() -> Table:
    return Table("import_batches", ImportBatch)
