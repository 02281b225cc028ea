"""Invariants 5 and 6 over the real store: neither the order of connections nor repetition changes what is stored.

The same story befalls two clients of one hub: to the first as it happened, to the second as connections that lag bring
it, or with everything delivered again. Every receipt keeps the instant at which it came. Answers of ours are no part of
what may come in any order: a request that comes after an answer and is dated before it waits anew by rule (FR-9).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from hub.channels.base import Raw
from hub.delivery.clock_watch import ClockWatch
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId
from hub.domain.inbound import Address, FormSubmission, InboundEvent, InboundMessage, Sender
from hub.inbox.accept import offer
from tests.inbox.desk import person, says
from tests.invariants.deeds import (
    DAY,
    MINUTE,
    SECOND,
    Calls,
    Submits,
    TypesOnThePhone,
    Writes,
    letter_of,
    mail_of,
    phone_of,
)
from tests.invariants.machines import prove
from tests.invariants.town import Place, Town
from tests.proven import EXAMPLES

FIRST, SECOND_CLIENT = 1, 2
CONNECTIONS = {"writes": 1, "mails": 2, "submits": 3, "misses us": 4, "is answered": 1, "talks": 4}


pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Step:
    """One thing of a story: `what` happens so long after its beginning; `number` makes it one of its kind."""

    what: str
    after: timedelta
    number: int = 0

    @property
    def connection(self) -> int:
        return CONNECTIONS[self.what]

    def events(self, client: int, begin: datetime) -> Sequence[InboundEvent]:
        """Return what the connection reports of this client."""
        at, number = begin + self.after, 1000 * client + self.number
        match self.what:
            case "writes":
                return [says("Сколько стоит?", at=at, by=person(100 + client), number=number)]
            case "mails":
                return [letter_of(client, number, at)]
            case "submits":
                return [_form(client, f"f{number}", at)]
            case "is answered":
                thread = f"chat-{100 + client}"
                return [InboundMessage(f"77-{number}", thread, person(77), at, text="Да", is_staff=True)]
            case _:
                return Calls(client, talk=40 if self.what == "talks" else 0).events(f"call-{number}", at)


def _form(client: int, key: str, at: datetime) -> FormSubmission:
    phone, mail = phone_of(client), mail_of(client)
    addresses = Address(IdentityType.phone, phone, phone), Address(IdentityType.email, mail, mail)
    return FormSubmission(key, "calc", Sender(addresses), at, text="Сколько стоит?")


def stories(*kinds: str) -> st.SearchStrategy[list[Step]]:
    """Return stories of two to five steps in the order of their instants, no two at the same."""
    steps = st.tuples(st.sampled_from(kinds), st.integers(1, 2400).map(lambda each: 2 * each * SECOND))
    drawn = st.lists(steps, min_size=2, max_size=5, unique_by=lambda each: each[1])
    return drawn.map(lambda told: [Step(*each, n) for n, each in enumerate(sorted(told, key=lambda each: each[1]))])


def interleave(story: Sequence[Step], turns: Iterable[int]) -> list[Step]:
    """Return another order in which each connection still keeps its own."""
    queues = {number: [each for each in story if each.connection == number] for number in range(1, 5)}
    told = []
    for turn in turns:
        waiting = [queue for queue in queues.values() if queue]
        if waiting:
            told.append(waiting[turn % len(waiting)].pop(0))
    return told + [each for queue in queues.values() for each in queue]


async def introduce(town: Town, client: int) -> None:
    """Make a client known by telephone, chat and mail, who has been answered."""
    for deed in (Writes(client, shares_phone=True), Submits(client, client), TypesOnThePhone(client)):
        await deed.happen(town)


async def deliver(town: Town, client: int, step: Step, *, begin: datetime, copy: str = "") -> None:
    """Let a connection bring a step, received when it happened, and process it now; a copy has other delivery ids."""
    desk = town.desk
    for place, event in enumerate(step.events(client, begin)):
        name = f"{client}:{step.number}:{place}{copy}"
        desk.channel.events[name.encode()] = [event]
        raw = Raw(name.encode(), event.occurred_at, {"id": name})
        await desk.acceptor.accept([offer(ConnectionId(step.connection), desk.channel, raw)])
        await desk.process()


async def kept(town: Town, client: int, since: datetime) -> dict[str, list[Any]]:
    """Return what is stored of a client, waits since an instant, without the numbers that are its own."""
    key = await town.desk.one("identities", "type = 'phone' AND value = $1", phone_of(client))
    statements = {
        "waits": "SELECT kind, state, line, channel, started_at, deadline_at, target_seconds, requests, missed_calls, "
        "ended_at FROM waits WHERE contact_id = $1 AND started_at >= $2 ORDER BY started_at, ended_at",
        "facts": "SELECT kind, count(*) FROM ledger WHERE contact_id = $1 GROUP BY 1 ORDER BY 1",
        "messages": "SELECT direction, kind, count(*) FROM messages WHERE contact_id = $1 GROUP BY 1, 2 ORDER BY 1, 2",
        "addresses": "SELECT type, level FROM identities WHERE contact_id = $1 ORDER BY 1",
        "conversations": "SELECT state FROM conversations WHERE contact_id = $1",
        "leads": "SELECT stage FROM leads WHERE contact_id = $1",
        "threads": "SELECT connection_id, count(*) FROM threads WHERE contact_id = $1 GROUP BY 1 ORDER BY 1",
    }
    values = {name: [key["contact_id"], *[since] * ("$2" in text)] for name, text in statements.items()}
    found = {name: await town.desk.pool.fetch(text, *values[name]) for name, text in statements.items()}
    return {name: [tuple(row) for row in rows] for name, rows in found.items()}


async def meet_both(town: Town, gap: timedelta) -> datetime:
    """Introduce both clients, let the gap and the length of any story pass; return when stories begin."""
    for client in (FIRST, SECOND_CLIENT):
        await introduce(town, client)
    town.desk.clock.move(gap)
    begin = town.desk.now
    town.desk.clock.move(90 * MINUTE)
    return begin


GAPS = st.sampled_from([MINUTE, 8 * DAY])


@pytest.mark.parametrize("examples", EXAMPLES)
def test_fr9_invariant5_connections_in_any_order_give_the_same_waits_starts_and_deadlines(
    place: Place, examples: int
) -> None:
    async def told(town: Town, story: list[Step], turns: list[int], gap: timedelta) -> None:
        begin = await meet_both(town, gap)
        for step in story:
            await deliver(town, FIRST, step, begin=begin)
        for step in interleave(story, turns):
            await deliver(town, SECOND_CLIENT, step, begin=begin)
        await ClockWatch(town.desk.office).fire_due()
        one, other = [(await kept(town, client, begin))["waits"] for client in (FIRST, SECOND_CLIENT)]
        assert one == other, (one, other)

    def holds(story: list[Step], turns: list[int], gap: timedelta) -> None:
        with place.town() as town:
            place.run(told(town, story, turns, gap))

    requests = stories("writes", "mails", "submits", "misses us")
    prove(holds, requests, st.lists(st.integers(0, 3), max_size=6), GAPS, examples=examples)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_invariant6_what_is_delivered_many_times_is_as_if_once(place: Place, examples: int) -> None:
    async def told(town: Town, story: list[Step], again: list[tuple[int, str]], gap: timedelta) -> None:
        begin = await meet_both(town, gap)
        for step in story:
            await deliver(town, FIRST, step, begin=begin)
        for number, step in enumerate(story):
            await deliver(town, SECOND_CLIENT, step, begin=begin)
            for repeated, copy in again:
                await deliver(town, SECOND_CLIENT, story[repeated % (number + 1)], begin=begin, copy=copy)
        await ClockWatch(town.desk.office).fire_due()
        once, often = [await kept(town, client, begin) for client in (FIRST, SECOND_CLIENT)]
        assert once == often, {name: (once[name], often[name]) for name in once if once[name] != often[name]}

    def holds(story: list[Step], again: list[tuple[int, str]], gap: timedelta) -> None:
        with place.town() as town:
            place.run(told(town, story, again, gap))

    repeats = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "b", "c"])), max_size=2)
    prove(holds, stories(*CONNECTIONS), repeats, GAPS, examples=examples)
