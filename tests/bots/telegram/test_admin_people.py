"""Administrators and people in the chat: invite with role and lines, change a role, «Уволен», what somebody read."""

import re

import pytest

from bots.texts import Texts
from hub.domain.manager import Role
from hub.store import policy
from hub.store.policy import PolicyChange
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import line_says, put_in_force

REFUSALS = {Texts()("error.not_found"), Texts()("error.denied")}
NEUTRAL = "Это служебный бот компании."
WITH_SUPPORT = line_says(
    "[lines.support]", 'name = "Поддержка"', 'calendar = "always"', 'team = ["petr"]', "[managers.petr]"
)


@pytest.fixture
async def olga(place: Workplace) -> Person:
    return await place.hire("olga", "Ольга", role=Role.admin)


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with one client who waits; administrators are in no team."""
    put_in_force(place.desk, line_says('team = ["ivan", "anna"]', "[managers.ivan]", "[managers.anna]"))
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", by=person(7, name="Мария"))
    return ivan


async def link_of(place: Workplace, reader: Person, *, start: str = "/invite Анна Петрова") -> str:
    await place.writes(reader, start)
    await place.presses(reader, "Приглашаем: Анна", "🔗 Создать ссылку")
    found = re.search(r"https://t\.me/desk_bot\?start=(\S+)", place.post(reader, "Приглашение для").text)
    assert found is not None
    return found[1]


# --- inviting


async def test_an_invited_person_comes_in_by_the_link_with_the_chosen_role(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/invite")
    await place.writes(olga, "Анна Петрова")
    await place.presses(olga, "Приглашаем: Анна", "▫️ руководитель")
    await place.presses(olga, "Приглашаем: Анна", "🔗 Создать ссылку")
    shown = place.post(olga, "Приглашение для Анна Петрова, действует 48 часов")
    [[copy], *_] = (shown.keyboard or {})["inline_keyboard"]
    assert copy["copy_text"]["text"] in shown.text

    anna = place.api.person("Анна")
    anna.starts(place.account, copy["copy_text"]["text"].partition("start=")[2])
    await place.work()
    row = await place.desk.one("managers", "key = 'anna-petrova'")
    assert (row["tg_user_id"], row["role"], row["name"]) == (anna.user.id, "head", "Анна Петрова")


async def test_the_administrators_are_told_who_came_in_and_whose_account_is_another_now(
    place: Workplace, olga: Person
) -> None:
    link = await link_of(place, olga)
    place.api.person("Аня").starts(place.account, link)
    await place.work()
    said = place.post(olga, "🔑 Вход по приглашению: Анна Петрова, менеджер.")
    assert "закройте доступ" in said.text

    await place.presses(olga, "🔑 Вход по приглашению", "👤 Анна Петрова")
    await place.presses(olga, "👤 Анна Петрова · менеджер", "🔗 Новое приглашение")
    again = re.findall(r"https://t\.me/desk_bot\?start=(\S+)", place.post(olga, "Приглашение для").text)[-1]
    place.api.person("Аня с другого телефона").starts(place.account, again)
    await place.work()
    assert "вход с другого аккаунта" in place.post(olga, "🔑 Анна Петрова, менеджер").text


async def test_chosen_lines_are_written_into_the_rules_by_whoever_invited(place: Workplace, olga: Person) -> None:
    async with place.desk.pool.acquire() as connection:
        await policy.add_revision(connection, WITH_SUPPORT, change=PolicyChange(place.desk.now))
    put_in_force(place.desk, WITH_SUPPORT)
    await place.writes(olga, "/invite Анна Петрова")
    await place.presses(olga, "Приглашаем: Анна", "▫️ Поддержка")
    assert "☑️ Продажи (для всех)" in str(place.post(olga, "Приглашаем").keyboard)
    await place.presses(olga, "Приглашаем: Анна", "🔗 Создать ссылку")

    latest = await place.desk.one("policy_revisions", "number = 2")
    assert 'team = ["petr", "anna-petrova"]' in latest["document"]
    assert latest["manager_id"] == olga.user.id


async def test_two_administrators_who_invite_people_of_one_name_at_once_invite_two(
    place: Workplace, olga: Person
) -> None:
    pavel = await place.hire("pavel", "Павел", role=Role.admin)
    for each in (olga, pavel):
        await place.writes(each, "/invite Анна Петрова")
    links = []
    for number, each in enumerate((olga, pavel)):
        await place.presses(each, "Приглашаем: Анна", "🔗 Создать ссылку")
        found = re.search(r"start=(\S+)", place.post(each, "Приглашение для").text)
        assert found is not None
        links.append(found[1])
        anna = place.api.person(f"Анна{number}")
        anna.starts(place.account, links[-1])
        await place.work()
    rows = await place.desk.rows("managers", "name = 'Анна Петрова' AND is_active ORDER BY key")
    assert [row["key"] for row in rows] == ["anna-petrova", "anna-petrova-2"]


async def test_a_link_that_is_pressed_for_twice_invites_one_person(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/invite Анна Петрова")
    asked = place.post(olga, "Приглашаем: Анна")
    olga.presses(place.account, asked, "🔗 Создать ссылку")
    olga.presses(place.account, asked, "🔗 Создать ссылку")
    await place.work()
    assert len(await place.desk.rows("managers", "name = 'Анна Петрова'")) == 1


async def test_rg4_a_new_invitation_ends_the_one_before(place: Workplace, olga: Person) -> None:
    first = await link_of(place, olga)
    await place.writes(olga, "/people Анна")
    await place.presses(olga, "👤 Анна Петрова", "🔗 Новое приглашение")
    late = place.api.person("Кто-то")
    late.starts(place.account, first)
    await place.work()
    assert place.seen(late)[-1] != NEUTRAL
    assert (await place.desk.one("managers", "key = 'anna-petrova'"))["tg_user_id"] is None


async def test_an_invitation_that_is_not_finished_says_so_later(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/invite Анна")
    await place.desk.pool.execute("DELETE FROM screens WHERE name = 'invite'")
    await place.presses(olga, "Приглашаем: Анна", "🔗 Создать ссылку")
    assert "Начните заново" in place.seen(olga)[-1]


async def test_rg3_a_head_and_a_manager_manage_nobody(place: Workplace, ivan: Person) -> None:
    head = await place.hire("vera", "Вера", role=Role.head)
    for each in (ivan, head):
        for command in ("/admin", "/people", "/invite Анна", "/people Иван"):
            await place.writes(each, command)
            assert place.seen(each)[-1] in REFUSALS
    assert await place.desk.rows("invites") == []


# --- roles


async def test_a_new_role_holds_at_once_and_brings_its_keys(place: Workplace, olga: Person, ivan: Person) -> None:
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🎭 Роль")
    await place.presses(olga, "Какая роль", "Руководитель")
    assert "Иван: теперь руководитель" in place.seen(olga)[-1]
    ivan.taps(place.account, "👥 Команда")
    await place.work()
    assert "👥 Команда сейчас" in place.seen(ivan)[-1]
    fact = await place.desk.one("audit", "action = 'role_changed'")
    assert (fact["manager_id"], fact["facts"]) == (olga.user.id, {"was": "manager", "role": "head"})


async def test_nobody_is_offered_to_take_their_own_role_or_access(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/people Ольга")
    keyboard = str(place.post(olga, "👤 Ольга").keyboard)
    assert "Роль" not in keyboard
    assert "Уволен" not in keyboard


# --- «Уволен»


async def test_rg4_before_it_happens_the_screen_says_what_will(place: Workplace, olga: Person, ivan: Person) -> None:
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🚪 Уволен")
    assert "Затем 1 клиент пойдёт дальше по правилам линий (ждут ответа: 1)" in place.seen(olga)[-1]
    assert (await place.desk.one("managers", "key = 'ivan'"))["is_active"]


async def test_rg4_the_next_press_and_the_next_answer_of_who_was_dismissed_get_the_neutral_text(
    place: Workplace, olga: Person, ivan: Person
) -> None:
    card = place.post(ivan, "Сколько стоит?")
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🚪 Уволен")
    await place.presses(olga, "Уволить: Иван", "🚪 Закрыть доступ")

    ivan.presses(place.account, card, "✅ Закрыть")
    await place.work()
    assert place.seen(ivan)[-1] == NEUTRAL
    ivan.replies(place.account, "Пять рублей", to=card)
    await place.work()
    assert place.seen(ivan)[-1] == NEUTRAL
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_rg4_the_work_of_who_was_dismissed_goes_on_by_the_rules(
    place: Workplace, olga: Person, ivan: Person
) -> None:
    anna = await place.hire("anna", "Анна")
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🚪 Уволен")
    await place.presses(olga, "Уволить: Иван", "🚪 Закрыть доступ")
    assert "Передан 1 клиент" in place.seen(olga)[-1]
    assert (await place.desk.one("conversations"))["assignee_id"] == anna.user.id
    assert (await place.desk.one("audit", "action = 'dismissed'"))["manager_id"] == olga.user.id


async def test_rg4_an_unused_invitation_lets_nobody_back_in_who_was_dismissed(
    place: Workplace, olga: Person, ivan: Person
) -> None:
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🔗 Новое приглашение")
    found = re.search(r"start=(\S+)", place.post(olga, "Приглашение для Иван").text)
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🚪 Уволен")
    await place.presses(olga, "Уволить: Иван", "🚪 Закрыть доступ")
    assert found is not None
    ivan.starts(place.account, found[1])
    await place.work()
    assert not (await place.desk.one("managers", "key = 'ivan'"))["is_active"]


async def test_rg4_what_was_read_comes_as_a_file_after_it(place: Workplace, olga: Person, ivan: Person) -> None:
    await place.presses(ivan, "Сколько стоит?", "👤 Карточка")
    await place.writes(olga, "/people Иван")
    await place.presses(olga, "👤 Иван", "🚪 Уволен")
    await place.presses(olga, "Уволить: Иван", "🚪 Закрыть доступ")
    await place.presses(olga, "доступ закрыт", "30 дн.")

    post = place.post(olga, "📖 Иван: что было открыто за 30 дн.")
    told = place.api.file(post.content["document"]["file_id"]).data.decode()
    number = (await place.desk.one("conversations"))["number"]
    assert re.search(rf"карточка стояла в чате  #{number}", told)
    assert "Сколько стоит?" not in told


async def test_rg4_who_left_is_listed_apart_and_can_still_be_looked_at(
    place: Workplace, olga: Person, ivan: Person
) -> None:
    await place.desk.pool.execute("UPDATE managers SET is_active = false, tg_user_id = NULL WHERE key = 'ivan'")
    await place.writes(olga, "/people")
    assert "Иван" not in place.post(olga, "👥 Люди").text
    await place.presses(olga, "👥 Люди", "🚪 Ушли (1)")
    await place.presses(olga, "🚪 Ушли: 1", "🚪 Иван")
    assert "доступа нет" in place.seen(olga)[-1]


async def test_the_list_tells_who_works_who_never_came_and_when_each_was_seen(
    place: Workplace, olga: Person, ivan: Person
) -> None:
    await place.presses(ivan, "Сколько стоит?", "👤 Карточка")
    await place.writes(olga, "⚙️ Управление")
    await place.presses(olga, "⚙️ Управление", "👥 Люди")
    told = place.post(olga, "👥 Люди").text
    assert re.search(r"🟢 Иван · менеджер\n    Продажи · последний раз: \d\d:\d\d", told)
