"""Accepting for providers that give up soon: while the database is away their payloads go to a spool on our disk.

A channel says so (`Channel.is_spooled`): telephony repeats a call's events for seconds, a visitor sends a form once.
The database gets a second and a half; then the payload is spooled and the provider hears success, the record being on
disk. While anything waits there, what comes behind it joins its tail, so the order of one process is kept; a receipt
keeps the instant at which it came. Emptying repeats until nothing waits; stored twice, a receipt is still one
(reliability case 10). Providers that keep their events for hours hear instead that they have to come again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from hub.crash import crash_point
from hub.domain.errors import PayloadInvalid, StorageUnavailable
from hub.inbox.accept import Acceptor, Offer, receipt_of
from hub.store.receipts import NewReceipt
from hub.store.spool import Spool
from hub.store.spool_file import SpoolFile

DATABASE_WITHIN = timedelta(seconds=1.5)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SpooledAcceptor:
    """The way in with the spool behind it, for one process."""

    acceptor: Acceptor
    spool: Spool

    async def accept(self, offers: Sequence[Offer]) -> None:
        """Store payloads; returns when they are committed, or on this machine's disk.

        Raises:
            StorageUnavailable: neither could be had, or a large body has no room; the sender has to try again.
            PayloadInvalid: as `Acceptor.accept`.
        """
        receipts = [receipt_of(each) for each in offers]
        laid = await self.acceptor.lay_down(receipts)
        if not (self.spool.is_empty and await self._store(laid)):
            await self.spool.append(receipts)  # whole: its file may be an orphan long enough to be swept
            self.acceptor.figures.note_spooled(len(receipts))

    async def empty(self) -> int:
        """Store what lies in the spool, of this process and of dead ones, oldest first; return how many records.

        Raises:
            StorageUnavailable: the database is still away; what was not stored stays.
        """
        stored = 0
        while files := await self.spool.seal():
            for file in files:
                stored += await self._empty(file)
                await self.spool.remove(file)
        if stored:
            _log.warning("spool.emptied", records=stored)
        return stored

    async def _store(self, receipts: Sequence[NewReceipt]) -> bool:
        """Tell whether the database took them in time; if it takes them late, the spool's copies change nothing."""
        try:
            async with asyncio.timeout(DATABASE_WITHIN.total_seconds()):
                await self.acceptor.store(receipts)
        except (StorageUnavailable, TimeoutError) as error:
            _log.warning("spool.begun", reason=str(error) or "the database is too slow")
            return False
        return True

    async def _empty(self, file: SpoolFile) -> int:
        stored = 0
        while batch := await asyncio.to_thread(file.read):
            crash_point("spool.before_store")
            stored += await self._store_all(file, batch.receipts)
            crash_point("spool.after_store")
            file.position = batch.end
        return stored

    async def _store_all(self, file: SpoolFile, receipts: Sequence[NewReceipt]) -> int:
        """Store a batch; where the database refuses one of them, each by itself."""
        try:
            await self.acceptor.store(await self.acceptor.lay_down(receipts))
        except PayloadInvalid as error:
            if len(receipts) == 1:
                file.set_aside(str(error))
                return 0
            return sum([await self._store_all(file, [each]) for each in receipts])
        return len(receipts)
