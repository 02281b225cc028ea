"""The lane of ordered calls: a telephone rings once, and who ordered hears whatever else became of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from hub.channels.base import Capabilities, Channel, ChannelSettings, Evidence
from hub.delivery.calls import CallHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConversationId
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown
from hub.inbox.calling import order_call
from hub.store import deliveries
from hub.store.deliveries import Hold
from tests.inbox.desk import Desk
from tests.inbox.test_calling import equip, missed

SECOND = timedelta(seconds=1)


class ScriptedPbx(Channel[ChannelSettings]):
    """A PBX that answers what was put in, in order, and accepts everything else."""

    settings_model = ChannelSettings
    capabilities = Capabilities()
    evidence = Evidence.documented
    can_call = True

    def __init__(self, desk: Desk, answers: Sequence[SendResult] = ()) -> None:
        self._desk = desk
        self._answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        self.asked.append((extension, phone))
        return self._answers.pop(0) if self._answers else Sent((command,), self._desk.now)


class Calls:
    """An ordered call and the lane that places it."""

    def __init__(self, desk: Desk, *answers: SendResult) -> None:
        self.desk, self.pbx = desk, ScriptedPbx(desk, answers)
        handler = CallHandler(desk.office, lambda _: self.pbx)
        self.worker = DeliveryWorker(desk.office, Lane.call, handler.as_lane())

    async def order(self) -> None:
        await order_call(self.desk.office, await equip(self.desk), await missed(self.desk))

    async def place(self, *, after: timedelta = timedelta(0)) -> None:
        self.desk.clock.move(after)
        await self.worker.run_until_idle()

    async def state(self) -> str:
        return str((await self.desk.one("deliveries", "lane = 'call'"))["state"])

    async def told(self) -> list[tuple[Any, Any]]:
        rows = await self.desk.rows("deliveries", "payload->>'notice' = 'call_state'")
        return [(row["payload"]["state"], row["payload"]["reason"]) for row in rows]


async def test_an_accepted_order_is_placed_once_and_nobody_is_bothered(desk: Desk) -> None:
    calls = Calls(desk)
    await calls.order()
    await calls.place()
    await calls.place(after=10 * SECOND)

    assert calls.pbx.asked == [("101", "+79161234567")]
    assert (await calls.state(), await calls.told()) == ("sent", [])
    assert (await desk.one("timers", "kind = 'call_order'"))["state"] == "armed"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Failed("bad_number", "42"), ("failed", "bad_number")),
        (Failed("refused", "Invalid parameters"), ("failed", "Invalid parameters")),
        (Failed("credentials", "401", is_connection_fault=True), ("failed", "credentials")),
        (Unknown("no answer"), ("unknown", "no answer")),
    ],
)
async def test_a_refusal_or_silence_is_told_to_who_ordered_and_never_repeated(
    desk: Desk, answer: SendResult, told: tuple[str, str]
) -> None:
    calls = Calls(desk, answer)
    await calls.order()
    await calls.place()
    await calls.place(after=40 * SECOND)
    await calls.place(after=600 * SECOND)

    assert len(calls.pbx.asked) == 1
    assert await calls.told() == [told]
    assert (await desk.one("timers", "kind = 'call_order'"))["state"] == "cancelled"


async def test_refused_keys_of_commands_leave_the_connection_open_for_clients_calls(desk: Desk) -> None:
    calls = Calls(desk, Failed("credentials", "401", is_connection_fault=True))
    await desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES (4, 'mango', 'АТС', '', now())"
    )
    await calls.order()
    await calls.place()

    assert (await desk.one("connections"))["state"] == "active"


async def test_case22_an_order_whose_process_died_on_the_way_is_not_placed_again(desk: Desk) -> None:
    calls = Calls(desk)
    await calls.order()
    async with desk.pool.acquire() as connection:
        hold = Hold(1, timedelta(0))
        assert await deliveries.claim(connection, lane="call", limit=9, hold=hold, now=desk.now)
    await calls.place()

    assert calls.pbx.asked == []
    assert await calls.told() == [("unknown", "interrupted")]


async def test_a_busy_pbx_is_asked_again_while_the_order_is_fresh(desk: Desk) -> None:
    calls = Calls(desk, Later("overloaded"))
    await calls.order()
    await calls.place()
    assert await calls.state() == "queued"
    await calls.place(after=3 * SECOND)

    assert (await calls.state(), await calls.told(), len(calls.pbx.asked)) == ("sent", [], 2)


async def test_a_pbx_that_stays_busy_is_given_up_in_words(desk: Desk) -> None:
    calls = Calls(desk, *[Later("overloaded")] * 9)
    await calls.order()
    for _ in range(29):
        await calls.place(after=SECOND)

    assert await calls.told() == [("failed", "busy")]
    assert len(calls.pbx.asked) == 5


async def test_a_pbx_that_wants_to_be_asked_in_two_minutes_is_not_waited_for(desk: Desk) -> None:
    calls = Calls(desk, Later("too often", timedelta(minutes=2)))
    await calls.order()
    await calls.place()

    assert await calls.told() == [("failed", "busy")]


async def test_case38_an_order_older_than_half_a_minute_rings_nobody(desk: Desk) -> None:
    calls = Calls(desk)
    await calls.order()
    await calls.place(after=30 * SECOND)

    assert calls.pbx.asked == []
    assert await calls.told() == [("failed", "too_late")]


async def test_an_order_that_stood_still_and_the_press_after_it_ring_the_client_once(desk: Desk) -> None:
    calls = Calls(desk)
    await calls.order()
    conversation = ConversationId((await desk.one("conversations"))["id"])
    desk.clock.move(35 * SECOND)
    await order_call(desk.office, await equip(desk), conversation)
    await calls.place()

    assert calls.pbx.asked == [("101", "+79161234567")]


async def test_an_order_whose_connection_is_gone_is_told(desk: Desk) -> None:
    calls = Calls(desk)
    await calls.order()
    handler = CallHandler(desk.office, lambda _: None)
    await DeliveryWorker(desk.office, Lane.call, handler.as_lane()).run_until_idle()

    assert await calls.told() == [("failed", "no_pbx")]
