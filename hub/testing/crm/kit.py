"""What fakes of CRMs share: a server on the loopback, faults on command, a log of calls, a limiter that counts.

A fault is told where it strikes: before the write or after it. The second, a write whose answer is lost, is the one
that tells real idempotency from luck.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Markup(StrEnum):
    """How a vendor shows the text of an entry: as it is, or with these marks carried out."""

    plain = "plain"
    html = "html"
    bbcode = "bbcode"


class Strike(StrEnum):
    """What a fault does to one call."""

    drop_before = "drop_before"
    drop_after = "drop_after"
    answer = "answer"
    malformed = "malformed"
    slow = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `at` picks the call (every call by default); `status`, `body` and `headers` are for `answer`."""

    strike: Strike
    at: Callable[["Called"], bool] = lambda _: True
    status: int = 500
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Called:
    """One call as it arrived. `path` without query."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class CountedLimit:
    """A vendor's limit as the vendor counts it: at most `calls` in any `seconds`. `refused` is how often it said no."""

    calls: int
    seconds: float
    now: Callable[[], float] = time.monotonic
    refused: int = 0
    most: int = 0
    _times: deque[float] = field(default_factory=deque)

    def admits(self) -> bool:
        """Count a call; False if it is one too many."""
        now = self.now()
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        if len(self._times) >= self.calls:
            self.refused += 1
            return False
        self._times.append(now)
        self.most = max(self.most, len(self._times))
        return True


class FakeCrm:
    """Base of a fake: subclass it, answer in `respond`, and serve it with `serving`.

    `faults` strike in order, each at the first call it fits. `is_away` drops every call, as a dead CRM does. `calls`
    is the log. `now` is its clock. `surface.CrmSurface` says what a whole fake has beyond this.
    """

    markup = Markup.plain

    def __init__(self) -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.limits: list[CountedLimit] = []
        self.url = ""
        self.calls: list[Called] = []
        self.faults: list[Fault] = []
        self.is_away = False
        self._released = asyncio.Event()

    async def respond(self, request: web.Request, called: Called) -> web.StreamResponse:
        """Answer one call as the vendor does."""
        raise web.HTTPNotFound

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Log the call, let a fault strike, answer."""
        called = Called(request.method, request.path, request.query_string, await request.read(), dict(request.headers))
        self.calls.append(called)
        fault = self._next_fault(called)
        strike = Strike.drop_before if self.is_away else (fault.strike if fault else None)
        if strike is Strike.drop_before:
            return _drop(request)
        if strike is Strike.slow:
            await self._released.wait()
        if fault and strike is Strike.answer:
            return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
        return _after(strike, request, await self.respond(request, called))

    def is_write(self, called: Called) -> bool:
        """Tell whether a call changes a record; for vendors that also ask by POST, say it again in the subclass."""
        return called.method not in {"GET", "HEAD"}

    def settle(self) -> None:
        """Let everything written be found: at once, unless the vendor's search lags."""

    def _next_fault(self, called: Called) -> Fault | None:
        found = next((fault for fault in self.faults if fault.at(called)), None)
        if found is not None:
            self.faults.remove(found)
        return found

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Serve on a free port of the loopback while the block runs; `url` has no trailing slash."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            self._released.set()
            await runner.cleanup()


def _drop(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _after(strike: Strike | None, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Return what the caller gets of an answer whose write has happened."""
    if strike is Strike.drop_after:
        return _drop(request)
    if strike is Strike.malformed:
        return web.Response(body=b'{"result": [', content_type="application/json")
    return answer
