"""What people see: cards, lists, search and the desk, each within rights."""

import asyncio
from datetime import timedelta

import pytest

from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, MessageId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import queries
from hub.inbox.assignment import release, take
from hub.inbox.reply import Content, reply
from hub.inbox.views import CardView
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store import managers
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says

MASKED = ALWAYS_OPEN.replace('name = "Продажи"', 'name = "Продажи"\nphone_masking = "until_taken"')


async def actor(desk: Desk, key: str) -> Person:
    row = await desk.one("managers", "key = $1", key)
    found = await queries.get_actor_by_telegram(desk.office, row["tg_user_id"])
    assert found is not None
    return found


async def owner(desk: Desk) -> Person:
    """The manager whose the only conversation is."""
    row = await desk.one("managers", "id = (SELECT assignee_id FROM conversations)")
    return await actor(desk, row["key"])


async def other(desk: Desk) -> Person:
    """The manager whose the only conversation is not."""
    row = await desk.one("managers", "role = 'manager' AND id <> (SELECT assignee_id FROM conversations)")
    return await actor(desk, row["key"])


async def only(desk: Desk) -> ConversationId:
    return ConversationId((await desk.one("conversations"))["id"])


async def test_rg4_the_role_is_read_at_each_press_and_who_left_is_a_stranger(desk: Desk) -> None:
    anna = await actor(desk, "anna")
    row = await desk.one("managers", "id = $1", anna.manager_id)
    assert (anna.role, anna.lines) == (Role.manager, frozenset({"sales"}))

    await desk.pool.execute("UPDATE managers SET role = 'head' WHERE key = 'anna'")
    assert (await actor(desk, "anna")).role is Role.head

    await managers.set_left(desk.pool, anna.manager_id, desk.now)
    assert await queries.get_actor_by_telegram(desk.office, row["tg_user_id"]) is None


async def test_a_card_shows_client_wait_reasons_and_where_the_answer_goes(desk: Desk) -> None:
    sender = person(100, name="Мария", phone="+79161234567")
    await desk.receive(says("Сколько стоит?", at=desk.now, by=sender))

    card = await queries.get_card(desk.office, await owner(desk), await only(desk))

    assert (card.contact_name, card.channel, card.reply_channel, card.line_name) == (
        "Мария",
        "telegram",
        "telegram",
        "Продажи",
    )
    assert [message.text for message in card.recent] == ["Сколько стоит?"]
    assert card.wait is not None and card.wait.target_seconds == 15 * 60
    assert [(a.type, a.text, a.can_reply) for a in card.addresses] == [
        ("tg_user", "Telegram", True),
        ("phone", "+79161234567", False),
    ]
    assert card.reasons and card.lead_stage == "Новый" and not card.is_regular


