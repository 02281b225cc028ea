"""Tasks: who has them, how they end, when people are reminded (T-1 to T-3)."""

from datetime import datetime, timedelta

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.errors import AlreadyDone, Conflict, NotFound, PermissionDenied, ReasonMissing
from hub.domain.ids import ContactId, LineKey, ManagerId
from hub.domain.lead import plan_reminders
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.tasks import NewTask, add_task
from hub.inbox.leads import Filled, move_lead
from hub.inbox.lines import move_to_line
from hub.inbox.merge import join_candidate
from hub.inbox.people import AT_THE_MACHINE, dismiss_manager
from hub.inbox.queries.plans import get_task
from hub.inbox.tasks import complete_task, make_task, postpone_task
from hub.inbox.viewer import reach_of
from hub.store import leads
from hub.store import tasks as stored
from hub.store.scope import Scope
from tests.inbox.desk import ALWAYS_OPEN, Desk
from tests.inbox.rules import TWO_LINES, put_in_force
from tests.inbox.test_lead_stages import lead_of
from tests.inbox.test_merge import three_cards

HOUR = timedelta(hours=1)
SALES = frozenset({LineKey("sales")})


async def due_notices(desk: Desk) -> list[tuple[str, int]]:
    """Return what people were told of tasks, but for those that the hub makes by itself."""
    by_itself = "SELECT id FROM tasks WHERE cause = 'A-2'"
    told = f"payload->>'notice' = 'task' AND (payload->>'task_id')::bigint NOT IN ({by_itself}) ORDER BY id"
    rows = await desk.rows("deliveries", told)
    return [(row["payload"]["word"], row["manager_id"]) for row in rows]


async def fire_at(desk: Desk, at: datetime) -> None:
    desk.clock.move(at - desk.now + timedelta(seconds=1))
    await ClockWatch(desk.office).fire_due()


