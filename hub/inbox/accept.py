"""Accepting: payloads become receipts, and only after the commit anybody is told so.

Requests that arrive while a statement is under way share the next one: no delay is added, an idle hub commits each
alone, a busy one commits them together (measured: twice the rate of a commit each).
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.channels.base import Parses, Peek, PollBatch, Raw
from hub.crash import crash_point
from hub.domain.ids import ConnectionId
from hub.domain.order import order_hash
from hub.inbox.figures import ProcessFigures
from hub.inbox.office import Office
from hub.store import connections, receipts
from hub.store.files import Files
from hub.store.pool import Connection, acquire
from hub.store.receipts import NewReceipt

FILE_OVER_BYTES = 64 * 1024
_MOST_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Offer:
    """A payload, what its channel saw at a glance, and which lane of receipts it belongs to."""

    connection_id: ConnectionId
    raw: Raw
    peek: Peek
    lane: str = "client"
    is_history: bool = False


@dataclass(slots=True)
class Acceptor:
    """The one way into the table of receipts for a process."""

    office: Office
    files: Files
    figures: ProcessFigures = field(default_factory=ProcessFigures)
    _waiting: list[tuple[Sequence[Offer], asyncio.Future[None]]] = field(default_factory=list)
    _flusher: asyncio.Task[None] | None = None

    async def accept(self, offers: Sequence[Offer]) -> None:
        """Store payloads; returns after the commit. What is stored already is left as it is.

        Raises:
            StorageUnavailable: nothing is promised; the sender has to try again.
        """
        began = time.monotonic()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((offers, done))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        await done
        self.figures.note_commit(time.monotonic() - began, len(offers))

    async def accept_batch(
        self, connection_id: ConnectionId, channel: Parses, batch: PollBatch, *, lane: str = "client"
    ) -> None:
        """Store a polled batch and its cursor in one commit, so the cursor passes only what is stored."""
        began = time.monotonic()
        offers = [offer(connection_id, channel, raw, is_history=batch.is_history, lane=lane) for raw in batch.raws]
        async with acquire(self.office.pool) as connection:
            rows = await self._rows(connection, offers)
            async with connection.transaction():
                if rows:
                    await receipts.store(connection, rows)
                await connections.save_cursor(connection, connection_id, batch.cursor, at=self.office.clock.now())
                crash_point("accept.before_batch_commit")
        crash_point("accept.after_batch_commit")
        if rows:
            self.figures.note_commit(time.monotonic() - began, len(rows))
        self.office.wakeup.wake(_lane_to_wake(lane))

    async def _flush(self) -> None:
        """Commit what waits until nothing does; no await between the last look and the end, so nothing stalls."""
        while self._waiting:
            taken, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            try:
                await self._store([offer for offers, _ in taken for offer in offers])
            except BaseException as error:
                _settle(taken, error)
                if not isinstance(error, Exception):
                    self._flusher = None
                    raise
            else:
                _settle(taken, None)
        self._flusher = None

    async def _store(self, offers: Sequence[Offer]) -> None:
        async with acquire(self.office.pool) as connection:
            rows = await self._rows(connection, offers)
            crash_point("accept.before_commit")
            await receipts.store(connection, rows)
            crash_point("accept.after_commit")
        for lane in {row.lane for row in rows}:
            self.office.wakeup.wake(_lane_to_wake(lane))

    async def _rows(self, connection: Connection, offers: Sequence[Offer]) -> list[NewReceipt]:
        new_id = await self.office.ids.reserve(connection, len(offers))
        return [await self._row(each, new_id()) for each in offers]

    async def _row(self, offer: Offer, receipt_id: int) -> NewReceipt:
        raw, peek = offer.raw, offer.peek
        is_large = len(raw.body) > FILE_OVER_BYTES
        stored = (await self.files.write(raw.body)).digest if is_large else ""
        return NewReceipt(
            id=receipt_id,
            connection_id=offer.connection_id,
            external_id=peek.event_id or f"unkeyed:{receipt_id}",
            order_hash=order_hash(offer.connection_id, peek.order_key),
            lane=offer.lane,
            received_at=raw.received_at,
            is_unkeyed=not peek.event_id,
            is_history=offer.is_history,
            body_hash="" if peek.event_id else hashlib.sha256(raw.body).hexdigest(),
            body=None if is_large else raw.body,
            file_sha256=stored,
            head=_head(raw, peek),
        )


def offer(
    connection_id: ConnectionId, channel: Parses, raw: Raw, *, is_history: bool = False, lane: str = "client"
) -> Offer:
    """Return a payload as it is offered for storing: without secrets, looked at by its channel but not understood."""
    kept = channel.to_store(raw)
    return Offer(connection_id, kept, channel.peek(kept), lane, is_history)


def _lane_to_wake(lane: str) -> str:
    return "receipts" if lane == "client" else lane


def _head(raw: Raw, peek: Peek) -> dict[str, object]:
    told: dict[str, object] = {
        "headers": dict(raw.headers),
        "method": raw.method,
        "suffix": raw.suffix,
        "query": raw.query,
    }
    if not peek.event_id:
        told["join_seconds"] = peek.join_window.total_seconds()
    return {name: value for name, value in told.items() if value}


def _settle(taken: Sequence[tuple[Sequence[Offer], asyncio.Future[None]]], error: BaseException | None) -> None:
    for _, done in taken:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
