"""Messages a second from stored receipt to queued notice with one, two and four worker processes, without pinning."""

from bench.machine import ALL_CORES, Machine
from bench.pipeline import Run, Setting, run_hub
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes

WORKERS = (1, 2, 4)


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Alternate the numbers of workers, each round on a fresh database."""
    machine.pin_database(ALL_CORES)
    runs: dict[int, list[Run]] = {each: [] for each in WORKERS}
    for number in range(sizes.rounds):
        for workers, own in runs.items():
            own.append(await run_hub(machine, Setting("workers", ALL_CORES, workers, Target()), sizes))
            progress(f"workers {number + 1}: {workers} process(es), {own[-1].per_second:.0f}/s")
    figures = [Figure(f"workers_per_s_{each}", [run.per_second for run in own]) for each, own in runs.items()]
    return Report("workers", figures, {"rounds": sizes.rounds, "messages": sizes.messages, "clients": sizes.clients})
