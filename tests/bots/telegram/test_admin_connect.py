"""`/connect` in the chat: a link to a form, never a question for a secret; the end of it is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.telegram.bot import ManagerBot
from bots.telegram.notifier import TelegramNotifier
from hub.domain.ids import ConnectionId
from hub.domain.manager import Role
from hub.inbox.connect_links import Made, open_link, use_link
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import BOT, Workplace


@pytest.fixture
async def olga(place: Workplace) -> Person:
    return await place.hire("olga", "Ольга", role=Role.admin)


@pytest.fixture
def public(place: Workplace) -> None:
    """The hub has an address that browsers reach."""
    place.office = replace(place.office, public_url="https://hub.example/")
    place.notifier = TelegramNotifier(place.office, place.bot)
    place.messenger = ManagerBot(place.office, place.bot)
    place.intake = type(place.intake)(place.waiting, place.messenger, bot_name=BOT)


def token_in(place: Workplace, who: Person) -> str:
    text = place.post(who, "https://hub.example/connect/").text
    return next(each for each in text.splitlines() if each.startswith("https://")).rpartition("/")[2]


@pytest.mark.usefixtures("public")
async def test_a_link_is_given_for_the_pressed_kind_and_copied_by_a_button(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/admin")
    await place.presses(olga, "⚙️ Управление", "🔌 Подключить канал")
    await place.presses(olga, "Что подключаем?", "✉️ Почта")
    shown = place.post(olga, "Пароли и токены пишите только там, не в чат")
    [[copy]] = (shown.keyboard or {})["inline_keyboard"]
    assert copy["copy_text"]["text"] in shown.text
    link = await open_link(place.desk.office, token_in(place, olga))
    assert (link.kind, link.manager.key) == ("email", "olga")


@pytest.mark.usefixtures("public")
async def test_a_kind_may_be_typed_and_an_unknown_one_is_offered_the_list(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/connect webform")
    assert (await open_link(place.desk.office, token_in(place, olga))).kind == "webform"
    await place.writes(olga, "/connect fax")
    assert "Что подключаем?" in place.seen(olga)[-1]


@pytest.mark.usefixtures("public")
async def test_what_was_connected_in_the_browser_is_told_in_the_chat(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/connect email")
    link = await open_link(place.desk.office, token_in(place, olga))
    async with place.desk.pool.acquire() as connection:
        await use_link(connection, place.desk.office, link, made=Made(ConnectionId(12), "sales@example.ru"))
    await place.work()
    told = [each for each in place.seen(olga) if each == "✅ Подключено: ✉️ Почта «sales@example.ru»"]
    assert len(told) == 1


async def test_without_a_public_address_the_command_is_named(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/connect email")
    assert "hub connect email" in place.seen(olga)[-1]
    assert await place.desk.rows("connect_links") == []


@pytest.mark.usefixtures("public")
async def test_rg3_heads_and_managers_get_no_link(place: Workplace, olga: Person) -> None:
    for name, role in (("Иван", Role.manager), ("Вера", Role.head)):
        who = await place.hire(name, name, role=role)
        place.desk.clock.move(timedelta(minutes=1))
        await place.writes(who, "/connect email")
        assert "https://" not in place.seen(who)[-1]
    assert await place.desk.rows("connect_links") == []
