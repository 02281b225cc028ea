"""The shipped automations, each over the real database; the ways in which the mechanism keeps its promises."""

from datetime import timedelta

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.errors import FieldsMissing
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, FormSubmission, Sender
from hub.domain.manager import Role
from hub.inbox.folds.tasks import NewTask
from hub.inbox.leads import Filled, move_lead, set_client_fields, set_lead_fields
from hub.inbox.tasks import make_task
from hub.inbox.waits import record_call_attempt
from tests.delivery.bench import open_outside
from tests.inbox.desk import ALWAYS_OPEN, Desk, says
from tests.inbox.rules import DAY, MINUTE, MOSCOW, answer, pass_time, put_in_force, stand_at
from tests.inbox.test_calls import miss, ring
from tests.inbox.test_lead_stages import lead_of

HOUR = timedelta(hours=1)


def with_on(*keys: str, more: str = "") -> str:
    """Return a document in which some shipped automations are on."""
    return ALWAYS_OPEN + "".join(f'[automations.{key}]\nmode = "on"\n' for key in keys) + more


async def look(desk: Desk) -> None:
    """Look twice a day for what no event begins, as the watch does, and fire what is due."""
    await ClockWatch(desk.office).serve_queue()
    await ClockWatch(desk.office).fire_due()


async def pass_days(desk: Desk, days: int) -> None:
    """Let days pass; the watch looks at the end of them."""
    desk.clock.move(days * DAY)
    await look(desk)


async def tasks_of(desk: Desk, automation: str) -> list[tuple[str, timedelta]]:
    """Return what an automation wants done, and within which time."""
    rows = await desk.rows("tasks", "cause = $1 ORDER BY id", automation)
    return [(row["what"], row["due_at"] - row["created_at"]) for row in rows]


async def told(desk: Desk) -> list[tuple[str, int]]:
    rows = await desk.rows("deliveries", "payload->>'notice' = 'automation' ORDER BY id")
    return [(row["payload"]["ru"], row["manager_id"]) for row in rows]


