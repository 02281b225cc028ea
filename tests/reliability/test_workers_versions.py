"""A newer hub beside this one on the same database: what it alone knows waits for it, untouched (case 36).

A release writes lanes, kinds of timers and of notices that the one before has never heard of. While both run, the older
one must neither fail them nor fail because of them.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from hub.delivery.alarms import Alarms
from hub.delivery.clock_watch import ClockWatch
from hub.delivery.notices import NoticeHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane, Notice
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.manager import Role
from hub.domain.outbound import SendResult, Sent
from hub.domain.rights import Person
from hub.inbox.queries import get_card
from hub.store.connections import list_connections
from tests.delivery.bench import Outside, add_connection, pass_hours
from tests.inbox.desk import Desk, person, says

HOUR = timedelta(hours=1)


async def arm_newer_timer(desk: Desk, subject: str) -> None:
    await desk.pool.execute(
        "INSERT INTO timers (id, kind, subject, due_at, facts) VALUES (7, 'newer', $1, $2, '{}')", subject, desk.now
    )


async def test_case36_payloads_of_a_lane_we_do_not_know_wait_and_ours_pass(desk: Desk) -> None:
    await desk.accept(says("Новое", at=desk.now, by=person(1), number=1))
    await desk.pool.execute("UPDATE receipts SET lane = 'newer'")
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(2), number=2))

    assert [row["text"] for row in await desk.rows("messages")] == ["Здравствуйте"]
    newer = await desk.one("receipts", "lane = 'newer'")
    assert (newer["state"], newer["attempt"]) == ("new", 0)


async def test_case36_deliveries_of_a_lane_we_do_not_know_wait_and_ours_leave(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    await outside.desk.pool.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, payload) "
        "VALUES (7, 'newer', 7, 'newer:7', $1, $1, '{}')",
        outside.desk.now - HOUR,
    )
    await outside.deliver()

    assert outside.channel.texts == ["Пять тысяч"]
    newer = await outside.desk.one("deliveries", "lane = 'newer'")
    assert (newer["state"], newer["attempt"]) == ("queued", 0)


async def test_case36_a_timer_of_a_kind_we_do_not_know_stays_armed_and_is_no_fault(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    wait = await desk.one("waits")
    await arm_newer_timer(desk, f"wait:{wait['id']}")
    desk.clock.move(HOUR)
    with structlog.testing.capture_logs() as said:
        await ClockWatch(desk.office).fire_due()

    assert [line for line in said if line["log_level"] in {"error", "warning"}] == []
    assert (await desk.one("timers", "id = 7"))["state"] == "armed"
    assert (await desk.one("waits"))["breached_at"] == wait["deadline_at"]


async def test_case36_a_client_with_a_timer_of_a_kind_we_do_not_know_is_served(outside: Outside) -> None:
    desk = outside.desk
    wait = await desk.one("waits")
    await arm_newer_timer(desk, f"wait:{wait['id']}")
    await desk.receive(says("Ещё вопрос", at=desk.now, number=2))
    await outside.reply("Пять тысяч")
    await outside.deliver()

    assert {row["state"] for row in await desk.rows("receipts")} == {"done"}
    assert (await desk.one("waits"))["state"] == "answered"
    assert (await desk.one("timers", "id = 7"))["epoch"] == 1


class OlderMessenger:
    """A messenger that knows the notices of this release."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        Notice(str(payload["notice"]))
        return Sent((key,), self._desk.now)


async def test_case36_a_notice_of_a_kind_we_do_not_know_is_kept_for_hours(outside: Outside) -> None:
    desk = outside.desk
    await add_connection(desk)
    async with desk.pool.acquire() as connection:
        [bot] = await list_connections(connection)
    handler = NoticeHandler(OlderMessenger(desk), Alarms(desk.office), lambda: bot)
    worker = DeliveryWorker(desk.office, Lane.notify, handler.as_lane())
    await desk.pool.execute(
        """UPDATE deliveries SET payload = payload || '{"notice": "newer"}' WHERE lane = 'notify'"""
    )
    with structlog.testing.capture_logs():
        await pass_hours(desk, worker, hours=1)

    assert {row["state"] for row in await desk.rows("deliveries", "lane = 'notify'")} == {"queued"}


async def test_case36_a_client_with_an_address_of_a_kind_we_do_not_know_is_served(outside: Outside) -> None:
    desk = outside.desk
    contact = (await desk.one("contacts"))["id"]
    await desk.pool.execute(
        "INSERT INTO identities (id, contact_id, type, value, level, created_at) "
        "VALUES (7, $1, 'newer', 'hash', 'claimed', $2)",
        contact,
        desk.now,
    )
    await desk.receive(says("Ещё вопрос", at=desk.now, number=2))
    await outside.reply("Пять тысяч")
    await outside.deliver()

    assert {row["state"] for row in await desk.rows("receipts")} == {"done"}
    assert (await desk.one("waits"))["state"] == "answered"
    owner = Person(ManagerId((await desk.one("waits"))["assignee_id"]), Role.admin, frozenset())
    card = await get_card(desk.office, owner, ConversationId((await desk.one("conversations"))["id"]))
    assert [each.type for each in card.addresses] == ["tg_user"]
    assert (await desk.one("identities", "id = 7"))["value"] == "hash"
