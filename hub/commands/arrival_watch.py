"""Waits live for the first event of a connection and says what the hub made of each request.

Everything is read from the store, so the hub may run in another process: refusals and pings from the attempts, payloads
from the receipts, understood here by the same adapter. Nothing is changed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.app.adapters import MANAGER_BOT
from hub.app.ground import Ground
from hub.channels.base import Channel, Parses, Raw
from hub.commands.language import in_language
from hub.commands.texts import say
from hub.commands.wall_time import WallTime
from hub.domain.call import HANGUP_GRACE, CallState, fold_call
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import CallEvent, InboundEvent
from hub.store.arrivals import Arrival, list_arrivals
from hub.store.connections import AttemptRow, list_attempts
from hub.store.pool import acquire

_PAUSE = timedelta(milliseconds=300)
_UNDECIDED = frozenset({CallState.ringing, CallState.talking})


@dataclass(slots=True)
class ArrivalWatch:
    """Watches one connection from `since` on. `kind` is the connection's; `time` says how instants are shown."""

    ground: Ground
    connection_id: int
    kind: str
    channel: Channel[Any]
    since: datetime
    time: WallTime
    is_done: bool = False
    _seen: set[int] = field(default_factory=set)
    _calls: dict[str, list[CallEvent]] = field(default_factory=dict)

    async def lines(self) -> AsyncIterator[str]:
        """Yield a line for every request; the last one is the first event that was understood to its end."""
        while not self.is_done:
            attempts, arrivals = await self._read()
            for attempt in attempts:
                if line := self._say_attempt(attempt):
                    yield line
            for arrival in arrivals:
                yield await self._say_arrival(arrival)
            await asyncio.sleep(_PAUSE.total_seconds())

    async def _read(self) -> tuple[list[AttemptRow], list[Arrival]]:
        """Return what was not shown yet, oldest first."""
        async with acquire(self.ground.pool) as connection:
            attempts = [each for each in await list_attempts(connection, self.connection_id) if each.at >= self.since]
            arrivals = await list_arrivals(connection, self.connection_id, since=self.since)
        fresh = [each for each in reversed(attempts) if each.id not in self._seen]
        arrived = [each for each in arrivals if each.id not in self._seen]
        self._seen |= {each.id for each in fresh} | {each.id for each in arrived}
        return fresh, arrived

    def _say_attempt(self, attempt: AttemptRow) -> str:
        """Return a line for a refusal or a ping; accepted ones are shown as what arrived."""
        at, shape = self.time.second(attempt.at), attempt.shape
        if attempt.verdict == "accepted":
            return ""
        if attempt.verdict == "answered":
            return self._say("connect.ping", at=at)
        reason = in_language(str(shape.get("reason", "")), self.ground.config.language)
        return self._say("connect.refused", at=at, status=shape.get("status", ""), reason=reason)

    async def _say_arrival(self, arrival: Arrival) -> str:
        raw = await self._raw(arrival)
        at = self.time.second(arrival.received_at)
        try:
            what = self._say(f"read.{self._understand(raw)}")
        except PayloadInvalid as error:
            reason = in_language(str(error), self.ground.config.language)
            return self._say("connect.unread", at=at, reason=reason)
        return self._say("connect.signed" if raw.method else "connect.fetched", at=at, what=what)

    def _understand(self, raw: Raw) -> str:
        """Return the key of what a payload is, and note whether it ends the waiting.

        Raises:
            PayloadInvalid: the adapter cannot understand it.
        """
        if self.kind == MANAGER_BOT:
            self.is_done = True
            return "update"
        events = self.channel.parse(raw) if isinstance(self.channel, Parses) else ()
        calls = [event for event in events if isinstance(event, CallEvent)]
        if calls:
            return self._call_state(calls)
        self.is_done = self.is_done or bool(events)
        return _name(events)

    def _call_state(self, events: Sequence[CallEvent]) -> str:
        """Return what the stages seen so far prove of the call, as if the grace after the last of them were over.

        By the provider's instants alone: a PBX whose clock is wrong is read all the same.
        """
        known = self._calls.setdefault(events[0].call, [])
        known.extend(events)
        state = fold_call(known, now=max(event.occurred_at for event in known) + HANGUP_GRACE).state
        self.is_done = self.is_done or state not in _UNDECIDED
        return state.value

    async def _raw(self, arrival: Arrival) -> Raw:
        body = arrival.body if arrival.body is not None else await self.ground.files.read(arrival.file_sha256)
        head = arrival.head
        headers, method, suffix = head.get("headers", {}), head.get("method", ""), head.get("suffix", "")
        return Raw(body, arrival.received_at, headers, method, suffix, head.get("query", ""), head.get("remote", ""))

    def _say(self, key: str, **facts: object) -> str:
        return say(self.ground.config.language, key, **facts)


def _name(events: Sequence[InboundEvent]) -> str:
    return type(events[0]).__name__ if events else "nothing"