async def fired(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows("automation_firings", "true ORDER BY id")
    return [(row["automation"], row["subject"].partition(":")[0]) for row in rows]


async def test_a2_a_new_client_without_answer_gives_the_responsible_a_task_by_default(desk: Desk) -> None:
    await lead_of(desk)
    await pass_time(desk, 16 * MINUTE)

    assert await tasks_of(desk, "A-2") == [("Перезвонить: клиент ждёт первого ответа", 15 * MINUTE)]
    task, conversation = await desk.one("tasks"), await desk.one("conversations")
    assert task["manager_id"] == conversation["assignee_id"]
    assert await fired(desk) == [("A-2", "lead")]


async def test_a3_a_proposal_that_was_sent_gives_a_control_task_in_two_days(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-3"))
    await move_lead(desk.office, actor, conversation, to="proposal_sent")

    assert await tasks_of(desk, "A-3") == [("Узнать решение по предложению", 2 * DAY)]


async def test_a3_is_off_until_somebody_turns_it_on(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    assert await fired(desk) == []


async def test_a4_a_lead_that_stands_still_for_three_days_is_told_to_the_head_once(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    await lead_of(desk, document=with_on("A-4"))
    await pass_time(desk, 3 * DAY - MINUTE)
    assert await told(desk) == []

    await pass_time(desk, 2 * MINUTE)
    await pass_time(desk, 4 * DAY)
    assert await told(desk) == [("Лид без движения 3 дня", head)]


async def test_a4_what_client_or_manager_do_begins_the_three_days_anew(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    await lead_of(desk, document=with_on("A-4"))
    await pass_time(desk, 2 * DAY)
    await desk.receive(says("Ну что там?", at=desk.now))
    await pass_time(desk, 2 * DAY)
    assert await told(desk) == []
    await pass_time(desk, DAY + MINUTE)
    assert await told(desk) == [("Лид без движения 3 дня", head)]


async def test_a11_an_overdue_task_is_told_to_its_person_and_after_a_day_to_the_head(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    actor, conversation = await lead_of(desk)
    due = desk.now + HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", due))
    for at in (due, due + DAY):
        desk.clock.move(at - desk.now + timedelta(seconds=1))
        await ClockWatch(desk.office).fire_due()

    rows = await desk.rows("deliveries", "payload->>'notice' = 'task' AND payload->>'word' <> 'made' ORDER BY id")
    told_of = [(row["payload"]["word"], row["manager_id"]) for row in rows if row["payload"]["word"] != "before"]
    own = [(word, who) for word, who in told_of if who in (actor.manager_id, head)]
    assert ("due", actor.manager_id) in own
    assert ("after", head) in own


async def test_a1_a_form_makes_lead_responsible_and_deadline_at_once(desk: Desk) -> None:
    phone = Address(IdentityType.phone, "+79161234567", "+79161234567", ProofLevel.claimed)
    await desk.receive(FormSubmission("f1", "calc", Sender((phone,), name="Мария"), desk.now, text="?"), connection=3)

    lead, wait = await desk.one("leads"), await desk.one("waits")
    assert lead["responsible_id"] is not None
    assert wait["deadline_at"] - wait["started_at"] == 5 * MINUTE


async def test_a5_the_card_comes_to_the_responsible_while_a_known_client_rings(desk: Desk) -> None:
    put_in_force(desk, with_on("A-5"))
    await miss(desk)
    owner = (await desk.one("conversations"))["assignee_id"]
    await desk.receive(ring(desk, "c2"), connection=4)
    await desk.receive(ring(desk, "c2"), connection=4)

    assert await told(desk) == [("Звонит клиент", owner)]


async def test_a6_a_further_letter_joins_the_open_conversation_and_lead(desk: Desk) -> None:
    await lead_of(desk)
    await desk.receive(says("И ещё вопрос", at=desk.now))

    conversation, messages = await desk.one("conversations"), await desk.rows("messages", "direction = 'inbound'")
    assert [row["conversation_id"] for row in messages] == [conversation["id"]] * 2
    assert len(await desk.rows("leads")) == 1


async def test_a7_a_missed_call_wants_a_callback_by_a_deadline(desk: Desk) -> None:
    await miss(desk)
    wait = await desk.one("waits")

    assert wait["needs_callback"]
    assert wait["callback_due_at"] - wait["last_missed_at"] == 15 * MINUTE


async def test_a8_thirty_days_after_a_deal_there_is_a_task(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-8"))
    await move_lead(desk.office, actor, conversation, to="won")
    await pass_time(desk, 30 * DAY - MINUTE)
    assert await tasks_of(desk, "A-8") == []

    await pass_time(desk, 2 * MINUTE)
    assert await tasks_of(desk, "A-8") == [("Узнать, всё ли хорошо после покупки", DAY)]


async def test_a8_a_deal_that_came_apart_is_not_asked_about(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-8"))
    await move_lead(desk.office, actor, conversation, to="won")
    await pass_time(desk, DAY)
    await move_lead(desk.office, actor, conversation, to="contacted")
    await pass_time(desk, 30 * DAY)
    assert await tasks_of(desk, "A-8") == []


async def test_a9_a_client_silent_for_sixty_days_gets_one_touch_task(desk: Desk) -> None:
    await lead_of(desk, document=with_on("A-9"))
    for _ in range(62):
        await pass_days(desk, 1)
    assert await tasks_of(desk, "A-9") == [("Напомнить клиенту о себе", 2 * DAY)]


async def test_a9_who_wrote_meanwhile_is_not_silent(desk: Desk) -> None:
    await lead_of(desk, document=with_on("A-9"))
    await pass_days(desk, 59)
    await desk.receive(says("Я снова к вам", at=desk.now))
    await pass_days(desk, 2)
    assert await tasks_of(desk, "A-9") == []


async def test_a10_a_deal_with_a_product_makes_a_task_to_offer_what_goes_with_it(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-10"))
    await move_lead(desk.office, actor, conversation, to="won", filled=Filled({"product": "Дверь"}))
    assert await tasks_of(desk, "A-10") == [("Предложить то, что подходит к покупке", 7 * DAY)]


async def test_a10_a_deal_without_a_product_makes_none(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-10"))
    await move_lead(desk.office, actor, conversation, to="won")
    assert await tasks_of(desk, "A-10") == []


async def test_a12_a_lost_lead_needs_its_reason_which_is_kept_for_the_report(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    with pytest.raises(FieldsMissing):
        await move_lead(desk.office, actor, conversation, to="lost")
    await move_lead(desk.office, actor, conversation, to="lost", filled=Filled(loss_reason="price"))
    assert (await desk.one("lead_stage_facts", "to_stage = 'lost'"))["facts"]["reason"] == "price"


async def test_a13_a_client_who_does_not_answer_for_a_day_is_brought_to_the_manager(desk: Desk) -> None:
    actor, _ = await lead_of(desk, document=with_on("A-13"))
    await answer(desk)
    for _ in range(2):
        await pass_time(desk, DAY + MINUTE)
        assert await told(desk) == [("Клиент не ответил за сутки", actor.manager_id)]


async def test_a13_a_client_who_has_answered_is_not_complained_of(desk: Desk) -> None:
    await lead_of(desk, document=with_on("A-13"))
    await answer(desk)
    desk.clock.move(HOUR)
    await desk.receive(says("Беру", at=desk.now))
    await pass_time(desk, DAY)
    assert await told(desk) == []


async def test_a14_each_call_that_reaches_nobody_makes_the_next_attempt_up_to_three(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-14") + '[automations.A-2]\nmode = "off"\n')
    for _ in range(4):
        await record_call_attempt(desk.office, actor, conversation)

    made = await tasks_of(desk, "A-14")
    assert [span for _, span in made[:2]] == [15 * MINUTE, HOUR]
    third = (await desk.rows("tasks", "cause = 'A-14' ORDER BY id"))[2]["due_at"].astimezone(MOSCOW)
    assert (third.hour, third.minute, len(made)) == (9, 0, 3)
    assert third.date() == (desk.now.astimezone(MOSCOW) + DAY).date()


BIRTHDAY = """
[leads.contact_fields.birthday]
name = "День рождения"
type = "date"
"""


async def test_a15_on_the_birthday_there_is_a_task_once_a_year(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-15", more=BIRTHDAY))
    stand_at(desk, 2, "20:00")
    tomorrow = (desk.now.astimezone(MOSCOW) + DAY).date()
    await set_client_fields(desk.office, actor, conversation, values={"birthday": f"1990-{tomorrow:%m-%d}"})
    await look(desk)
    assert await tasks_of(desk, "A-15") == []

    for _ in range(3):
        await pass_days(desk, 1)
    assert [what for what, _ in await tasks_of(desk, "A-15")] == ["Поздравить клиента с днём рождения"]


async def test_a16_an_hour_after_a_new_lead_the_client_gets_a_text_that_stops_no_clock(desk: Desk) -> None:
    stand_at(desk, 1, "12:00")
    await lead_of(desk, document=with_on("A-16"))
    outside = open_outside(desk)
    await pass_time(desk, HOUR + MINUTE)
    await outside.deliver()

    assert outside.channel.texts == ["Мария, мы получили ваше обращение. Если появятся вопросы, пишите сюда."]
    assert (await desk.one("waits"))["state"] == "open"


async def test_a17_a_large_amount_is_told_to_the_head_a_small_one_is_not(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    actor, conversation = await lead_of(desk, document=with_on("A-17"))
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "99000"})
    assert await told(desk) == []
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "250000"})
    assert await told(desk) == [("Крупная сумма в лиде", head)]


INVOICE = """
[leads.fields.invoice_date]
name = "Срок счёта"
type = "date"
"""


async def test_a18_on_the_day_of_an_invoice_its_payment_is_followed(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-18", more=INVOICE))
    stand_at(desk, 2, "20:00")
    due = (desk.now.astimezone(MOSCOW) + 2 * DAY).date()
    await set_lead_fields(desk.office, actor, conversation, values={"invoice_date": due.isoformat()})
    await pass_days(desk, 1)
    assert await tasks_of(desk, "A-18") == []
    await pass_days(desk, 1)
    assert await tasks_of(desk, "A-18") == [("Проверить оплату счёта", DAY)]


async def test_a19_ninety_days_after_a_loss_there_is_a_task_for_a_new_offer(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-19"))
    await move_lead(desk.office, actor, conversation, to="lost", filled=Filled(loss_reason="later"))
    await pass_time(desk, 89 * DAY)
    assert await tasks_of(desk, "A-19") == []
    await pass_time(desk, DAY + MINUTE)
    assert await tasks_of(desk, "A-19") == [("Сделать клиенту новое предложение", 2 * DAY)]
