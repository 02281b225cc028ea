"""Clocks: what a look costs that finds nothing among many pending ones, and how late many fire that are due together.

Four processes watch, as four workers of an installation would; of all of them one looks at a time. Lateness counts from
the deadline to the moment after the commit of its breach, when live screens are told of it.
"""

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from bench.child import Child, running
from bench.installation import Installation, fresh_installation
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from hub.delivery.clock_watch import BATCH
from hub.store import timers
from hub.store.pool import connect

_WATCHES = 4
_STARTS_IN = timedelta(seconds=3)
_WITHIN = timedelta(seconds=2)
_GIVE_UP_SECONDS = 120
_PENDING = """
INSERT INTO timers (id, kind, subject, due_at)
SELECT 60000000000 + i, 'first_response', 'wait:' || (61000000000 + i),
  now() + interval '1 day' + make_interval(secs => i) FROM generate_series(1, $1::bigint) AS i
"""
_NO_RENEWAL = "DELETE FROM timers WHERE kind = 'recompute'"
"""The rules came before the clients; the second look at whose deadlines they move would fall into the measurement."""
_CLIENTS = (
    """
INSERT INTO contacts (id, created_at) SELECT 50000000000 + i, now() FROM generate_series(1, $1::bigint) AS i
""",
    """
INSERT INTO conversations (id, contact_id, line, assignee_id, opened_at, last_message_at)
SELECT 51000000000 + i, 50000000000 + i, 'sales', (SELECT min(id) FROM managers), now(), now()
FROM generate_series(1, $1::bigint) AS i
""",
)
_CLOCKS = (
    """
INSERT INTO waits (id, contact_id, line, conversation_id, kind, channel, started_at, deadline_at, target_seconds,
  policy_id, policy_revision, assignee_id)
SELECT 52000000000 + i, 50000000000 + i, 'sales', 51000000000 + i, 'first_response', 'telegram',
  $2::timestamptz + $3::interval * i / $1 - interval '15 minutes', $2::timestamptz + $3::interval * i / $1, 900,
  'line:sales', 1, (SELECT min(id) FROM managers) FROM generate_series(1, $1::bigint) AS i
""",
    """
INSERT INTO timers (id, kind, subject, due_at)
SELECT 53000000000 + i, 'first_response', 'wait:' || (52000000000 + i), $2::timestamptz + $3::interval * i / $1
FROM generate_series(1, $1::bigint) AS i
""",
)
_LEFT = "SELECT count(*) FROM timers WHERE state = 'armed' AND due_at <= now() + interval '10 seconds'"
_DUE = "SELECT conversation_id, deadline_at FROM waits WHERE id > 52000000000"
_BREACHES = "SELECT count(*) FROM ledger WHERE kind = 'breached'"


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Poll a hub in which nothing is due, then let many fall due, on both cores."""
    machine.pin_database(ALL_CORES)
    async with fresh_installation(machine) as installation, connect(installation.dsn) as database:
        await database.execute(_NO_RENEWAL)
        await database.execute(_PENDING, sizes.pending_timers)
        await database.execute("VACUUM (ANALYZE) timers")
        polls = await _poll(database, sizes.polls)
        progress(f"timers: an empty look among {sizes.pending_timers} takes {statistics.median(polls):.2f} ms")
        fired = await _fall_due(machine, installation, database, sizes.due_timers)
    cuts, count = statistics.quantiles(fired.lags, n=100), len(fired.lags)
    figures = (
        Figure("empty_poll_ms", [statistics.median(polls)], Target(most=1)),
        Figure("timer_lag_p50_ms", [cuts[49]]),
        Figure("timer_lag_p99_ms", [cuts[98]], Target(most=100)),
        Figure("timer_python_us", [fired.python_seconds * 1e6 / count]),
        Figure("timer_database_us", [fired.database_seconds * 1e6 / count]),
    )
    notes = {"pending": sizes.pending_timers, "due": sizes.due_timers, "fired": count, "breaches": fired.breaches}
    return Report("timers", figures, {**notes, "watches": _WATCHES})


@dataclass(frozen=True, slots=True)
class _Fired:
    """How many milliseconds late each clock fired, the breaches written, and the processor time of all of it."""

    lags: list[float]
    breaches: int
    python_seconds: float
    database_seconds: float


async def _poll(database: asyncpg.Connection, polls: int) -> list[float]:
    """Return the milliseconds of looks that find nothing: what is due, and when the next will be."""
    taken = []
    for _ in range(polls):
        began = time.perf_counter()
        await timers.list_due(database, now=datetime.now(UTC), limit=BATCH)
        await timers.next_due(database)
        taken.append((time.perf_counter() - began) * 1e3)
    return taken


async def _fall_due(machine: Machine, installation: Installation, database: asyncpg.Connection, count: int) -> _Fired:
    """Let clocks fall due within two seconds, and wait until all have fired."""
    async with AsyncExitStack() as stack:
        parameters = installation.parameters()
        watches = [
            await stack.enter_async_context(running("watch", cores=ALL_CORES, **parameters)) for _ in range(_WATCHES)
        ]
        await asyncio.gather(*(each.hear() for each in watches))
        await _prepare(database, count)
        _, python = await _hear_all(watches)
        postgres = machine.database_seconds()
        await _until_fired(database)
        postgres = machine.database_seconds() - postgres
        due = {row["conversation_id"]: row["deadline_at"].timestamp() for row in await database.fetch(_DUE)}
        told, python_now = await _hear_all(watches)
    lags = [(at - due[number]) * 1e3 for number, at in told.items() if number in due]
    return _Fired(lags, await database.fetchval(_BREACHES), python_now - python, postgres)


async def _prepare(database: asyncpg.Connection, count: int) -> None:
    """Write clients who wait, whose clocks fall due one after the other from in a moment on."""
    for statement in _CLIENTS:
        await database.execute(statement, count)
    first = datetime.now(UTC) + _STARTS_IN
    async with database.transaction():
        for statement in _CLOCKS:
            await database.execute(statement, count, first, _WITHIN)


async def _until_fired(database: asyncpg.Connection) -> None:
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    while await database.fetchval(_LEFT):
        if time.monotonic() > deadline:
            raise RuntimeError("clocks that are due do not fire")
        await asyncio.sleep(0.05)


async def _hear_all(watches: list[Child]) -> tuple[dict[int, float], float]:
    """Return when each conversation was told of first, by whichever process, and their processor time so far."""
    first: dict[int, float] = {}
    spent = 0.0
    for watch in watches:
        answer = await watch.ask(told=True)
        spent += answer["cpu_seconds"]
        for topic, at in answer["told"]:
            number = int(topic.partition(":")[2])
            first[number] = min(at, first.get(number, at))
    return first, spent
