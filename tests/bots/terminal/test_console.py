"""A client's whole way at a terminal, by the screens of the manager bot and nothing of Telegram."""

import re
import sys
from pathlib import Path

import asyncpg
import pytest

from bots.screens.screen import Button, Screen, line, quote
from bots.terminal.console import Console
from bots.terminal.render import draw, find_action
from bots.texts import Texts
from hub.domain.ids import LineKey
from hub.domain.manager import Role
from hub.domain.rights import Person
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk, says


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> Desk:
    """A line whose clients are taken by hand."""
    return await open_desk(pool, tmp_path / "files", policy=f'{ALWAYS_OPEN}strategy = "manual"\n')


@pytest.fixture
async def anna(desk: Desk) -> Console:
    manager_id = await desk.hire("anna", "Анна")
    actor = Person(manager_id, Role.manager, frozenset({LineKey("sales")}))
    return Console(desk.office, actor, Texts("ru"), "console-1")


def number_of(shown: str, label: str) -> str:
    found = re.search(rf"\[(\d+)\] [^\[]*{label}", shown)
    assert found, shown
    return found[1]


async def test_a_client_is_found_taken_answered_and_closed_at_a_terminal(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит торшер?", at=desk.now))

    queue = await anna.type("queue")
    assert "Мария" in queue
    card = await anna.type("1")
    assert "│ Сколько стоит торшер?" in card
    assert "Ведёт: Анна" in card

    assert "Мария" in await anna.type("Три тысячи")
    await anna.type("my")
    card = await anna.type("1")
    history = await anna.type(number_of(card, "История"))
    assert "Три тысячи" in history
    await desk.pool.execute("UPDATE waits SET state = 'answered'")
    asked = await anna.type(number_of(await anna.type(number_of(history, "Обращение")), "Закрыть"))
    why = await anna.type(number_of(asked, "Отказ"))
    assert "закрыто" in await anna.type(number_of(why, "Дорого"))

    assert (await desk.one("conversations"))["outcome"] == "refused"
    assert (await desk.one("messages", "direction = 'outbound'"))["text"] == "Три тысячи"


async def test_a_note_stays_inside_and_words_to_nobody_go_nowhere(desk: Desk, anna: Console) -> None:
    await anna.type("Кому-нибудь")
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await anna.type("queue")
    await anna.type("1")
    await anna.type("// постоянный клиент")

    assert [row["text"] for row in await desk.rows("messages", "direction <> 'inbound'")] == ["постоянный клиент"]


async def test_a_refusal_is_said_in_words(desk: Desk, anna: Console) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await anna.type("queue")
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", await desk.hire("ivan", "Иван"))

    assert "Уже ведёт Иван" in await anna.type("1")


def test_a_button_that_copies_shows_what_and_presses_nothing():
    screen = Screen((line("Звонок"), quote("первая\nвторая")), ((Button("Номер", copies="+79161234567"),),))
    assert draw(screen) == "Звонок\n│ первая\n│ вторая\n[1] Номер: +79161234567"
    assert find_action(screen, 1) is None
    assert find_action(screen, 2) is None


def test_the_terminal_knows_no_messenger():
    source = "".join(path.read_text("utf-8") for path in Path(sys.modules["bots.terminal"].__path__[0]).glob("*.py"))
    assert "aiogram" not in source
    assert "bots.telegram" not in source
