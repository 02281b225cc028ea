"""What stops a wait, what never does, and whose answer it was (S, C-5, M-16, B-2)."""

from datetime import timedelta

import pytest

from hub.domain.errors import ContactBlocked
from hub.domain.ids import ConversationId, IdentityId
from hub.domain.inbound import CallDirection, CallStage, DeliveryReport, ReportState
from hub.domain.manager import Role
from hub.domain.message import Author
from hub.inbox.reply import Content, add_note, reply
from tests.delivery.bench import open_outside
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import MINUTE, answer, id_of, line_says, pass_time, put_in_force
from tests.inbox.test_calls import PHONE, _event, end, miss
from tests.inbox.test_matching import MAIL, form, letter
from tests.inbox.test_queries import actor, only, other, owner

WELCOME = ("[lines.sales.texts.ru]", 'welcome = "Здравствуйте! Уже смотрим."')


async def asked(desk: Desk) -> ConversationId:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(MINUTE)
    return await only(desk)


async def state(desk: Desk) -> str:
    return str((await desk.one("waits"))["state"])


async def test_s1_edge1_a_welcome_text_goes_out_and_stops_nothing(desk: Desk) -> None:
    put_in_force(desk, line_says(*WELCOME))
    await asked(desk)
    outside = open_outside(desk)
    await outside.deliver()

    assert outside.channel.texts == ["Здравствуйте! Уже смотрим."]
    assert await state(desk) == "open"
    assert (await desk.one("conversations"))["last_response_at"] is None


async def test_s1_edge8_a_persons_answer_stops_it_whatever_the_words(desk: Desk) -> None:
    put_in_force(desk, line_says(*WELCOME))
    await asked(desk)
    await answer(desk, "Здравствуйте! Уже смотрим.")

    assert await state(desk) == "answered"


async def test_s2_edge7_a_note_stops_nothing_and_never_leaves(desk: Desk) -> None:
    conversation = await asked(desk)
    await add_note(desk.office, await owner(desk), conversation, text="Перезвоню сам", key="note-1")

    assert await state(desk) == "open"
    assert await desk.rows("deliveries", "lane = 'reply'") == []
    assert (await desk.one("messages", "direction = 'note'"))["author"] == Author.person


async def test_s4_edge16_an_answer_typed_on_the_phone_stops_it_and_is_credited(desk: Desk) -> None:
    anna = await id_of(desk, "anna")
    desk.staff[("tg_user", "", "77")] = anna  # type: ignore[assignment]
    await asked(desk)
    await desk.receive(says_in_chat(desk, "Пять тысяч", by=77))

    wait = await desk.one("waits")
    assert (wait["state"], wait["responder_id"], wait["response_channel"]) == ("answered", anna, "telegram")
    assert len(await desk.rows("contacts")) == 1


def says_in_chat(desk: Desk, text: str, *, by: int):
    """One of us writes in the client's chat."""
    said = says(text, at=desk.now, by=person(by), is_staff=True)
    return type(said)(said.external_id, "chat-100", said.sender, said.occurred_at, text=text, is_staff=True)


async def test_s5_an_answer_dated_before_the_request_stops_nothing(desk: Desk) -> None:
    desk.staff[("tg_user", "", "77")] = await id_of(desk, "anna")  # type: ignore[assignment]
    before = desk.now - MINUTE
    await asked(desk)
    said = says_in_chat(desk, "Добрый день", by=77)
    await desk.receive(type(said)(said.external_id, said.thread, said.sender, before, text=said.text, is_staff=True))

    assert await state(desk) == "open"


async def test_s6_an_answer_stops_the_wait_of_its_client_and_of_nobody_else(desk: Desk) -> None:
    await desk.receive(says("Мне?", at=desk.now, by=person(200)))
    first = await only(desk)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(MINUTE)
    await answer(desk, where=first)

    assert sorted(row["state"] for row in await desk.rows("waits")) == ["answered", "open"]
    assert (await desk.one("waits", "state = 'answered'"))["conversation_id"] == first


