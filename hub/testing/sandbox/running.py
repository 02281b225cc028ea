"""Runs the sandbox: a data directory, the hub, the town, the page; says the address, stops it all at the end."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from hub.app.logs import set_up_logs
from hub.app.roles import ALL_ROLES, RunningHub, running_hub
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.testing.data_dir import make_data_dir, remove_abandoned_data_dirs, remove_data_dir
from hub.testing.sandbox.cast import AT_PHONE, PBX_SETTINGS
from hub.testing.sandbox.page import make_page
from hub.testing.sandbox.play import Play
from hub.testing.sandbox.premises import prepare, set_language
from hub.testing.sandbox.story import PATIENCE, play_opening
from hub.testing.sandbox.telephone import KIND
from hub.testing.sandbox.terminal import sit_down
from hub.testing.sandbox.terminal_words import WORDS
from hub.testing.sandbox.town import running_town
from hub.testing.sandbox.typed_lines import read_lines
from hub.testing.telephony import FakePbx


async def run_sandbox(
    *, data: Path | None, host: str, port: int, language: str = "ru", has_terminal: bool = False
) -> None:
    """Serve the sandbox until Ctrl-C or SIGTERM; without `data` everything is forgotten at the end.

    With a terminal a person manages by lines on standard input, and their end is the end of the sandbox too.

    Raises:
        ConfigError, StorageUnavailable: it cannot start; one sentence that says what to do.
    """
    began_at = time.monotonic()
    set_up_logs(_config(Path(), host))
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own deprecations
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with open_sandbox(data=data, host=host, port=port) as sandbox:
        seconds = time.monotonic() - began_at
        _say(WORDS[language]["ready"].format(address=sandbox.address, seconds=seconds) + "\n")
        if not has_terminal:
            await _until(stopping, sandbox.jobs)
            return
        talking = asyncio.create_task(_talk(sandbox, language))
        try:
            await _until(stopping, (*sandbox.jobs, talking))
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: the address of its page, the hub inside, whose jobs should never end, and what is played."""

    address: str
    hub: RunningHub
    play: Play

    @property
    def jobs(self) -> tuple[asyncio.Task[None], ...]:
        """Return the jobs of the hub."""
        return self.hub.jobs


async def _talk(sandbox: Sandbox, language: str) -> None:
    """Let somebody manage at the terminal, from the end of the opening until the lines end."""
    play, changes = sandbox.play, sandbox.play.town.changes
    await set_language(play.building, language)
    while not play.is_set:
        await changes.wait(changes.count, PATIENCE)
    terminal = await sit_down(play, language, _say, is_person=sys.stdin.isatty())
    sandbox.hub.bots.beside = terminal
    await terminal.run(read_lines(sys.stdin.fileno()))


async def _until(stopping: asyncio.Event, jobs: tuple[asyncio.Task[None], ...]) -> None:
    """Wait for the signal, or for a job of the hub that ended: its error ends the sandbox."""
    waiting = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({waiting, *jobs}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for job in done - {waiting}:
        job.result()


@asynccontextmanager
async def open_sandbox(*, data: Path | None, host: str, port: int) -> AsyncIterator[Sandbox]:
    """Run the sandbox while the block runs (`port` 0 takes a free one).

    Raises:
        ConfigError, StorageUnavailable: it cannot start.
    """
    async with _directory(data) as place:
        config = _config(place, host)
        async with running_hub(config, ALL_ROLES) as hub, running_town(hub.building.ground.clock) as town:
            premises = await prepare(hub.building, town)
            town.telephone.plug_in(FakePbx(KIND, premises.telephony.url, PBX_SETTINGS, http=hub.building.http))
            play = Play(hub.building, town, premises, hub.building.http)
            town.switch.rings = lambda placed: town.telephone.place(placed, (*play.guests, *AT_PHONE))
            async with _served(play, host, port) as address:
                try:
                    yield Sandbox(address, hub, play)
                finally:
                    await hub.rest()  # nobody calls the town while it closes


@asynccontextmanager
async def _served(play: Play, host: str, port: int) -> AsyncIterator[str]:
    """Serve the page and play the opening beside it."""
    runner = web.AppRunner(make_page(play), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise ConfigError(f"cannot listen at {host}:{port}: {reason}; choose another port with --port") from error
    opening = asyncio.create_task(play_opening(play))
    try:
        yield f"http://{_shown(host)}:{runner.addresses[0][1]}"
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await runner.cleanup()


@asynccontextmanager
async def _directory(data: Path | None) -> AsyncIterator[Path]:
    """Give the data directory, by default a fresh one, removed at the end or, after a kill, by the next start."""
    if data is not None:
        yield data
        return
    await remove_abandoned_data_dirs()
    place = make_data_dir()
    try:
        yield place
    finally:
        await remove_data_dir(place)


def _config(data: Path, host: str) -> Config:
    """Return the settings of the hub inside; nothing of the surroundings may lead it to a real database."""
    port = _free_port(host)
    nothing = SecretStr("")
    return Config(
        data=data,
        files=data / "files",
        dsn=nothing,
        redis=nothing,
        secret_keys=nothing,
        host=host,
        port=port,
        public_url=f"http://{_shown(host)}:{port}",
        trusted_proxies=0,
        log_level="error",
        proxy="",
    )


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def _shown(host: str) -> str:
    """Return a host as a browser on this machine reaches it."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
