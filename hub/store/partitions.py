"""Monthly partitions of the tables that only grow: made ahead, so that old months can be dropped whole.

A default partition takes what falls into no month (a clock moved far ahead); rows that belong to a month made later
are moved over, so nothing depends on the partitions being made in time. How long rows are kept is decided elsewhere.

Source: https://www.postgresql.org/docs/15/ddl-partitioning.html §5.11.2.2 (read 2026-11-22).
"""

import re
from datetime import UTC, datetime

import asyncpg

from hub.crash import crash_point

PARTITIONED = {"receipt_bodies": "received_at", "messages": "received_at", "ledger": "recorded_at"}
"""Table and the column whose month decides."""

_MONTHS_AHEAD = 2


async def ensure_partitions(connection: asyncpg.Connection, now: datetime) -> list[str]:
    """Make the partitions of the month of `now` (UTC) and the two after it, where missing; return the new ones' names.

    Each is made in a transaction of its own. Idempotent, and safe to run in several processes at once.
    """
    made = []
    for table, column in PARTITIONED.items():
        await connection.execute(f"CREATE TABLE IF NOT EXISTS {table}_default PARTITION OF {table} DEFAULT")
        for start, end in months_from(now):
            name = f"{table}_y{start:%Y}m{start:%m}"
            if await _make(connection, table, column=column, name=name, span=(start, end)):
                made.append(name)
    return made


async def drop_partitions(connection: asyncpg.Connection, table: str, *, before: datetime) -> list[str]:
    """Drop the months of a table that ended by `before`, and what the default partition has from before it.

    Returns the names of the dropped partitions. Each goes in a transaction of its own; repeating changes nothing.
    """
    names = await connection.fetch(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::text::regclass",
        table,
    )
    old = sorted(name for (name,) in names if (end := _end_of(table, name)) is not None and end <= before)
    for name in old:
        await connection.execute(f"DROP TABLE IF EXISTS {name}")
        crash_point("partition.dropped")
    await connection.execute(f"DELETE FROM {table}_default WHERE {PARTITIONED[table]} < $1", before)
    crash_point("partition.default_emptied")
    return old


def _end_of(table: str, name: str) -> datetime | None:
    """Return when the month of a partition ended, by its name; None for the default one."""
    month = re.fullmatch(rf"{table}_y(\d+)m(\d\d)", name)
    return _month_start(int(month[1]) * 12 + int(month[2])) if month else None


async def _make(
    connection: asyncpg.Connection, table: str, *, column: str, name: str, span: tuple[datetime, datetime]
) -> bool:
    if await _exists(connection, name):
        return False
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")
        if await _exists(connection, name):
            return False
        await connection.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
        await connection.execute(
            f"WITH moved AS (DELETE FROM {table}_default WHERE {column} >= $1 AND {column} < $2 RETURNING *) "
            f"INSERT INTO {name} SELECT * FROM moved",
            *span,
        )
        start, end = (instant.isoformat() for instant in span)
        await connection.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"
        )
        crash_point("partition.made")
    crash_point("partition.committed")
    return True


async def _exists(connection: asyncpg.Connection, table: str) -> bool:
    return await connection.fetchval("SELECT to_regclass($1)", table) is not None


def months_from(now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the months of which partitions exist ahead: that of `now` in UTC first, as (first instant, next one's)."""
    here = now.astimezone(UTC)
    first = here.year * 12 + here.month - 1
    return [(_month_start(number), _month_start(number + 1)) for number in range(first, first + _MONTHS_AHEAD + 1)]


def _month_start(number: int) -> datetime:
    """Return the first instant of the month `number`, counted from January of the year 0."""
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
