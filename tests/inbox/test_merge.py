"""«Это один клиент?»: joined, kept apart, taken back (M-5, M-10, P-4)."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.errors import Conflict, NotFound
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId
from hub.domain.inbound import Address, InboundMessage, Sender
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import bot_talk, conversations, merge, queries, waits
from hub.inbox.assignment import take
from hub.inbox.folds.tasks import NewTask
from hub.inbox.reply import add_note
from hub.inbox.tasks import make_task
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import id_of, line_says, pass_time, put_in_force
from tests.inbox.test_queries import actor, only

PHONE = "+79161234567"
EMAIL = "maria@example.org"
TABLES = ("contacts", "identities", "threads", "conversations", "waits", "timers", "leads", "tasks", "match_candidates")
UNTOLD = {"version", "epoch"}


def letter(desk: Desk, text: str) -> InboundMessage:
    sender = Sender((Address(IdentityType.email, EMAIL, EMAIL, ProofLevel.proven),), name="Мария П.")
    return InboundMessage(f"mail-{text}", "letters-1", sender, desk.now, text=text)


def both(desk: Desk, text: str) -> InboundMessage:
    """A third account that names the telephone of one card and the address of the other."""
    addresses = (
        Address(IdentityType.tg_user, "300", "300", ProofLevel.proven),
        Address(IdentityType.phone, PHONE, PHONE, ProofLevel.claimed),
        Address(IdentityType.email, EMAIL, EMAIL, ProofLevel.claimed),
    )
    return InboundMessage(f"both-{text}", "chat-300", Sender(addresses, name="Маша"), desk.now, text=text)


async def three_cards(desk: Desk) -> tuple[Person, asyncpg.Record]:
    """Two known cards and a provisional one whose question names both; everything is Anna's."""
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE key = 'ivan'")
    await desk.receive(says("Из чата", at=desk.now, by=person(100, phone=PHONE)))
    desk.clock.move(timedelta(minutes=3))
    await desk.receive(letter(desk, "Из письма"), connection=2)
    desk.clock.move(timedelta(minutes=3))
    await desk.receive(both(desk, "Из заявки"))
    return await actor(desk, "anna"), await desk.one("match_candidates")


async def state(desk: Desk) -> dict[str, list[dict[str, object]]]:
    """Everything a merge may touch, without the counters of writes."""
    found = {name: await desk.rows(name, "true ORDER BY id") for name in TABLES}
    found["messages"] = await desk.pool.fetch("SELECT id, contact_id, conversation_id FROM messages ORDER BY id")
    found["message_keys"] = await desk.pool.fetch(
        "SELECT message_id, contact_id, conversation_id FROM message_keys ORDER BY message_id"
    )
    return {
        name: [{key: value for key, value in row.items() if key not in UNTOLD} for row in rows]
        for name, rows in found.items()
    }


