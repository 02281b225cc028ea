"""Processes of the hub that start fast: forked from one that has imported the program already.

`python -m hub` with a manager bot spends three seconds of processor time on imports; an exhaustive run starts it
hundreds of times. After the fork the child takes its own environment, reads `hub.crash` anew (the only module that
looks at the environment when it is imported), and enters the program. It dies by SIGKILL like any other process, and
nobody here outlives the harness: the end of the nursery's input ends all it started.
"""

import asyncio
import gc
import importlib
import json
import os
import random
import select
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

_PROGRAM = (
    "hub.__main__",
    "bots.telegram.bot",
    "bots.telegram.client",
    "bots.telegram.notifier",
    "hub.channels.email.channel",
    "hub.channels.email.child",
    "hub.channels.telegram.manager_bot",
    "hub.channels.telephony.mango",
)


@dataclass(slots=True)
class Child:
    """A process of the hub. `pid` leads a session of its own."""

    pid: int
    log: Path
    nursery: "Nursery"
    _pidfd: int = -1
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _burial: asyncio.Future[int] | None = None

    def watch(self) -> None:
        """Let the loop notice the end of the process, whose parent is the nursery."""
        self._pidfd = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(self._pidfd, self._ended)

    @property
    def is_gone(self) -> bool:
        """Tell whether the process has ended."""
        return self._gone.is_set()

    async def wait(self) -> int:
        """Return the exit code when the process has ended; of a killed one it is minus the signal."""
        await self._gone.wait()
        if self._burial is None:
            self._burial = asyncio.ensure_future(self.nursery.bury(self.pid))
        return await asyncio.shield(self._burial)

    async def kill(self) -> None:
        """SIGKILL the process and whatever it started; returns when it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.wait()

    def said(self) -> str:
        """Return what the process has written so far."""
        return self.log.read_text("utf-8", "replace")

    def _ended(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._gone.set()


class Nursery:
    """The harness's end of it. Belongs to one event loop."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Start the nursery; returns when the program is imported."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.testing.crash.points_nursery", stdin=PIPE, stdout=PIPE, start_new_session=True
        )
        await self._ask({})

    async def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Child:
        """Start `hub <arguments>` with exactly this environment, its words going into `log`, which begins anew."""
        log.write_text("")  # noqa: ASYNC240 - a small file in memory
        wish = {"arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        child = Child(await self._ask(wish), log, self)
        child.watch()
        return child

    async def bury(self, pid: int) -> int:
        """Return the exit code of a process that has ended."""
        return await self._ask({"bury": pid})

    async def close(self) -> None:
        """End it, and with it whatever it started."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()

    async def _ask(self, wish: Mapping[str, object]) -> int:
        """Return the answer; whoever is cancelled meanwhile leaves no answer behind for the next."""
        return await asyncio.shield(asyncio.ensure_future(self._exchange(wish)))

    async def _exchange(self, wish: Mapping[str, object]) -> int:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None, "open it first"
        async with self._turn:
            process.stdin.write(f"{json.dumps(wish)}\n".encode())
            await process.stdin.drain()
            return int(await process.stdout.readline())


def serve() -> None:
    """Fork a process for each line of the input until it ends; one number is answered a line."""
    for name in _PROGRAM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    started: set[int] = set()
    try:
        while line := sys.stdin.buffer.readline():
            os.write(1, b"%d\n" % _heed(json.loads(line), started))
    except BrokenPipeError:  # the harness was killed
        return
    finally:
        for pid in started:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _heed(wish: dict[str, Any], started: set[int]) -> int:
    if "bury" in wish:
        started.discard(wish["bury"])
        _, status = os.waitpid(wish["bury"], 0)
        return os.waitstatus_to_exitcode(status)
    if not wish:
        return 0
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_hub(wish, tell_session=theirs)
    select.select([ours], [], [])  # the child leads its session before anybody may want to kill that
    os.close(ours)
    os.close(theirs)
    started.add(pid)
    return pid


def _become_hub(wish: dict[str, Any], *, tell_session: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        os.write(tell_session, b"!")
        _take_over(Path(wish["log"]))
        os.environ.clear()
        os.environ.update(wish["environment"])
        importlib.reload(sys.modules["hub.crash"])
        random.seed()
        sys.argv = ["hub", *wish["arguments"]]
        importlib.import_module("hub.__main__").main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - whatever ends the child is told in its log, as the interpreter would
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _take_over(log: Path) -> None:
    """Give the child its own input and output, and nothing of the nursery's."""
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND)
    for number, file in ((0, nothing), (1, output), (2, output)):
        os.dup2(file, number)
    os.closerange(3, 256)


if __name__ == "__main__":
    serve()
