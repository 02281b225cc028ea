"""The hub's roles as processes of the real program: started, killed, frozen, told to stop, and kept alive.

A `RoleProcess` is one `python -m hub web|work|poll|bot`, run in a session of its own so that a Ctrl-C at the harness
does not reach it and everything it left behind can be found. A `Keeper` does what systemd would: it starts a role again
a moment after it ended. PostgreSQL and Redis stand in `servers`.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

READY_WITHIN = timedelta(seconds=90)
END_WITHIN = timedelta(seconds=30)
RESTART_AFTER = timedelta(milliseconds=300)
_READY = b": running"
_LOOK_EVERY = timedelta(milliseconds=20)
_TAIL_BYTES = 4000


class DidNotHappen(AssertionError):
    """A process did not do in time what it had to; says which, and the end of its log."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What all roles of one hub share: database, Redis, data directory, the port of `web`, the directory of logs."""

    dsn: str
    redis: str
    data: Path
    port: int
    logs: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def public_url(self) -> str:
        """Return where providers reach `web`: what the settings say as HUB_PUBLIC_URL, else its own port."""
        return self.settings.get("HUB_PUBLIC_URL", f"http://127.0.0.1:{self.port}")

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a role: ours without any `HUB_`, then the installation's, then `extra`."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        own = {
            "HUB_DSN": self.dsn,
            "HUB_REDIS": self.redis,
            "HUB_DATA": str(self.data),
            "HUB_PORT": str(self.port),
            "HUB_PUBLIC_URL": self.public_url,
            "HUB_LANGUAGE": "en",
            "HUB_LOG_LEVEL": "warning",
        }
        return {**bare, **own, **self.settings, **extra}


class RoleProcess:
    """One role, at most one process of it at a time. `name` tells workers apart: `work-1`.

    `prefix` stands before its command, for instance to run it on another machine.
    """

    def __init__(self, installation: Installation, role: str, *, name: str = "") -> None:
        self.role = role
        self.name = name or role
        self.log = installation.logs / f"{self.name}.log"
        self.prefix: tuple[str, ...] = ()
        self.is_frozen = False
        self.sessions: list[int] = []
        self._installation = installation
        self._process: Process | None = None
        self._log_before = 0

    @property
    def is_running(self) -> bool:
        """Tell whether there is a process, frozen or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Return the number of the process that runs or ran last."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    async def start(self, **environment: str) -> None:
        """Start the process and return at once; `environment` adds to the installation's, for instance HUB_CRASH."""
        assert not self.is_running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._log_before = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self.prefix,
                sys.executable,
                "-m",
                "hub",
                self.role,
                env=self._installation.environment(environment),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.is_frozen = False
        self.sessions.append(self._process.pid)

    async def wait_until_ready(self, within: timedelta = READY_WITHIN) -> None:
        """Return when the process said that it runs.

        Raises:
            DidNotHappen: it ended instead, or said nothing in time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()):
                while self.is_running and not self.is_ready():  # noqa: ASYNC110 - a file tells nobody
                    await asyncio.sleep(_LOOK_EVERY.total_seconds())
        if not self.is_running or not self.is_ready():
            raise DidNotHappen(f"{self.name} is not ready\n{self.tail()}")

    def is_ready(self) -> bool:
        """Tell whether the present process has said that it runs."""
        with self.log.open("rb") as log:
            log.seek(self._log_before)
            return _READY in log.read()

    async def wait_for_end(self, within: timedelta = END_WITHIN) -> int:
        """Return the exit code; of a killed process it is minus the signal's number.

        Raises:
            DidNotHappen: it still runs.
        """
        assert self._process is not None, f"{self.name} was never started"
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._process.wait()
        except TimeoutError:
            raise DidNotHappen(f"{self.name} does not end\n{self.tail()}") from None

    def kill(self) -> None:
        """SIGKILL: no handler and no rollback of ours runs; children of the process are left to see it."""
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM: finish what runs and end."""
        self._send(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP: alive and deaf, as on a machine that swaps."""
        self._send(signal.SIGSTOP)
        self.is_frozen = self.is_running

    def thaw(self) -> None:
        """SIGCONT: go on as if no time had passed."""
        self._send(signal.SIGCONT)
        self.is_frozen = False

    def tail(self) -> str:
        """Return the end of the log."""
        if not self.log.exists():
            return ""
        return self.log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")

    async def end(self) -> None:
        """Leave nothing behind: kill the process and whatever else is left of its sessions."""
        if self.is_running:
            self.kill()
            await self.wait_for_end()
        for session in self.sessions:
            with suppress(ProcessLookupError):
                os.killpg(session, signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


class Keeper:
    """Keeps one role alive while it is on; `deaths` are the exit codes it saw."""

    def __init__(self, process: RoleProcess, restart_after: timedelta = RESTART_AFTER) -> None:
        self.process = process
        self.deaths: list[int] = []
        self._restart_after = restart_after
        self._task: asyncio.Task[None] | None = None

    def switch_on(self) -> None:
        """Start the role, and again whenever it ended."""
        self._task = asyncio.create_task(self._keep())

    async def wait_until_ready(self, within: timedelta = READY_WITHIN) -> None:
        """Return when the role runs and said so, however often it has to be started again until then.

        Raises:
            DidNotHappen: it did not come up in time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()):
                while not (self.process.is_running and self.process.is_ready()):  # noqa: ASYNC110 - a file tells nobody
                    await asyncio.sleep(_LOOK_EVERY.total_seconds())
                return
        raise DidNotHappen(f"{self.process.name} does not come up\n{self.process.tail()}")

    async def switch_off(self) -> None:
        """Keep no longer; what runs goes on running."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _keep(self) -> None:
        while True:
            if not self.process.is_running:
                await self.process.start()
            self.deaths.append(await self.process.wait_for_end(timedelta(days=1)))
            await asyncio.sleep(self._restart_after.total_seconds())
