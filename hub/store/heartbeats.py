"""Heartbeats: one row a process, in database time, so that machines whose clocks differ agree on who is alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from hub.store.rows import to_json_text

_BEAT = """
WITH forgotten AS (DELETE FROM heartbeats WHERE last_seen_at < clock_timestamp() - $5::interval AND process <> $1)
INSERT INTO heartbeats (process, roles, version, started_at, last_seen_at, figures)
VALUES ($1, $2::text::jsonb, $3, clock_timestamp(), clock_timestamp(), $4::text::jsonb)
ON CONFLICT (process) DO UPDATE SET last_seen_at = excluded.last_seen_at, figures = excluded.figures
RETURNING clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a process says of itself: its name, roles and program, and its counters as they are now."""

    process: str
    roles: tuple[str, ...]
    version: str
    figures: Mapping[str, object]


async def beat(connection: asyncpg.Connection, sign: Sign, *, forgotten_after: timedelta) -> datetime:
    """Say that a process is alive, and forget those that have been silent for `forgotten_after`. Commits by itself.

    The first beat is the process's start. Returns the database's time.
    """
    figures = to_json_text(sign.figures)
    at: datetime = await connection.fetchval(
        _BEAT, sign.process, to_json_text(sign.roles), sign.version, figures, forgotten_after
    )
    return at


async def end(connection: asyncpg.Connection, process: str) -> None:
    """Forget a process that ends in order. Commits by itself."""
    await connection.execute("DELETE FROM heartbeats WHERE process = $1", process)
