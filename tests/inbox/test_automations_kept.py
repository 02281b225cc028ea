"""What automations promise whatever they do: once, never in a circle, nothing in a dry run, clients not at night."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.client_time import client_zone, when_to_write
from hub.domain.conversation import Outcome
from hub.domain.manager import Role
from hub.inbox.conversations import close
from hub.inbox.explain import explain_conversation
from hub.inbox.leads import add_tags, move_lead, set_lead_fields
from tests.delivery.bench import open_outside
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import DAY, MINUTE, MOSCOW, OFFICE, answer, pass_time, put_in_force, stand_at
from tests.inbox.test_automations import fired, look, tasks_of, told, with_on
from tests.inbox.test_lead_stages import lead_of

QUIET = '[automations.A-2]\nmode = "off"\n'
MOVES_ON = """
[automations.on]
name = "Дальше"
trigger = { kind = "stage_changed", values = ["contacted"] }
then = [{ kind = "move", to = "need_confirmed" }, { kind = "notify", to = ["head"], text = "Дальше" }]
[automations.back]
name = "Назад"
trigger = { kind = "stage_changed", values = ["need_confirmed"] }
then = [{ kind = "move", to = "contacted" }, { kind = "notify", to = ["head"], text = "Назад" }]
"""
TELLS_EACH = """
[automations.each]
name = "Каждое сообщение"
trigger = { kind = "message_in" }
then = [{ kind = "notify", to = ["responsible"], text = "Пишет" }]
"""


async def test_case84_a_circle_of_two_automations_is_cut_after_each_acted_once(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on(more=QUIET + MOVES_ON))
    await move_lead(desk.office, actor, conversation, to="contacted")

    assert [each for each, _ in await fired(desk)] == ["on", "back"]
    assert (await desk.one("leads"))["stage"] == "contacted"


async def test_case84_an_automation_is_not_started_by_what_it_did_in_an_earlier_commit(desk: Desk) -> None:
    late = '[automations.late]\ntrigger = { kind = "task_overdue" }\n'
    late += 'then = [{ kind = "task", what = "Ещё раз", due = ["1h"], counting = "elapsed" }]\n'
    actor, conversation = await lead_of(desk, document=with_on("A-3", more=QUIET + late))
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    for _ in range(4):
        await pass_time(desk, 2 * DAY + MINUTE)

    assert [what for what, _ in await tasks_of(desk, "late")] == ["Ещё раз"]


async def test_after_twenty_firings_within_an_hour_a_subject_is_left_alone_and_a_head_told_once(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    put_in_force(desk, with_on(more=QUIET + TELLS_EACH))
    for number in range(24):
        await desk.receive(says(f"Ещё {number}", at=desk.now))

    kinds = [each for each, _ in await fired(desk)]
    assert (kinds.count("each"), kinds.count("breaker")) == (20, 1)
    assert len([each for each in await told(desk) if each[1] == head]) == 1

    desk.clock.move(timedelta(hours=1))
    await desk.receive(says("Через час", at=desk.now))
    assert [each for each, _ in await fired(desk)].count("each") == 21


async def test_two_processes_that_see_the_same_timer_let_it_act_once(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-8"))
    await move_lead(desk.office, actor, conversation, to="won")
    desk.clock.move(30 * DAY + MINUTE)
    await asyncio.gather(*(ClockWatch(desk.office).fire_due() for _ in range(4)))
    await look(desk)
    assert len(await tasks_of(desk, "A-8")) == 1


async def test_a_timer_that_is_armed_again_for_the_same_cause_does_not_act_again(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-8"))
    await move_lead(desk.office, actor, conversation, to="won")
    await pass_time(desk, 30 * DAY + MINUTE)
    await desk.pool.execute("UPDATE timers SET state = 'armed', fired_at = NULL WHERE kind = 'automation'")
    await look(desk)
    assert len(await tasks_of(desk, "A-8")) == 1


async def test_a_dry_run_is_logged_and_does_nothing(desk: Desk) -> None:
    dry = '[automations.A-3]\nmode = "dry"\n'
    actor, conversation = await lead_of(desk, document=with_on(more=dry))
    await move_lead(desk.office, actor, conversation, to="proposal_sent")

    assert await desk.rows("tasks") == []
    entry = await desk.one("ledger", "kind = 'automation_fired'")
    assert (entry["facts"]["dry"], entry["facts"]["did_ru"]) == (True, "задача «Узнать решение по предложению»")


async def test_explain_tells_what_an_automation_did_and_what_a_dry_one_would_have_done(desk: Desk) -> None:
    dry = '[automations.A-17]\nmode = "dry"\n'
    actor, conversation = await lead_of(desk, document=with_on("A-3", more=dry))
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "300000"})
    await move_lead(desk.office, actor, conversation, to="proposal_sent")

    told_of = await explain_conversation(desk.office, actor, conversation)
    assert any("сценарий A-3" in line and "задача «Узнать решение" in line for line in told_of)
    assert any("проба сценария A-17: поле заполнено, сумма от 100000 → сообщить" in line for line in told_of)
    english = await explain_conversation(desk.office, actor, conversation, language="en")
    assert any("automation A-3 “A proposal was sent" in line for line in english)


async def test_with_no_automation_on_an_event_nothing_is_loaded_or_written(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-17"))
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    assert desk.office.policy().automations.timed == ()
    assert await desk.rows("automation_firings") == []


async def test_conditions_look_at_the_lead_and_at_the_request(desk: Desk) -> None:
    vip = """
