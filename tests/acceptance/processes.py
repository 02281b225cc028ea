"""Roles of one hub as processes of their own, as on several machines: started, waited for until ready, ended."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.config import Config

_ADDRESS = re.compile(rb"http://[\w.:]+\d")


@asynccontextmanager
async def roles(config: Config, *names: str) -> AsyncIterator[list[str]]:
    """Run one process a role, ready; yield the addresses of those that listen. SIGTERM ends them, and they must end."""
    environment = {
        **os.environ,
        "HUB_DSN": config.dsn.get_secret_value(),
        "HUB_DATA": str(config.data),
        "HUB_PORT": "0",
        "HUB_LOG_LEVEL": "error",
    }
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", name, env=environment, stderr=asyncio.subprocess.PIPE
        )
        for name in names
    ]
    reading: list[asyncio.Task[None]] = []
    try:
        lines = [await _first_line(process) for process in running]
        reading = [asyncio.create_task(_read_on(process)) for process in running]
        yield [found[0].decode() for line in lines if (found := _ADDRESS.findall(line))]
    finally:
        for process in running:
            if process.returncode is None:
                process.terminate()
        codes = await asyncio.gather(*(process.wait() for process in running))
        await asyncio.gather(*reading)
    assert set(codes) == {0}


async def _first_line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stderr is not None
    return await process.stderr.readline()


async def _read_on(process: asyncio.subprocess.Process) -> None:
    """Keep the pipe empty: nobody may stop because nobody reads what it says."""
    assert process.stderr is not None
    while await process.stderr.readline():
        pass