@pytest.mark.parametrize("takes_over", [False, True])
async def test_s7_edge17_a_colleague_who_answers_gets_the_credit(desk: Desk, takes_over: bool) -> None:
    put_in_force(desk, line_says(f"take_over = {str(takes_over).lower()}"))
    await asked(desk)
    had_it, colleague = await owner(desk), await other(desk)
    desk.staff[("tg_user", "", "77")] = colleague.manager_id
    await desk.receive(says_in_chat(desk, "Пять тысяч", by=77))

    wait, conversation = await desk.one("waits"), await desk.one("conversations")
    assert (wait["responder_id"], wait["assignee_id"]) == (colleague.manager_id, had_it.manager_id)
    assert conversation["assignee_id"] == (colleague.manager_id if takes_over else had_it.manager_id)


async def test_s7_the_wait_remembers_who_had_it_at_start_at_deadline_and_who_answered(desk: Desk) -> None:
    await asked(desk)
    at_start = (await desk.one("waits"))["assignee_id"]
    for _ in range(3):
        await pass_time(desk, 5 * MINUTE)
    at_deadline = (await desk.one("waits"))["assignee_id"]
    await answer(desk, by=await desk.hire("olga", role=Role.head))

    wait = await desk.one("waits")
    assert (wait["assignee_at_start"], wait["assignee_at_deadline"]) == (at_start, at_deadline)
    assert wait["responder_id"] not in (at_start, at_deadline)


@pytest.mark.parametrize(("is_enough", "becomes"), [("true", "answered"), ("false", "open")])
async def test_c5_a_written_answer_closes_a_missed_call_where_the_line_takes_it(
    desk: Desk, is_enough: str, becomes: str
) -> None:
    put_in_force(desk, line_says("[lines.sales.calls]", f"written_answer_is_enough = {is_enough}"))
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    await miss(desk)
    desk.clock.move(MINUTE)
    await answer(desk)

    assert await state(desk) == becomes


async def test_c5_a_call_closes_what_a_written_answer_may_not(desk: Desk) -> None:
    put_in_force(desk, line_says("[lines.sales.calls]", "written_answer_is_enough = false"))
    await miss(desk)
    talk = {"direction": CallDirection.outbound, "extension": "101"}
    await desk.receive(_event(desk, "c2", CallStage.answered, PHONE, **talk), connection=4)
    desk.clock.move(MINUTE)
    await desk.receive(end(desk, "c2", talk=timedelta(seconds=35), **talk), connection=4)

    assert await state(desk) == "answered"


async def test_s4_edge13_a_call_answers_what_was_asked_in_telegram(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(1, phone=PHONE)))
    desk.clock.move(MINUTE)
    talk = {"direction": CallDirection.outbound, "extension": "101"}
    await desk.receive(_event(desk, "c1", CallStage.answered, PHONE, **talk), connection=4)
    desk.clock.move(MINUTE)
    await desk.receive(end(desk, "c1", talk=timedelta(seconds=35), **talk), connection=4)

    assert (await desk.one("waits"))["response_channel"] == "mango"
    assert (await desk.one("ledger", "kind = 'answered'"))["cause"] == "C-5"


async def test_c3_a_callback_clock_that_has_struck_does_not_strike_again(desk: Desk) -> None:
    await miss(desk)
    await pass_time(desk, 20 * MINUTE)
    await miss(desk, "c2")
    await pass_time(desk, 20 * MINUTE)

    assert len(await desk.rows("ledger", "kind = 'breached' AND facts->>'clock' = 'callback'")) == 1


