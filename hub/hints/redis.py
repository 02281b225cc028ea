"""Hints between processes, over Redis: wake-ups, live updates, shared rate limits, soft locks.

Redis never holds the only copy of anything. Without it wake-ups wait for the poll, live updates for the next look, and
limits and soft locks hold within each process alone; no caller ever sees an error. Commands are not retried by the
client (redis-py 8.1 does so ten times by default, and a command whose answer was lost would count twice); while Redis
is away it is left alone for a few seconds, so nobody waits for a timeout at every call. A subscription over which
nothing comes is asked for a sign of life on the same connection: one that a NAT or a failover has forgotten never
fails, it stays silent for ever.

Sources: https://redis.io/docs/latest/develop/pubsub/, https://redis.io/docs/latest/develop/programmability/eval-intro/,
generic cell rate algorithm as in `hub.hints.local` (read 2026-11-21).
"""

import asyncio
import contextlib
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from hub.domain.ids import ConversationId, ManagerId
from hub.hints.local import LocalFeed, LocalLocks, LocalRates, LocalWakeup

CHANNEL = "hub:hints"
PATIENCE = timedelta(milliseconds=500)
LEFT_ALONE = timedelta(seconds=5)
RECONNECT_AFTER = timedelta(seconds=1)
PROBED_AFTER = timedelta(seconds=1)
DEAF_AFTER = timedelta(seconds=3)
_OUTBOX_LENGTH = 1000
_COMPOSING_SECONDS = 90
_GONE = (RedisError, OSError, TimeoutError, asyncio.TimeoutError)
_log = structlog.get_logger()

_TAKE = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local spacing, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
local blocked = tonumber(redis.call('GET', KEYS[2]) or '0')
local at = math.max(free, now - spacing * (burst - 1), blocked)
local kept = math.ceil((at - now + spacing * (burst + 1) + 1) * 1000)
redis.call('SET', KEYS[1], string.format('%.6f', at + spacing), 'PX', kept)
return string.format('%.6f', math.max(0, at - now))
"""

_BLOCK = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local span = tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.6f', now + span), 'PX', math.ceil(span * 1000) + 1)
"""

_TOUCH = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return false
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return false
"""


class _Line:
    """The connection to Redis, and what waits to be told to other processes. The oldest is lost if nobody takes it."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            encoding_errors="replace",  # bytes that are no text would fail at every further read of the connection
            socket_timeout=PATIENCE.total_seconds(),
            socket_connect_timeout=PATIENCE.total_seconds(),
            retry=Retry(NoBackoff(), 0),
        )
        self.name = secrets.token_hex(8)
        self.outbox: deque[str] = deque(maxlen=_OUTBOX_LENGTH)
        self.is_waiting = asyncio.Event()
        self._alone_until = 0.0

    def tell(self, message: Mapping[str, object]) -> None:
        """Leave a message for the other processes; an equal one that still waits is enough."""
        text = json.dumps({"from": self.name, **message}, ensure_ascii=False)
        if text not in self.outbox:
            self.outbox.append(text)
        self.is_waiting.set()

    async def run_script(self, script: str, keys: list[str], *arguments: object) -> tuple[bool, Any]:
        """Return whether Redis carried the script out, and its answer."""
        if time.monotonic() < self._alone_until:
            return False, None
        try:
            answer: Awaitable[Any] = self.redis.eval(script, len(keys), *keys, *map(str, arguments))
            return True, await answer
        except _GONE as error:
            self._alone_until = time.monotonic() + LEFT_ALONE.total_seconds()
            _log.warning("redis.unavailable", error=type(error).__name__)
            return False, None


class RedisWakeup:
    """Wake-ups between tasks and processes."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self.local = LocalWakeup()

    def wake(self, lane: str) -> None:
        self.local.wake(lane)
        self._line.tell({"lane": lane})

    async def wait(self, lane: str, timeout: timedelta) -> None:
        await self.local.wait(lane, timeout)


class RedisFeed:
    """Live updates to open screens of all processes."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self.local = LocalFeed()

    def publish(self, topic: str, event: Mapping[str, str]) -> None:
        self.local.publish(topic, event)
        self._line.tell({"topic": topic, "event": dict(event)})

    def read(self) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Yield (topic, event) from now on, whichever process it happened in."""
        return self.local.read()


class RedisRates:
    """Token buckets shared by all processes; without Redis each process keeps its own."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._local = LocalRates()

    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        is_done, wait = await self._line.run_script(_TAKE, _bucket_keys(bucket), 1 / per_second, burst)
        if not is_done:
            return await self._local.take(bucket, per_second=per_second, burst=burst)
        return timedelta(seconds=float(wait))

    async def block(self, bucket: str, until: timedelta) -> None:
        await self._local.block(bucket, until)
        await self._line.run_script(_BLOCK, _bucket_keys(bucket)[1:], until.total_seconds())


