"""Notices outlive an outage of the messenger, a missing bot and a refused token."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from hub.delivery.alarms import Alarms
from hub.delivery.notices import NoticeHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.outbound import Failed, Later, SendResult, Sent
from hub.store.connections import ConnectionRow, list_connections
from tests.delivery.bench import Outside, add_connection, pass_hours

REFUSED = Failed("refused", "токен не принят", is_connection_fault=True)


@dataclass
class Messenger:
    """A messenger that answers with what was put in, and a bot that may be missing."""

    outside: Outside
    answer: SendResult
    bot: ConnectionRow | None = None
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        desk = self.outside.desk
        handler = NoticeHandler(self, Alarms(desk.office), lambda: self.bot)
        self.worker = DeliveryWorker(desk.office, Lane.notify, handler.as_lane())

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        self.told.append(key)
        return self.answer

    async def connect(self) -> None:
        async with self.outside.desk.pool.acquire() as connection:
            self.bot = (await list_connections(connection))[0]

    async def states(self) -> set[str]:
        return {row["state"] for row in await self.outside.desk.rows("deliveries", "lane = 'notify'")}


@pytest.fixture
async def messenger(outside: Outside) -> Messenger:
    """A messenger that accepts, connected."""
    await add_connection(outside.desk)
    messenger = Messenger(outside, Sent(("1",), outside.desk.now))
    await messenger.connect()
    return messenger


async def test_a_notice_outlives_an_hour_without_the_messenger(messenger: Messenger) -> None:
    accepted, messenger.answer = messenger.answer, Later("provider_down")
    await pass_hours(messenger.outside.desk, messenger.worker, hours=1)
    assert await messenger.states() == {"queued"}

    messenger.answer = accepted
    await pass_hours(messenger.outside.desk, messenger.worker, hours=1)
    assert await messenger.states() == {"sent"}


async def test_without_a_bot_notices_wait_as_long_as_it_takes(messenger: Messenger) -> None:
    messenger.bot = None
    await pass_hours(messenger.outside.desk, messenger.worker, hours=2)
    rows = await messenger.outside.desk.rows("deliveries", "lane = 'notify'")
    assert {(row["state"], row["attempt"]) for row in rows} == {("queued", 1)}

    await messenger.connect()
    await pass_hours(messenger.outside.desk, messenger.worker, hours=1)
    assert await messenger.states() == {"sent"}


async def test_a_refused_token_pauses_the_bot_and_keeps_its_notices(messenger: Messenger) -> None:
    accepted, messenger.answer = messenger.answer, REFUSED
    await messenger.worker.run_until_idle()
    assert (await messenger.outside.desk.one("connections"))["state"] == "paused"
    assert await messenger.states() == {"queued"}

    tries = len(messenger.told)
    await messenger.connect()
    await pass_hours(messenger.outside.desk, messenger.worker, hours=1)
    assert len(messenger.told) == tries

    assert messenger.bot is not None
    messenger.bot, messenger.answer = replace(messenger.bot, state="active"), accepted
    messenger.outside.desk.clock.move(timedelta(minutes=2))
    await messenger.worker.run_until_idle()
    assert await messenger.states() == {"sent"}


async def queue_redraws(messenger: Messenger, *, delays: tuple[int, ...]) -> None:
    """Queue redraws of the only card, each due so many minutes from now."""
    pool, now = messenger.outside.desk.pool, messenger.outside.desk.now
    for number, delay in enumerate(delays, start=1):
        await pool.execute(
            "INSERT INTO deliveries "
            "(id, lane, order_hash, key, due_at, created_at, payload, conversation_id, manager_id) "
            "SELECT id + $1, lane, order_hash, 'redraw:' || $1::int, $2, $3, "
            'payload || \'{"notice": "card_changed"}\', conversation_id, manager_id '
            "FROM deliveries WHERE lane = 'notify' ORDER BY id LIMIT 1",
            number,
            now + timedelta(minutes=delay),
            now + timedelta(seconds=number),
        )


async def test_one_redraw_stands_for_all_that_are_due_for_the_same_card(messenger: Messenger) -> None:
    await messenger.worker.run_until_idle()
    messenger.told.clear()
    await queue_redraws(messenger, delays=(0, 0, 0, 5))
    await messenger.worker.run_until_idle()
    assert messenger.told == ["redraw:1"]

    messenger.outside.desk.clock.move(timedelta(minutes=5))
    await messenger.worker.run_until_idle()
    assert messenger.told == ["redraw:1", "redraw:4"]


async def test_a_redraw_that_could_not_be_made_is_made_for_all_later(messenger: Messenger) -> None:
    await messenger.worker.run_until_idle()
    messenger.told.clear()
    accepted, messenger.answer = messenger.answer, Later("provider_down")
    await queue_redraws(messenger, delays=(0, 0))
    await messenger.worker.run_until_idle()
    messenger.answer = accepted
    await pass_hours(messenger.outside.desk, messenger.worker, hours=1)

    assert set(messenger.told) == {"redraw:1"}
    [last] = await messenger.outside.desk.rows("deliveries", "key = 'redraw:1'")
    assert last["state"] == "sent"


async def test_a_redraw_that_is_tried_again_stands_for_itself_alone(messenger: Messenger) -> None:
    await messenger.worker.run_until_idle()
    messenger.told.clear()
    accepted, messenger.answer = messenger.answer, Later("provider_down")
    await queue_redraws(messenger, delays=(0, 5))
    await messenger.worker.run_until_idle()
    messenger.answer = accepted
    messenger.outside.desk.clock.move(timedelta(minutes=10))
    await messenger.worker.run_until_idle()

    assert messenger.told == ["redraw:1", "redraw:1", "redraw:2"]
