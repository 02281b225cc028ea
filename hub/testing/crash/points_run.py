"""One run of a flow, with or without a wish to die, from a fresh database to quiet.

After a death the hub is started again without a wish, as a supervisor would, and the world goes on as it really does:
the providers come again by themselves. Time passes while nobody is there, so that leases of the dead run out. Quiet is
found by state: nothing claimed, queued or due, nothing left at the providers, and people have seen what they wait for.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg

from hub.store.pool import connect
from hub.testing.crash.flows import Flow, Step
from hub.testing.crash.points_nursery import Child
from hub.testing.crash.points_stage import LOOK_EVERY, Stage, until_ready
from hub.testing.crash.points_state import EndState, compare, extra_copies, list_residue, read_end
from hub.testing.crash.processes import DidNotHappen

ALL_LEASES = timedelta(seconds=125)
PATIENCE = timedelta(seconds=60)
LINGER = timedelta(milliseconds=700)
LATE_POINTS = timedelta(seconds=2)
KILLED = -9


@dataclass(frozen=True, slots=True)
class Case:
    """What became of one run: `faults` in sentences, none if green; `is_reached` if the point was reached at all."""

    wish: str
    is_reached: bool
    copies: int
    faults: tuple[str, ...]


@dataclass(slots=True)
class Run:
    """A hub that is kept alive on one database. `deaths` are exit codes that nobody here caused."""

    stage: Stage
    database: str
    connection: asyncpg.Connection
    deaths: list[int] = field(default_factory=list)
    _child: Child | None = None
    _starting: asyncio.Future[Child] | None = None
    _keeping: asyncio.Task[None] | None = None

    async def begin(self, **environment: str) -> None:
        """Start the hub and keep it alive; returns when it is ready for the first time, after its death if need be."""
        self._child = await self._start(**environment)
        self._keeping = asyncio.create_task(self._keep())
        while not await until_ready(self._child):
            await self._look_again()

    async def play(self, step: Step) -> None:
        """Take a step and wait until people have seen what it leads to and all is quiet.

        Raises:
            DidNotHappen: it does not become quiet, or the hub ends by itself; says what is missing.
        """
        deed = asyncio.ensure_future(step.deed(self.stage.town))
        missing = ["the deed"]
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                while missing:
                    await self._look_again()
                    missing = await self._missing(step) if deed.done() else ["the deed"]
            await deed
        except TimeoutError:
            raise DidNotHappen(f"not quiet: {', '.join(missing)}") from None
        finally:
            deed.cancel()

    async def wait_for_death(self) -> bool:
        """Give a point that comes after the quiet its time; tell whether it was reached."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_POINTS.total_seconds()):
                while not self.deaths:
                    await self._look_again()
        return bool(self.deaths)

    async def end(self) -> None:
        """Kill the hub and start it no more."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._starting is not None:
            await (await self._starting).kill()

    async def _missing(self, step: Step) -> list[str]:
        """Return what is not as it should be before the run may end, the nearest reason first."""
        if left := self.stage.town.missing():
            return left
        return await list_residue(self.connection) if step.is_done(self.stage.town) else ["what people wait for"]

    async def _keep(self) -> None:
        while self._child is not None:
            self.deaths.append(await self._child.wait())
            if self.deaths != [KILLED]:
                raise DidNotHappen(f"the hub ended by itself, {self.deaths}:\n{self._child.said()[-2000:]}")
            await self.stage.let_pass(self.database, ALL_LEASES)
            self._child = await self._start()

    async def _start(self, **environment: str) -> Child:
        """Start the hub; a start that is cancelled is finished, so that `end` finds the process."""
        self._starting = asyncio.ensure_future(self.stage.start_hub(self.database, **environment))
        return await asyncio.shield(self._starting)

    async def _look_again(self) -> None:
        await asyncio.sleep(LOOK_EVERY.total_seconds())
        if self._keeping is not None and self._keeping.done():
            self._keeping.result()


@asynccontextmanager
async def kept_alive(stage: Stage, database: str) -> AsyncIterator[Run]:
    """Give a run on a database; the hub it started is gone at the end."""
    async with connect(stage.server.database_dsn(database)) as connection:
        run = Run(stage, database, connection)
        try:
            yield run
        finally:
            await run.end()


async def prepare(stage: Stage, flow: Flow) -> None:
    """Start the hub for the first time, play what comes before the flow, and take the result for the template."""
    async with kept_alive(stage, stage.first) as run:
        await run.begin()
        await _until_all_connected(run.connection)
        for step in flow.before:
            await run.play(step)
    await stage.freeze(stage.first)


async def record(stage: Stage, flow: Flow) -> tuple[Counter[str], EndState, list[str]]:
    """Run untouched; return the points reached and how often, the end, and what is wrong with it already."""
    log = stage.directory / "points"
    async with stage.clone(later=flow.passes) as database, kept_alive(stage, database) as run:
        await run.begin(HUB_CRASH_LOG=str(log))
        await run.play(flow.step)
        await asyncio.sleep(LINGER.total_seconds())
        end = await read_end(run.connection, stage.town)
        wrong = await _list_wrong(run.connection, flow)
    return Counter(log.read_text().split()), end, wrong


async def die_at(stage: Stage, flow: Flow, wish: str, whole: EndState) -> Case:
    """Run with a death at the wished hit and compare the end with that of the untouched run."""
    async with stage.clone(later=flow.passes) as database, kept_alive(stage, database) as run:
        faults: list[str] = []
        try:
            await run.begin(HUB_CRASH=wish)
            await run.play(flow.step)
            if not run.deaths and await run.wait_for_death():
                await run.play(Step(_nothing, flow.step.is_done))
        except DidNotHappen as error:
            faults = [str(error)]
        end = await read_end(run.connection, stage.town)
        faults += compare(whole, end)
    return Case(wish, bool(run.deaths), extra_copies(whole, end), tuple(faults))


async def _nothing(_: object) -> None:
    """Only wait."""


async def _list_wrong(connection: asyncpg.Connection, flow: Flow) -> list[str]:
    wrong = []
    for what, wanted in flow.expects.items():
        found = await connection.fetchval(f"SELECT count(*) FROM {what}")  # noqa: S608 - text of `flows`
        wrong += [] if found == wanted else [f"{what}: {found} instead of {wanted}"]
    return wrong


async def _until_all_connected(connection: asyncpg.Connection) -> None:
    """Wait until every mailbox has been looked into: what comes before that is history."""
    waiting = "SELECT count(*) FROM connections WHERE kind = 'email' AND cursor = '{}'::jsonb"
    async with asyncio.timeout(PATIENCE.total_seconds()):
        while await connection.fetchval(waiting):  # noqa: ASYNC110 - a row tells nobody
            await asyncio.sleep(LOOK_EVERY.total_seconds())