async def test_c4_the_counter_and_the_last_time_follow_the_last_call(desk: Desk) -> None:
    await miss(desk)
    due = (await desk.one("waits"))["callback_due_at"]
    desk.clock.move(MINUTE)
    await miss(desk, "c2")

    wait = await desk.one("waits")
    assert (wait["missed_calls"], wait["callback_due_at"]) == (2, due)
    assert wait["last_missed_at"] > wait["started_at"]


async def test_m16_an_address_typed_in_a_form_is_written_to_only_by_a_persons_choice(desk: Desk) -> None:
    await desk.receive(form(desk, mail=MAIL), connection=3)
    conversation, me = await only(desk), await owner(desk)
    with pytest.raises(ContactBlocked):
        await reply(desk.office, me, conversation, content=Content(text="Здравствуйте"), key="press-1")

    typed = IdentityId((await desk.one("identities", "type = 'email'"))["id"])
    chosen = Content(text="Здравствуйте", identity_id=typed)
    result = await reply(desk.office, me, conversation, content=chosen, key="press-2")
    assert (result.channel, (await desk.one("threads", "connection_id = 2"))["address"]) == ("email", MAIL)


async def test_m16_an_address_of_another_client_cannot_be_chosen(desk: Desk) -> None:
    await desk.receive(letter(desk), connection=2)
    foreign = IdentityId((await desk.one("identities", "type = 'email'"))["id"])
    await desk.receive(says("Здравствуйте", at=desk.now))
    conversation = ConversationId(
        (await desk.one("conversations", "reply_thread_id IS NOT NULL AND subject = ''"))["id"]
    )
    row = await desk.one("managers", "id = (SELECT assignee_id FROM conversations WHERE id = $1)", conversation)
    content = Content(text="Не вам", identity_id=foreign)
    with pytest.raises(ContactBlocked):
        await reply(desk.office, await actor(desk, row["key"]), conversation, content=content, key="press-1")


async def test_b2_quiet_hours_silence_all_levels_but_the_last(desk: Desk) -> None:
    await desk.hire("olga", "Ольга", role=Role.head)
    put_in_force(desk, line_says('[managers.olga]\nquiet_hours = ["00:00-12:00", "12:00-24:00"]'))
    await asked(desk)
    for _ in range(6):
        await pass_time(desk, 5 * MINUTE)

    olga = await id_of(desk, "olga")
    told = await desk.rows("deliveries", "manager_id = $1 AND payload->>'notice' = 'level'", olga)
    assert [row["payload"]["percent"] for row in told] == [150]


async def test_b4_b5_a_wait_nobody_has_breaches_and_the_duty_person_is_told(desk: Desk) -> None:
    olga = await desk.hire("olga", "Ольга", role=Role.head)
    put_in_force(desk, line_says('strategy = "manual"'))
    await asked(desk)
    await pass_time(desk, 15 * MINUTE)

    assert (await desk.one("waits"))["breached_at"] is not None
    assert await desk.rows("deliveries", "manager_id = $1 AND payload->>'notice' = 'level'", olga)


async def test_b5_the_duty_person_is_told_at_the_levels_of_who_would_have_the_client(desk: Desk) -> None:
    head, duty = await desk.hire("olga", "Ольга", role=Role.head), await desk.hire("vera", "Вера")
    put_in_force(desk, line_says('strategy = "manual"', 'duty = "vera"', "[managers.vera]"))
    await asked(desk)
    await pass_time(desk, 15 * MINUTE)

    told = {row["manager_id"] for row in await desk.rows("deliveries", "payload->>'notice' = 'level'")}
    assert told == {duty, head}


async def test_b5_a_level_for_a_team_that_is_not_there_reaches_the_duty_person(desk: Desk) -> None:
    duty = await desk.hire("vera", "Вера")
    level = '[[lines.sales.ladder]]\npercent = 20\nrecipients = ["team"]'
    put_in_force(desk, line_says('duty = "vera"', 'strategy = "manual"', level, "[managers.vera]"))
    await desk.pool.execute("UPDATE managers SET presence = 'off'")
    await asked(desk)
    await pass_time(desk, 4 * MINUTE)

    assert await desk.rows("deliveries", "manager_id = $1 AND payload->>'notice' = 'level'", duty)


