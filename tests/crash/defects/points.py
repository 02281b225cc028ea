"""Hunting by numbered crash points: a flow is played and dies at each of the given points, hit by hit."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hub.testing.crash.flows import FLOWS, Flow
from hub.testing.crash.points_nursery import Nursery
from hub.testing.crash.points_run import die_at, prepare, record
from hub.testing.crash.points_stage import Stage, open_stage
from hub.testing.data_dir import make_data_dir, remove_data_dir
from hub.testing.database import start_server


async def die_at_points(name: str, points: Sequence[str]) -> tuple[int, str]:
    """Return how many deaths it took until an end was wrong, and what was wrong with it; empty if none was.

    An untouched run that ends wrongly already took none.
    """
    data, nursery = make_data_dir(), Nursery()
    await nursery.open()
    try:
        server = await start_server(data)
        with tempfile.TemporaryDirectory() as place:
            flow = FLOWS[name]
            stage = open_stage("hunt", flow.kinds, server=server, nursery=nursery, directory=Path(place))
            async with stage as opened:
                return await _die(opened, flow, points)
    finally:
        await nursery.close()
        await remove_data_dir(data)


async def _die(stage: Stage, flow: Flow, points: Sequence[str]) -> tuple[int, str]:
    await prepare(stage, flow)
    reached, whole, wrong = await record(stage, flow)
    if wrong:
        return 0, wrong[0]
    deaths = 0
    for point in points:
        for hit in range(1, reached[point] + 1):
            deaths += 1
            case = await die_at(stage, flow, f"{point}:{hit}", whole)
            if case.faults:
                return deaths, f"{point}:{hit} {case.faults[0].partition(chr(10))[0]}"
    return deaths, ""
