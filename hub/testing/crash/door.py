"""The hub's public address as providers know it: passes every request on to `web`, and books what came of it.

It stands where the Internet stands. What the hub answered is told to the ledger before the provider hears it; a hub
that is away or silent is `info`, and the provider hears 502 and does what it does then. A share of what was taken is
delivered once more a moment later, as providers do that lost our answer.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from hub.testing.crash.ledger import Kind, Ledger, find_markers
from hub.testing.crash.servers import free_port

REPEATED_SHARE = 0.2
_LATEST_REPEAT_SECONDS = 5.0
_PATIENCE_SECONDS = 15.0
_REMEMBERED = 60
_HOPS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_STAGES = "events/call"
"""A telephone call is taken when its summary is; the stages before it stand for themselves."""


@dataclass(frozen=True, slots=True)
class Request:
    """A provider's request; `markers` are those of its own words."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    markers: tuple[str, ...]


class Door:
    """Listens on a port that stays the same; `web_port` is where the hub listens behind it."""

    def __init__(self, ledger: Ledger, web_port: int, chance: random.Random) -> None:
        self.port = free_port()
        self.under_way = 0
        self.repeated = 0
        self._ledger = ledger
        self._web_port = web_port
        self._chance = chance
        self._taken: deque[Request] = deque(maxlen=_REMEMBERED)
        self._repeats: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Return the address that providers are given."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_quiet(self) -> bool:
        """Tell whether no request is under way and none will be repeated."""
        return self.under_way == 0 and not self._repeats

    @asynccontextmanager
    async def run(self) -> AsyncIterator["Door"]:
        """Pass requests on until the block ends."""
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._receive)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        timeout = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as self._session:
            try:
                yield self
            finally:
                await self._forget_repeats()
                await runner.cleanup()

    async def repeat_burst(self) -> int:
        """Deliver the last requests that were taken all at once again; return how many."""
        taken = list(self._taken)
        await asyncio.gather(*(self._pass(request, is_repeat=True) for request in taken))
        return len(taken)

    async def _receive(self, incoming: web.Request) -> web.Response:
        body = await incoming.read()
        headers = {name: value for name, value in incoming.headers.items() if name.lower() not in _HOPS}
        request = Request(incoming.raw_path, headers, body, _own_markers(body))
        if incoming.method != "POST":
            return web.Response(status=405)
        status, answer = await self._pass(request)
        if 200 <= status < 300:
            self._taken.append(request)
            if self._chance.random() < REPEATED_SHARE:
                self._repeat_later(request)
        return web.Response(status=status or 502, body=answer)

    async def _pass(self, request: Request, *, is_repeat: bool = False) -> tuple[int, bytes]:
        """Pass a request on; return the hub's answer, or status 0 where nobody saw one."""
        self.under_way += 1
        assert self._session is not None
        try:
            address = f"http://127.0.0.1:{self._web_port}{request.path}"
            async with self._session.post(address, data=request.body, headers=request.headers) as answer:
                body = await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self._book(request, Kind.INFO, is_repeat=is_repeat, result=type(error).__name__)
            return 0, b""
        finally:
            self.under_way -= 1
        is_taken = 200 <= status < 300
        self._book(request, Kind.ACKED if is_taken else Kind.REFUSED, is_repeat=is_repeat, result=str(status))
        return status, body

    def _book(self, request: Request, kind: Kind, *, is_repeat: bool, result: str) -> None:
        if request.path.endswith(_STAGES) and kind is Kind.ACKED:
            kind = Kind.INFO
        for marker in request.markers:
            self._ledger.tell(kind, marker, result=result, repeat=is_repeat)

    def _repeat_later(self, request: Request) -> None:
        task = asyncio.create_task(self._repeat(request, self._chance.uniform(0, _LATEST_REPEAT_SECONDS)))
        self._repeats.add(task)
        task.add_done_callback(self._repeats.discard)

    async def _repeat(self, request: Request, after_seconds: float) -> None:
        await asyncio.sleep(after_seconds)
        await self._pass(request, is_repeat=True)
        self.repeated += 1

    async def _forget_repeats(self) -> None:
        for task in self._repeats:
            task.cancel()
        await asyncio.gather(*self._repeats, return_exceptions=True)


def _own_markers(body: bytes) -> tuple[str, ...]:
    """Return the markers of what was said, without those of a message it replies to."""
    text = body.decode("utf-8", "replace")
    if text.startswith('{"update_id"'):
        message = json.loads(text).get("message") or {}
        text = str(message.get("text", message.get("caption", "")))
    return tuple(find_markers(text))
