"""The lanes of what leaves: claimed by head of its key, tried, and ended by the hub's own verdict and outcome.

What the provider answers is drawn from the delivery's key and attempt: taken, refused, later, silent with or without
effect, or the worker dies around the request. Notices to managers always arrive at once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from hub.delivery.retry import PLANS
from hub.delivery.verdict import Attempt
from hub.domain.delivery import Lane
from hub.domain.message import DeliveryState
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown
from hub.inbox.outcomes import settle_reply
from hub.store.deliveries import DOUBTFUL, ClaimedDelivery
from hub.testing.simulation.loop import pause
from hub.testing.simulation.rows import Outgoing
from hub.testing.simulation.world import Seen, World

LEASE = timedelta(seconds=60)
_UNDER_WAY = (DeliveryState.queued, DeliveryState.sending)
_ANSWERS = ("taken",) * 12 + ("refused", "later", "lost", "silent", "dies before", "dies after")


def next_at(world: World) -> Iterator[datetime]:
    """Yield the instants at which the head of a thread is due or its lease ends."""
    for each in _heads(world):
        yield each.due_at if each.lease_until is None else each.lease_until + timedelta(microseconds=1)


async def send_due(world: World, luck: Random) -> None:
    """Show all notices that are due, and try the head of every thread whose instant has come."""
    for each in world.store.deliveries.values():
        if each.row.lane is Lane.notify and each.state is DeliveryState.queued and each.due_at <= world.now:
            each.state = DeliveryState.sent
    for claimed in claim(world, token=luck.getrandbits(62)):
        await _carry_out(world, claimed, world.luck_of(claimed.key, claimed.attempt))


def claim(world: World, *, token: int) -> list[ClaimedDelivery]:
    """Take what is due, as `hub.store.deliveries.claim` does."""
    return [_take(world, each, token) for each in _heads(world) if _is_due(world, each)]


def _heads(world: World) -> list[Outgoing]:
    """Return the first delivery under way of every thread."""
    heads: dict[int, Outgoing] = {}
    for each in world.store.deliveries.values():
        if each.row.lane is Lane.reply and each.state in _UNDER_WAY:
            head = heads.get(each.row.order_hash)
            if head is None or (each.row.created_at, each.row.id) < (head.row.created_at, head.row.id):
                heads[each.row.order_hash] = each
    return list(heads.values())


def _is_due(world: World, outgoing: Outgoing) -> bool:
    if outgoing.state is DeliveryState.queued:
        return outgoing.due_at <= world.now
    return outgoing.lease_until is not None and outgoing.lease_until < world.now


def _take(world: World, outgoing: Outgoing, token: int) -> ClaimedDelivery:
    was_interrupted, reason = outgoing.state is DeliveryState.sending, outgoing.reason
    outgoing.state, outgoing.token, outgoing.attempt = DeliveryState.sending, token, outgoing.attempt + 1
    outgoing.lease_until = world.now + LEASE
    outgoing.first_attempt_at = outgoing.first_attempt_at or world.now
    outgoing.reason = f"{DOUBTFUL}interrupted" if was_interrupted else reason
    row = outgoing.row
    return ClaimedDelivery(
        id=row.id,
        token=token,
        lane=row.lane,
        key=row.key,
        attempt=outgoing.attempt,
        due_at=outgoing.due_at,
        payload=row.payload,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        manager_id=row.manager_id,
        part=outgoing.part,
        external_ids=outgoing.external_ids,
        reason=reason,
        created_at=row.created_at,
        first_attempt_at=outgoing.first_attempt_at,
        was_interrupted=was_interrupted,
    )


async def _carry_out(world: World, claimed: ClaimedDelivery, luck: Random) -> None:
    attempt = Attempt(claimed, PLANS[Lane.reply], is_repeatable=False)
    message = world.store.messages[claimed.message_id or 0]
    started_at, settled = world.now, attempt.end_unstarted()
    result: SendResult = Unknown("interrupted")
    if settled is None:
        answer = "taken" if world.is_calm else luck.choice(_ANSWERS)
        if answer == "dies before":
            return
        await pause(timedelta(milliseconds=luck.choice([0, 0, 300])))
        if answer in {"taken", "silent", "dies after"}:
            world.seen.append(Seen(int(message.thread_id or 0), claimed.key))
        if answer in {"silent", "dies after"}:
            world.oracle.note_doubt(claimed.key)
        if answer == "dies after":
            return
        result = _result(answer, claimed, world)
        settled = attempt.settle(result, now=world.now, jitter=luck.random())
    accepted_at = started_at if isinstance(result, Sent) else None
    await settle_reply(world.office, claimed, message, settled, accepted_at=accepted_at)


def _result(answer: str, claimed: ClaimedDelivery, world: World) -> SendResult:
    match answer:
        case "taken":
            return Sent((f"out-{claimed.id}",), world.now)
        case "refused":
            return Failed("blocked", "клиент закрыл чат")
        case "later":
            return Later("busy", timedelta(seconds=10))
        case _:
            return Unknown("no answer")
