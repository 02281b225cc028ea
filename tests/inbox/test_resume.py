"""What each kind of timer leaves behind that was due before a hub was restored, and who hears of it (case 38)."""

from datetime import timedelta

from hub.delivery.clock_watch import ClockWatch
from hub.domain.manager import Role
from hub.inbox.folds.tasks import NewTask
from hub.inbox.resume import look_ahead
from hub.inbox.tasks import make_task
from tests.inbox.desk import Desk, says
from tests.inbox.restoring import hold, release
from tests.inbox.rules import DAY, MINUTE, line_says, put_in_force
from tests.inbox.test_automations import with_on
from tests.inbox.test_calls import miss
from tests.inbox.test_lead_stages import lead_of
from tests.inbox.test_rules_resolution import begun

HOUR = 60 * MINUTE


async def be_away(desk: Desk, span: timedelta) -> None:
    """Be lost for a while, come back from the backup, go on, and look at what is due."""
    desk.clock.move(span)
    await hold(desk)
    await release(desk)
    await ClockWatch(desk.office).serve_queue()
    await ClockWatch(desk.office).fire_due()


async def told(desk: Desk) -> list[str]:
    """Return what managers are told of after the restore: notices made since then."""
    rows = await desk.rows("deliveries", "lane = 'notify' AND id > (SELECT id FROM timers WHERE kind = 'restored')")
    return sorted(row["payload"]["notice"] for row in rows)


async def test_case38_a_callback_that_was_due_is_a_breach_and_no_alarm(desk: Desk) -> None:
    await miss(desk, "call-1")
    await be_away(desk, HOUR)

    breaches = await desk.rows("ledger", "kind = 'breached' ORDER BY occurred_at")
    due_at = (await desk.one("waits"))["callback_due_at"]
    assert [row["occurred_at"] for row in breaches if row["facts"].get("clock") == "callback"] == [due_at]
    assert await told(desk) == []


async def test_case38_a_matter_that_was_due_is_a_breach_at_its_instant_and_no_alarm(desk: Desk) -> None:
    await begun(desk)
    due_at = (await desk.one("timers", "kind = 'resolution'"))["due_at"]
    await be_away(desk, 5 * HOUR)

    assert (await desk.one("ledger", "kind = 'breached'"))["occurred_at"] == due_at
    assert await told(desk) == []


async def test_case38_of_a_task_the_reminders_that_are_ahead_stay(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await make_task(desk.office, actor, conversation, new=NewTask("Отправить счёт", desk.now + 2 * DAY))
    task = await desk.one("tasks", "what = 'Отправить счёт'")
    first = await desk.one("timers", "subject = $1", f"task:{task['id']}")
    await be_away(desk, first["due_at"] - desk.now + MINUTE)

    reminder = await desk.one("timers", "subject = $1", f"task:{task['id']}")
    assert (reminder["state"], reminder["due_at"] > first["due_at"]) == ("armed", True)
    assert "task" not in await told(desk)


async def test_case38_an_offer_stays_with_whom_it_was_made_to(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    before = (await desk.one("waits"))["assignee_id"]
    await be_away(desk, 12 * MINUTE)

    assert (await desk.one("waits"))["assignee_id"] == before
    assert (await desk.one("timers", "kind = 'accept'"))["state"] == "fired"
    assert await desk.rows("ledger", "kind = 'offer_expired'") == []


async def test_case38_an_automation_that_was_due_does_nothing_and_is_not_armed_again(desk: Desk) -> None:
    await lead_of(desk, document=with_on("A-9"))
    await be_away(desk, 61 * DAY)

    assert await desk.rows("tasks", "cause = 'A-9'") == []
    assert await desk.rows("timers", "kind = 'automation' AND state = 'armed' AND due_at <= $1", desk.now) == []


async def test_case38_a_breach_from_before_the_restore_begins_no_automation(desk: Desk) -> None:
    rules = with_on("A-2")
    put_in_force(desk, rules)
    await desk.receive(says("Добрый день", at=desk.now))
    await be_away(desk, 2 * HOUR)

    assert (await desk.one("waits"))["breached_at"] is not None
    assert await desk.rows("tasks") == []


async def test_case38_what_puts_the_house_in_order_runs_when_the_hub_goes_on(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await desk.pool.execute(
        "INSERT INTO timers (id, kind, subject, due_at) SELECT 5, 'snooze', 'conversation:' || id, $1 "
        "FROM conversations",
        desk.now + MINUTE,
    )
    await desk.pool.execute("UPDATE conversations SET snoozed_until = $1", desk.now + MINUTE)
    await be_away(desk, HOUR)

    assert (await desk.one("conversations"))["snoozed_until"] is None
    assert await told(desk) == ["woken"]


async def test_case38_a_timer_whose_subject_is_gone_does_not_hold_the_hub(desk: Desk) -> None:
    await desk.pool.execute(
        "INSERT INTO timers (id, kind, subject, due_at) VALUES (5, 'level', 'wait:999', $1)", desk.now
    )
    await be_away(desk, MINUTE)

    assert (await desk.one("timers", "kind = 'level'"))["state"] == "fired"


async def test_case38_heads_hear_of_their_lines_administrators_of_all_and_of_none_that_only_watches(desk: Desk) -> None:
    put_in_force(desk, line_says('mode = "observe"'))
    await desk.hire("olga", "Ольга", role=Role.head)
    root = await desk.hire("root", "Админ", role=Role.admin)
    await desk.receive(says("Добрый день", at=desk.now))
    await be_away(desk, 2 * HOUR)

    summary = await desk.one("deliveries", "payload->>'notice' = 'restored'")
    assert (summary["manager_id"], summary["payload"]["late"]) == (root, [])


async def test_case38_payloads_that_are_not_read_yet_are_counted(desk: Desk) -> None:
    await hold(desk)
    await desk.accept(says("Добрый день", at=desk.now))

    outlook = await look_ahead(desk.office)
    assert outlook is not None
    assert outlook.unread == 1
