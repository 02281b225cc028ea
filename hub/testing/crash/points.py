"""Every crash point of every flow: `python -m hub.testing.crash.points [FLOW …] [--hits N]`, or `make crash-points`.

Each flow is first run untouched, which tells the points it passes and how often; then once for each point and hit, the
hub killed there. Green is a run that ends as the untouched one did: the same rows, each message shown once, or twice
where the provider had taken it and the confirmation died with the process. Progress and the table go to stderr; the
last line on stdout is one JSON summary. Exit status 0 only if all runs are green.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub.testing.crash.flows import FLOWS, Flow
from hub.testing.crash.points_nursery import Nursery
from hub.testing.crash.points_run import Case, die_at, prepare, record
from hub.testing.crash.points_stage import cpu_count, open_stage
from hub.testing.crash.processes import DidNotHappen
from hub.testing.data_dir import make_data_dir, remove_abandoned_data_dirs, remove_data_dir
from hub.testing.database import DatabaseServer, start_server

_TOLD_EVERY = 25


@dataclass(slots=True)
class FlowReport:
    """What became of a flow. `points` are those it passes, with hits; `wrong` is said of the untouched run."""

    flow: str
    points: Counter[str] = field(default_factory=Counter)
    cases: list[Case] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def red(self) -> list[Case]:
        """Return the runs that ended differently."""
        return [case for case in self.cases if case.faults]

    @property
    def is_green(self) -> bool:
        """Tell whether every run ended as it should; a flow without a run does not."""
        return bool(self.cases) and not self.wrong and not self.red

    def as_json(self) -> dict[str, object]:
        """Return the report as one flat object."""
        return {
            "points": len(self.points),
            "passed": dict(self.points),
            "hits": self.points.total(),
            "runs": len(self.cases),
            "deaths": sum(case.is_reached for case in self.cases),
            "copies": sum(case.copies for case in self.cases),
            "red": {case.wish: list(case.faults) for case in self.red},
            "wrong": self.wrong,
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """What is tried of all that a flow passes: 0 hits are all hits; of flows that `points` does not name all points."""

    most_hits: int = 0
    points: Mapping[str, Collection[str]] = field(default_factory=dict)

    def wishes(self, flow: str, passed: Counter[str]) -> list[str]:
        """Return what to wish for, in the order in which points were first reached."""
        return [
            f"{point}:{hit}"
            for point, hits in passed.items()
            if point in self.points.get(flow, passed)
            for hit in range(1, min(hits, self.most_hits or hits) + 1)
        ]


ALL = Choice()


@dataclass(frozen=True, slots=True)
class Ground:
    """What all flows share: the database server, the nursery, a directory, and how many go side by side."""

    server: DatabaseServer
    nursery: Nursery
    directory: Path
    lanes: asyncio.Semaphore
    choice: Choice


async def run_flows(flows: Sequence[Flow], choice: Choice = ALL, *, lanes: int = 0) -> list[FlowReport]:
    """Run flows exhaustively unless less is chosen; `lanes` many side by side, 0 for one a processor."""
    directory, nursery = make_data_dir(), Nursery()
    try:
        server = await start_server(directory / "postgres")
        await nursery.open()
        side_by_side = asyncio.Semaphore(lanes or cpu_count())
        ground = Ground(server, nursery, directory, side_by_side, choice)
        return list(await asyncio.gather(*(_run_flow(flow, ground) for flow in flows)))
    finally:
        await nursery.close()
        await remove_data_dir(directory)


async def _run_flow(flow: Flow, ground: Ground) -> FlowReport:
    report = FlowReport(flow.name)
    async with ground.lanes:
        began_at = time.monotonic()
        try:
            await _try_all(flow, ground, report)
        except (DidNotHappen, TimeoutError) as error:
            report.wrong.append(str(error) or "it could not be prepared")
        report.seconds = time.monotonic() - began_at
    _say(_row(report))
    return report


async def _try_all(flow: Flow, ground: Ground, report: FlowReport) -> None:
    async with open_stage(
        flow.name, flow.kinds, server=ground.server, nursery=ground.nursery, directory=ground.directory
    ) as stage:
        await prepare(stage, flow)
        report.points, whole, report.wrong = await record(stage, flow)
        for wish in ground.choice.wishes(flow.name, report.points):
            case = await die_at(stage, flow, wish, whole)
            report.cases.append(case)
            _tell(flow, case)
            if len(report.cases) % _TOLD_EVERY == 0:
                _say(f"{flow.name}: {len(report.cases)} runs, {len(report.red)} red")


def _tell(flow: Flow, case: Case) -> None:
    if case.faults:
        _say(f"RED   {flow.name} {case.wish}", *(f"      {fault}" for fault in case.faults))


def _table(reports: Sequence[FlowReport]) -> list[str]:
    head = f"{'flow':<18}{'points':>7}{'hits':>6}{'runs':>6}{'deaths':>7}{'copies':>7}{'red':>5}{'seconds':>9}"
    return [head, *(_row(report) for report in reports)]


def _row(report: FlowReport) -> str:
    told = report.as_json()
    mark = "green" if report.is_green else "RED"
    return (
        f"{report.flow:<18}{told['points']:>7}{told['hits']:>6}{told['runs']:>6}{told['deaths']:>7}"
        f"{told['copies']:>7}{len(report.red):>5}{told['seconds']:>9}  {mark}  {' '.join(report.wrong)}"
    )


def _say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - the progress of a command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hub.testing.crash.points")
    parser.add_argument("flow", nargs="*", help=f"flows to run, all by default: {', '.join(FLOWS)}")
    parser.add_argument("--hits", type=int, default=0, help="only the first N hits of each point; all by default")
    parser.add_argument("--lanes", type=int, default=0, help="flows side by side; one a processor by default")
    parser.add_argument("--json", action="store_true", help="no table, only the last line")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.flow if name not in FLOWS]:
        parser.error(f"no flow {', '.join(unknown)}; there are: {', '.join(FLOWS)}")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own deprecations
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(remove_abandoned_data_dirs())
    began_at = time.monotonic()
    flows = [FLOWS[name] for name in given.flow or FLOWS]
    reports = asyncio.run(run_flows(flows, Choice(given.hits), lanes=given.lanes))
    if not given.json:
        _say("", *_table(reports))
    return _sum_up(reports, time.monotonic() - began_at)


def _sum_up(reports: Sequence[FlowReport], seconds: float) -> int:
    """Print the summary in one line of JSON; return the exit status."""
    is_green = all(report.is_green for report in reports)
    summary = {
        "is_green": is_green,
        "runs": sum(len(report.cases) for report in reports),
        "points": len({point for report in reports for point in report.points}),
        "red": sum(len(report.red) for report in reports),
        "seconds": round(seconds, 1),
        "flows": {report.flow: report.as_json() for report in reports},
    }
    print(json.dumps(summary, ensure_ascii=False))  # noqa: T201 - the result of a command
    return 0 if is_green else 1


if __name__ == "__main__":
    sys.exit(main())
