"""Leads that people start, and writing first (L-9, FR-5)."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict, FieldInvalid, NotFound
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import conversations
from hub.inbox.hand_leads import HandLead, start_by_hand
from hub.inbox.waits import dismiss
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import answer
from tests.inbox.test_lead_stages import moves

PHONE = "8 (916) 123-45-67"
SALES = frozenset({LineKey("sales")})


async def anna(desk: Desk) -> Person:
    return Person(ManagerId((await desk.one("managers", "key = 'anna'"))["id"]), Role.manager, SALES)


def walk_in(*, note: str = "", source: str = "") -> HandLead:
    return HandLead("Мария", PHONE, "Отправить расчёт", note=note, source=source)


async def test_l9_name_and_phone_make_a_card_a_lead_and_a_task_and_nobody_waits(desk: Desk) -> None:
    actor = await anna(desk)
    new = walk_in(note="Пришла в салон", source="Вывеска")
    conversation = await start_by_hand(desk.office, actor, new, key="bot:1")

    identity, lead, task = await desk.one("identities"), await desk.one("leads"), await desk.one("tasks")
    assert (identity["value"], identity["level"]) == ("+79161234567", "claimed")
    assert (lead["source"], lead["responsible_id"], lead["conversation_id"]) == (
        "Вывеска",
        actor.manager_id,
        conversation,
    )
    assert (task["what"], task["lead_id"], task["manager_id"]) == ("Отправить расчёт", lead["id"], actor.manager_id)
    assert (await desk.one("messages"))["text"] == "Пришла в салон"
    assert (await desk.one("conversations"))["assignee_id"] == actor.manager_id
    assert await moves(desk) == [("", "new", "by_hand")]
    assert await desk.rows("waits") == []


async def test_l9_the_same_press_twice_starts_one_lead(desk: Desk) -> None:
    actor = await anna(desk)
    first, second = [await start_by_hand(desk.office, actor, walk_in(), key="bot:1") for _ in range(2)]
    assert first == second
    assert len(await desk.rows("leads")) == len(await desk.rows("tasks")) == 1


async def test_l9_m13_a_known_number_goes_on_with_its_card_and_open_lead(desk: Desk) -> None:
    actor = await anna(desk)
    first = await start_by_hand(desk.office, actor, walk_in(), key="bot:1")
    second = await start_by_hand(desk.office, actor, walk_in(), key="bot:2")
    assert (first, len(await desk.rows("contacts")), len(await desk.rows("leads"))) == (second, 1, 1)
    assert len(await desk.rows("tasks")) == 2


async def test_l9_m4_a_client_with_this_proven_number_is_found(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(100, phone="+79161234567")))
    row = await desk.one("conversations")
    actor = Person(ManagerId(row["assignee_id"]), Role.manager, SALES)
    assert await start_by_hand(desk.office, actor, walk_in(), key="bot:1") == row["id"]
    assert len(await desk.rows("contacts")) == 1


async def test_l9_r10_a_colleagues_client_stays_the_colleagues_who_is_named(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(100, phone="+79161234567")))
    held = (await desk.one("conversations"))["assignee_id"]
    other = next(row for row in await desk.rows("managers") if row["id"] != held)
    with pytest.raises(Conflict) as refused:
        await start_by_hand(desk.office, Person(other["id"], Role.manager, SALES), walk_in(), key="bot:1")

    assert refused.value.winner == (await desk.one("managers", "id = $1", held))["name"]
    assert await desk.rows("tasks") == []


async def test_l9_a_number_that_is_none_and_a_foreign_line_are_refused(desk: Desk) -> None:
    actor = await anna(desk)
    with pytest.raises(FieldInvalid):
        await start_by_hand(desk.office, actor, HandLead("Мария", "123", "Позвонить"), key="bot:1")
    stranger = Person(actor.manager_id, Role.manager, frozenset({LineKey("support")}))
    new = HandLead("Мария", PHONE, "Позвонить", line=LineKey("sales"))
    with pytest.raises(NotFound):
        await start_by_hand(desk.office, stranger, new, key="bot:2")


async def test_fr5_after_we_wrote_first_the_clients_reply_opens_a_next_response_wait(desk: Desk) -> None:
    """The client is known from long ago; a manager starts a lead and writes to the chat they once used."""
    client = person(100, phone="+79161234567")
    await desk.receive(says("Здравствуйте", at=desk.now, by=client))
    row = await desk.one("conversations")
    actor = Person(ManagerId(row["assignee_id"]), Role.manager, SALES)
    await dismiss(desk.office, actor, ConversationId(row["id"]), reason="не по адресу")
    await conversations.close(desk.office, actor, ConversationId(row["id"]), outcome=Outcome.solved)
    desk.clock.move(timedelta(days=60))

    conversation = await start_by_hand(desk.office, actor, walk_in(), key="bot:1")
    await answer(desk, "Мария, расчёт готов", by=actor.manager_id, where=conversation)
    assert await desk.rows("waits", "state = 'open'") == []
    assert (await desk.one("leads", "state = 'open' ORDER BY id DESC LIMIT 1"))["conversation_id"] == conversation

    desk.clock.move(timedelta(hours=1))
    await desk.receive(says("Спасибо, смотрю", at=desk.now, by=client))
    assert (await desk.one("waits", "state = 'open'"))["kind"] == "next_response"
