"""A provider's HTTP side that fails on command: the server behind the fault tables of the contract suites.

It answers every request with what the script says next and keeps what it received. Nothing here knows a provider.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer. `is_dropped` closes the connection without one, `is_slow` keeps the sender waiting."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_dropped: bool = False
    is_slow: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    body: bytes


class FaultyServer:
    """Answers by `script`, in order, where None stands for success; after its end everything succeeds."""

    def __init__(self, success: Callable[[Seen], Answer]) -> None:
        self.script: list[Answer | None] = []
        self.seen: list[Seen] = []
        self.url = ""
        self._success = success
        self._released = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take the next entry of the script."""
        seen = Seen(request.method, request.path_qs, await request.read())
        self.seen.append(seen)
        scripted = (self.script.pop(0) if self.script else None) or self._success(seen)
        if scripted.is_slow:
            await self._released.wait()
        if scripted.is_dropped and request.transport is not None:
            request.transport.abort()
        headers = {"Content-Type": "application/json", **scripted.headers}
        return web.Response(status=scripted.status, body=scripted.body, headers=headers)

    def release(self) -> None:
        """Let the slow answers go, so that the server can stop."""
        self._released.set()


@asynccontextmanager
async def faulty_server(success: Callable[[Seen], Answer] = lambda _: Answer()) -> AsyncIterator[FaultyServer]:
    """Serve on a free port of the loopback while the block runs; `url` has no trailing slash."""
    server = FaultyServer(success)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        server.release()
        await runner.cleanup()
