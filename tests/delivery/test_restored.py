"""A hub that came from a backup: nothing leaves it before a person says so, and then nothing twice (case 38)."""

from datetime import timedelta

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.delivery.worker import DeliveryWorker, LaneWork
from hub.domain.delivery import Lane
from hub.domain.errors import Conflict
from hub.domain.manager import Role
from hub.domain.outbound import Sent
from hub.domain.restored import HELD_LANES
from hub.inbox.resume import look_ahead, resume
from hub.store.deliveries import ClaimedDelivery
from hub.store.locks import alone
from tests.delivery.bench import Outside, open_outside
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk, person, says
from tests.inbox.restoring import MADE_AT, hold, release

HOUR = timedelta(hours=1)


@pytest.fixture
async def late(desk: Desk) -> Outside:
    """A client has waited for two hours when the hub is restored; an answer of the backup is not sent yet."""
    await desk.hire("olga", "Ольга", role=Role.head)
    await desk.receive(says("Сколько стоит?", at=desk.now - 2 * HOUR))
    outside = open_outside(desk)
    await outside.reply("Пять тысяч")
    await hold(desk)
    return open_outside(desk)


async def notices(desk: Desk, kind: str) -> list[dict[str, object]]:
    rows = await desk.rows("deliveries", "lane = 'notify' AND payload->>'notice' = $1", kind)
    return [row["payload"] for row in rows]


def test_case38_every_lane_is_held_but_the_fetching_of_files() -> None:
    assert set(Lane) - HELD_LANES == {Lane.media}


@pytest.mark.parametrize("lane", [Lane.reply, Lane.notify])
async def test_case38_no_lane_that_speaks_to_somebody_is_claimed_and_no_attempt_counts(desk: Desk, lane: Lane) -> None:
    carried = []

    async def carry(claimed: ClaimedDelivery) -> Sent:
        carried.append(claimed.id)
        return Sent((), desk.now)

    await desk.pool.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at) VALUES (9, $1, 1, 'k', $2, $2)",
        lane,
        desk.now,
    )
    await hold(desk)
    await DeliveryWorker(desk.office, lane, LaneWork(carry)).run_until_idle()
    row = await desk.one("deliveries", "key = 'k'")
    assert (carried, row["state"], row["attempt"]) == ([], "queued", 0)

    await release(desk)
    await DeliveryWorker(desk.office, lane, LaneWork(carry)).run_until_idle()
    assert carried == ([9] if lane is not Lane.reply else [])


async def test_case38_files_of_clients_are_fetched_meanwhile(desk: Desk) -> None:
    await hold(desk)
    await desk.pool.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at) VALUES (9, 'media', 1, 'k', $1, $1)",
        desk.now,
    )

    async def fetch(_: ClaimedDelivery) -> Sent:
        return Sent((), desk.now)

    await DeliveryWorker(desk.office, Lane.media, LaneWork(fetch)).run_until_idle()

    assert (await desk.one("deliveries", "key = 'k'"))["state"] == "sent"


async def test_case38_no_timer_fires_and_no_queue_is_served_while_the_hub_is_held(late: Outside) -> None:
    desk = late.desk
    assert await ClockWatch(desk.office).fire_due() == await ClockWatch(desk.office).serve_queue() == 0

    assert await desk.rows("timers", "state = 'fired'") == []
    assert await desk.rows("ledger", "kind = 'level_sent'") == []


async def test_case38_clients_are_received_meanwhile(late: Outside) -> None:
    await late.desk.receive(says("Ещё вопрос", at=late.desk.now))

    assert len(await late.desk.rows("messages", "direction = 'inbound'")) == 2


async def test_case38_what_would_leave_is_shown_before(late: Outside) -> None:
    desk = late.desk
    await late.reply("Скидка десять процентов", key="after")

    outlook = await look_ahead(desk.office)

    assert outlook is not None
    assert outlook.restored.made_at == MADE_AT
    fates = {(each.lane, each.fate): each.number for each in outlook.deliveries}
    assert (fates["reply", "doubtful"], fates["reply", "goes"]) == (1, 1)
    assert {(each.line, each.kind) for each in outlook.timers} >= {("sales", "first_response"), ("sales", "level")}
    assert (await late.states(), outlook.unread) == (["queued", "queued"], 0)