async def test_m5_the_question_shows_both_sides_with_reasons(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    view = await queries.get_candidate(desk.office, anna, question["id"])

    assert (view.name, view.state) == ("Маша", "open")
    assert [name for _, name, _ in view.others] == ["Мария", "Мария П."]
    assert any(PHONE in reason for reason in view.reasons)
    card = await queries.get_card(desk.office, anna, ConversationId(view.conversation_id or 0))
    assert card.candidate_id == question["id"]


async def test_m10_joining_makes_one_card_of_all_three_and_the_oldest_stays(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    oldest = min(row["id"] for row in await desk.rows("contacts"))
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    [kept] = await desk.rows("contacts", "merged_into IS NULL")
    assert kept["id"] == oldest
    for table in ("identities", "threads", "conversations", "waits", "leads", "messages"):
        assert {row["contact_id"] for row in await desk.rows(table)} == {oldest}, table
    assert len(await desk.rows("conversations", "state = 'open'")) == 1
    assert {row["conversation_id"] for row in await desk.rows("messages")} == {
        (await desk.one("conversations", "state = 'open'"))["id"]
    }
    assert (await desk.one("match_candidates"))["state"] == "joined"


async def test_p4_the_joined_wait_has_the_earlier_start_and_the_earlier_deadline(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    before = await desk.rows("waits")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][1])

    wait = await desk.one("waits", "state = 'open'")
    assert wait["started_at"] == min(row["started_at"] for row in before)
    assert wait["deadline_at"] == min(row["deadline_at"] for row in before)
    assert {row["joined_into"] for row in await desk.rows("waits", "state = 'joined'")} == {wait["id"]}
    armed = await desk.one("timers", "kind = 'first_response' AND state = 'armed'")
    assert (armed["subject"], armed["due_at"]) == (f"wait:{wait['id']}", wait["deadline_at"])


async def test_p4_fr6_whom_a_bot_owes_an_answer_waits_for_people_after_the_merge_too(desk: Desk) -> None:
    put_in_force(desk, line_says("[lines.sales.bot]", 'clock_start = "handover"', 'patience = "10m"'))
    anna, question = await three_cards(desk)
    oldest = await desk.pool.fetchval("SELECT min(id) FROM conversations")
    robot = Person(anna.manager_id, Role.admin, frozenset())
    await bot_talk.say(desk.office, robot, ConversationId(oldest), text="Какой размер?", key="bot-1")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    await pass_time(desk, timedelta(minutes=11))

    wait = await desk.one("waits")
    assert (wait["state"], wait["conversation_id"]) == ("open", oldest)


@pytest.mark.parametrize("is_paused", [False, True])
async def test_p4_p2_the_clock_of_the_whole_matter_runs_on_over_a_merge(desk: Desk, is_paused: bool) -> None:
    put_in_force(desk, line_says("[lines.sales.targets]", 'resolution = "4h"'))
    anna, question = await three_cards(desk)
    first, *others = [row["due_at"] for row in await desk.rows("timers", "kind = 'resolution' ORDER BY due_at")]
    oldest = await desk.pool.fetchval("SELECT min(id) FROM conversations")
    if is_paused:
        await waits.declare_reached(desk.office, anna, oldest, result="Ждём реквизиты")
        await conversations.wait_for_client(desk.office, anna, oldest)
        await desk.pool.execute("UPDATE conversations SET last_response_at = opened_at WHERE id = $1", oldest)
        await desk.pool.execute("UPDATE waits SET ended_at = started_at WHERE conversation_id = $1", oldest)
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    running = await desk.one("timers", "kind = 'resolution' AND state = 'armed'")
    assert (running["subject"], running["due_at"]) == (f"conversation:{oldest}", others[0] if is_paused else first)


async def test_p4_a_response_given_on_one_side_after_the_others_start_closes_both(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    [newest] = await desk.rows("conversations", "true ORDER BY id DESC LIMIT 1")
    await waits.declare_reached(desk.office, anna, newest["id"], result="Поговорили")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    assert await desk.rows("waits", "state = 'open'") == []
    assert await desk.rows("timers", "state = 'armed' AND subject LIKE 'wait:%'") == []


async def test_m10_invariant7_taking_a_merge_back_restores_everything(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    [first, *_] = await desk.rows("conversations", "true ORDER BY id DESC")
    await add_note(desk.office, anna, first["id"], text="Пишет с трёх адресов", key="note:1")
    for row in await desk.rows("conversations"):
        await make_task(desk.office, anna, row["id"], new=NewTask("Позвонить", desk.now + timedelta(hours=1)))
    before = await state(desk)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    assert await state(desk) != before
    await merge.undo_merge(desk.office, anna, merge_id)

    after = await state(desk)
    for table, rows in before.items():
        assert after[table] == rows, table


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        (("[lines.sales.targets]", 'resolution = "4h"'), "resolution"),
        (("[lines.sales.bot]", 'clock_start = "handover"', 'patience = "30m"'), "handover"),
    ],
    ids=["the whole matter", "a bot's patience"],
)
async def test_m10_a_clock_that_only_the_merge_has_begun_ends_with_it(
    desk: Desk, rules: tuple[str, ...], kind: str
) -> None:
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE key = 'ivan'")
    await desk.receive(says("Из чата", at=desk.now, by=person(100, phone=PHONE)))
    await waits.dismiss(desk.office, await actor(desk, "anna"), await only(desk), reason="Спасибо")
    put_in_force(desk, line_says(*rules))
    await desk.receive(letter(desk, "Из письма"), connection=2)
    await desk.receive(both(desk, "Из заявки"))
    oldest, question = await desk.pool.fetchval("SELECT min(id) FROM conversations"), await desk.one("match_candidates")
    anna = replace(await actor(desk, "anna"), role=Role.head)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    [made] = await desk.rows("timers", "kind = $1 AND subject = $2", kind, f"conversation:{oldest}")
    assert made["state"] == "armed"
    await merge.undo_merge(desk.office, anna, merge_id)

    [left] = await desk.rows("timers", "id = $1", made["id"])
    assert (left["state"], left["facts"]) == ("cancelled", {})
    assert len(await desk.rows("timers", "kind = $1 AND state = 'armed'", kind)) == 2


async def test_m10_messages_of_after_the_merge_go_back_to_whom_they_belong(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    await desk.receive(letter(desk, "Ещё письмо"), connection=2)
    await merge.undo_merge(desk.office, anna, merge_id)

    [said] = await desk.rows("messages", "text = 'Ещё письмо'")
    writer = await desk.one("identities", "type = 'email'")
    assert said["contact_id"] == writer["contact_id"]
    assert said["conversation_id"] == (await desk.one("conversations", "contact_id = $1", said["contact_id"]))["id"]


async def test_m10_an_answer_of_after_the_merge_stays_and_the_other_clock_runs_again(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    kept = await desk.one("conversations", "state = 'open'")
    await waits.declare_reached(desk.office, anna, kept["id"], result="Поговорили")
    await merge.undo_merge(desk.office, anna, merge_id)

    assert (await desk.one("waits", "conversation_id = $1", kept["id"]))["state"] == "declared"
    assert len(await desk.rows("waits", "state = 'open'")) == 2
    assert len(await desk.rows("timers", "state = 'armed' AND kind = 'first_response'")) == 2


async def test_m10_joined_twice_is_joined_once_and_undone_twice_undone_once(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    chosen = question["candidates"][0]
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=chosen)
    assert await merge.join_candidate(desk.office, anna, question["id"], with_contact=chosen) == merge_id

    await merge.undo_merge(desk.office, anna, merge_id)
    restored = await state(desk)
    await merge.undo_merge(desk.office, anna, merge_id)
    assert await state(desk) == restored
    assert await merge.join_candidate(desk.office, anna, question["id"], with_contact=chosen) != merge_id


async def test_m10_after_90_days_a_merge_stands(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    desk.clock.move(timedelta(days=91))
    with pytest.raises(Conflict):
        await merge.undo_merge(desk.office, anna, merge_id)


async def test_m5_kept_apart_is_not_asked_again(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    await merge.keep_apart(desk.office, anna, question["id"])
    await merge.keep_apart(desk.office, anna, question["id"])

    await desk.receive(both(desk, "Снова я"))
    assert (await desk.one("match_candidates"))["state"] == "apart"
    with pytest.raises(Conflict):
        await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])


async def test_m5_a_third_possible_card_joins_the_standing_question(desk: Desk) -> None:
    _, question = await three_cards(desk)
    await desk.receive(says("Я четвёртый", at=desk.now, by=person(400, phone="+79031112233")))
    sender = Sender(
        (
            Address(IdentityType.tg_user, "300", "300", ProofLevel.proven),
            Address(IdentityType.phone, "+79031112233", "+79031112233", ProofLevel.claimed),
        )
    )
    await desk.receive(says("Ещё телефон", at=desk.now, by=sender))

    asked = await desk.one("match_candidates")
    assert asked["candidates"][:2] == question["candidates"]
    assert len(asked["candidates"]) == 3
    assert await desk.rows("receipts", "state = 'parked'") == []


@pytest.mark.parametrize("way", ["takes", "is given"])
async def test_m5_whoever_becomes_responsible_later_is_asked_then(desk: Desk, way: str) -> None:
    put_in_force(desk, line_says('strategy = "manual"'))
    _, question = await three_cards(desk)
    asked = "payload->>'notice' = 'match_question'"
    assert await desk.rows("deliveries", asked) == []
    place = await desk.one("conversations", "contact_id = $1", question["contact_id"])
    if way == "takes":
        await take(desk.office, await actor(desk, "anna"), place["id"])
    else:
        put_in_force(desk, ALWAYS_OPEN)
        await ClockWatch(desk.office).serve_queue()

    told = await desk.one("deliveries", asked)
    assert (told["manager_id"], told["payload"]["candidate_id"]) == (await id_of(desk, "anna"), question["id"])


async def test_rg2_a_question_about_a_colleagues_client_does_not_exist(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    await desk.pool.execute("UPDATE managers SET is_active = true WHERE key = 'ivan'")
    ivan = await actor(desk, "ivan")
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    for attempt in (
        queries.get_candidate(desk.office, ivan, question["id"]),
        merge.join_candidate(desk.office, ivan, question["id"], with_contact=question["candidates"][0]),
        merge.keep_apart(desk.office, ivan, question["id"]),
        merge.undo_merge(desk.office, ivan, merge_id),
    ):
        with pytest.raises(NotFound):
            await attempt
    await desk.hire("olga", role=Role.head)
    await merge.undo_merge(desk.office, await actor(desk, "olga"), merge_id)


async def test_a_card_the_question_does_not_name_is_not_joined(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    with pytest.raises(NotFound):
        await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["contact_id"])
