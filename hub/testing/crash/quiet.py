"""Waiting for quiet by state: nothing under way, nothing due, nothing a provider would still bring.

Never by a pause: what a killed process held comes free when its lease ends, up to a minute later, and until then the
run is not over.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import asyncpg

from hub.store.pool import connect
from hub.testing.crash.processes import DidNotHappen
from hub.testing.crash.world import World

QUIET_WITHIN = timedelta(minutes=5)
_LOOK_EVERY = timedelta(milliseconds=500)
_LOOKS_IN_A_ROW = 3
_STATEMENTS: Mapping[str, str] = {
    "payloads to process": "SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed')",
    "deliveries under way": (
        "SELECT count(*) FROM deliveries WHERE state = 'sending' "
        "OR (state = 'queued' AND due_at < clock_timestamp() + interval '2 minutes')"
    ),
    "clients whom nobody took": "SELECT count(*) FROM waits WHERE state = 'open' AND assignee_id IS NULL",
    "clocks that will fire": (
        "SELECT count(*) FROM timers WHERE state = 'armed' AND (due_at <= clock_timestamp() "
        "OR (kind IN ('first_response', 'next_response', 'callback', 'accept', 'hangup_grace') "
        "AND due_at < clock_timestamp() + interval '1 minute'))"
    ),
    "letters to fetch": (
        "SELECT $1::bigint - coalesce(max((cursor->>'uid')::bigint), 0) FROM connections WHERE kind = 'email'"
    ),
}


async def wait_until_quiet(world: World, dsn: str, within: timedelta = QUIET_WITHIN) -> None:
    """Return when three looks in a row found nothing to do.

    Raises:
        DidNotHappen: it does not become quiet; says what is left.
    """
    left: Mapping[str, int] = {}
    looks = 0
    try:
        async with asyncio.timeout(within.total_seconds()):
            while looks < _LOOKS_IN_A_ROW:
                left = await count_left(world, dsn)
                looks = 0 if left else looks + 1
                await asyncio.sleep(_LOOK_EVERY.total_seconds())
    except TimeoutError:
        raise DidNotHappen(f"not quiet after {within}: {dict(left)}") from None


async def count_left(world: World, dsn: str) -> Mapping[str, int]:
    """Return what is still to come, by its name; empty if all is quiet."""
    async with connect(dsn) as connection:
        found = {name: await _count(world, connection, name) for name in _STATEMENTS}
    found["providers' requests"] = 0 if world.is_quiet else 1
    return {name: count for name, count in found.items() if count > 0}


async def _count(world: World, connection: asyncpg.Connection, name: str) -> int:
    letters = world.mail.imap.letters
    values = (letters[-1].uid if letters else 0,) if "$1" in _STATEMENTS[name] else ()
    return int(await connection.fetchval(_STATEMENTS[name], *values))
