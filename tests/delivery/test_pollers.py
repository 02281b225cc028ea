import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from hub.channels.base import PollBatch, Raw
from hub.delivery.alarms import Alarms
from hub.delivery.pollers import Pollers
from hub.delivery.polling import PolledConnection
from hub.domain.errors import AuthenticationFailed, TemporaryFailure
from hub.domain.ids import ConnectionId
from hub.domain.manager import Role
from tests.delivery.bench import add_connection
from tests.inbox.desk import Desk

SECOND = timedelta(seconds=1)


class PolledChannel:
    """A mailbox whose every poll brings what was put in, then waits for ever."""

    def __init__(self, desk: Desk, *steps: bytes | Exception) -> None:
        self._desk = desk
        self._steps = list(steps)
        self.cursors: list[dict[str, object]] = []
        self.peek, self.parse = desk.channel.peek, desk.channel.parse

    def to_store(self, raw: Raw) -> Raw:
        return raw

    async def batches(self, cursor: Any) -> AsyncIterator[PollBatch]:
        self.cursors.append(dict(cursor))
        while self._steps:
            step = self._steps.pop(0)
            if isinstance(step, Exception):
                raise step
            yield PollBatch([Raw(step, self._desk.now, {"id": step.decode()})], {"seen": step.decode()})
        await asyncio.Event().wait()


async def polled(desk: Desk, dsn: str, *channels: PolledChannel) -> list[asyncio.Task[None]]:
    """Start one hub a channel, all polling the same connection."""
    await add_connection(desk)
    return [asyncio.create_task(_hub(desk, dsn, channel).run()) for channel in channels]


def _hub(desk: Desk, dsn: str, channel: PolledChannel) -> Pollers:
    endpoint = PolledConnection(ConnectionId(1), "Почта", channel)
    return Pollers(desk.office, desk.acceptor, Alarms(desk.office), lambda: [endpoint], dsn)


async def until(desk: Desk, table: str, where: str, count: int = 1) -> None:
    async with asyncio.timeout(30):
        while len(await desk.rows(table, where)) < count:
            await desk.office.wakeup.wait("receipts", SECOND / 20)


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_case13_payloads_and_cursor_are_stored_together_and_polling_goes_on_from_there(
    desk: Desk, dsn: str
) -> None:
    channel = PolledChannel(desk, b"one", TemporaryFailure("BYE"), b"two")
    tasks = await polled(desk, dsn, channel)
    await until(desk, "receipts", "true", 2)
    await stop(tasks)

    assert channel.cursors == [{}, {"seen": "one"}]
    assert (await desk.one("connections"))["cursor"] == {"seen": "two"}


async def test_case14_case47_of_two_hubs_one_polls(desk: Desk, dsn: str) -> None:
    channels = PolledChannel(desk, b"one"), PolledChannel(desk, b"one")
    tasks = await polled(desk, dsn, *channels)
    await until(desk, "receipts", "true")
    await stop(tasks)

    assert sorted(len(channel.cursors) for channel in channels) == [0, 1]


async def test_case48_refused_credentials_pause_the_polling(desk: Desk, dsn: str) -> None:
    tasks = await polled(desk, dsn, PolledChannel(desk, AuthenticationFailed("пароль не принят")))
    await until(desk, "connections", "state = 'paused'")
    await stop(tasks)

    assert (await desk.one("connections"))["state_reason"] == "пароль не принят"


async def test_case48_a_mailbox_out_of_reach_for_a_minute_is_down_and_announced(desk: Desk, dsn: str) -> None:
    await desk.hire("olga", "Ольга", role=Role.admin)
    channel = PolledChannel(desk, TemporaryFailure("нет связи"), TemporaryFailure("нет связи"))
    tasks = await polled(desk, dsn, channel)
    async with asyncio.timeout(30):
        while not channel.cursors:
            await desk.office.wakeup.wait("receipts", SECOND / 20)
    desk.clock.move(timedelta(minutes=1))
    await until(desk, "connections", "state = 'down'")
    await stop(tasks)

    notice = await desk.one("deliveries", "payload->>'notice' = 'connection_down'")
    assert (notice["payload"]["name"], notice["payload"]["reason"]) == ("Бот", "нет связи")


async def test_case48_a_mailbox_that_answers_again_is_announced_once(desk: Desk, dsn: str) -> None:
    await desk.hire("olga", "Ольга", role=Role.admin)
    await add_connection(desk)
    await desk.pool.execute("UPDATE connections SET state = 'down', state_reason = 'нет связи'")
    tasks = [asyncio.create_task(_hub(desk, dsn, PolledChannel(desk, b"one", b"two")).run())]
    await until(desk, "receipts", "true")
    await until(desk, "connections", "state = 'active'")
    await stop(tasks)

    notice = await desk.one("deliveries", "payload->>'notice' = 'connection_up'")
    assert notice["payload"]["name"] == "Бот"


async def test_polling_goes_on_though_its_trouble_could_not_be_announced(desk: Desk, dsn: str) -> None:
    await desk.pool.execute("ALTER TABLE connections RENAME COLUMN state_at TO gone")
    channel = PolledChannel(desk, AuthenticationFailed("пароль не принят"), b"one")
    tasks = await polled(desk, dsn, channel)
    await until(desk, "receipts", "true")
    await stop(tasks)

    assert len(channel.cursors) == 2


async def test_a_poll_that_ended_is_begun_again_when_its_connection_is_corrected(desk: Desk, dsn: str) -> None:
    channel = PolledChannel(desk, AuthenticationFailed("пароль не принят"), b"one")
    tasks = await polled(desk, dsn, channel)
    await until(desk, "connections", "state = 'paused'")
    await desk.pool.execute("UPDATE connections SET state = 'active'")
    desk.office.wakeup.wake("connections")
    await until(desk, "receipts", "true")
    await stop(tasks)
