"""How a wait starts, which clock it gets and when its deadline is (FR, D, P and the cases of semantics §8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.inbound import START_COMMAND, MessageDeleted, MessageEdited, Origin
from hub.inbox import conversations
from hub.store import managers
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import DAY, MINUTE, OFFICE, TWO_LINES, answer, line_says, pass_time, put_in_force, stand_at
from tests.inbox.test_calls import PHONE, miss
from tests.inbox.test_matching import MAIL, form, letter
from tests.inbox.test_queries import only, owner


async def answered(desk: Desk) -> None:
    """A client who has asked and was answered."""
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(MINUTE)
    await answer(desk)


async def closed(desk: Desk) -> None:
    """A client whose conversation is over."""
    await answered(desk)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)


async def open_wait(desk: Desk):
    return await desk.one("waits", "state = 'open'")


async def test_fr4_case80_after_a_human_answer_the_next_request_runs_the_next_response_clock(desk: Desk) -> None:
    await answered(desk)
    desk.clock.move(MINUTE)
    await desk.receive(says("А доставка?", at=desk.now))

    wait = await open_wait(desk)
    assert (wait["kind"], wait["target_seconds"]) == ("next_response", 30 * 60)
    assert len(await desk.rows("waits")) == 2


async def test_fr4_p5_edge27_six_days_later_the_same_conversation_goes_on(desk: Desk) -> None:
    await closed(desk)
    desk.clock.move(6 * DAY)
    await desk.receive(says("Снова я", at=desk.now))

    assert (await open_wait(desk))["kind"] == "next_response"
    assert (await desk.one("conversations"))["state"] == "open"


async def test_fr4_p5_edge27_eight_days_later_a_new_conversation_goes_to_the_previous_owner(desk: Desk) -> None:
    await closed(desk)
    before = (await desk.one("conversations"))["assignee_id"]
    desk.clock.move(8 * DAY)
    await desk.receive(says("Снова я", at=desk.now))

    wait = await open_wait(desk)
    assert (wait["kind"], wait["assignee_id"]) == ("first_response", before)
    assert len(await desk.rows("conversations")) == 2


async def test_fr4_once_answered_again_the_new_conversation_has_next_responses(desk: Desk) -> None:
    await closed(desk)
    desk.clock.move(8 * DAY)
    await desk.receive(says("Снова я", at=desk.now))
    desk.clock.move(MINUTE)
    await answer(desk, where=(await desk.one("conversations", "state = 'open'"))["id"])
    desk.clock.move(MINUTE)
    await desk.receive(says("И ещё", at=desk.now))

    assert (await open_wait(desk))["kind"] == "next_response"


async def test_fr5_what_we_begin_opens_no_wait_and_the_clients_reply_a_next_response(desk: Desk) -> None:
    await answered(desk)
    desk.clock.move(DAY)
    await answer(desk, "Здравствуйте, напоминаем о заказе")
    assert await desk.rows("waits", "state = 'open'") == []

    desk.clock.move(MINUTE)
    await desk.receive(says("Да, помню", at=desk.now))
    assert (await open_wait(desk))["kind"] == "next_response"


async def test_fr8_an_observing_line_times_everything_and_nothing_leaves(desk: Desk) -> None:
    put_in_force(desk, line_says('mode = "observe"', "[lines.sales.texts.ru]", 'welcome = "Здравствуйте!"'))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await pass_time(desk, 60 * MINUTE)

    wait = await open_wait(desk)
    assert wait["breached_at"] == wait["deadline_at"]
    assert wait["assignee_at_start"] is not None
    assert await desk.rows("deliveries") == []


async def test_fr2_a_bare_start_waits_for_nobody_and_makes_a_lead_where_the_line_wants_one(desk: Desk) -> None:
    start = says("", at=desk.now, automatic=START_COMMAND, origin=Origin("vk_autumn"))
    await desk.receive(start)
    assert await desk.rows("leads") == await desk.rows("waits") == []

    put_in_force(desk, line_says("lead_on_start = true"))
    await desk.receive(replace(start, external_id="start-2"))
    await desk.receive(replace(start, external_id="start-3"))
    assert (await desk.one("leads"))["source"] == "vk_autumn"
    assert await desk.rows("waits") == []

    await desk.receive(says("Сколько стоит?", at=desk.now))
    assert (await desk.one("leads"))["stage"] == "new"


async def test_fr2_edge6_an_edit_changes_the_words_and_not_the_wait(desk: Desk) -> None:
    asked = says("Добрый день", at=desk.now)
    await desk.receive(asked)
    before = await open_wait(desk)
    await desk.receive(MessageEdited(asked.external_id, asked.thread, "Добрый день, сколько стоит?", desk.now))

    assert await open_wait(desk) == before
    assert (await desk.one("messages"))["text"] == "Добрый день, сколько стоит?"


@pytest.mark.parametrize(("is_on", "waits"), [(False, 2), (True, 1)])
async def test_fr2_edge4_thanks_open_a_wait_unless_the_filter_is_on(desk: Desk, is_on: bool, waits: int) -> None:
    put_in_force(desk, line_says(f"thanks_filter = {str(is_on).lower()}"))
    await answered(desk)
    desk.clock.move(MINUTE)
    await desk.receive(says("Спасибо!", at=desk.now))

    assert len(await desk.rows("waits")) == waits


async def test_fr2_thanks_to_who_still_waits_are_one_more_message(desk: Desk) -> None:
    put_in_force(desk, line_says("thanks_filter = true"))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.receive(says("Спасибо", at=desk.now))

    assert (await open_wait(desk))["requests"] == 2


async def test_fr2_edge2_automatic_mail_of_a_client_opens_no_closed_conversation_again(desk: Desk) -> None:
    await desk.receive(letter(desk), connection=2)
    await answer_by_mail(desk)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)
    await desk.receive(replace(letter(desk, number=2), automatic="auto_reply"), connection=2)

    assert (await desk.one("conversations"))["state"] == "closed"
    assert await desk.rows("waits", "state = 'open'") == []
    assert (await desk.one("messages", "automatic = 'auto_reply'"))["conversation_id"] is not None


async def answer_by_mail(desk: Desk) -> None:
    desk.clock.move(MINUTE)
    await answer(desk)


async def test_fr2_edge37_a_blocked_client_never_waits(desk: Desk) -> None:
    await answered(desk)
    await desk.pool.execute("UPDATE contacts SET is_blocked = true")
    desk.clock.move(MINUTE)
    await desk.receive(says("Ответьте!", at=desk.now))

    assert await desk.rows("waits", "state = 'open'") == []


async def test_fr3_edge3_five_messages_in_three_minutes_are_one_wait_from_the_first(desk: Desk) -> None:
    first = desk.now
    for _ in range(5):
        await desk.receive(says("Алло", at=desk.now))
        desk.clock.move(timedelta(seconds=45))

    wait = await desk.one("waits")
    assert (wait["requests"], wait["started_at"] - first < timedelta(seconds=5)) == (5, True)


async def test_fr3_edge5_an_album_is_one_request_with_one_card_and_one_notice_more(desk: Desk) -> None:
    for number in range(1, 11):
        await desk.receive(says("", at=desk.now, number=number, group_key="album-1"))

    assert (await desk.one("waits"))["requests"] == 1
    notices = [row["payload"]["notice"] for row in await desk.rows("deliveries", "lane = 'notify'")]
    assert sorted(notices) == ["client_message", "new_lead"]


async def test_fr9_a_request_dated_before_the_answer_counts_from_when_it_came(desk: Desk) -> None:
    early = desk.now
    await answered(desk)
    desk.clock.move(5 * MINUTE)
    came_at = desk.now
    await desk.receive(says("Задержалось у оператора", at=early + timedelta(seconds=1)))

    assert came_at <= (await open_wait(desk))["started_at"] <= desk.now


async def test_edge29_a_late_update_keeps_its_time_and_its_breach_is_marked(desk: Desk) -> None:
    said = desk.now - timedelta(hours=2)
    await desk.receive(says("Вы работаете?", at=said))
    await pass_time(desk, MINUTE)

    wait = await open_wait(desk)
    assert (wait["started_at"], wait["is_late_delivery"]) == (said, True)
    assert (await desk.one("ledger", "kind = 'breached'"))["facts"]["late_delivery"] is True


async def test_edge30_a_time_ahead_of_ours_is_not_believed(desk: Desk) -> None:
    await desk.receive(says("Из будущего", at=desk.now + timedelta(hours=1)))

    assert (await open_wait(desk))["started_at"] <= desk.now


async def test_edge31_a_form_sent_twice_by_a_double_click_is_one_request(desk: Desk) -> None:
    await desk.receive(form(desk, phone=PHONE, key="f1"), connection=3)
    await desk.receive(form(desk, phone=PHONE, key="f1"), connection=3)

    assert (await desk.one("waits"))["requests"] == len(await desk.rows("messages")) == 1


async def test_m3_edge32_a_form_and_a_call_of_the_same_phone_are_one_wait_from_the_form(desk: Desk) -> None:
    submitted = form(desk, phone=PHONE)
    await desk.receive(submitted, connection=3)
    await miss(desk)

    wait = await desk.one("waits")
    assert (wait["started_at"], wait["missed_calls"]) == (submitted.occurred_at, 1)
    assert len(await desk.rows("contacts")) == 1


async def test_m4_edge33_a_mistyped_phone_stays_unverified_beside_a_known_mail_address(desk: Desk) -> None:
    await desk.receive(letter(desk), connection=2)
    await desk.receive(form(desk, phone="+79161234560", mail=MAIL), connection=3)

    levels = {row["type"]: row["level"] for row in await desk.rows("identities")}
    assert (levels["phone"], len(await desk.rows("contacts"))) == ("claimed", 1)


async def test_c3_edge34_a_missed_caller_who_then_writes_waits_once_and_the_callback_stays(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    desk.clock.move(MINUTE)
    await answer(desk)
    await miss(desk)
    start = (await open_wait(desk))["started_at"]
    await desk.receive(says("Не дозвонился до вас", at=desk.now, by=person(1)))

    wait = await open_wait(desk)
    assert (wait["started_at"], wait["needs_callback"], wait["requests"]) == (start, True, 2)


async def test_s6_edge24_two_lines_have_a_wait_each(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    sales = await only(desk)
    await desk.receive(replace(letter(desk), sender=person(100), text="Сломалась лампа"), connection=2)
    desk.clock.move(MINUTE)
    await answer(desk, where=sales)

    states = {row["line"]: row["state"] for row in await desk.rows("waits")}
    assert states == {"sales": "answered", "support": "open"}


async def test_edge25_not_yet_known_to_be_one_client_is_two_waits(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    await desk.receive(letter(desk), connection=2)

    assert len(await desk.rows("waits")) == len(await desk.rows("contacts")) == 2


async def test_d1_edge50_a_new_revision_leaves_running_waits_their_target(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    before = await open_wait(desk)
    put_in_force(desk, line_says("[lines.sales.targets]", 'first_response = "5m"'))
    await desk.receive(says("Вы тут?", at=desk.now))
    await desk.receive(says("А мне?", at=desk.now, by=person(200)))

    old, new = await desk.pool.fetch("SELECT * FROM waits ORDER BY id")
    assert (old["deadline_at"], old["policy_revision"]) == (before["deadline_at"], 1)
    assert (new["target_seconds"], new["policy_revision"]) == (5 * 60, 2)


async def test_d1_a_clients_tag_chooses_the_targets_of_its_segment(desk: Desk) -> None:
    await answered(desk)
    await desk.pool.execute("UPDATE contacts SET tags = '[\"vip\"]'")
    put_in_force(
        desk, ALWAYS_OPEN + '[[sla]]\nkey = "vip"\nsegments = ["vip"]\nnext_response = "5m"\ncallback = "2m"\n'
    )
    desk.clock.move(MINUTE)
    await desk.receive(says("А доставка?", at=desk.now))

    wait = await open_wait(desk)
    assert (wait["policy_id"], wait["target_seconds"]) == ("vip", 5 * 60)


async def test_d1_a_rules_tag_and_priority_choose_the_targets_and_mark_the_lead(desk: Desk) -> None:
    rule = '[[rules]]\nname = "Срочно"\ntags = ["горит"]\npriority = "high"\n'
    when = '[[rules.when]]\nkind = "text"\nwords = ["срочно"]\n'
    sla = '[[sla]]\nkey = "fire"\nsegments = ["горит"]\npriorities = ["high"]\nfirst_response = "2m"\n'
    put_in_force(desk, ALWAYS_OPEN + rule + when + sla)
    await desk.receive(says("Срочно нужна лампа", at=desk.now))

    assert (await open_wait(desk))["policy_id"] == "fire"
    assert (await desk.one("leads"))["tags"] == ["горит"]


async def test_d2_edge20_ten_seconds_count_today_and_the_rest_at_the_next_opening(desk: Desk) -> None:
    put_in_force(desk, OFFICE)
    asked = stand_at(desk, 1, "18:59:50")
    await desk.receive(says("Успею?", at=asked))

    assert (await open_wait(desk))["deadline_at"] == asked + timedelta(hours=14, minutes=15)


async def test_d2_the_dinner_break_does_not_count(desk: Desk) -> None:
    put_in_force(desk, OFFICE)
    asked = stand_at(desk, 2, "12:50")
    await desk.receive(says("Успею?", at=asked))

    assert (await open_wait(desk))["deadline_at"] == asked + timedelta(hours=1, minutes=15)


async def test_d3_a_request_of_the_weekend_counts_from_monday_morning(desk: Desk) -> None:
    put_in_force(desk, OFFICE)
    asked = stand_at(desk, 5, "12:00")
    await desk.receive(says("Есть кто?", at=asked))

    wait = await open_wait(desk)
    assert wait["started_at"] == asked
    assert wait["deadline_at"] == asked + timedelta(days=1, hours=21, minutes=15)


async def test_d3_a_request_at_the_closing_second_starts_tomorrow(desk: Desk) -> None:
    put_in_force(desk, OFFICE)
    asked = stand_at(desk, 1, "19:00")
    await desk.receive(says("Успел?", at=asked))

    assert (await open_wait(desk))["deadline_at"] == asked + timedelta(hours=14, minutes=15)


async def test_d7_a_wait_that_goes_to_another_person_keeps_start_and_deadline(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    before = await open_wait(desk)
    put_in_force(desk, line_says("[lines.sales.targets]", 'first_response = "45m"'))
    await pass_time(desk, 6 * MINUTE)

    after = await open_wait(desk)
    assert after["assignee_id"] != before["assignee_id"]
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])


async def test_p1_a_manager_who_stops_working_stops_no_clock(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    before = await open_wait(desk)
    async with desk.pool.acquire() as connection:
        await managers.set_presence(connection, before["assignee_id"], "off", None)
    await pass_time(desk, 16 * MINUTE)

    wait = await open_wait(desk)
    assert wait["breached_at"] == wait["deadline_at"] == before["deadline_at"]


async def test_fr2_a_spammer_never_waits_until_the_conversation_is_opened_again(desk: Desk) -> None:
    await desk.receive(says("Купите базу", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await conversations.close(desk.office, me, conversation, outcome=Outcome.spam)
    told = len(await desk.rows("deliveries"))
    await desk.receive(says("Купите другую", at=desk.now))
    assert [row["state"] for row in await desk.rows("waits")] == ["cancelled"]
    assert len(await desk.rows("deliveries")) == told

    await conversations.reopen(desk.office, me, conversation)
    desk.clock.move(MINUTE)
    await desk.receive(says("Я не робот", at=desk.now))
    assert (await open_wait(desk))["assignee_id"] == me.manager_id


async def test_p6_a_question_taken_back_still_waits(desk: Desk) -> None:
    asked = says("Сколько стоит?", at=desk.now)
    await desk.receive(asked)
    await desk.receive(MessageDeleted(asked.external_id, asked.thread, desk.now))

    assert (await open_wait(desk))["state"] == "open"
    assert (await desk.one("messages"))["deleted_at"] is not None
