"""Cases of who answers, who has the client, whose card it is, and of robots that talk (semantics §8)."""

from dataclasses import replace

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import StillWaiting
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, ReactionSet, Sender
from hub.inbox import assignment, bot_talk, conversations, merge
from tests.cases.desk import DAY, HOUR, MAIL, MARIA, MINUTE, PHONE, CaseDesk, letter
from tests.inbox.desk import person
from tests.inbox.reports.busy_day import tables_of
from tests.inbox.rules import TWO_LINES, answer, id_of, line_says, pass_time, put_in_force
from tests.inbox.test_queries import actor, only, other, owner
from tests.inbox.test_rules_bot_talk import HANDOVER, assistant, bot_says
from tests.inbox.test_rules_shift_end import look, rules

OWNER_OF_ACCOUNT = 500000777


async def case_10_ai_answers_alone_and_closes_and_the_client_returns_after_five_days(desk: CaseDesk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.writes("Сколько стоит?")
    conversation = await bot_says(desk, "Пять тысяч. Всего доброго!")
    await bot_talk.close_alone(desk.office, await assistant(desk), conversation)
    desk.clock.move(5 * DAY)
    returned = desk.now.replace(microsecond=0)
    await desk.writes("А доставка есть?")
    await bot_talk.give_to_people(desk.office, await assistant(desk), conversation)

    wait = await desk.wait()
    assert returned <= wait["started_at"] < returned + MINUTE
    assert (await desk.fact("handed_over"))["facts"]["first_message_at"] == returned.isoformat()


async def case_16_telegram_business_reply_from_the_phone(desk: CaseDesk) -> None:
    anna = await id_of(desk, "anna")
    await desk.business("Сколько стоит?")
    await desk.business("Пять тысяч", by=OWNER_OF_ACCOUNT)
    desk.staff["tg_user", "", str(OWNER_OF_ACCOUNT)] = anna  # type: ignore[assignment]
    desk.clock.move(MINUTE)
    await desk.business("А доставка?")
    desk.clock.move(MINUTE)
    await desk.business("Есть", by=OWNER_OF_ACCOUNT)

    first, second = await desk.rows("waits", "true ORDER BY id")
    assert (first["state"], first["responder_id"]) == ("answered", None)
    assert (second["state"], second["responder_id"]) == ("answered", anna)
    assert len(await desk.rows("contacts")) == 1


async def case_17_colleague_answers(desk: CaseDesk) -> None:
    await desk.business("Сколько стоит?")
    had_it, colleague = await owner(desk), await other(desk)
    desk.staff["tg_user", "", str(OWNER_OF_ACCOUNT)] = colleague.manager_id
    for takes_over, has_it in (("false", had_it), ("true", colleague)):
        put_in_force(desk, line_says(f"take_over = {takes_over}"))
        desk.clock.move(MINUTE)
        await desk.business("Пять тысяч", by=OWNER_OF_ACCOUNT)
        wait = (await desk.rows("waits", "true ORDER BY id"))[-1]
        assert (wait["responder_id"], wait["assignee_id"]) == (colleague.manager_id, had_it.manager_id)
        assert (await desk.one("conversations"))["assignee_id"] == has_it.manager_id
        desk.clock.move(MINUTE)
        await desk.business("А доставка?")


async def case_18_reassigned_three_times(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    before = await desk.wait()
    for _ in range(3):
        desk.clock.move(3 * MINUTE)
        to = await other(desk)
        await assignment.transfer(desk.office, await owner(desk), await only(desk), to=to.manager_id)
        await assignment.accept_transfer(desk.office, to, await only(desk))
    desk.clock.move(3 * MINUTE)
    await desk.answers("Пять тысяч")

    wait = await desk.wait()
    assert (wait["started_at"], wait["deadline_at"]) == (before["started_at"], before["deadline_at"])
    told = await tables_of(desk, "managers")
    shares = [round(row["held_share"], 1) for row in told["managers"]]
    assert [share for share in shares if share] == [0.5, 0.5]


async def case_19_assigned_to_a_person_whose_shift_ends_before_the_deadline(desk: CaseDesk) -> None:
    put_in_force(desk, rules())
    await desk.writes("Сколько стоит?")
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind IN ('accept', 'level')")
    before = await desk.wait()
    assert before["assignee_id"] == await id_of(desk, "anna")
    await look(desk)
    for span in (7 * HOUR + 51 * MINUTE, 10 * MINUTE):
        await pass_time(desk, span)
        await look(desk)

    after = await desk.wait()
    assert after["assignee_id"] == await id_of(desk, "ivan")
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert await desk.told("shift_ending", "taken_away") == ["shift_ending", "taken_away"]


async def case_24_two_lines_and_one_client(desk: CaseDesk) -> None:
    put_in_force(desk, TWO_LINES)
    await desk.shares_contact()
    await desk.submits(name="Мария", phone=PHONE, message="Лампа сломалась, помогите")
    sales = await desk.one("conversations", "line = 'sales'")
    desk.clock.move(MINUTE)
    await answer(desk, where=sales["id"])

    states = {row["line"]: row["state"] for row in await desk.rows("waits")}
    assert states == {"sales": "answered", "support": "open"}
    assert len(await desk.rows("contacts")) == 1


async def case_25_same_client_by_telegram_and_mail_not_yet_known_to_be_one(desk: CaseDesk) -> None:
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE key = 'ivan'")
    await desk.shares_contact()
    first = await desk.wait()
    desk.clock.move(3 * MINUTE)
    await desk.mails(letter("Жду счёт"))
    assert await desk.states() == ["open", "open"]
    await desk.submits(name="Мария", phone=PHONE, email=MAIL)
    deadlines = [each["deadline_at"] for each in await desk.rows("waits")]
    question = await desk.one("match_candidates")
    anna = await actor(desk, "anna")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    wait = await desk.one("waits", "state = 'open'")
    assert (wait["started_at"], wait["deadline_at"]) == (first["started_at"], min(deadlines))
    assert await desk.states() == ["open", "joined", "joined"]
    assert await desk.told("match_question") == ["match_question"]
    assert len(await desk.rows("contacts", "merged_into IS NULL")) == 1


async def case_26_conversation_closed_with_an_open_wait_by_automation(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    conversation = await bot_says(desk, "Пять тысяч. Всего доброго!")
    with pytest.raises(StillWaiting):
        await bot_talk.close_alone(desk.office, await assistant(desk), conversation)

    assert (await desk.wait())["state"] == "open"
    assert (await desk.one("conversations"))["state"] == "open"
    assert await desk.story("closed", "dismissed") == []


async def case_39_group_chat_in_telegram(desk: CaseDesk) -> None:
    desk.staff["tg_user", "", str(OWNER_OF_ACCOUNT)] = await id_of(desk, "ivan")  # type: ignore[assignment]
    group = {"id": -1002000000001, "type": "supergroup", "title": "Закупки"}
    await desk.writes("Коллеги, когда отгрузка?", chat=group)
    await desk.writes("И сколько мест?", by=MARIA + 1, chat=group)
    first = await desk.wait()
    assert (first["requests"], (await desk.one("contacts"))["name"]) == (2, "Закупки")
    desk.clock.move(MINUTE)
    await desk.writes("Завтра, три места", by=OWNER_OF_ACCOUNT, chat=group)
    await desk.writes("А мой личный заказ?")

    assert await desk.states() == ["answered", "open"]
    assert (await desk.rows("waits", "true ORDER BY id"))[0]["responder_id"] == await id_of(desk, "ivan")
    assert len(await desk.rows("contacts")) == len(await desk.rows("threads")) == 2


async def case_37_blocked_client(desk: CaseDesk) -> None:
    await desk.writes("Купите рекламу")
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.spam)
    desk.clock.move(DAY)
    await desk.writes("Купите рекламу ещё раз")

    assert await desk.states() == ["cancelled"]
    assert len(await desk.rows("messages")) == 2
    assert await desk.told() == ["new_lead"]


async def case_38_unblocked_later(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await desk.answers("Пять тысяч")
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.spam)
    desk.clock.move(MINUTE)
    await desk.writes("Это не спам")
    await conversations.reopen(desk.office, await owner(desk), await only(desk))
    assert await desk.states() == ["answered"]
    desk.clock.move(MINUTE)
    unblocked = desk.now.replace(microsecond=0)
    await desk.writes("Я вернулась")

    assert await desk.states() == ["answered", "open"]
    assert (await desk.one("waits", "state = 'open'"))["started_at"] == unblocked


async def case_46_reaction_by_the_manager_to_the_clients_message(desk: CaseDesk) -> None:
    anna = await id_of(desk, "anna")
    desk.staff["tg_user", "", str(OWNER_OF_ACCOUNT)] = anna  # type: ignore[assignment]
    number = await desk.business("Жду в пять, верно?")
    colleague = Sender((Address(IdentityType.tg_user, str(OWNER_OF_ACCOUNT), level=ProofLevel.proven),))
    thumb = ReactionSet(str(number), f"{MARIA}@Bc7x", colleague, desk.now)
    await desk.happens(thumb)
    assert await desk.states() == ["open"]

    put_in_force(desk, line_says("reaction_answers = true"))
    await desk.happens(replace(thumb, sender=person(MARIA)))
    assert await desk.states() == ["open"]
    await desk.happens(thumb)
    wait = await desk.wait()
    assert (wait["state"], wait["responder_id"]) == ("answered", anna)
