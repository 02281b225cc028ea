"""What has to hold after every step, asked of the rows themselves; each returns what is wrong, and nothing is right.

What needs waits and ledgers alone stands in `hub.testing.invariants`; here is what asks the store.
"""

from typing import Any

from hub.domain.ledger import LedgerEntry
from hub.domain.wait import Wait
from hub.inbox.queries.reports.verify import verify
from hub.store import reports
from tests.inbox.reports.busy_day import THE_ADMIN
from tests.invariants.town import Town

Waits = dict[int, Wait]
Ledgers = dict[int, list[LedgerEntry]]


async def read(town: Town) -> tuple[Waits, Ledgers]:
    """Return all waits and their facts in the order in which they are told."""
    async with reports.reading(town.desk.pool) as connection:
        waits = {int(wait.id): wait async for wait in reports.stream_waits(connection)}
        ledgers = {int(told[0].wait_id or 0): told async for told in reports.stream_all_wait_ledgers(connection)}
    return waits, ledgers


async def assigned_without_reason(town: Town) -> list[Any]:
    """Invariant 12: waits that somebody has without a decision that says why; who picked up the call has it (C-10)."""
    statement = (
        "SELECT w.id FROM waits w WHERE w.assignee_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM routing_decisions d "
        "WHERE d.wait_id = w.id AND jsonb_array_length(d.reasons) > 0) AND NOT EXISTS (SELECT 1 FROM ledger f "
        "WHERE f.wait_id = w.id AND f.kind = 'wait_opened' AND f.cause = 'C-10')"
    )
    return [row["id"] for row in await town.desk.pool.fetch(statement)]


async def told_otherwise(town: Town) -> list[Any]:
    """Every wait and every lead that its own facts do not bear out."""
    return (await verify(town.desk.office, THE_ADMIN)).differences


def failures(town: Town) -> list[Any]:
    """What the loops of the hub failed at."""
    return [entry for entry in town.logs if entry["log_level"] in {"error", "critical"}]


async def left_behind(town: Town) -> list[Any]:
    """Receipts that were not processed to their end."""
    rows = await town.desk.rows("receipts", "state <> 'done'")
    return [(row["id"], row["state"], row["reason"]) for row in rows]
