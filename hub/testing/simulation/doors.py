"""Receipts in memory: offered, taken once, claimed in order under a lease, folded by the hub's own batch.

The rules of `hub.store.receipts.claim` stand here once more over a dictionary: in received order, no key that is in
work elsewhere, what did not finish before alone. A worker may die before its commit or stall past its lease.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from hub.domain.ids import ConnectionId
from hub.domain.inbound import CallEvent, InboundEvent
from hub.inbox.process import Parsed, commit_parsed
from hub.store.flush import LeaseLost
from hub.store.receipts import ClaimedReceipt
from hub.testing.simulation.loop import pause
from hub.testing.simulation.rows import Receipt
from hub.testing.simulation.world import World

LEASE = timedelta(seconds=60)
_AT_ONCE = 8
_SLOW = (timedelta(0), timedelta(0), timedelta(milliseconds=50))


class Fate(StrEnum):
    """What befalls the worker that takes a receipt first."""

    lives = "lives"
    dies = "dies"
    stalls = "stalls"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A payload at a door: which connection brings which event under which id of the provider."""

    connection_id: int
    event_id: str
    event: InboundEvent


async def arrive(world: World, arrival: Arrival, fate: Fate, luck: Random) -> None:
    """Store a payload, unless it is there already, and let a worker look."""
    key, event = (arrival.connection_id, arrival.event_id), arrival.event
    if key not in world.store.receipts:
        order_key = event.call if isinstance(event, CallEvent) else getattr(event, "thread", "") or "one"
        body = f"{arrival.connection_id}:{arrival.event_id}"
        receipt = Receipt(world.store.new_id(), *key, f"{arrival.connection_id}/{order_key}", world.now, body)
        world.store.receipts[key], world.bodies[body] = receipt, event
        world.oracle.note_accepted(receipt, event)
    await work(world, fate, luck)


async def work(world: World, fate: Fate, luck: Random) -> None:
    """Work until nothing is left; one that dies or stalls leaves the rest to who looks when its lease is over."""
    await pause(luck.choice(_SLOW))
    while claimed := claim(world, luck.randint(1, _AT_ONCE), token=luck.getrandbits(62)):
        if fate is not Fate.lives and all(each.attempt == 1 for each in claimed):
            world.loop.start(work(world, Fate.lives, luck), luck, after=LEASE + timedelta(seconds=1))
            if fate is Fate.dies:
                return
            await pause(LEASE + timedelta(seconds=luck.choice([-30, 2])))
        await _commit(world, claimed)


async def _commit(world: World, claimed: list[ClaimedReceipt]) -> None:
    endpoints = world.office.endpoints()
    parsed = [
        Parsed(each, endpoints[ConnectionId(each.connection_id)], (world.bodies[each.body_hash],)) for each in claimed
    ]
    try:
        await commit_parsed(world.office, parsed)
    except LeaseLost:
        for each in parsed if len(parsed) > 1 else ():
            await _commit(world, [each.claimed])


def claim(world: World, limit: int, *, token: int) -> list[ClaimedReceipt]:
    """Take the next payloads, as `hub.store.receipts.claim` does."""
    now, receipts = world.now, world.store.receipts.values()
    held = {each.order_key for each in receipts if each.state == "claimed" and not _is_free(each, now)}
    free = [each for each in receipts if _is_free(each, now) and each.order_key not in held]
    ordered = sorted(free, key=lambda each: (each.received_at, each.id))[:limit]
    worst, taken = 0, []
    for place, each in enumerate(ordered):
        worst = max(worst, each.attempt)
        if place == 0 or worst == 0:
            taken.append(each)
    for each in taken:
        each.state, each.token, each.attempt, each.lease_until = "claimed", token, each.attempt + 1, now + LEASE
    return [_claimed(each) for each in taken]


def _is_free(receipt: Receipt, now: datetime) -> bool:
    is_over = receipt.lease_until is not None and receipt.lease_until < now
    return receipt.state == "new" or (receipt.state == "claimed" and is_over)


def _claimed(receipt: Receipt) -> ClaimedReceipt:
    return ClaimedReceipt(
        id=receipt.id,
        token=receipt.token,
        connection_id=receipt.connection_id,
        attempt=receipt.attempt,
        received_at=receipt.received_at,
        is_unkeyed=False,
        is_history=False,
        body_hash=receipt.body,
        body=None,
        file_sha256="",
        head={},
    )