async def levels(desk: Desk) -> set[int]:
    """Who is told of a late client."""
    return {row["manager_id"] for row in await desk.rows("deliveries", "payload->>'notice' = 'level'")}


async def test_b5_a_level_for_a_head_who_has_never_opened_the_bot_reaches_the_duty_person(desk: Desk) -> None:
    head, duty = await desk.hire("olga", "Ольга", role=Role.head), await desk.hire("vera", "Вера")
    await desk.pool.execute("UPDATE managers SET tg_user_id = NULL WHERE id = $1", head)
    level = '[[lines.sales.ladder]]\npercent = 20\nrecipients = ["head"]'
    put_in_force(desk, line_says('duty = "vera"', 'strategy = "manual"', level, "[managers.vera]"))
    await asked(desk)
    await pass_time(desk, 4 * MINUTE)

    assert await levels(desk) == {duty}


@pytest.mark.parametrize("lost", ["tg_user_id = NULL", "is_reachable = false"], ids=["never there", "blocked"])
async def test_b5_where_the_bot_cannot_reach_the_duty_person_the_heads_are_told(desk: Desk, lost: str) -> None:
    head, duty = await desk.hire("olga", "Ольга", role=Role.head), await desk.hire("vera", "Вера")
    await desk.pool.execute(f"UPDATE managers SET {lost} WHERE id = $1", duty)
    put_in_force(desk, line_says('strategy = "manual"', 'duty = "vera"', "[managers.vera]"))
    await asked(desk)
    await pass_time(desk, 15 * MINUTE)

    assert await levels(desk) == {head}


async def test_b5_nothing_is_queued_for_people_who_have_never_opened_the_bot(desk: Desk) -> None:
    head = await desk.hire("olga", "Ольга", role=Role.head)
    await desk.pool.execute("UPDATE managers SET tg_user_id = NULL")
    put_in_force(desk, line_says('strategy = "manual"'))
    await asked(desk)
    await pass_time(desk, 15 * MINUTE)

    assert await desk.rows("deliveries", "manager_id = $1", head) == []
    assert (await desk.one("waits"))["breached_at"] is not None


async def test_b4_a_level_that_reassigns_keeps_the_clock_and_tells_who_had_it(desk: Desk) -> None:
    level = '[[lines.sales.ladder]]\npercent = 20\nrecipients = ["assignee"]\naction = "reassign"'
    put_in_force(desk, line_says(level))
    await asked(desk)
    before = await desk.one("waits")
    await pass_time(desk, 2 * MINUTE + timedelta(seconds=1))

    after = await desk.one("waits")
    assert after["assignee_id"] not in (None, before["assignee_id"])
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])
    told = await desk.one("deliveries", "payload->>'notice' = 'taken_away'")
    assert told["manager_id"] == before["assignee_id"]
    assert await desk.one("timers", "kind = 'accept' AND state = 'armed'")


async def test_s3_a_bounced_answer_gives_back_the_wait_with_its_callback_clock(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    await miss(desk)
    before = await desk.one("waits")
    desk.clock.move(MINUTE)
    await answer(desk)
    assert await desk.rows("timers", "kind = 'callback' AND state = 'armed'") == []

    sent = (await desk.one("messages", "direction = 'outbound'"))["external_id"]
    await desk.receive(DeliveryReport("report-1", sent, ReportState.failed, desk.now, reason="no such chat"))
    wait = await desk.one("waits")
    assert (wait["state"], wait["deadline_at"], wait["needs_callback"]) == ("open", before["deadline_at"], True)
    clock = await desk.one("timers", "kind = 'callback' AND state = 'armed'")
    assert clock["due_at"] == before["callback_due_at"]
