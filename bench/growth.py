"""What a message costs on one core with years of work stored, against a hub that knows only those who write.

All who write are known with five messages each, and as many of them write in each hub; they stand far apart among those
who do not. Rounds go from hub to hub in turn, each with clients of its own; the first is not counted. Table and index
sizes stand beside the figures.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bench.child import Child, running
from bench.fill import MESSAGES_EACH, fill
from bench.installation import Installation, fresh_installation
from bench.machine import MEASURED, Machine
from bench.pipeline import Run, store_updates, work_off
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import FIRST_CLIENT, Writers, make_updates
from hub.store.pool import connect

_SIZES = """
SELECT coalesce(p.relname, c.relname) AS name, sum(pg_table_size(c.oid))::bigint AS rows,
  sum(pg_indexes_size(c.oid))::bigint AS indexes
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
GROUP BY 1 ORDER BY sum(pg_total_relation_size(c.oid)) DESC LIMIT 12
"""
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class _Stored:
    """A hub with so many clients stored, and its worker."""

    contacts: int
    installation: Installation
    worker: Child


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Fill hubs, the smallest with the writers alone, and let each work in turn."""
    machine.pin_database(MEASURED)
    least = sizes.clients * (sizes.rounds + 1)
    async with AsyncExitStack() as stack:
        hubs = [await stack.enter_async_context(_filled(machine, each)) for each in (least, *_larger(sizes, least))]
        runs: dict[int, list[Run]] = {each.contacts: [] for each in hubs}
        for number in range(sizes.rounds + 1):
            for hub in hubs:
                run = await _round(machine, hub, sizes, number=number)
                runs[hub.contacts] += [run] if number else []
                progress(f"growth {number}: {hub.contacts} clients stored, {run.per_second:.0f}/s, {run.cpu_us:.0f} µs")
        told = await _table_sizes(hubs[-1].installation)
    notes = {"stored_messages": hubs[-1].contacts * MESSAGES_EACH, "largest_tables_mb": told}
    return Report("growth", _figures(runs), {"rounds": sizes.rounds, "messages": sizes.messages, **notes})


def _larger(sizes: Sizes, least: int) -> list[int]:
    return [each for each in sizes.contacts if each > least]


@asynccontextmanager
async def _filled(machine: Machine, contacts: int) -> AsyncIterator[_Stored]:
    async with fresh_installation(machine) as installation:
        await fill(installation, contacts)
        async with running("worker", cores=MEASURED, **installation.parameters()) as worker:
            await worker.hear()
            yield _Stored(contacts, installation, worker)


async def _round(machine: Machine, hub: _Stored, sizes: Sizes, *, number: int) -> Run:
    """Let the clients of a round write, and process it."""
    stride = hub.contacts // (sizes.clients * (sizes.rounds + 1))
    writers = Writers(sizes.clients, FIRST_CLIENT + number * sizes.clients * stride, stride)
    first = 1 + number * sizes.messages
    await store_updates(hub.installation, list(make_updates(sizes.messages, writers, first=first)))
    return await work_off(machine, [hub.worker], sizes.messages)


def _figures(runs: dict[int, list[Run]]) -> list[Figure]:
    (least, base), *others = runs.items()
    figures = [Figure(f"growth_per_s_{least}", [each.per_second for each in base])]
    for contacts, own in others:
        pairs = list(zip(own, base, strict=True))
        figures += [
            Figure(f"growth_cost_{contacts}", [b.per_second / a.per_second for a, b in pairs], Target(most=1.3)),
            Figure(f"growth_cpu_cost_{contacts}", [a.cpu_us / b.cpu_us for a, b in pairs]),
            Figure(f"growth_per_s_{contacts}", [each.per_second for each in own]),
        ]
    return figures


async def _table_sizes(installation: Installation) -> dict[str, Any]:
    """Return megabytes of rows and of indexes of the largest tables, partitions together."""
    async with connect(installation.dsn) as connection:
        rows = await connection.fetch(_SIZES)
    return {row["name"]: [round(row["rows"] / _MEGABYTE, 1), round(row["indexes"] / _MEGABYTE, 1)] for row in rows}
