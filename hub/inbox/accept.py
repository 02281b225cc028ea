"""Accepting: payloads become receipts, and only after the commit anybody is told so.

Requests that arrive while a statement is under way share the next one: no delay is added, an idle hub commits each
alone, a busy one commits them together (measured: twice the rate of a commit each). What would be large in the table
is a file before its row joins the others, so a full disk of files is the trouble of its payload alone.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hub.channels.base import Parses, Peek, PollBatch, Raw
from hub.crash import crash_point
from hub.domain.ids import ConnectionId
from hub.domain.order import order_hash
from hub.inbox.figures import ProcessFigures
from hub.inbox.office import Office
from hub.store import connections, receipts
from hub.store.files import Files
from hub.store.pool import acquire, storage_errors
from hub.store.receipts import NewReceipt
from hub.store.sharing import Shared

FILE_OVER_BYTES = 64 * 1024
STATEMENT_WITHIN = timedelta(seconds=5)
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
    _shared: Shared[Sequence[NewReceipt], None] = field(init=False)

    def __post_init__(self) -> None:
        self._shared = Shared(self._commit, most=_MOST_AT_ONCE)

    async def accept(self, offers: Sequence[Offer]) -> None:
        """Store payloads; returns after the commit. What is stored already is left as it is.

        Raises:
            StorageUnavailable: nothing is promised; the sender has to try again.
            PayloadInvalid: the database does not take one of them as it is.
        """
        await self.store(await self.lay_down([receipt_of(each) for each in offers]))

    async def lay_down(self, new: Sequence[NewReceipt]) -> Sequence[NewReceipt]:
        """Return the receipts with large bodies as files, which are on disk then. Repeatable.

        Raises:
            StorageUnavailable: the disk of files is full; nothing half-made stays.
        """
        return [await self._lay_down(each) if len(each.body or b"") > FILE_OVER_BYTES else each for each in new]

    async def store(self, new: Sequence[NewReceipt]) -> None:
        """Store receipts whose large bodies are files; as `accept`. Repeatable: their external ids stay."""
        began = time.monotonic()
        await self._shared.ask(new)
        self.figures.note_commit(time.monotonic() - began, len(new))

    async def accept_batch(
        self, connection_id: ConnectionId, channel: Parses, batch: PollBatch, *, lane: str = "client"
    ) -> None:
        """Store a polled batch and its cursor in one commit, so the cursor passes only what is stored."""
        began = time.monotonic()
        new = [
            receipt_of(offer(connection_id, channel, raw, is_history=batch.is_history, lane=lane)) for raw in batch.raws
        ]
        rows = await self.lay_down(new)
        async with acquire(self.office.pool) as connection:
            new_id = await self.office.ids.reserve(connection, len(rows))
            async with connection.transaction():
                stored = await receipts.store(connection, rows, new_id) if rows else 0
                came_at = self.office.clock.now() if rows else None
                await connections.save_cursor(connection, connection_id, batch.cursor, at=came_at)
                if batch.compared is not None:
                    found = min(stored, batch.compared.overlooked)
                    await connections.save_comparison(connection, connection_id, batch.compared.waiting, found)
                crash_point("accept.before_batch_commit")
        crash_point("accept.after_batch_commit")
        if rows:
            self.figures.note_commit(time.monotonic() - began, len(rows))
        self.office.wakeup.wake(_lane_to_wake(lane))

    async def _commit(self, asked: Sequence[Sequence[NewReceipt]]) -> list[None]:
        rows = [row for rows in asked for row in rows]
        with storage_errors():
            async with asyncio.timeout(STATEMENT_WITHIN.total_seconds()), acquire(self.office.pool) as connection:
                new_id = await self.office.ids.reserve(connection, len(rows))
                crash_point("accept.before_commit")
                await receipts.store(connection, rows, new_id)
                crash_point("accept.after_commit")
        for lane in {row.lane for row in rows}:
            self.office.wakeup.wake(_lane_to_wake(lane))
        return [None] * len(asked)

    async def _lay_down(self, receipt: NewReceipt) -> NewReceipt:
        stored = await self.files.write(receipt.body or b"")
        return replace(receipt, body=None, file_sha256=stored.digest)


def offer(
    connection_id: ConnectionId, channel: Parses, raw: Raw, *, is_history: bool = False, lane: str = "client"
) -> Offer:
    """Return a payload as it is offered for storing: without secrets, looked at by its channel but not understood."""
    kept = channel.to_store(raw)
    return Offer(connection_id, kept, channel.peek(kept), lane, is_history)


def receipt_of(offer: Offer) -> NewReceipt:
    """Return the receipt of an offer. One without a provider's id gets its own here: stored twice it stays one."""
    raw, peek = offer.raw, offer.peek
    return NewReceipt(
        connection_id=offer.connection_id,
        external_id=peek.event_id or f"unkeyed:{secrets.token_hex(16)}",
        order_hash=order_hash(offer.connection_id, peek.order_key),
        lane=offer.lane,
        received_at=raw.received_at,
        is_unkeyed=not peek.event_id,
        is_history=offer.is_history,
        body_hash="" if peek.event_id else hashlib.sha256(raw.body).hexdigest(),
        body=raw.body,
        file_sha256="",
        head=_head(raw, peek),
    )


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
