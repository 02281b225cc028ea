"""Measured processes: each is this module with a name and parameters, and talks in JSON lines by stdin and stdout.

The parent's side is `Child`; the child's side is `Talk`. A child ends when its parent closes stdin, so that none
outlives a killed bench. What the children do stands in the modules named in `PARTS`.
"""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

Part = Callable[["Talk", Mapping[str, Any]], Awaitable[None]]
PARTS = {
    "door": "bench.hubs:door",
    "worker": "bench.hubs:worker",
    "whole": "bench.hubs:whole",
    "watch": "bench.hubs:watch",
    "imports": "bench.hubs:imports",
    "crm": "bench.crm_stands:serve",
    "floor_a": "bench.floors:serve_inserts",
    "floor_b": "bench.floors:run_intake",
}
_LINE_LIMIT = 1 << 20
_ENDS_WITHIN_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Child:
    """A running part as its parent sees it."""

    process: asyncio.subprocess.Process

    async def hear(self) -> dict[str, Any]:
        """Return what the part says next. Raises: RuntimeError if it ended instead; its error is on stderr."""
        line = await self._output.readline()
        if not line:
            raise RuntimeError(f"a measured process ended with {await self.process.wait()}; its words are above")
        told: dict[str, Any] = json.loads(line)
        return told

    async def ask(self, **words: Any) -> dict[str, Any]:
        """Tell the part something and return its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words).encode() + b"\n")
        await self.process.stdin.drain()
        return await self.hear()

    @property
    def _output(self) -> asyncio.StreamReader:
        assert self.process.stdout is not None
        return self.process.stdout


@asynccontextmanager
async def running(part: str, *, cores: frozenset[int], **parameters: Any) -> AsyncIterator[Child]:
    """Run a part on `cores` until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.child", part, json.dumps({**parameters, "cores": sorted(cores)}, default=str)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_LIMIT,
    )
    try:
        yield Child(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _ENDS_WITHIN_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


class Talk:
    """The child's side of the line."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    def tell(self, **words: Any) -> None:
        """Say something to the parent."""
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    async def hear(self) -> dict[str, Any] | None:
        """Return what the parent says next, None when it wants us to end."""
        line = await self._reader.readline()
        return json.loads(line) if line else None


async def _run(part: str, parameters: Mapping[str, Any]) -> None:
    reader = asyncio.StreamReader(limit=_LINE_LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    module, _, name = PARTS[part].partition(":")
    work: Part = getattr(importlib.import_module(module), name)
    await work(Talk(reader), parameters)


def main() -> None:
    """Become the part named on the command line, on the cores it was given."""
    parameters = json.loads(sys.argv[2])
    os.sched_setaffinity(0, parameters["cores"])
    asyncio.run(_run(sys.argv[1], parameters))


if __name__ == "__main__":
    main()
