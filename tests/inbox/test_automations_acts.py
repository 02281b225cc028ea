"""What starts automations and what they do, one by one; and what they say when they could not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.channels.base import PollBatch, Raw
from hub.domain.conversation import Outcome
from hub.domain.ids import ConnectionId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.inbox.conversations import close
from hub.inbox.leads import move_lead, set_lead_fields
from tests.delivery.bench import open_outside
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import MINUTE, MOSCOW, OFFICE, answer, pass_time, put_in_force, stand_at
from tests.inbox.test_automations import fired, tasks_of, told, with_on
from tests.inbox.test_automations_kept import QUIET
from tests.inbox.test_calls import end, miss, ring
from tests.inbox.test_lead_stages import lead_of
from tests.inbox.test_matching import form


def one(trigger: str, *actions: str, when: str = "") -> str:
    """Return a document with one automation of its own, and A-2 off."""
    then = ", ".join(actions or ('{ kind = "notify", to = ["responsible"], text = "Вот" }',))
    return with_on(more=f"{QUIET}[automations.own]\ntrigger = {{ {trigger} }}\nwhen = [{when}]\nthen = [{then}]\n")


def amount(*actions: str) -> str:
    return one('kind = "field_set", values = ["amount"]', *actions)


async def said(desk: Desk) -> str:
    return str((await desk.one("ledger", "kind = 'automation_fired'"))["facts"]["did_ru"])


async def set_amount(desk: Desk, document: str) -> None:
    actor, conversation = await lead_of(desk, document=document)
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "1000"})


async def test_a_form_a_missed_call_and_a_written_answer_start_automations(desk: Desk) -> None:
    kinds = ("form_submitted", "call_missed", "message_out", "message_in")
    each = '[automations.{0}]\ntrigger = {{ kind = "{0}" }}\nthen = [{{ kind = "task", what = "{0}", due = ["1h"] }}]\n'
    put_in_force(desk, with_on(more=QUIET + "".join(each.format(kind) for kind in kinds)))
    await desk.receive(form(desk, phone="+79161234567"), connection=3)
    await miss(desk)
    assert [key for key, _ in await fired(desk)] == ["form_submitted", "call_missed"]

    await desk.receive(says("Здравствуйте", at=desk.now, by=person(200)))
    await answer(desk, where=(await desk.rows("conversations", "true ORDER BY id DESC"))[0]["id"])
    assert [key for key, _ in await fired(desk)][2:] == ["message_in", "message_out"]


async def test_a_talk_starts_an_automation_once(desk: Desk) -> None:
    put_in_force(desk, one('kind = "call_answered"'))
    await desk.receive(ring(desk), connection=4)
    event = CallEvent("c1-a", "c1", CallStage.answered, CallDirection.inbound, desk.now, client="+79161234567")
    await desk.receive(event, connection=4)
    desk.clock.move(timedelta(seconds=40))
    await desk.receive(end(desk, talk=timedelta(seconds=35)), connection=4)
    assert await fired(desk) == [("own", "lead")]


async def test_our_own_call_that_rings_is_no_call_of_the_client(desk: Desk) -> None:
    put_in_force(desk, one('kind = "call_ringing"'))
    await miss(desk)
    await desk.receive(ring(desk, "c2", direction=CallDirection.outbound), connection=4)
    assert await fired(desk) == []


async def test_an_imported_message_starts_nothing(desk: Desk) -> None:
    put_in_force(desk, one('kind = "message_in"'))
    desk.channel.events[b"old"] = [says("Давно", at=desk.now - timedelta(days=30))]
    batch = PollBatch([Raw(b"old", desk.now, {"id": "old"})], {"uid": 7}, is_history=True)
    await desk.acceptor.accept_batch(ConnectionId(1), desk.channel, batch)
    await desk.process()
    assert len(await desk.rows("messages")) == 1
    assert await fired(desk) == []


async def test_who_has_quiet_hours_is_told_after_them(desk: Desk) -> None:
    stand_at(desk, 1, "23:00")
    sleeper = '[managers.anna]\nquiet_hours = ["22:00-08:00"]\n[managers.ivan]\nquiet_hours = ["22:00-08:00"]\n'
    await set_amount(desk, amount() + sleeper)
    notice = await desk.one("deliveries", "payload->>'notice' = 'automation'")
    due = notice["due_at"].astimezone(MOSCOW)
    assert (due.hour, due.minute) == (8, 0)


async def test_a_task_may_be_the_heads_or_a_named_persons_in_their_language(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    await desk.pool.execute("UPDATE managers SET language = 'en' WHERE id = $1", head)
    task = '{{ kind = "task", what = "Решить", what_en = "Decide", due = ["next_morning"], to = "{0}" }}'
    named = "[managers.vera]\n[managers.gleb]\n"
    await set_amount(desk, amount(*(task.format(to) for to in ("head", "vera", "gleb"))) + named)

    made = await desk.rows("tasks", "true ORDER BY id")
    assert [(row["what"], row["manager_id"]) for row in made] == [("Decide", head)] * 3


async def test_the_next_morning_is_when_the_line_opens_on_a_later_day(desk: Desk) -> None:
    task = '[automations.own]\ntrigger = { kind = "lead_created" }\n'
    put_in_force(desk, OFFICE + QUIET + task + 'then = [{ kind = "task", what = "Утром", due = ["next_morning"] }]\n')
    stand_at(desk, 4, "12:00")
    await desk.receive(says("Сколько?", at=desk.now))
    due = (await desk.one("tasks"))["due_at"].astimezone(MOSCOW)
    assert (due.weekday(), due.hour) == (0, 9)


async def test_with_nobody_at_work_nobody_is_told_and_that_is_written(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=amount('{ kind = "notify", to = ["duty"], text = "Вот" }'))
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "1000"})
    assert await said(desk) == "сообщить некому"


async def test_assigning_says_when_there_is_nothing_to_assign(desk: Desk) -> None:
    own = "[managers.anna]\n[managers.ivan]\n"
    actor, conversation = await lead_of(desk)
    key = (await desk.one("managers", "id = $1", actor.manager_id))["key"]
    put_in_force(desk, amount(f'{{ kind = "assign", to = "{key}" }}') + own)
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "1000"})
    assert await said(desk) == "ответственный уже тот"

    await answer(desk)
    await close(desk.office, actor, conversation, outcome=Outcome.agreed)
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "2000"})
    rows = await desk.rows("ledger", "kind = 'automation_fired' ORDER BY id")
    assert rows[-1]["facts"]["did_ru"] == "назначать нечего или некому"


async def test_who_had_the_client_is_told_that_somebody_else_has_it_now(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    other = await desk.one("managers", "id <> $1", actor.manager_id)
    document = amount(f'{{ kind = "assign", to = "{other["key"]}" }}') + "[managers.anna]\n[managers.ivan]\n"
    put_in_force(desk, document)
    await answer(desk)
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "1000"})

    kinds = {row["payload"]["notice"]: row["manager_id"] for row in await desk.rows("deliveries", "lane = 'notify'")}
    assert (kinds["assigned"], kinds["taken_away"]) == (other["id"], actor.manager_id)


async def test_a_stage_that_asks_for_more_leaves_the_lead_and_says_so(desk: Desk) -> None:
    stages = """
