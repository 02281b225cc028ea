"""A TCP proxy that fails on command: what stands between the hub and its database, its Redis or a provider.

It listens on loopback in the loop of whoever tests, in front of a TCP port or a Unix socket, and knows no protocol.
What is commanded takes effect at once, also for connections that are open. A cut happens once and is then spent; every
other fault lasts until `heal`. The port stays reserved while connections are refused, so nobody else gets it meanwhile.

A reset is SO_LINGER with no time (tcp(7), socket(7)): the other side reads an error, never an orderly end.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

Target: TypeAlias = tuple[str, int] | Path
"""Host and port, or the path of a Unix socket."""

_CHUNK_BYTES = 64 * 1024
_LOOPBACK = "127.0.0.1"
_NOW = timedelta(0)
_COPY_ANSWERED_WITHIN = timedelta(seconds=2)


class Way(StrEnum):
    """Which way bytes go."""

    to_server = "to_server"
    to_client = "to_client"


@dataclass(slots=True)
class _End:
    """One of the two connections of a link."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def write(self, chunk: bytes) -> None:
        self.writer.write(chunk)
        await self.writer.drain()

    def finish(self) -> None:
        """Say that nothing more comes; what is written still arrives."""
        with contextlib.suppress(OSError):
            self.writer.write_eof()

    def reset(self) -> None:
        end = self.writer.get_extra_info("socket")
        if end.family != socket.AF_UNIX:
            with contextlib.suppress(OSError):  # it may be closed already
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(slots=True, eq=False)
class _Link:
    """One connection through the proxy. `is_deaf`: what either side says is swallowed, and neither is told."""

    client: _End
    server: _End | None = None
    is_deaf: bool = False
    seen: dict[Way, bytes] = field(default_factory=lambda: dict.fromkeys(Way, b""))

    def ends(self, way: Way) -> tuple[_End | None, _End | None]:
        """Return where bytes of this way come from and where they go."""
        return (self.client, self.server) if way == Way.to_server else (self.server, self.client)

    def reset(self) -> None:
        for end in (self.client, self.server):
            if end is not None:
                end.reset()

    def cut(self, way: Way) -> None:
        """Reset the client. The server still reads what had been sent to it, and loses its answer."""
        self.is_deaf = True
        self.client.reset()
        if self.server is not None:
            self.server.finish() if way == Way.to_server else self.server.reset()


@dataclass(slots=True)
class _Cut:
    """Where to cut: after `left` bytes, or at `pattern` after `skip` others, whose chunk still passes or not."""

    way: Way
    left: int = 0
    pattern: bytes = b""
    is_passed: bool = True
    skip: int = 0

    def measure(self, link: _Link, chunk: bytes) -> bytes | None:
        """Return what still passes of a chunk if it is the last one, else None."""
        if not self.pattern:
            self.left -= len(chunk)
            return chunk[: len(chunk) + self.left] if self.left <= 0 else None
        read = link.seen[self.way] + chunk
        link.seen[self.way] = read[-len(self.pattern) :]
        if self.pattern not in read:
            return None
        link.seen[self.way] = b""
        self.skip -= 1
        if self.skip >= 0:
            return None
        return chunk if self.is_passed else b""


