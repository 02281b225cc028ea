"""From stored receipts to work: claim, parse outside any transaction, then one transaction for the batch.

A failing batch is halved until the poison receipt stands alone; it is tried three times and parked, visible and
replayable, and its neighbours pass (reliability cases 24 and 41).
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from hub.channels.base import EmbedsFiles, Parses, Raw
from hub.crash import crash_point
from hub.domain.errors import PayloadInvalid, StorageUnavailable
from hub.domain.ids import ConnectionId
from hub.domain.inbound import FormSubmission, InboundEvent, InboundMessage
from hub.domain.message import Attachment
from hub.domain.workset import Settled, WorkingSet
from hub.inbox.accounts import take_account_change
from hub.inbox.card_answers import take_card_answer
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.events import fold_event, scope_of
from hub.inbox.folds.incoming import Incoming
from hub.inbox.office import Office
from hub.store import receipts
from hub.store.files import Files
from hub.store.flush import LeaseLost
from hub.store.pool import acquire
from hub.store.receipts import ClaimedReceipt
from hub.store.scope import Scope
from hub.store.worksets import LinesNeeded

BATCH = 64
LEASE = timedelta(seconds=60)
_log = structlog.get_logger()
Parser = Callable[[Parses, Sequence[Raw]], Awaitable[Sequence[Sequence[InboundEvent] | PayloadInvalid]]]


async def _nothing_to_refresh() -> None:
    """Stand for a process whose connections never change."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A claimed receipt and what its channel made of it: events, or the reason why it cannot be understood."""

    claimed: ClaimedReceipt
    endpoint: Endpoint
    events: tuple[InboundEvent, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A claim that the database left unfinished; `is_tried` if a receipt alone was in work, which may be the cause."""

    token: int
    is_tried: bool


@dataclass(frozen=True, slots=True)
class Processor:
    """Works receipts of clients.

    `channel_of` gives a connection's adapter; `parse` runs its parser, in limited
    child processes for channels whose payloads may be hostile to it; `refresh` rereads the connections.
    """

    office: Office
    files: Files
    channel_of: Callable[[int], object | None]
    parse: Parser
    refresh: Callable[[], Awaitable[None]] = _nothing_to_refresh
    _interrupted: list[Interrupted] = field(default_factory=list)

    async def run_batch(self, *, limit: int = BATCH) -> int:
        """Claim and process one batch; return how many receipts it was. Commits once for the whole batch.

        What an outage interrupted is given back first, as soon as the database answers: it did not fail by itself. A
        receipt that alone meets a second one is left to its lease, since it may be what the database fails at.
        """
        limit = await self._give_back(limit)
        token, claimed = secrets.randbits(62), list[ClaimedReceipt]()
        try:
            async with acquire(self.office.pool) as connection:
                claimed = await receipts.claim(connection, lane="client", limit=limit, token=token, lease=LEASE)
            if claimed:
                await self._work(claimed)
        except StorageUnavailable:
            is_alone = len(claimed) == 1
            if not is_alone or claimed[0].attempt == 1:
                self._interrupted.append(Interrupted(token, is_tried=is_alone))
            raise
        return len(claimed)

    async def _give_back(self, limit: int) -> int:
        """Give back what was interrupted here; return how many to take next: half, so that a culprit is alone soon."""
        while self._interrupted:
            left = self._interrupted.pop()
            try:
                async with acquire(self.office.pool) as connection:
                    count = await receipts.give_back(connection, left.token, is_tried=left.is_tried)
            except StorageUnavailable:
                self._interrupted.append(left)
                raise
            _log.info("receipts.given_back", count=count)
            limit = min(limit, max(count // 2, 1))
        return limit

    async def _work(self, claimed: Sequence[ClaimedReceipt]) -> None:
        parsed = await self._parse(claimed)
        parsed = await self._keep_files(parsed, {receipt.id: receipt for receipt in claimed})
        await self._apply(parsed)

    async def _without_answers(self, parsed: Parsed) -> Parsed:
        """Carry out what has a commit of its own; the rest is for the fold."""
        left = [event for event in parsed.events if not await self._take_apart(parsed.endpoint, event)]
        return parsed if len(left) == len(parsed.events) else replace(parsed, events=tuple(left))

    async def _take_apart(self, endpoint: Endpoint, event: InboundEvent) -> bool:
        """Carry out a manager's answer to a card by e-mail, or news of a colleague's account, which holds at once."""
        if await take_account_change(self.office, endpoint, event):
            await self.refresh()
            return True
        return await take_card_answer(self.office, endpoint, event)

    async def _apply(self, parsed: Sequence[Parsed]) -> None:
        """Fold and commit; on a failure halve until the culprit is alone, then leave it to its next attempt."""
        try:
            await commit_parsed(self.office, [await self._without_answers(each) for each in parsed])
        except StorageUnavailable:
            raise
        except LeaseLost:
            await self._apply_apart(parsed)
        except Exception:  # noqa: BLE001 - the worker's loop: whatever a payload provokes, its neighbours pass
            if len(parsed) == 1:
                _log.exception("receipt.failed", receipt_id=parsed[0].claimed.id, attempt=parsed[0].claimed.attempt)
                async with acquire(self.office.pool) as connection:
                    await receipts.release(connection, [parsed[0].claimed])
                return
            await self._apply_apart(parsed)

    async def _apply_apart(self, parsed: Sequence[Parsed]) -> None:
        """Apply the halves of a batch each for itself; for a single receipt whose lease was lost nothing is left."""
        if len(parsed) > 1:
            middle = len(parsed) // 2
            await self._apply(parsed[:middle])
            await self._apply(parsed[middle:])

    async def _parse(self, claimed: Sequence[ClaimedReceipt]) -> list[Parsed]:
        repeated = await self._find_repeated(claimed)
        by_connection: dict[int, list[ClaimedReceipt]] = {}
        for receipt in claimed:
            by_connection.setdefault(receipt.connection_id, []).append(receipt)
        parsed = {}
        for connection_id, own in by_connection.items():
            for each in await self._parse_connection(connection_id, own):
                parsed[each.claimed.id] = each
        return [
            replace(parsed[receipt.id], events=()) if receipt.id in repeated else parsed[receipt.id]
            for receipt in claimed
        ]

    async def _parse_connection(self, connection_id: int, claimed: Sequence[ClaimedReceipt]) -> list[Parsed]:
        channel, endpoint = await self._find_connection(connection_id)
        if endpoint is None or not isinstance(channel, Parses):
            gone = Endpoint(ConnectionId(connection_id), kind="", name="")
            fault = "its connection is not there any more or cannot receive; connect it again, then `hub replay`"
            return [Parsed(receipt, gone, fault=fault) for receipt in claimed]
        try:
            raws = [await self._raw(receipt) for receipt in claimed]
            results = await self.parse(channel, raws)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a parser's own fault must not hold up the neighbours
            if len(claimed) > 1:
                return [
                    found for receipt in claimed for found in await self._parse_connection(connection_id, [receipt])
                ]
            return [_broken(claimed[0], error, endpoint)]
        return [_parsed(*each, endpoint) for each in zip(claimed, results, strict=True)]

    async def _find_connection(self, connection_id: int) -> tuple[object | None, Endpoint | None]:
        """Return adapter and endpoint of a connection; one that another process has just made is looked up."""
        if ConnectionId(connection_id) not in self.office.endpoints():
            await self.refresh()
        return self.channel_of(connection_id), self.office.endpoints().get(ConnectionId(connection_id))

    async def _find_repeated(self, claimed: Sequence[ClaimedReceipt]) -> set[int]:
        unkeyed = [receipt for receipt in claimed if receipt.is_unkeyed]
        if not unkeyed:
            return set()
        spans = [timedelta(seconds=float(receipt.head.get("join_seconds", 60))) for receipt in unkeyed]
        async with acquire(self.office.pool) as connection:
            return await receipts.find_repeated(connection, unkeyed, spans)

    async def _raw(self, receipt: ClaimedReceipt) -> Raw:
        body = receipt.body if receipt.body is not None else await self.files.read(receipt.file_sha256)
        head = receipt.head
        return Raw(
            body=body,
            received_at=receipt.received_at,
            headers=head.get("headers", {}),
            method=head.get("method", ""),
            suffix=head.get("suffix", ""),
            query=head.get("query", ""),
        )

    async def _keep_files(self, parsed: Sequence[Parsed], claimed: dict[int, ClaimedReceipt]) -> list[Parsed]:
        """Store the files that payloads carry inside, before the rows that name them are committed."""
        return [await self._keep_own_files(each, claimed[each.claimed.id]) for each in parsed]

    async def _keep_own_files(self, parsed: Parsed, receipt: ClaimedReceipt) -> Parsed:
        channel = self.channel_of(receipt.connection_id)
        carried = [event for event in parsed.events if getattr(event, "attachments", ())]
        if not carried or not isinstance(channel, EmbedsFiles):
            return parsed
        raw = await self._raw(receipt)
        try:
            found = await asyncio.to_thread(channel.embedded_files, raw)
        except PayloadInvalid as fault:
            return _parsed(receipt, fault, parsed.endpoint)
        except Exception as error:  # noqa: BLE001 - as in parsing
            return _broken(receipt, error, parsed.endpoint)
        events = [await self._with_files(event, found) for event in parsed.events]
        return replace(parsed, events=tuple(events))

    async def _with_files(self, event: InboundEvent, found: Mapping[str, bytes]) -> InboundEvent:
        if not isinstance(event, InboundMessage | FormSubmission) or not event.attachments:
            return event
        kept: list[Attachment] = []
        for attachment in event.attachments:
            content = found.get(attachment.provider_ref)
            if content is None or attachment.sha256:
                kept.append(attachment)
                continue
            stored = await self.files.write(content)
            kept.append(replace(attachment, sha256=stored.digest, size_bytes=len(content), provider_ref=""))
        return replace(event, attachments=tuple(kept))


async def commit_parsed(office: Office, parsed: Sequence[Parsed]) -> None:
    """Fold the events of a batch over one working set, in the order given, and settle its receipts. Commits once.

    Raises:
        LeaseLost: one of the receipts belongs to somebody else by now; nothing was written.
    """
    policy, staff = office.policy(), office.staff()
    incoming = [(each, _incoming(each)) for each in parsed]
    scope = Scope()
    for _, events in incoming:
        for event in events:
            scope_of(policy, event, scope)

    def fold(rows: WorkingSet) -> None:
        for each, events in incoming:
            for event in events:
                try:
                    fold_event(rows, policy, event, staff)
                except LinesNeeded as needed:
                    scope.lines.add(str(needed))
                    raise
            rows.settled_receipts.append(_settled(each))

    crash_point("process.before_fold")
    await office.change(scope, fold)
    crash_point("process.after_commit")


async def parse_here(channel: Parses, raws: Sequence[Raw]) -> list[Sequence[InboundEvent] | PayloadInvalid]:
    """Parse in this process: for payloads whose size and shape the entrance has limited."""
    results: list[Sequence[InboundEvent] | PayloadInvalid] = []
    for raw in raws:
        try:
            results.append(channel.parse(raw))
        except PayloadInvalid as fault:
            results.append(fault)
    return results


def _parsed(receipt: ClaimedReceipt, result: Sequence[InboundEvent] | PayloadInvalid, endpoint: Endpoint) -> Parsed:
    if isinstance(result, PayloadInvalid):
        _log.warning("receipt.parked", receipt_id=receipt.id, connection=endpoint.name, code=result.code)
        return Parsed(receipt, endpoint, fault=str(result))
    return Parsed(receipt, endpoint, events=tuple(result))


def _broken(receipt: ClaimedReceipt, error: Exception, endpoint: Endpoint) -> Parsed:
    """Park what its own parser fails at: visible, and replayable once the parser is mended."""
    _log.error("receipt.parser_failed", receipt_id=receipt.id, connection=endpoint.name, error=type(error).__name__)
    reason = f"its parser failed ({type(error).__name__}): a fault of ours; update the hub, then `hub replay`"
    return Parsed(receipt, endpoint, fault=reason)


def _incoming(parsed: Parsed) -> list[Incoming]:
    receipt = parsed.claimed
    return [Incoming(parsed.endpoint, event, receipt.received_at, receipt.is_history) for event in parsed.events]


def _settled(parsed: Parsed) -> Settled:
    state = "parked" if parsed.fault else "done"
    return Settled(parsed.claimed.id, parsed.claimed.token, state, reason=parsed.fault)