[[leads.stages]]
key = "new"
name = "Новый"
[[leads.stages]]
key = "deal"
name = "Сделка"
state = "won"
requires = ["product"]
[[leads.stages]]
key = "lost"
name = "Отказ"
state = "lost"
"""
    move = '{ kind = "move", to = "deal" }, { kind = "notify", to = ["team"], text = "Вот" }'
    await set_amount(desk, amount(move) + stages)
    assert (await desk.one("leads"))["stage"] == "new"
    assert (await said(desk)).startswith("стадия deal: не хватает полей")


async def test_a_lost_stage_gets_the_reason_of_the_automation(desk: Desk) -> None:
    move = '{ kind = "move", to = "lost", reason = "silent" }, { kind = "notify", to = ["team"], text = "Вот" }'
    await set_amount(desk, amount(move))
    lead = await desk.one("leads")
    assert (lead["state"], lead["loss_reason"]) == ("lost", "silent")


async def test_fields_and_tags_of_the_client_are_set(desk: Desk) -> None:
    fields = '[leads.contact_fields.segment]\nname = "Сегмент"\n'
    act = '{ kind = "set", field = "segment", value = "VIP", on = "client" }, { kind = "tag", tag = "важный" }'
    await set_amount(desk, amount(act + ', { kind = "notify", to = ["team"], text = "Вот" }') + fields)
    contact, lead = await desk.one("contacts"), await desk.one("leads")
    assert (contact["fields"], lead["tags"]) == ({"segment": "VIP"}, ["важный"])


async def test_without_a_lead_what_needs_one_says_so(desk: Desk) -> None:
    acts = '{ kind = "move", to = "won" }, { kind = "tag", tag = "x" }, { kind = "set", field = "source", value = "y" }'
    document = one('kind = "message_in"', acts + ', { kind = "notify", to = ["team"], text = "Вот" }')
    put_in_force(desk, document.replace('name = "Продажи"', 'name = "Продажи"\nthanks_filter = true'))
    await desk.receive(says("Спасибо", at=desk.now))
    assert (await said(desk)).count("лида нет") == 3


async def test_a_text_has_nowhere_to_go_after_a_call_alone(desk: Desk) -> None:
    stand_at(desk, 1, "12:00")
    put_in_force(desk, one('kind = "call_missed"', '{ kind = "send", text = "Перезвоним" }'))
    await miss(desk)
    assert await said(desk) == "писать клиенту некуда"


async def test_a_text_does_not_go_in_a_persons_name(desk: Desk) -> None:
    stand_at(desk, 1, "12:00")
    put_in_force(desk, one('kind = "message_in"', '{ kind = "send", text = "Минуту" }'))
    await desk.receive(replace(says("Здравствуйте", at=desk.now), thread="100@anna"))
    assert await said(desk) == "писать клиенту некуда"


async def test_a_text_is_in_the_language_of_the_client(desk: Desk) -> None:
    stand_at(desk, 1, "12:00")
    put_in_force(desk, one('kind = "message_in"', '{ kind = "send", text = "Минуту", text_en = "A moment" }'))
    await desk.receive(says("Hello", at=desk.now))
    await desk.pool.execute("UPDATE contacts SET language = 'en-GB'")
    await desk.receive(says("How much?", at=desk.now))
    outside = open_outside(desk)
    await outside.deliver()
    assert outside.channel.texts == ["Минуту", "A moment"]


async def test_the_breaker_tells_a_head_also_of_texts_to_clients(desk: Desk) -> None:
    stand_at(desk, 1, "12:00")
    head = await desk.hire("vera", "Вера", role=Role.head)
    put_in_force(desk, one('kind = "message_in"', '{ kind = "send", text = "Минуту" }'))
    for number in range(22):
        await desk.receive(says(f"Ещё {number}", at=desk.now))
    assert len(await desk.rows("messages", "author = 'automation'")) == 20
    assert [who for _, who in await told(desk)] == [head]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ('{ kind = "field", name = "product", values = ["Дверь"] }', 1),
        ('{ kind = "field", name = "product", values = ["Окно"] }', 0),
        ('{ kind = "all", of = [{ kind = "amount", over = 500 }, { kind = "source", names = ["реклама"] }] }', 1),
        ('{ kind = "outcome", names = ["deal"] }', 0),
        ('{ kind = "time", hours = "closed" }', 0),
    ],
)
async def test_conditions_narrow_what_starts(desk: Desk, condition: str, count: int) -> None:
    task = '{ kind = "task", what = "Вот", due = ["1h"] }'
    trigger = 'kind = "stage_changed", values = ["contacted"]'
    actor, conversation = await lead_of(desk, document=one(trigger, task, when=condition))
    values = {"product": "Дверь", "amount": "1000", "source": "реклама"}
    await set_lead_fields(desk.office, actor, conversation, values=values)
    await move_lead(desk.office, actor, conversation, to="contacted")
    assert len(await tasks_of(desk, "own")) == count


async def test_an_automation_of_another_line_does_not_look(desk: Desk) -> None:
    document = one('kind = "lead_created"').replace(
        "[automations.own]", '[lines.support]\nname = "Сервис"\n[automations.own]\nlines = ["support"]'
    )
    await lead_of(desk, document=document)
    assert await fired(desk) == []


async def test_a_conversation_that_was_opened_again_is_not_followed_up(desk: Desk) -> None:
    task = '{ kind = "task", what = "Вот", due = ["1h"] }'
    actor, conversation = await lead_of(desk, document=one('kind = "outcome_set", after = "1h"', task))
    await answer(desk)
    await close(desk.office, actor, conversation, outcome=Outcome.agreed)
    desk.clock.move(30 * MINUTE)
    await desk.receive(says("Ещё вопрос", at=desk.now))
    await pass_time(desk, 40 * MINUTE)
    assert await tasks_of(desk, "own") == []


async def test_without_anybody_who_could_have_it_nothing_is_assigned(desk: Desk) -> None:
    document = amount('{ kind = "assign", to = "head" }')
    actor, conversation = await lead_of(desk, document=document)
    await set_lead_fields(desk.office, actor, conversation, values={"amount": "1000"})
    assert await said(desk) == "назначать нечего или некому"


async def test_an_amount_that_is_no_number_is_no_amount(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await desk.pool.execute("UPDATE leads SET amount = 'много'")
    trigger, task = 'kind = "field_set", values = ["source"]', '{ kind = "task", what = "Вот", due = ["1h"] }'
    put_in_force(desk, one(trigger, task, when='{ kind = "amount" }'))
    await set_lead_fields(desk.office, actor, conversation, values={"source": "реклама"})
    assert await tasks_of(desk, "own") == []


async def test_case79_an_automation_that_was_switched_off_meanwhile_does_nothing_when_its_time_comes(
    desk: Desk,
) -> None:
    task = '{ kind = "task", what = "Вот", due = ["1h"] }'
    await lead_of(desk, document=one('kind = "lead_created", after = "1h"', task))
    put_in_force(desk, with_on(more=QUIET))
    await pass_time(desk, 61 * MINUTE)
    assert await desk.rows("tasks") == []
    assert (await desk.one("timers", "kind = 'automation'"))["state"] == "fired"
