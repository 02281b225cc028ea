"""A client's whole way at a terminal, by the screens of the manager bot and nothing of Telegram."""

import re
import sys
from pathlib import Path

import asyncpg
import pytest

from bots.screens.action import Action, Press
from bots.screens.screen import Button, Screen, line, quote
from bots.terminal.console import Console
from bots.terminal.render import MOST, Numbers, draw
from bots.terminal.seat import Seat
from bots.texts import Texts
from hub.domain.ids import LineKey
from hub.domain.manager import Role
from hub.domain.rights import Person
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk, person, says


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> Desk:
    """A line whose clients are taken by hand."""
    return await open_desk(pool, tmp_path / "files", policy=f'{ALWAYS_OPEN}strategy = "manual"\n')


@pytest.fixture
async def anna(desk: Desk) -> Console:
    manager_id = await desk.hire("anna", "Анна")
    actor = Person(manager_id, Role.manager, frozenset({LineKey("sales")}))
    return Console(Seat(desk.office, actor, Texts("ru"), "console-1"))


def number_of(shown: str, label: str) -> str:
    found = re.search(rf"\[(\d+)\] [^\[]*{label}", shown)
    assert found, shown
    return found[1]


async def test_a_client_is_found_taken_answered_and_closed_at_a_terminal(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит торшер?", at=desk.now))

    queue = await anna.type("/queue")
    assert "Мария" in queue
    card = await anna.type(number_of(queue, "✋"))
    assert "│ Сколько стоит торшер?" in card
    assert "Ведёт: Анна" in card

    assert "Мария" in await anna.type("Три тысячи")
    card = await anna.type(number_of(await anna.type("/my"), "#"))
    history = await anna.type(number_of(card, "История"))
    assert "Три тысячи" in history
    await desk.pool.execute("UPDATE waits SET state = 'answered'")
    asked = await anna.type(number_of(await anna.type(number_of(history, "Обращение")), "Закрыть"))
    why = await anna.type(number_of(asked, "Отказ"))
    assert "закрыто" in await anna.type(number_of(why, "Дорого"))

    assert (await desk.one("conversations"))["outcome"] == "refused"
    assert (await desk.one("messages", "direction = 'outbound'"))["text"] == "Три тысячи"


async def test_a_message_that_its_card_cuts_is_read_whole(desk: Desk, anna: Console) -> None:
    words = " ".join(f"слово-{number}" for number in range(460))
    await desk.receive(says(words, at=desk.now))
    card = await anna.type(number_of(await anna.type("/queue"), "✋"))
    assert "✂️" in card and "слово-459" not in card
    assert words in await anna.type(number_of(card, "Целиком"))
    assert words in await anna.type("/whole")


async def test_a_note_stays_inside_and_words_to_nobody_go_nowhere(desk: Desk, anna: Console) -> None:
    await anna.type("Кому-нибудь")
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await anna.type(number_of(await anna.type("/queue"), "✋"))
    await anna.type("// постоянный клиент")

    assert [row["text"] for row in await desk.rows("messages", "direction <> 'inbound'")] == ["постоянный клиент"]


async def test_a_refusal_is_said_in_words(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    queue = await anna.type("/queue")
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", await desk.hire("ivan", "Иван"))

    assert "Уже ведёт Иван" in await anna.type(number_of(queue, "✋"))


async def test_case72_a_line_typed_while_another_card_came_asks_whom_it_is_for(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит торшер?", at=desk.now))
    await desk.receive(says("Где мой заказ?", at=desk.now, by=person(200)))
    first, second = await desk.rows("conversations")
    await anna.hear({"notice": "new_lead", "conversation_id": first["id"]})
    await anna.type(f"/take {first['number']}")
    assert "Где мой заказ?" in await anna.hear({"notice": "new_lead", "conversation_id": second["id"]})

    asked = await anna.type("Три тысячи")
    assert "Кому отправить?" in asked
    assert await desk.rows("messages", "direction = 'outbound'") == []
    await anna.type(number_of(asked, f"#{first['number']}"))
    assert (await desk.one("messages", "direction = 'outbound'"))["conversation_id"] == first["id"]


async def test_a_line_with_a_number_goes_to_that_client_whatever_is_shown(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит торшер?", at=desk.now))
    await desk.receive(says("Где мой заказ?", at=desk.now, by=person(200)))
    first, second = await desk.rows("conversations")
    await anna.type(f"/card {second['number']}")
    await anna.type(f"{first['number']}: Три тысячи")
    assert (await desk.one("messages", "direction = 'outbound'"))["conversation_id"] == first["id"]


async def test_a_card_that_comes_by_itself_takes_no_number_from_what_was_read(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит торшер?", at=desk.now))
    queue = await anna.type("/queue")
    await desk.receive(says("Где мой заказ?", at=desk.now, by=person(200)))
    first, second = await desk.rows("conversations")
    await anna.hear({"notice": "new_lead", "conversation_id": second["id"]})
    await anna.type(number_of(queue, "✋"))
    taken = await desk.one("conversations", "assignee_id IS NOT NULL")
    assert taken["id"] == first["id"]


def test_numbers_go_round_and_the_oldest_is_forgotten_first():
    numbers = Numbers()
    buttons = [Button(str(each), Action(Press.card, each)) for each in range(1, MOST + 2)]
    assert [numbers.give(each) for each in buttons] == [*range(1, MOST + 1), 1]
    assert numbers.find(1) == Action(Press.card, MOST + 1)
    assert numbers.find(2) == Action(Press.card, 2)


def test_a_button_that_copies_shows_what_and_presses_nothing():
    numbers = Numbers()
    screen = Screen((line("Звонок"), quote("первая\nвторая")), ((Button("Номер", copies="+79161234567"),),))
    assert draw(screen, numbers) == "Звонок\n│ первая\n│ вторая\n[1] Номер: +79161234567"
    assert numbers.find(1) is None
    assert numbers.find(2) is None


def test_case105_what_a_client_wrote_drives_no_terminal():
    said = "\x1b[2J\x1b]0;title\x07жирный\x9b31m \r\u202eтекст\x00"
    screen = Screen((line(said), quote(said)), ((Button(said, copies=said),),))
    assert draw(screen, Numbers()).replace("\n", "").isprintable()


def test_the_terminal_knows_no_messenger():
    source = "".join(path.read_text("utf-8") for path in Path(sys.modules["bots.terminal"].__path__[0]).glob("*.py"))
    assert "aiogram" not in source
    assert "bots.telegram" not in source


@pytest.mark.parametrize("notice", ["day", "account", "chat_ended"])
async def test_what_is_about_no_client_is_told_in_the_messenger_alone(anna: Console, notice: str) -> None:
    assert await anna.hear({"notice": notice, "manager_id": int(anna.seat.actor.manager_id)}) == ""


async def test_a_number_of_a_conversation_shows_its_card_and_tells_nobody(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    number = (await desk.one("conversations"))["number"]

    assert "│ Сколько стоит?" in await anna.type(f"#{number}")
    assert await desk.rows("messages", "direction = 'outbound'") == []
