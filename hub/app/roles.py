"""What a process does: the roles `web`, `work`, `poll` and `bot`, together or apart, until it is told to stop."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from hub.app.collector import settle_collector
from hub.app.doors import AttemptBook, build_entrance
from hub.app.ground import has_hub, open_ground
from hub.app.hints import open_hints
from hub.app.logs import set_up_logs
from hub.app.manager_bot import ManagerBotOffice
from hub.app.office import Building, build
from hub.app.speech import Speech
from hub.app.workers import Parsers, poll_jobs, work_jobs
from hub.config import Config
from hub.crash import crash_point
from hub.delivery.heartbeat import Heartbeat, name_process
from hub.delivery.loops import end_all
from hub.delivery.worker import STOP_WITHIN
from hub.domain.errors import ConfigError
from hub.web.server import make_app, serve

ALL_ROLES = frozenset({"web", "work", "poll", "bot"})
TOLD_AGAIN_AFTER = STOP_WITHIN + timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub at work in this process. `address` is where it listens, empty without the role `web`."""

    building: Building
    bots: ManagerBotOffice
    address: str
    jobs: tuple[asyncio.Task[None], ...]

    async def rest(self) -> None:
        """Let running work finish and begin no more; the doors stay open until the hub's block ends. Repeatable."""
        await end_all(self.jobs, TOLD_AGAIN_AFTER)


@asynccontextmanager
async def running_hub(config: Config, roles: frozenset[str], speech: Speech | None = None) -> AsyncIterator[RunningHub]:
    """Run `roles` while the block runs; then let running work finish.

    Raises:
        ConfigError, StorageUnavailable: it cannot start; one sentence that says what to do.
    """
    async with AsyncExitStack() as stack:
        ground = await stack.enter_async_context(open_ground(config, keeps_server=False))
        hints = await stack.enter_async_context(open_hints(config))
        building = await build(ground, hints)
        building.speech = speech or Speech()
        stack.push_async_callback(building.http.close)
        stack.push_async_callback(building.connections.close)
        stack.callback(building.spooled.spool.close)
        parsers, bots = Parsers(), ManagerBotOffice(building)
        stack.push_async_callback(parsers.close)
        stack.push_async_callback(bots.close)
        ground.clock.on_moved = lambda: _wake_all(building)
        book = AttemptBook(building)
        address = await _open_doors(stack, building, book) if "web" in roles else ""
        jobs = _start(building, roles, bots=bots, parsers=parsers, book=book)
        stack.push_async_callback(end_all, jobs, TOLD_AGAIN_AFTER)
        yield RunningHub(building, bots, address, jobs)


async def run_roles(config: Config, roles: frozenset[str], speech: Speech) -> None:
    """Run `roles` until SIGTERM or Ctrl-C; say in one line when they are ready, and in another if the hub is new."""
    set_up_logs(config)
    is_new = not has_hub(config)
    async with running_hub(config, roles, speech) as running:
        settle_collector()
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        print(_ready(config, roles, running.address), file=sys.stderr, flush=True)  # noqa: T201 - the one line
        if is_new:
            print(_made(config), file=sys.stderr, flush=True)  # noqa: T201 - a mistyped directory is seen at once
        await _until(stopping, running.jobs)
        crash_point("stop.told")
        await running.rest()
        crash_point("stop.drained")
    crash_point("stop.closed")


async def _until(stopping: asyncio.Event, jobs: tuple[asyncio.Task[None], ...]) -> None:
    """Wait for the signal, or for a job that ended though it should not: its error ends the process."""
    waiting = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({waiting, *jobs}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for job in done - {waiting}:
        job.result()


async def _open_doors(stack: AsyncExitStack, building: Building, book: AttemptBook) -> str:
    config = building.ground.config
    app = make_app(build_entrance(building, book))
    try:
        return await stack.enter_async_context(serve(app, host=config.host, port=config.port))
    except OSError as error:
        raise ConfigError(
            f"cannot listen at {config.host}:{config.port}: {error.strerror or error}; "
            "choose another port with --port or HUB_PORT"
        ) from error


def _start(
    building: Building, roles: frozenset[str], *, bots: ManagerBotOffice, parsers: Parsers, book: AttemptBook
) -> tuple[asyncio.Task[None], ...]:
    heartbeat = Heartbeat(building.ground.pool, name_process(roles), tuple(sorted(roles)), building.figures)
    jobs: list[Awaitable[None]] = [building.keep_fresh(), building.ground.clock.keep_reading(), heartbeat.run()]
    jobs += [building.keep_spool_empty(), building.ground.keep_server()]
    if "web" in roles:
        jobs.append(book.run())
    if "work" in roles:
        jobs += work_jobs(building, bots, parsers)
    if "poll" in roles:
        jobs += poll_jobs(building)
    if "bot" in roles:
        jobs.append(bots.receive())
    return tuple(asyncio.ensure_future(job) for job in jobs)


def _wake_all(building: Building) -> None:
    for lane in ("receipts", "timers", "queue", "reply", "notify", "media", "crm", "manager_bot"):
        building.hints.wakeup.wake(lane)


def _made(config: Config) -> str:
    if config.language == "ru":
        return f"hub: это новый хаб, его данные в {config.data.resolve()}"
    return f"hub: this is a new hub, its data is in {config.data.resolve()}"


def _ready(config: Config, roles: frozenset[str], address: str) -> str:
    named = "hub" if roles == ALL_ROLES else f"hub ({', '.join(sorted(roles))})"
    if config.language == "ru":
        return f"{named}: работает{f' на {address}' if address else ''}. Остановить: Ctrl-C"
    return f"{named}: running{f' at {address}' if address else ''}. Stop with Ctrl-C"