class RedisLocks:
    """Who is composing, in any process (R-11)."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._local = LocalLocks()

    async def touch(self, conversation_id: ConversationId, manager_id: ManagerId) -> ManagerId | None:
        key = _composing_key(conversation_id)
        is_done, holder = await self._line.run_script(_TOUCH, [key], manager_id, _COMPOSING_SECONDS)
        if not is_done:
            return await self._local.touch(conversation_id, manager_id)
        return ManagerId(int(holder)) if holder else None

    async def release(self, conversation_id: ConversationId, manager_id: ManagerId) -> None:
        await self._local.release(conversation_id, manager_id)
        await self._line.run_script(_RELEASE, [_composing_key(conversation_id)], manager_id)


def _composing_key(conversation_id: ConversationId) -> str:
    return f"hub:composing:{conversation_id}"


class RedisHints(NamedTuple):
    """The four ports over one Redis."""

    wakeup: RedisWakeup
    feed: RedisFeed
    rates: RedisRates
    locks: RedisLocks


@asynccontextmanager
async def open_redis_hints(url: str) -> AsyncIterator[RedisHints]:
    """Give the hints of this process, carried out and in for as long as the block lasts, whatever becomes of Redis."""
    line = _Line(url)
    hints = RedisHints(RedisWakeup(line), RedisFeed(line), RedisRates(line), RedisLocks(line))
    carrying = [asyncio.create_task(_again(work)) for work in (partial(_publish, line), partial(_listen, line, hints))]
    try:
        yield hints
    finally:
        await _end(carrying)
        with contextlib.suppress(*_GONE):
            await line.redis.aclose()


async def _end(carrying: Collection[asyncio.Task[None]]) -> None:
    """Cancel until it is done: a cancellation that meets an answer is lost in the client (seen in redis-py 8.1)."""
    running = set(carrying)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=PATIENCE.total_seconds())


async def _again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except _GONE as error:
            _log.warning("redis.unavailable", error=type(error).__name__)
        await asyncio.sleep(RECONNECT_AFTER.total_seconds())


async def _publish(line: _Line) -> None:
    """Tell the others what waits; what Redis did not take is lost, as any hint may be."""
    while True:
        await line.is_waiting.wait()
        line.is_waiting.clear()
        while line.outbox:
            await line.redis.publish(CHANNEL, line.outbox.popleft())


async def _listen(line: _Line, hints: RedisHints) -> None:
    """Pass on what the others tell. After every new start all lanes look once, since hints may have been missed."""
    async with line.redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        hints.wakeup.local.wake_all()
        heard_at = time.monotonic()
        while True:
            message = await pubsub.get_message(timeout=1.0)  # an answer to a probe counts as heard
            if message is None:
                await _probe(pubsub, silent_for=timedelta(seconds=time.monotonic() - heard_at))
                continue
            heard_at = time.monotonic()
            if message["type"] == "message":
                _hear(message["data"], line, hints)


async def _probe(pubsub: PubSub, *, silent_for: timedelta) -> None:
    """Ask a silent subscription whether it lives.

    Raises:
        TimeoutError: it has been asked, and nothing came.
    """
    if silent_for > DEAF_AFTER:
        raise TimeoutError("nothing comes over the subscription any more")
    if silent_for > PROBED_AFTER:
        await pubsub.ping()


def _hear(text: str, line: _Line, hints: RedisHints) -> None:
    """Pass a message on; junk is left out, since others may be able to write to the channel."""
    try:
        _pass_on(json.loads(text), line, hints)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        _log.warning("hints.message_ignored", error=type(error).__name__)


def _pass_on(message: Mapping[str, Any], line: _Line, hints: RedisHints) -> None:
    if message["from"] == line.name:
        return
    if "lane" in message:
        hints.wakeup.local.wake(message["lane"])
    elif "topic" in message:
        hints.feed.local.publish(message["topic"], dict(message["event"]))


def _bucket_keys(bucket: str) -> list[str]:
    """Return the keys of a bucket: its next free instant and until when it is closed, on one node of a cluster."""
    return [f"hub:rate:{{{bucket}}}", f"hub:closed:{{{bucket}}}"]
