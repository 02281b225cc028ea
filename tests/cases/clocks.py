"""Cases of calendars, late and early times, downtime and new rules (semantics §8)."""

from hub.delivery.clock_watch import ClockWatch
from hub.domain.conversation import Outcome
from hub.domain.manager import Role
from hub.inbox import conversations, queries
from hub.inbox.reply import begin_answer
from tests.cases.desk import DAY, HOUR, MARIA, MINUTE, CaseDesk
from tests.inbox.reports.busy_day import figure, tables_of
from tests.inbox.rules import MOSCOW, OFFICE, line_says, pass_time, put_in_force, stand_at
from tests.inbox.test_queries import actor, only, owner
from tests.inbox.test_recompute import change_rules


async def case_20_message_ten_seconds_before_closing(desk: CaseDesk) -> None:
    put_in_force(desk, OFFICE)
    asked = stand_at(desk, 2, "18:59:50")
    await desk.writes("Успею?", at=asked)

    wait = await desk.wait()
    assert wait["started_at"] == asked
    assert wait["deadline_at"].astimezone(MOSCOW).strftime("%a %H:%M:%S") == "Thu 09:14:50"


async def case_21_message_on_a_holiday(desk: CaseDesk) -> None:
    holiday = (desk.now + DAY).astimezone(MOSCOW).date()
    closed = OFFICE.replace("[calendars.office]", f"[calendars.office]\nexceptions = [{{ date = {holiday} }}]")
    put_in_force(desk, closed)
    asked = stand_at(desk, 2, "11:00")
    await desk.writes("Вы работаете?", at=asked)

    wait = await desk.wait()
    assert wait["started_at"] == asked
    assert wait["deadline_at"].astimezone(MOSCOW).strftime("%a %H:%M:%S") == "Thu 09:15:00"


async def case_22_line_open_day_and_night(desk: CaseDesk) -> None:
    asked = stand_at(desk, 6, "03:30")
    await desk.writes("Не спите?", at=asked)

    assert (await desk.wait())["deadline_at"] == asked + 15 * MINUTE


async def case_23_client_in_another_time_zone(desk: CaseDesk) -> None:
    put_in_force(desk, OFFICE)
    asked = stand_at(desk, 2, "08:30")
    await desk.submits(name="Мария", phone="+7 343 234-56-78")

    wait = await desk.wait()
    assert wait["deadline_at"].astimezone(MOSCOW).strftime("%a %H:%M:%S") == "Wed 09:05:00"
    card = await queries.get_card(desk.office, await actor(desk, "anna"), await only(desk))
    assert asked.astimezone(card.client_zone).strftime("%H:%M") == "10:30"


async def case_27_reopened_after_six_and_after_eight_days(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await desk.answers("Пять тысяч")
    for days, kind in ((6, "next_response"), (8, "first_response")):
        await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)
        desk.clock.move(days * DAY)
        await desk.writes("Снова я")
        assert (await desk.one("waits", "state = 'open'"))["kind"] == kind
        if days == 6:
            await desk.answers("Слушаю", number="906")

    assert len(await desk.rows("conversations")) == 2


async def case_29_update_arrives_two_hours_late(desk: CaseDesk) -> None:
    said = desk.now.replace(microsecond=0) - 2 * HOUR
    await desk.writes("Вы работаете?", at=said)
    await pass_time(desk, MINUTE)
    await desk.answers("Да, и уже отвечаем")

    wait = await desk.wait()
    assert (wait["started_at"], wait["breached_at"]) == (said, said + 15 * MINUTE)
    assert (await desk.fact("breached"))["facts"]["late_delivery"] is True
    told = await tables_of(desk, "response")
    assert (figure(told, "answered"), figure(told, "late_delivery"), figure(told, "within_share")) == (1, 1, 0)
    assert told["by_sender"] == told["by_assignee"] == []


async def case_30_provider_time_in_the_future(desk: CaseDesk) -> None:
    before = desk.now
    await desk.writes("Из будущего", at=desk.now + HOUR)

    wait = await desk.wait()
    assert before <= wait["started_at"] <= desk.now
    assert wait["deadline_at"] == wait["started_at"] + 15 * MINUTE


async def case_44_hub_was_down_for_three_hours(desk: CaseDesk) -> None:
    olga = await desk.hire("olga", "Ольга", role=Role.head)
    await desk.writes("До простоя")
    first = desk.now.replace(microsecond=0)
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind = 'accept'")
    desk.clock.move(3 * HOUR)
    during = desk.now.replace(microsecond=0) - HOUR
    await desk.writes("Во время простоя", at=during, by=MARIA + 1)
    for _ in range(3):
        await ClockWatch(desk.office).fire_due()

    waits = await desk.rows("waits", "true ORDER BY id")
    assert [each["breached_at"] for each in waits] == [first + 15 * MINUTE, during + 15 * MINUTE]
    assert await desk.story("level_sent") == 2 * ["level_sent"]
    shown = await desk.rows("deliveries", "payload->>'notice' IN ('level', 'digest') AND manager_id = $1", olga)
    assert len(shown) <= 2


async def case_49_deadline_reached_while_composing(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await pass_time(desk, 14 * MINUTE)
    await begin_answer(desk.office, await owner(desk), await only(desk))
    await pass_time(desk, 2 * MINUTE)

    wait = await desk.wait()
    assert wait["breached_at"] == wait["deadline_at"] == wait["started_at"] + 15 * MINUTE
    await desk.answers("Пять тысяч")
    assert (await desk.wait())["breached_at"] == wait["deadline_at"]


async def case_50_target_changed_from_15_to_5_minutes_while_running(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    before, faster = await desk.wait(), line_says('targets = { first_response = "5m" }')
    await change_rules(desk, faster)
    assert (await desk.wait())["deadline_at"] == before["deadline_at"] == before["started_at"] + 15 * MINUTE

    await change_rules(desk, faster, selects_targets=True)
    after = await desk.wait()
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["started_at"] + 5 * MINUTE)
    assert (await desk.fact("deadline_changed"))["cause"] == "D-7"
