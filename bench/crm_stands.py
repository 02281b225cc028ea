"""What a hub has beside it when CRMs are measured: none, one that answers at once, and the two ways to be dead.

The living one is the fake of amoCRM in a process of its own, its limit lifted, so that the hub is measured and not a
vendor's patience. Of the dead ones one refuses connections, the other takes them and never says a word.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bench.child import Talk, running
from bench.machine import SENDING
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.kit import CountedLimit

NONE, LIVING, REFUSING, SILENT = "none", "living", "refusing", "silent"
WAYS = (NONE, LIVING, REFUSING, SILENT)
_UNLIMITED = 1_000_000
_CALLS_A_SECOND = 500


@asynccontextmanager
async def standing_crm(way: str) -> AsyncIterator[Mapping[str, Any] | None]:
    """Give the settings of a connection to a CRM of this way while the block runs; `None` without one."""
    match way:
        case "living":
            async with running("crm", cores=SENDING) as child:
                yield _settings(await child.hear())
        case "refusing":
            yield _settings({"url": f"http://127.0.0.1:{_free_port()}", "token": "any"})
        case "silent":
            async with _silent_server() as url:
                yield _settings({"url": url, "token": "any"})
        case _:
            yield None


async def serve(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Be a CRM that answers at once, until the parent has heard enough."""
    del parameters
    async with FakeAmoCrm().serving() as fake:
        fake.limits = [CountedLimit(_UNLIMITED, 1.0)]
        talk.tell(url=fake.url, token=fake.token)
        while await talk.hear() is not None:
            talk.tell(calls=len(fake.calls))


def _settings(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "account": "bench.amocrm.ru",
        "api_url": told["url"],
        "access_token": told["token"],
        "requests_per_second": _CALLS_A_SECOND,
    }


def _free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def _silent_server() -> AsyncIterator[str]:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
