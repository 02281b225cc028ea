"""«Почему так?» of leads and tasks: what the task was, which fields, where the lead moved and why (L-6, L-7, T-1)."""

from datetime import timedelta

from hub.domain.conversation import Outcome
from hub.domain.ids import LeadId
from hub.domain.lead import StageFact
from hub.inbox.conversations import close
from hub.inbox.folds.tasks import NewTask
from hub.inbox.lead_words import say_move
from hub.inbox.leads import move_lead, set_lead_fields
from hub.inbox.tasks import complete_task, make_task, postpone_task
from tests.inbox.desk import Desk, says
from tests.inbox.rules import answer
from tests.inbox.test_explain import story_of
from tests.inbox.test_lead_stages import STAGES, lead_of

HOUR = timedelta(hours=1)


async def test_t1_the_story_names_the_task_its_deadline_and_who_does_it(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    due = desk.now + HOUR
    task_id = await make_task(desk.office, actor, conversation, new=NewTask("Отправить счёт", due))
    await postpone_task(desk.office, actor, task_id, until=due + HOUR)
    await complete_task(desk.office, actor, task_id, result="Оплатят завтра")

    made, postponed, done = [line for line in await story_of(desk, actor, conversation) if "задача" in line]
    assert made.startswith("Анна: задача «Отправить счёт» до ")
    assert made.endswith(", делает Анна")
    assert postponed.startswith("Анна: задача «Отправить счёт» перенесена на ")
    assert done == "Анна: задача «Отправить счёт» сделана. Оплатят завтра"


async def test_l6_every_move_is_told_with_who_from_where_where_to_and_why(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    await answer(desk)
    await close(desk.office, actor, conversation, outcome=Outcome.refused, note="price")

    story = await story_of(desk, actor, conversation)
    assert [line for line in story if "лид " in line] == [
        "лид начат на этапе «Новый» (новое обращение)",
        "Анна: лид «Новый» → «Связались» (клиенту ответили)",
        "Анна: лид «Связались» → «Отказ» (итог обращения, Дорого)",
    ]
    assert "Анна: задача «Позвонить» снята (итог обращения)" in story


async def test_l6_moves_of_an_older_lead_are_told_in_the_conversation_in_which_they_were_made(desk: Desk) -> None:
    actor, first = await lead_of(desk)
    await answer(desk)
    await close(desk.office, actor, first, outcome=Outcome.solved)
    desk.clock.move(timedelta(days=20))
    await desk.receive(says("Снова я", at=desk.now))
    second = (await desk.one("conversations", "state = 'open'"))["id"]
    await move_lead(desk.office, actor, second, to="need_confirmed")

    moved = "Анна: лид «Связались» → «Потребность ясна» (вручную)"
    assert [line for line in await story_of(desk, actor, second) if "лид" in line] == [moved]


async def test_l7_fields_are_called_as_people_call_them(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    values = {"object_type": "офис", "amount": "100", "source": "сайт"}
    await set_lead_fields(desk.office, actor, conversation, values=values)

    assert "Анна: поля лида: Сумма, Объект, Источник" in await story_of(desk, actor, conversation)


async def test_l3_a_lead_that_was_held_says_from_which_stage_and_what_it_lacks(desk: Desk) -> None:
    contacted = 'name = "Связались"\nrequires = ["object_type", "next_step"]'
    actor, conversation = await lead_of(desk, document=STAGES.replace('name = "Связались"', contacted))
    await answer(desk)

    held = "лид не перешёл на этап «Связались», не хватает: Объект, Следующий шаг"
    assert held in await story_of(desk, actor, conversation)


async def test_an_automation_that_moved_a_lead_is_named(desk: Desk) -> None:
    moved = StageFact(1, LeadId(1), "won", "A-2", desk.now, from_stage="new", facts={"amount": "900.00"})

    said = say_move(desk.rules[-1], moved, who="")
    assert said.ru.startswith("лид «Новый» → «Сделка» (сценарий A-2 «Новый клиент без ответа")
    assert said.en.startswith("the lead moved “New” → “Won” (automation A-2 “A new client has no answer")
    assert said.ru.endswith("», 900.00)")


async def test_a_stage_and_a_cause_that_the_rules_have_no_more_keep_their_keys(desk: Desk) -> None:
    fact = StageFact(1, LeadId(1), "gone", "A-77", desk.now)
    assert say_move(desk.rules[-1], fact, who="Анна").ru == "Анна: лид начат на этапе «gone» (A-77)"
