"""Carries connections to another place: `python -m hub.testing.crash.relay HOST PORT …`.

Listens on the loopback of its own namespace at each port, and goes on to the same port of HOST. Says `ready` when it
listens.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress

_LOOPBACK = "127.0.0.1"
_CHUNK_BYTES = 65536


def carry(host: str, port: int) -> Callable[[StreamReader, StreamWriter], Awaitable[None]]:
    """Return what serves a connection by carrying both ways to `host`:`port`, until either side ends."""

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(host, port)
            there = asyncio.create_task(_pump(reader, far_writer))
            back = asyncio.create_task(_pump(far_reader, writer))
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in (there, back):
                task.cancel()
            far_writer.transport.abort()
        writer.transport.abort()

    return serve


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
        await writer.drain()


async def _listen(host: str, ports: list[int]) -> None:
    servers = [await asyncio.start_server(carry(host, port), _LOOPBACK, port) for port in ports]
    print("ready", flush=True)  # noqa: T201 - who started it waits for this
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_listen(sys.argv[1], [int(port) for port in sys.argv[2:]]))