class FaultyProxy:
    """Carries connections to `target` and breaks them as it is told; made by `faulty_proxy`."""

    def __init__(self, target: Target) -> None:
        self.accepted = 0
        self.cuts = 0
        self.copies = 0
        self._target = target
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._delay = _NOW
        self._cut: _Cut | None = None
        self._doubled = b""
        self._is_hung = False
        self._place = _bound(0)
        self._listener: socket.socket | None = None
        self._listen()

    @property
    def port(self) -> int:
        """Return the port of 127.0.0.1 it listens on, the same for as long as it lives."""
        return int(self._place.getsockname()[1])

    @property
    def connections(self) -> int:
        """Return how many connections are open now; half-open ones count."""
        return len(self._links)

    def through(self, url: str) -> str:
        """Return `url` with this proxy in the place of its host."""
        parts = urlsplit(url)
        account, at, _ = parts.netloc.rpartition("@")
        query = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"host", "port"}]
        return parts._replace(netloc=f"{account}{at}{_LOOPBACK}:{self.port}", query=urlencode(query)).geturl()

    def drop(self) -> None:
        """Reset all connections and refuse new ones."""
        self._stop_listening()
        for link in self._links:
            link.reset()

    def hang(self) -> None:
        """Go half-open: accept, swallow both ways, tell nobody. Connections of this time stay deaf after `heal`."""
        self._is_hung = True
        for link in self._links:
            link.is_deaf = True

    def delay(self, span: timedelta) -> None:
        """Hold every chunk for `span`, each way."""
        self._delay = span

    def cut_after(self, bytes_count: int, *, way: Way = Way.to_server) -> None:
        """Cut the connection that carries the `bytes_count`-th byte from now on; exactly that many arrive."""
        self._cut = _Cut(way, left=bytes_count)

    def cut_after_pattern(self, pattern: bytes, *, way: Way = Way.to_server) -> None:
        """Cut a connection as soon as `pattern` has passed with the rest of its chunk: the server acts on it."""
        self._cut = _Cut(way, pattern=pattern)

    def cut_before_pattern(self, pattern: bytes, *, way: Way = Way.to_server, skip: int = 0) -> None:
        """Cut a connection instead of passing the chunk with `pattern`; `to_client`: the server has acted already.

        The first `skip` chunks with it pass.
        """
        self._cut = _Cut(way, pattern=pattern, is_passed=False, skip=skip)

    def duplicate(self, pattern: bytes) -> None:
        """Bring what holds `pattern` to the server twice, first over a connection of its own whose answer is lost.

        So a client acts that sends a request again because it lost the answer.
        """
        self._doubled = pattern

    def heal(self) -> None:
        """Carry again as if nothing had been."""
        self._delay, self._cut, self._doubled, self._is_hung = _NOW, None, b"", False
        if self._listener is None:
            self._listen()

    def bury(self) -> None:
        """Let the server notice which connections are half-open, as keepalive does in the end; clients stay deaf."""
        for link in self._links:
            if link.is_deaf and link.server is not None:
                link.server.reset()

    async def close(self) -> None:
        """Reset everything and give the port free."""
        self.drop()
        self._place.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _listen(self) -> None:
        self._listener = _bound(self.port)
        self._listener.listen(512)
        asyncio.get_running_loop().add_reader(self._listener, self._admit, self._listener)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _admit(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # who came may be gone already
            accepted, _ = listener.accept()
            accepted.setblocking(False)
            self.accepted += 1
            task = asyncio.create_task(self._carry(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, accepted: socket.socket) -> None:
        link = _Link(_end(*await asyncio.open_connection(sock=accepted)), is_deaf=self._is_hung)
        self._links.add(link)
        try:
            if self._listener is None:
                raise ConnectionResetError("dropped while it was admitted")
            if not link.is_deaf:
                link.server = await self._reach()
            await _all_or_first_fault(*(self._pump(link, way) for way in Way))
        except OSError:
            link.reset()  # as the side that broke off did to us
        finally:
            self._links.discard(link)
            link.reset() if link.is_deaf else _close(link)

    async def _reach(self) -> _End:
        if isinstance(self._target, Path):
            return _end(*await asyncio.open_unix_connection(str(self._target)))
        return _end(*await asyncio.open_connection(*self._target))

    async def _pump(self, link: _Link, way: Way) -> None:
        source, sink = link.ends(way)
        if source is None:
            return
        while chunk := await source.reader.read(_CHUNK_BYTES):
            if self._delay:
                await asyncio.sleep(self._delay.total_seconds())
            if sink is not None and not link.is_deaf:
                await self._pass(link, way, sink, chunk)
        if sink is not None and not link.is_deaf:
            sink.finish()

    async def _pass(self, link: _Link, way: Way, sink: _End, chunk: bytes) -> None:
        last = self._cut.measure(link, chunk) if self._cut and self._cut.way == way else None
        if last is not None:
            self._cut = None
            self.cuts += 1
        if way == Way.to_server and self._doubled and self._doubled in chunk:
            await self._send_copy(chunk)
        await sink.write(chunk if last is None else last)
        if last is not None:
            link.cut(way)

    async def _send_copy(self, chunk: bytes) -> None:
        self.copies += 1
        end = await self._reach()
        await end.write(chunk)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_COPY_ANSWERED_WITHIN.total_seconds()):
                await end.reader.read(_CHUNK_BYTES)
        end.reset()


@asynccontextmanager
async def faulty_proxy(target: Target) -> AsyncIterator[FaultyProxy]:
    """Give a proxy in front of `target`, which need not be there yet, for as long as the block lasts."""
    proxy = FaultyProxy(target)
    try:
        yield proxy
    finally:
        await proxy.close()


def find_target(url: str) -> Target:
    """Return where the server of a DSN or URL listens; a PostgreSQL DSN may name a socket's directory as host."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or _LOOPBACK])[0]
    port = int(query.get("port", [parts.port or 5432])[0])
    return Path(host) / f".s.PGSQL.{port}" if host.startswith("/") else (host, port)


def _bound(port: int) -> socket.socket:
    """Bind a port that we may bind once more: one socket keeps the place, another listens."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setblocking(False)
    bound.bind((_LOOPBACK, port))
    return bound


def _end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> _End:
    writer.transport.set_write_buffer_limits(high=0)  # so what was drained has left us
    return _End(reader, writer)


async def _all_or_first_fault(*pumps: Coroutine[None, None, None]) -> None:
    """Wait for all; the first fault ends the others."""
    running = [asyncio.create_task(pump) for pump in pumps]
    try:
        await asyncio.gather(*running)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _close(link: _Link) -> None:
    for end in (link.client, link.server):
        if end is not None:
            end.writer.close()