[automations.vip]
trigger = { kind = "stage_changed", values = ["proposal_sent"] }
when = [
  { kind = "any", of = [{ kind = "lead_tag", names = ["опт"] }, { kind = "amount", over = 100, upto = 200 }] },
  { kind = "not", of = { kind = "channel", names = ["email"] } },
  { kind = "stage", names = ["proposal_sent"] },
]
then = [{ kind = "task", what = "Оптовый", due = ["1h"] }]
"""
    actor, conversation = await lead_of(desk, document=with_on(more=vip))
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    assert await tasks_of(desk, "vip") == []
    await move_lead(desk.office, actor, conversation, to="contacted")
    await add_tags(desk.office, actor, conversation, lead=["опт"])
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    assert len(await tasks_of(desk, "vip")) == 1


async def test_an_outcome_a_tag_and_a_field_start_and_are_set(desk: Desk) -> None:
    more = """
[automations.tagged]
trigger = { kind = "tag_added", values = ["vip"] }
then = [
  { kind = "set", field = "source", value = "рекомендация" },
  { kind = "tag", tag = "важный", on = "client" },
  { kind = "notify", to = ["team"], text = "VIP" },
]
[automations.closed]
trigger = { kind = "outcome_set", values = ["agreed"] }
then = [{ kind = "task", what = "Проверить", due = ["1d"] }]
"""
    actor, conversation = await lead_of(desk, document=with_on(more=QUIET + more))
    await add_tags(desk.office, actor, conversation, lead=["vip"])
    lead, contact = await desk.one("leads"), await desk.one("contacts")
    assert (lead["source"], contact["tags"], len(await told(desk))) == ("рекомендация", ["важный"], 2)

    await answer(desk)
    await close(desk.office, actor, conversation, outcome=Outcome.agreed)
    assert [what for what, _ in await tasks_of(desk, "closed")] == ["Проверить"]


async def test_a_conversation_can_be_assigned_to_the_head(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    big = '[automations.big]\ntrigger = { kind = "field_set", values = ["amount"] }\n'
    big += 'then = [{ kind = "assign", to = "head" }]\n'
    actor, conversation = await lead_of(desk, document=with_on(more=QUIET + big))
    before = (await desk.one("waits"))["deadline_at"]
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "1000000"})

    assert (await desk.one("conversations"))["assignee_id"] == head
    wait = await desk.one("waits")
    assert (wait["assignee_id"], wait["deadline_at"]) == (head, before)


async def test_a_text_that_falls_into_the_night_waits_for_the_clients_morning(desk: Desk) -> None:
    stand_at(desk, 1, "20:30")
    await lead_of(desk, document=with_on("A-16", more=QUIET))
    outside = open_outside(desk)
    await pass_time(desk, 61 * MINUTE)
    await outside.deliver()
    assert outside.channel.texts == []

    morning = stand_at(desk, 2, "08:00")
    await pass_time(desk, timedelta(0))
    await pass_time(desk, MINUTE)
    await outside.deliver()
    assert len(outside.channel.texts) == 1
    assert desk.now >= morning


async def test_who_does_not_want_to_be_written_to_gets_no_text(desk: Desk) -> None:
    stand_at(desk, 1, "12:00")
    actor, conversation = await lead_of(desk, document=with_on("A-16", more=QUIET))
    await add_tags(desk.office, actor, conversation, client=["Не писать"])
    await pass_time(desk, 61 * MINUTE)
    assert await desk.rows("messages", "author = 'automation'") == []
    assert (await desk.one("ledger", "kind = 'automation_fired'"))["facts"]["did_ru"] == "клиенту не пишем"


async def test_a_delay_in_open_time_stands_still_overnight(desk: Desk) -> None:
    put_in_force(
        desk,
        OFFICE + QUIET + '[automations.A-16]\nmode = "on"\ntrigger = { kind = "lead_created", '
        'after = "1h", counting = "open" }\n',
    )
    stand_at(desk, 1, "18:30")
    await desk.receive(says("Сколько стоит?", at=desk.now))
    due = (await desk.one("timers", "kind = 'automation'"))["due_at"].astimezone(MOSCOW)
    assert (due.hour, due.minute) == (9, 30)


async def test_what_was_long_over_when_an_automation_is_switched_on_is_left_alone(desk: Desk) -> None:
    await desk.hire("vera", "Вера", role=Role.head)
    await lead_of(desk)
    desk.clock.move(40 * DAY)
    await desk.receive(says("Новый клиент", at=desk.now, by=person(200, name="Пётр")))
    put_in_force(desk, with_on("A-4"))
    await look(desk)
    await pass_time(desk, 3 * DAY + MINUTE)
    assert len(await told(desk)) == 1


@pytest.mark.parametrize(
    ("field", "phone", "hour"),
    [("Asia/Omsk", "+74951234567", 6), ("", "+73432345678", 5), ("", "+79161234567", 3), ("Нигде", "", 3)],
)
def test_the_day_of_a_client_is_that_of_card_else_number_else_line(field: str, phone: str, hour: int) -> None:
    night = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    zone = client_zone(field, [phone] if phone else [], MOSCOW)
    assert night.astimezone(zone).hour == hour
    assert when_to_write(night, zone).astimezone(zone).hour == 8


async def test_a_new_client_may_start_an_automation_at_once(desk: Desk) -> None:
    fresh = '[automations.fresh]\ntrigger = { kind = "lead_created" }\n'
    fresh += 'then = [{ kind = "task", what = "Познакомиться", due = ["1h"] }]\n'
    await lead_of(desk, document=with_on(more=QUIET + fresh))
    assert [what for what, _ in await tasks_of(desk, "fresh")] == ["Познакомиться"]


async def test_fr8_on_a_line_that_only_observes_every_automation_is_a_dry_run(desk: Desk) -> None:
    put_in_force(desk, with_on().replace('name = "Продажи"', 'name = "Продажи"\nmode = "observe"'))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await pass_time(desk, 16 * MINUTE)
    assert await desk.rows("tasks") == []
    assert (await desk.one("ledger", "kind = 'automation_fired'"))["facts"]["dry"] is True
