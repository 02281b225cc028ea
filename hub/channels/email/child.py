"""Parses letters in limited child processes: a hostile letter costs one child, never the hub (case 54, decision 7).

Each child imports the parser alone, limits its own memory and serves batches over its pipes. A batch that does not
come back in time, or whose child dies, is parsed again letter by letter, so that only the one to blame is parked.
What limits a *good* letter (depth, parts, field length) is in `parts.py` and `headers.py`.
Frames are an 8-byte big-endian length and a pickle; only we write into these pipes.
"""

import asyncio
import os
import pickle
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from hub.channels.email.events import Mailbox, Payload, letter_events
from hub.crash import crash_point
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import InboundEvent

MEMORY_BYTES = 256 * 1024 * 1024
CPU_SECONDS = 5
BATCH_BYTES = 8_000_000
Parsed = Sequence[InboundEvent] | PayloadInvalid


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one letter may cost: processor time, memory of the child above its own, and waiting for both."""

    cpu: timedelta = timedelta(seconds=CPU_SECONDS)
    memory_bytes: int = MEMORY_BYTES

    @property
    def patience(self) -> timedelta:
        """Return how long to wait for one letter on a busy machine."""
        return 4 * self.cpu


class LetterPool:
    """A few parse children. Start by the first `parse`, end with `close`; safe for concurrent use."""

    def __init__(self, size: int = 1, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        self._free: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        for _ in range(size):
            self._free.put_nowait(None)
        self._size = size

    async def parse(self, payloads: Sequence[Payload], mailbox: Mailbox) -> list[Parsed]:
        """Return the events of each letter in order, or the `PayloadInvalid` with the reason to park it."""
        results: list[Parsed] = []
        for batch in _batches(payloads):
            results += await self._parse_batch(batch, mailbox)
        return results

    async def close(self) -> None:
        """End the children; waits for those that are parsing. A second time it changes nothing."""
        children = [await self._free.get() for _ in range(self._size)]
        for child in children:
            if child is not None:
                await child.end()
            self._free.put_nowait(None)

    async def _parse_batch(self, batch: Sequence[Payload], mailbox: Mailbox) -> list[Parsed]:
        found = await self._ask(batch, mailbox)
        if found is None and len(batch) == 1:
            found = await self._ask(batch, mailbox)  # the first child may have died of something else
        if found is not None:
            return found
        if len(batch) == 1:
            seconds, megabytes = int(self._limits.cpu.total_seconds()), self._limits.memory_bytes // 1_000_000
            return [PayloadInvalid(f"reading the letter took over {seconds} s or {megabytes} MB")]
        return [result for payload in batch for result in await self._parse_batch([payload], mailbox)]

    async def _ask(self, batch: Sequence[Payload], mailbox: Mailbox) -> list[Parsed] | None:
        """Return the answer of a child, None if it had to be killed or died; a new one takes its place."""
        child = await self._free.get()
        keep: _Child | None = None
        try:
            if child is None or not child.is_alive:
                child = await _Child.start(self._limits)
            found = await child.ask(batch, mailbox, self._limits.patience)
            keep = child if found is not None else None
            return found
        finally:
            if keep is None and child is not None:
                await child.end()
            self._free.put_nowait(keep)


class _Child:
    """One process and its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, limits: ChildLimits) -> "_Child":
        """Start a child with the parser alone and nothing of our environment but the path of the program."""
        environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
        numbers = (str(int(limits.cpu.total_seconds())), str(limits.memory_bytes))
        command = (sys.executable, "-m", "hub.channels.email.child", *numbers)
        pipe = asyncio.subprocess.PIPE
        # In a session of its own: Ctrl-C at a terminal is for the parent, which ends its children.
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, env=environment, start_new_session=True
        )
        crash_point("letter.child_started")
        return cls(process)

    @property
    def is_alive(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.returncode is None

    async def ask(self, batch: Sequence[Payload], mailbox: Mailbox, patience: timedelta) -> list[Parsed] | None:
        """Return the answer, None if there is none in time."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self._write(pickle.dumps((batch, mailbox)))
                answer = await self._read()
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            return None
        found: list[Parsed] = pickle.loads(answer)  # noqa: S301 -- written by our own child
        return found

    async def end(self) -> None:
        """Kill the process if it runs, and reap it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _write(self, data: bytes) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            pipe.write(struct.pack(">Q", len(data)) + data)
            await pipe.drain()

    async def _read(self) -> bytes:
        pipe = self._process.stdout
        if pipe is None:
            raise BrokenPipeError
        (size,) = struct.unpack(">Q", await pipe.readexactly(8))
        return await pipe.readexactly(size)


def _batches(payloads: Sequence[Payload]) -> list[list[Payload]]:
    """Split into batches of at most `BATCH_BYTES`, at least one letter each."""
    batches: list[list[Payload]] = []
    size = 0
    for payload in payloads:
        if not batches or size + len(payload.body) > BATCH_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(payload)
        size += len(payload.body)
    return batches


def serve(cpu_seconds: int, memory_bytes: int) -> None:
    """Answer batches from standard input until it closes; the life of a child."""
    import resource  # noqa: PLC0415 -- POSIX only; elsewhere the parent's patience is the only limit

    base = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (base + memory_bytes, base + memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    while head := pipe_in.read(8):
        batch, mailbox = pickle.loads(pipe_in.read(struct.unpack(">Q", head)[0]))  # noqa: S301 -- from our parent
        answer = pickle.dumps([_parse_limited(payload, mailbox, cpu_seconds) for payload in batch])
        pipe_out.write(struct.pack(">Q", len(answer)) + answer)
        pipe_out.flush()


def _parse_limited(payload: Payload, mailbox: Mailbox, cpu_seconds: int) -> Parsed:
    """Parse one letter; over its processor time the kernel ends the child (SIGPROF), over its memory it is refused."""
    import signal  # noqa: PLC0415 -- beside `resource`: POSIX only

    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return letter_events(payload, mailbox)
    except PayloadInvalid as error:
        return PayloadInvalid(str(error))
    except (MemoryError, RecursionError) as error:
        return PayloadInvalid(f"reading the letter took too much memory: {type(error).__name__}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _address_space() -> int:
    """Return the bytes of address space this process has mapped (0 where /proc does not tell)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 -- pathlib costs start-up time
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1024 * 1024 * 1024


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
