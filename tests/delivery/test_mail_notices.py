"""Notices go to the manager's own mailbox while the messenger takes nothing, and are not told twice when it is back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from hub.delivery.alarms import Alarms
from hub.delivery.mail_notices import MailNotices
from hub.delivery.notices import NoticeHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.outbound import Failed, Later, SendResult, Sent
from hub.store.connections import ConnectionRow, list_connections
from tests.delivery.bench import Outside, add_connection
from tests.inbox.desk import person, says

AFTER = timedelta(minutes=2)


@dataclass
class Told:
    """One way to a manager: answers with what was put in, and keeps what it was asked to tell."""

    answer: SendResult
    notices: list[str] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        (self.owed if payload.get("owed") else self.notices).append(str(payload["notice"]))
        return self.answer


@dataclass
class Ways:
    """A messenger that is away, and mail."""

    outside: Outside
    messenger: Told
    mail: Told
    bot: ConnectionRow | None
    has_mailbox: bool = True

    def __post_init__(self) -> None:
        office = self.outside.desk.office
        by_mail = MailNotices(office, self.mail, lambda _: self.has_mailbox, AFTER)
        handler = NoticeHandler(self.messenger, Alarms(office), lambda: self.bot, by_mail)
        self.worker = DeliveryWorker(office, Lane.notify, handler.as_lane())

    async def pass_time(self, **span: float) -> None:
        left = timedelta(**span)
        while left > timedelta(0):
            self.outside.desk.clock.move(min(left, timedelta(seconds=10)))
            left -= timedelta(seconds=10)
            await self.worker.run_until_idle()

    async def another_client(self, number: int) -> None:
        await self.outside.desk.receive(says("Есть кто?", at=self.outside.desk.now, by=person(number)))
        await self.worker.run_until_idle()

    async def waiting(self) -> set[str]:
        rows = await self.outside.desk.rows("deliveries", "lane = 'notify' AND state NOT IN ('sent', 'cancelled')")
        return {row["payload"]["notice"] for row in rows}


@pytest.fixture
async def ways(outside: Outside) -> Ways:
    """Telegram takes nothing, a client has written."""
    await add_connection(outside.desk)
    async with outside.desk.pool.acquire() as connection:
        bot = (await list_connections(connection))[0]
    accepted = Sent(("1",), outside.desk.now)
    return Ways(outside, Told(Later("no connection")), Told(accepted), bot)


async def test_a_notice_goes_by_mail_once_the_messenger_has_taken_nothing_for_two_minutes(ways: Ways) -> None:
    await ways.pass_time(seconds=110)
    assert ways.mail.notices == []

    await ways.pass_time(seconds=20)
    assert ways.mail.notices == ["new_lead"]


async def test_during_an_outage_the_next_notice_goes_by_mail_at_once(ways: Ways) -> None:
    await ways.pass_time(minutes=3)
    tried = len(ways.messenger.notices)
    await ways.another_client(7)

    assert ways.mail.notices == ["new_lead", "new_lead"]
    assert len(ways.messenger.notices) == tried


async def test_what_went_by_mail_is_no_news_when_the_messenger_is_back_but_its_card_is_drawn(ways: Ways) -> None:
    await ways.pass_time(hours=1)
    ways.messenger.notices.clear()
    ways.messenger.answer = Sent(("1",), ways.outside.desk.now)
    await ways.pass_time(minutes=2)

    assert (ways.messenger.notices, ways.messenger.owed[-1]) == ([], "card_changed")
    assert await ways.waiting() == set()

    await ways.another_client(7)
    assert (ways.messenger.notices, len(ways.mail.notices)) == (["new_lead"], 1)


async def test_what_is_owed_waits_for_a_messenger_that_is_away_for_a_week(ways: Ways) -> None:
    await ways.pass_time(minutes=3)
    for _ in range(7):
        ways.outside.desk.clock.move(timedelta(days=1))
        await ways.worker.run_until_idle()

    assert await ways.waiting() == {"card_changed"}


async def test_a_redraw_is_never_mailed_and_holds_up_no_further_message(ways: Ways) -> None:
    await ways.pass_time(minutes=3)
    await ways.outside.desk.pool.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, payload, conversation_id, manager_id) "
        "SELECT id + 1, lane, order_hash, 'redraw', $1, $1, payload || '{\"notice\": \"card_changed\"}', "
        "conversation_id, manager_id FROM deliveries WHERE lane = 'notify' ORDER BY id LIMIT 1",
        ways.outside.desk.now,
    )
    await ways.outside.desk.receive(says("Ау", at=ways.outside.desk.now))
    await ways.pass_time(seconds=10)

    assert ways.mail.notices == ["new_lead", "client_message"]


@pytest.mark.parametrize(("notice", "mailed"), [("overheard", []), ("day", ["day"])])
async def test_what_is_read_along_waits_for_the_chat_and_the_day_goes_by_mail(
    ways: Ways, notice: str, mailed: list[str]
) -> None:
    await ways.pass_time(minutes=3)
    ways.mail.notices.clear()
    await ways.outside.desk.pool.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, payload, conversation_id, manager_id) "
        "SELECT id + 1, lane, 7, 'one', $1, $1, payload || jsonb_build_object('notice', $2::text), "
        "CASE WHEN $2 = 'overheard' THEN conversation_id END, manager_id "
        "FROM deliveries WHERE lane = 'notify' ORDER BY id LIMIT 1",
        ways.outside.desk.now,
        notice,
    )
    await ways.pass_time(seconds=10)
    assert ways.mail.notices == mailed
    assert (notice in await ways.waiting()) is (mailed == [])


async def test_who_has_no_mailbox_is_told_by_the_messenger_alone(ways: Ways) -> None:
    ways.has_mailbox = False
    await ways.pass_time(minutes=10)

    assert (ways.mail.notices, await ways.waiting()) == ([], {"new_lead"})


async def test_who_has_no_chat_with_the_bot_is_told_by_mail_at_once(ways: Ways) -> None:
    ways.messenger.answer = Failed("not_found", "нет чата")
    await ways.worker.run_until_idle()

    assert (ways.mail.notices, await ways.waiting()) == (["new_lead"], set())


async def test_without_any_bot_notices_go_by_mail(ways: Ways) -> None:
    ways.bot = None
    await ways.pass_time(minutes=3)

    assert ways.mail.notices == ["new_lead"]


async def test_a_messenger_that_asks_to_slow_down_is_not_away(ways: Ways) -> None:
    ways.messenger.answer = Later("slow down", timedelta(seconds=40))
    await ways.pass_time(seconds=60)

    assert ways.mail.notices == []


async def test_mail_that_is_away_too_leaves_the_notice_in_the_queue(ways: Ways) -> None:
    ways.mail.answer = Failed("refused", "пароль не подходит", is_connection_fault=True)
    await ways.pass_time(minutes=4)
    assert "new_lead" in await ways.waiting()

    ways.mail.answer = Sent(("1",), ways.outside.desk.now)
    await ways.pass_time(minutes=10)
    assert "new_lead" not in await ways.waiting()
