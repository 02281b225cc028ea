"""Lines from standard input as they come, without a thread that could hold up the end of the program.

A terminal and a pipe are watched by the event loop; a file, which cannot be watched, is always ready.
"""

import asyncio
import os
from collections.abc import AsyncIterator

_CHUNK = 65_536


async def read_lines(descriptor: int) -> AsyncIterator[str]:
    """Yield the lines of `descriptor` without their ends until it is closed; what is no UTF-8 is replaced."""
    rest = b""
    while chunk := await _read(descriptor):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")
    if rest:
        yield rest.decode("utf-8", "replace")


def _tell(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _read(descriptor: int) -> bytes:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(descriptor, _tell, ready)
    except PermissionError:  # a file
        return os.read(descriptor, _CHUNK)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)
    return os.read(descriptor, _CHUNK)