async def test_case38_an_answer_of_the_backup_is_not_sent_again_and_its_author_is_asked(late: Outside) -> None:
    desk = late.desk
    await release(desk)
    await open_outside(desk).deliver()

    delivery = await desk.one("deliveries", "lane = 'reply'")
    assert (late.channel.sent, delivery["state"], delivery["reason"]) == ([], "unknown", "restored")
    assert (await desk.one("waits"))["state"] == "open"
    assert [each["state"] for each in await notices(desk, "reply_state")] == ["unknown"]


async def test_case38_an_answer_given_since_the_restore_leaves_when_the_hub_goes_on(late: Outside) -> None:
    desk = late.desk
    await late.reply("Скидка десять процентов", key="after")
    await late.deliver()
    assert late.channel.sent == []

    await release(desk)
    outside = open_outside(desk)
    await outside.deliver()

    assert outside.channel.texts == ["Скидка десять процентов"]
    assert await outside.states() == ["unknown", "sent"]
    assert (await desk.one("waits"))["state"] == "answered"


async def test_case38_words_that_no_person_wrote_are_dropped(pool, tmp_path) -> None:
    texts = ALWAYS_OPEN + '[lines.sales.texts.ru]\nwelcome = "Здравствуйте!"\n'
    desk = await open_desk(pool, tmp_path / "files", policy=texts)
    await desk.hire("anna", "Анна")
    await desk.receive(says("Добрый день", at=desk.now))
    await hold(desk)
    await desk.receive(says("Добрый день", at=desk.now, by=person(200)))
    await release(desk)
    outside = open_outside(desk)
    await outside.deliver()

    assert (outside.channel.sent, await outside.states()) == ([], ["cancelled", "cancelled"])


async def test_case38_a_breach_before_the_restore_is_a_fact_at_its_deadline_and_one_summary(late: Outside) -> None:
    desk = late.desk
    for number in range(200, 230):
        await desk.receive(says("Вы тут?", at=desk.now - HOUR, by=person(number)))
    await release(desk)
    watch = ClockWatch(desk.office)
    await watch.fire_due()

    assert {(row["breached_at"] == row["deadline_at"]) for row in await desk.rows("waits")} == {True}
    assert len(await desk.rows("ledger", "kind = 'breached'")) == 31
    assert await notices(desk, "level") == await notices(desk, "digest") == []
    (summary,) = await notices(desk, "restored")
    head = await desk.one("managers", "key = 'olga'")
    assert (summary["manager_id"], summary["late"], summary["doubtful"]) == (head["id"], [["Продажи", 31]], 1)


async def test_case38_timers_due_after_the_restore_fire(late: Outside) -> None:
    desk = late.desk
    await desk.receive(says("Добрый день", at=desk.now, by=person(200)))
    await release(desk)
    desk.clock.move(2 * HOUR)
    await ClockWatch(desk.office).fire_due()

    assert len(await desk.rows("ledger", "kind = 'level_sent'")) == 1


async def test_case38_the_next_level_of_a_ladder_is_armed_if_it_is_ahead(pool, tmp_path) -> None:
    rules = ALWAYS_OPEN + '[lines.sales.targets]\nfirst_response = "3h"\n'
    desk = await open_desk(pool, tmp_path / "files", policy=rules)
    await desk.hire("anna", "Анна")
    await desk.receive(says("Добрый день", at=desk.now - 2 * HOUR))
    await hold(desk)
    await release(desk)

    level = await desk.one("timers", "kind = 'level'")
    wait = await desk.one("waits")
    assert (level["state"], level["due_at"] - wait["started_at"]) == ("armed", 3 * HOUR * 0.8)
    assert wait["breached_at"] is None


async def test_case38_two_who_let_it_go_on_at_once_are_one(late: Outside, dsn: str) -> None:
    async with late.desk.pool.acquire() as connection, alone(connection, "resume"):
        with pytest.raises(Conflict, match="somebody else"):
            await resume(late.desk.office)

    await release(late.desk)
    assert await resume(late.desk.office) is False
    assert await look_ahead(late.desk.office) is None