async def test_m16_a_blocked_chat_is_no_way_to_answer(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.pool.execute("UPDATE threads SET reach = 'blocked'")

    card = await queries.get_card(desk.office, await owner(desk), await only(desk))

    assert card.reply_channel == ""
    assert [(a.can_reply, a.note) for a in card.addresses] == [(False, "клиент заблокировал нас")]


async def test_rg5_a_masked_phone_is_readable_only_once_taken(desk: Desk) -> None:
    desk.rules.append(to_policy(parse_policy(MASKED), 2))
    await desk.receive(says("Перезвоните", at=desk.now, by=person(100, phone="+79161234567")))
    me, conversation = await owner(desk), await only(desk)
    assert "+79161234567" in [a.text for a in (await queries.get_card(desk.office, me, conversation)).addresses]

    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")

    assert "+7••••••••67" in [a.text for a in (await queries.get_card(desk.office, me, conversation)).addresses]


async def test_rg2_a_colleagues_card_history_and_number_do_not_exist(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    stranger, conversation = await other(desk), await only(desk)
    number = (await desk.one("conversations"))["number"]

    with pytest.raises(NotFound):
        await queries.get_card(desk.office, stranger, conversation)
    with pytest.raises(NotFound):
        await queries.get_history(desk.office, stranger, conversation, page=0)
    with pytest.raises(NotFound):
        await queries.find_conversation_by_number(desk.office, stranger, number)
    assert await queries.find_conversation_by_number(desk.office, await owner(desk), number) == conversation


async def test_rg3_lists_hold_exactly_what_the_actor_may_see(desk: Desk) -> None:
    await desk.hire("olga", "Ольга", role=Role.head)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, colleague, head = await owner(desk), await other(desk), await actor(desk, "olga")
    desk.clock.move(timedelta(minutes=20))

    assert [len(await queries.list_mine(desk.office, who)) for who in (me, colleague, head)] == [1, 0, 0]
    assert [len(await queries.list_overdue(desk.office, who)) for who in (me, colleague, head)] == [1, 0, 1]
    assert [len(await queries.find_conversations(desk.office, who, "Мария")) for who in (me, colleague, head)] == [
        1,
        0,
        1,
    ]
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    assert [len(await queries.list_queue(desk.office, who)) for who in (me, colleague, head)] == [1, 1, 1]
    abroad = Person(me.manager_id, Role.head, frozenset())
    assert await queries.list_queue(desk.office, abroad) == []


async def test_rows_are_ordered_by_deadline_and_say_what_was_said_last(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.receive(says(f"Вопрос {number}", at=desk.now, by=person(number, name=f"Клиент {number}")))
        desk.clock.move(timedelta(minutes=1))
    await desk.pool.execute("UPDATE conversations SET assignee_id = (SELECT id FROM managers WHERE key = 'anna')")

    rows = await queries.list_mine(desk.office, await actor(desk, "anna"))

    assert [(row.contact_name, row.last_text, row.assignee_name, row.channel) for row in rows] == [
        (f"Клиент {number}", f"Вопрос {number}", "Анна", "telegram") for number in (1, 2, 3)
    ]


async def test_a_row_says_what_the_client_asked_and_not_what_the_hub_answered_by_itself(desk: Desk) -> None:
    document = ALWAYS_OPEN + '[lines.sales.texts.ru]\nwelcome = "Уже смотрим."\n'
    desk.rules.append(to_policy(parse_policy(document), 2))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    assert [row["text"] for row in await desk.rows("messages", "author = 'automation'")] == ["Уже смотрим."]

    [row] = await queries.list_mine(desk.office, await actor(desk, "anna"))

    assert row.last_text == "Сколько стоит?"


@pytest.mark.parametrize("text", ["Мария Петрова", "Мрия", "петрва", "4567", "916 123-45-67", "+79161234567"])
async def test_search_forgives_typos_and_finds_last_digits(desk: Desk, text: str) -> None:
    sender = person(100, name="Мария Петрова", phone="+79161234567")
    await desk.receive(says("Сколько стоит?", at=desk.now, by=sender))
    await desk.receive(says("И мне", at=desk.now, by=person(200, name="Олег Сидоров")))
    await desk.hire("boss", role=Role.admin)

    rows = await queries.find_conversations(desk.office, await actor(desk, "boss"), text)

    assert [row.contact_name for row in rows] == ["Мария Петрова"]


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE contacts; --", "%@%", "", "#", "#99999999999999999999"])
async def test_search_takes_nothing_that_was_typed_as_a_command(desk: Desk, text: str) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    assert await queries.find_conversations(desk.office, await owner(desk), text) == []


async def test_search_finds_the_number_people_say(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    number = (await desk.one("conversations"))["number"]
    for text in (f"#{number}", str(number)):
        assert [r.number for r in await queries.find_conversations(desk.office, await owner(desk), text)] == [number]


async def test_history_pages_from_the_newest_each_page_oldest_first(desk: Desk) -> None:
    for number in range(7):
        await desk.receive(says(f"№{number}", at=desk.now, number=number + 1))
        desk.clock.move(timedelta(seconds=1))
    me, conversation = await owner(desk), await only(desk)

    newest, has_older = await queries.get_history(desk.office, me, conversation, page=0)
    oldest, has_more = await queries.get_history(desk.office, me, conversation, page=1)

    assert ([m.text for m in newest], has_older) == (["№2", "№3", "№4", "№5", "№6"], True)
    assert ([m.text for m in oldest], has_more) == (["№0", "№1"], False)


async def test_the_desk_counts_the_day(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me = await owner(desk)
    view = await queries.get_desk(desk.office, me)
    assert (view.mine, view.waiting, view.overdue, view.queue, view.is_on_shift) == (1, 1, 0, 0, True)

    desk.clock.move(timedelta(minutes=16))
    assert (await queries.get_desk(desk.office, me)).overdue == 1


async def test_r12_receivers_are_colleagues_with_the_reason_why_not(desk: Desk) -> None:
    await desk.hire("olga", "Ольга")
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me = await owner(desk)
    await desk.pool.execute("UPDATE managers SET presence = 'off' WHERE key = 'olga'")

    receivers = await queries.list_receivers(desk.office, me, await only(desk))

    assert me.manager_id not in [each.id for each in receivers]
    assert {each.name: each.why_not for each in receivers}.get("Ольга", "Ольга: не на смене") == "Ольга: не на смене"
    assert receivers[0].why_not == ""


async def test_a_decision_by_hand_is_said_to_be_one(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await release(desk.office, me, conversation)
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await desk.pool.execute("UPDATE waits SET assignee_id = NULL")
    await take(desk.office, me, conversation)

    card = await queries.get_card(desk.office, me, conversation)
    assert card.reasons == (f"{card.assignee_name}: по решению человека",)


async def test_an_answer_stands_in_the_history_with_its_delivery(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await reply(desk.office, me, conversation, content=Content("300 ₽"), key="bot:1")

    [_, answer] = (await queries.get_card(desk.office, me, conversation)).recent
    assert (answer.text, answer.delivery, answer.channel) == ("300 ₽", "queued", "telegram")
    assert answer.author_name != ""


async def test_m15_a_ring_time_question_names_the_clients_manager(desk: Desk) -> None:
    await desk.receive(says("Перезвоните", at=desk.now, by=person(100, phone="+79161234567")))
    me = await owner(desk)
    await managers.add_staff_identity(desk.pool, 1, me.manager_id, address=("pbx_extension", "4", "101"))

    found = await queries.responsible_for(desk.office, "+79161234567")

    assert found is not None
    assert (found.extension, found.contact_name) == ("101", "Мария")
    assert await queries.responsible_for(desk.office, "+79990000000") is None


async def test_rg2_cards_read_together_are_what_each_viewer_alone_would_see(desk: Desk) -> None:
    for number in (1, 2):
        await desk.receive(says(f"Вопрос {number}", at=desk.now, by=person(number)))
    viewers = [await actor(desk, key) for key in ("anna", "ivan")]
    reader = queries.Reader(desk.office)
    asked = [(viewer, ConversationId(row["id"])) for viewer in viewers for row in await desk.rows("conversations")]
    together = await asyncio.gather(
        *(reader.get_card(viewer, each, language="ru") for viewer, each in asked), return_exceptions=True
    )

    for (viewer, each), found in zip(asked, together, strict=True):
        if isinstance(found, CardView):
            assert found == await queries.get_card(desk.office, viewer, each)
        else:
            assert isinstance(found, NotFound)
    assert sum(isinstance(each, NotFound) for each in together) == 2


async def test_a_message_is_read_with_its_card_and_only_in_its_conversation(desk: Desk) -> None:
    for number in (1, 2):
        await desk.receive(says(f"Вопрос {number}", at=desk.now, by=person(number)))
    first, second = await desk.rows("messages", "direction = 'inbound' ORDER BY id")
    await desk.hire("olga", "Ольга", role=Role.head)
    head = await actor(desk, "olga")
    reader = queries.Reader(desk.office)
    card, parts = await reader.get_message(
        head, ConversationId(first["conversation_id"]), MessageId(first["id"]), language="ru"
    )

    assert (card.id, card.recent) == (first["conversation_id"], ())
    assert [part.text for part in parts] == [first["text"]]
    with pytest.raises(NotFound):
        await reader.get_message(head, card.id, MessageId(second["id"]), language="ru")
