"""The pinned «рабочий стол»: counts of now, edited in place at each look, anew where it was deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.screens.screen import notice
from bots.telegram.board import BoardKeeper
from bots.telegram.chat import Chat
from hub.store.turns import turn
from hub.testing.telegram.faults import reset_after, too_many_requests
from hub.testing.telegram.people import Person
from tests.bots.telegram.counted import Counted
from tests.bots.telegram.workplace import BOT, Workplace
from tests.inbox.desk import person, says


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with one client and the counts pinned."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", by=person(100, name="Мария"))
    await place.writes(ivan, "/desk")
    await place.presses(ivan, "ваша смена", "📌 Закрепить счётчики")
    return ivan


def boards(place: Workplace, who: Person) -> list[tuple[str, bool]]:
    visible = who.screen(place.account).visible()
    return [
        (each.text.partition(" · ближайший")[0], each.is_pinned) for each in visible if each.text.startswith("📌 Мои")
    ]


async def look(place: Workplace) -> int:
    """What the process of the bot does every half a minute, begun anew each time as after a restart."""
    return await BoardKeeper(place.office, place.bot).look()


async def test_the_counts_are_pinned_without_sound(place: Workplace, ivan: Person) -> None:
    assert boards(place, ivan) == [("📌 Мои 1 · ждут ответа 1 · очередь 0", True)]
    [pinned] = place.account.calls_of("pinChatMessage")
    assert pinned.flag("disable_notification")


async def test_a_burst_costs_one_edit_and_no_message(place: Workplace, ivan: Person) -> None:
    before = len(place.account.calls_of("editMessageText"))
    for number in range(3):
        await place.desk.receive(says("Здравствуйте", at=place.desk.now, by=person(200 + number)))
    assert await look(place) == 1
    assert boards(place, ivan) == [("📌 Мои 4 · ждут ответа 4 · очередь 0", True)]
    assert len(place.account.calls_of("editMessageText")) == before + 1


async def test_what_says_the_same_is_not_drawn_again(place: Workplace, ivan: Person) -> None:
    assert await look(place) == 0


async def test_no_connection_is_held_while_telegram_draws_the_counts(place: Workplace, ivan: Person) -> None:
    await place.client_says("Есть доставка?", by=person(101))
    pool, held = place.desk.pool, []
    stop = place.api.listen(lambda _: held.append(pool.get_size() - pool.get_idle_size()))
    assert await look(place) == 1
    stop()
    assert (len(held) > 0, set(held)) == (True, {0})


async def test_of_two_processes_one_draws_the_counts_and_one_that_died_is_followed(
    place: Workplace, ivan: Person
) -> None:
    await place.client_says("Есть доставка?", by=person(101))
    async with turn(place.desk.pool, BOT, "board_keeping", lease=timedelta(minutes=1)):
        assert await look(place) == 0
        await place.desk.pool.execute("UPDATE screens SET expires_at = clock_timestamp() WHERE name = 'board_keeping'")
        assert await look(place) == 1


async def test_a_deleted_one_is_made_anew_and_pinned(place: Workplace, ivan: Person) -> None:
    ivan.deletes(place.account, place.post(ivan, "📌 Мои"))
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    await look(place)
    assert boards(place, ivan) == [("📌 Мои 2 · ждут ответа 2 · очередь 0", True)]


async def test_pinning_again_leaves_one(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, "/desk")
    await place.presses(ivan, "ваша смена", "📌 Закрепить счётчики")
    assert len(boards(place, ivan)) == 1


async def test_a_button_on_it_does_not_take_its_place(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, "📌 Мои", "📥 Мои")
    assert len(boards(place, ivan)) == 1
    assert "Мария" in place.seen(ivan)[-1]


async def test_who_does_not_want_it_removes_it(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, "📌 Мои", "✖️ Убрать")
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    assert await look(place) == 0
    assert boards(place, ivan) == []


async def test_rg4_who_left_is_told_nothing_more(place: Workplace, ivan: Person) -> None:
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    await place.desk.pool.execute("UPDATE managers SET is_active = false")
    assert await look(place) == 0
    assert boards(place, ivan) == [("📌 Мои 1 · ждут ответа 1 · очередь 0", True)]
    assert not await place.desk.rows("screens", "name = 'board'")


async def test_what_telegram_cannot_do_now_is_done_at_the_next_look(place: Workplace, ivan: Person) -> None:
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    place.account.faults.add("editMessageText", too_many_requests(3))
    assert await look(place) == 0
    assert await look(place) == 1
    assert boards(place, ivan) == [("📌 Мои 2 · ждут ответа 2 · очередь 0", True)]


async def test_one_that_could_not_be_pinned_is_pinned_at_the_next_look_and_not_made_again(
    place: Workplace, ivan: Person
) -> None:
    ivan.deletes(place.account, place.post(ivan, "📌 Мои"))
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    place.account.faults.add("pinChatMessage", too_many_requests(3))
    await look(place)
    await look(place)
    assert boards(place, ivan) == [("📌 Мои 2 · ждут ответа 2 · очередь 0", True)]


async def test_an_answer_that_never_came_ends_no_look(place: Workplace, ivan: Person) -> None:
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    place.account.faults.add("editMessageText", reset_after())
    assert await look(place) == 0


async def test_a_chat_that_takes_nothing_now_holds_up_no_other(place: Workplace, ivan: Person) -> None:
    anna = await place.hire("anna", "Анна")
    await place.writes(anna, "/desk")
    await place.presses(anna, "ваша смена", "📌 Закрепить счётчики")
    await place.client_says("Есть доставка?", by=person(101, name="Олег"))
    await place.client_says("А самовывоз?", by=person(102, name="Пётр"))
    place.account.limits.is_on = True
    for _ in range(3):
        await Chat(place.bot, ivan.user.id).show(notice("Слишком много"))
    keeper = BoardKeeper(place.office, place.bot)
    assert (await keeper.look(), await keeper.look()) == (0, 1)
    assert boards(place, anna) == [("📌 Мои 1 · ждут ответа 1 · очередь 0", True)]
    assert boards(place, ivan) == [("📌 Мои 1 · ждут ответа 1 · очередь 0", True)]
    place.desk.clock.move(timedelta(seconds=5))
    assert await keeper.look() == 1
    assert boards(place, ivan) == [("📌 Мои 2 · ждут ответа 2 · очередь 0", True)]


async def test_the_boards_of_all_are_counted_by_a_few_statements(place: Workplace, ivan: Person) -> None:
    for number in range(3):
        who = await place.hire(f"m{number}", f"Менеджер {number}")
        await place.writes(who, "/desk")
        await place.presses(who, "ваша смена", "📌 Закрепить счётчики")
    counted = Counted(place.desk.pool)
    desk = replace(place.office, office=replace(place.desk.office, pool=counted))
    assert await BoardKeeper(desk, place.bot).look() == 0
    assert await counted.take("next_deadline_at") == 1
    assert await BoardKeeper(desk, place.bot).look() == 0
    assert await counted.take("managers") == 1