async def test_t1_a_task_says_what_who_when_about_whom_and_why(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    due = desk.now + HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Отправить счёт", due))

    task, lead = await desk.one("tasks"), await desk.one("leads")
    assert (task["what"], task["manager_id"], task["due_at"], task["cause"]) == (
        "Отправить счёт",
        actor.manager_id,
        due,
        "manual",
    )
    assert (task["lead_id"], task["contact_id"], task["line"]) == (lead["id"], lead["contact_id"], "sales")
    assert task["conversation_id"] == conversation


async def test_t1_an_open_lead_without_an_open_task_is_listed_until_it_has_one(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    assert [lead.number for lead in await leads.list_stepless(desk.pool, reach_of(actor))] == [1001]

    task_id = await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    assert await leads.list_stepless(desk.pool, reach_of(actor)) == []
    await complete_task(desk.office, actor, task_id, result="Думает")
    assert len(await leads.list_stepless(desk.pool, reach_of(actor))) == 1


async def test_t1_one_press_makes_one_task(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    new = NewTask("Позвонить", desk.now + HOUR)
    await make_task(desk.office.once("bot:7"), actor, conversation, new=new)
    with pytest.raises(AlreadyDone):
        await make_task(desk.office.once("bot:7"), actor, conversation, new=new)
    assert len(await desk.rows("tasks")) == 1


async def test_t1_a_task_without_words_or_with_a_past_deadline_is_refused(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    for new in (NewTask("  ", desk.now + HOUR), NewTask("Позвонить", desk.now)):
        with pytest.raises(Conflict):
            await make_task(desk.office, actor, conversation, new=new)


async def test_t1_only_a_head_gives_tasks_to_others_who_are_told(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    other = next(ManagerId(row["id"]) for row in await desk.rows("managers") if row["id"] != actor.manager_id)
    new = NewTask("Помочь с расчётом", desk.now + HOUR, manager_id=other)
    with pytest.raises(PermissionDenied):
        await make_task(desk.office, actor, conversation, new=new)

    await make_task(desk.office, Person(actor.manager_id, Role.head, SALES), conversation, new=new)
    assert await due_notices(desk) == [("made", other)]


def test_t2_reminders_come_before_at_and_a_day_after_the_deadline() -> None:
    made = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
    plan = [(each.name, each.at - made, each.is_last) for each in plan_reminders(made, made + 5 * HOUR)]
    assert plan == [("before", 4 * HOUR, False), ("due", 5 * HOUR, False), ("after", 29 * HOUR, True)]
    assert [each.name for each in plan_reminders(made, made + timedelta(minutes=5))] == ["due", "after"]


async def test_t2_a11_the_responsible_is_reminded_and_after_a_day_the_head_too(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    actor, conversation = await lead_of(desk)
    due = desk.now + 5 * HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", due))

    await fire_at(desk, due - HOUR)
    await fire_at(desk, due)
    await fire_at(desk, due)
    await fire_at(desk, due + timedelta(days=1))
    me = actor.manager_id
    assert await due_notices(desk) == [("before", me), ("due", me), ("after", me), ("after", head)]


async def test_t2_after_downtime_only_the_highest_due_reminder_is_sent(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    due = desk.now + 5 * HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", due))
    await fire_at(desk, due + 2 * HOUR)
    assert await due_notices(desk) == [("due", actor.manager_id)]


async def test_t2_b2_quiet_hours_hold_for_all_but_the_last_reminder(desk: Desk) -> None:
    put_in_force(
        desk, ALWAYS_OPEN + "".join(f'[managers.{key}]\nquiet_hours = ["00:00-24:00"]\n' for key in ("anna", "ivan"))
    )
    actor, conversation = await lead_of(desk)
    due = desk.now + 5 * HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", due))
    for at in (due - HOUR, due, due + timedelta(days=1)):
        await fire_at(desk, at)
    assert await due_notices(desk) == [("after", actor.manager_id)]


async def test_t2_a_task_done_or_put_off_in_time_reminds_nobody_of_the_old_deadline(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    due = desk.now + 5 * HOUR
    first, second = [
        await make_task(desk.office, actor, conversation, new=NewTask(what, due)) for what in ("Позвонить", "Написать")
    ]
    await complete_task(desk.office, actor, first, result="Договорились")
    await postpone_task(desk.office, actor, second, until=due + 10 * HOUR)
    await fire_at(desk, due + HOUR)
    assert await due_notices(desk) == []
    await fire_at(desk, due + 10 * HOUR)
    assert await due_notices(desk) == [("due", actor.manager_id)]


async def test_t2_the_head_counts_overdue_and_active_by_manager_and_a_manager_sees_only_own(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    for hours in (1, 48):
        await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + hours * HOUR))
    desk.clock.move(2 * HOUR)
    head = Person(ManagerId(1), Role.head, SALES)
    [count] = await stored.count_by_manager(desk.pool, reach_of(head), now=desk.now)
    assert (count.manager_id, count.active, count.overdue) == (actor.manager_id, 2, 1)

    stranger = Person(ManagerId(2), Role.manager, SALES)
    assert await stored.count_by_manager(desk.pool, reach_of(stranger), now=desk.now) == []


async def test_t3_done_needs_a_result_and_the_first_one_stays(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    task_id = await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    with pytest.raises(ReasonMissing):
        await complete_task(desk.office, actor, task_id, result=" ")
    await complete_task(desk.office, actor, task_id, result="Ждёт расчёт")
    await complete_task(desk.office, actor, task_id, result="Другое")

    task = await desk.one("tasks")
    assert (task["state"], task["result"]) == ("done", "Ждёт расчёт")
    assert len(await desk.rows("ledger", "kind = 'task_done'")) == 1
    assert [row["state"] for row in await desk.rows("timers", "kind = 'task'")] == ["cancelled"]


async def test_t1_a_lost_lead_takes_its_open_tasks_with_it(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    await move_lead(desk.office, actor, conversation, to="lost", filled=Filled(loss_reason="price"))
    assert (await desk.one("tasks"))["state"] == "cancelled"
    assert (await desk.one("timers", "kind = 'task'"))["state"] == "cancelled"


async def test_rg2_somebody_elses_task_does_not_exist_for_a_manager_and_does_for_the_head(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    task_id = await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    other = next(ManagerId(row["id"]) for row in await desk.rows("managers") if row["id"] != actor.manager_id)
    for stranger in (Person(other, Role.manager, SALES), Person(other, Role.head, frozenset({LineKey("support")}))):
        with pytest.raises(NotFound):
            await complete_task(desk.office, stranger, task_id, result="Да")
        with pytest.raises(NotFound):
            await postpone_task(desk.office, stranger, task_id, until=desk.now + 2 * HOUR)
    done = await complete_task(desk.office, Person(other, Role.head, SALES), task_id, result="Сделано за Анну")
    assert done.state == "done"


async def test_rg4_the_tasks_of_one_who_left_follow_their_clients(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    other = next(ManagerId(row["id"]) for row in await desk.rows("managers") if row["id"] != actor.manager_id)
    await dismiss_manager(desk.office, AT_THE_MACHINE, actor.manager_id)

    assert (await desk.one("conversations"))["assignee_id"] == other
    assert (await desk.one("tasks"))["manager_id"] == other
    assert await due_notices(desk) == [("made", other)]


async def test_rg4_a_task_whose_client_is_nobodys_becomes_nobodys_and_the_duty_person_is_reminded(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    actor, conversation = await lead_of(desk)
    due = desk.now + HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", due))
    await desk.pool.execute("UPDATE waits SET state = 'dismissed'")
    await dismiss_manager(desk.office, AT_THE_MACHINE, actor.manager_id)
    assert (await desk.one("tasks"))["manager_id"] is None
    await fire_at(desk, due)
    assert await due_notices(desk) == [("due", head)]


async def test_r12_lead_and_tasks_go_to_the_line_to_which_their_client_goes(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    actor, conversation = await lead_of(desk)
    actor = Person(actor.manager_id, Role.manager, frozenset({LineKey("sales"), LineKey("support")}))
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    await move_to_line(desk.office, actor, conversation, line=LineKey("support"))
    assert ((await desk.one("leads"))["line"], (await desk.one("tasks"))["line"]) == ("support", "support")


async def test_m10_the_tasks_of_joined_cards_are_all_the_kept_ones(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    for row in await desk.rows("conversations"):
        await make_task(desk.office, anna, row["id"], new=NewTask("Позвонить", desk.now + HOUR))
    await join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    kept = await desk.one("conversations", "state = 'open'")
    places = {(row["contact_id"], row["conversation_id"]) for row in await desk.rows("tasks", "state = 'open'")}
    assert places == {(kept["contact_id"], kept["id"])}


async def test_t1_a_task_that_names_nobody_is_the_responsibles(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)

    def remind(rows: WorkingSet) -> int:
        policy = desk.office.policy()
        work = LineWork(rows, policy, policy.get_line("sales"))
        return add_task(work, rows.conversations[conversation], NewTask("Перезвонить", rows.now + HOUR)).id

    await desk.office.change(Scope(conversations={conversation}, ids=10), remind)

    assert (await desk.one("tasks"))["manager_id"] == actor.manager_id


async def test_t1_a_task_about_a_contact_alone_is_given_told_of_and_done_once(desk: Desk) -> None:
    anna = ManagerId((await desk.one("managers", "key = 'anna'"))["id"])
    actor = Person(anna, Role.manager, SALES)
    await desk.pool.execute("INSERT INTO contacts (id, name, created_at) VALUES (7, 'Мария', now())")

    def touch(rows: WorkingSet) -> int:
        policy = desk.office.policy()
        work = LineWork(rows, policy, policy.get_line("sales"))
        return add_task(work, rows.contacts[ContactId(7)], NewTask("Поздравить", rows.now + HOUR, anna, "A-15")).id

    task_id = await desk.office.change(Scope(contacts={7}, ids=10), touch)
    assert await due_notices(desk) == [("made", anna)]
    assert (await get_task(desk.office, actor, task_id)).contact_name == "Мария"
    await fire_at(desk, desk.now + HOUR)
    assert [word for word, _ in await due_notices(desk)] == ["made", "due"]

    await complete_task(desk.office.once("bot:9"), actor, task_id, result="Поздравили")
    with pytest.raises(AlreadyDone):
        await complete_task(desk.office.once("bot:9"), actor, task_id, result="Ещё раз")
    assert (await desk.one("tasks"))["result"] == "Поздравили"
