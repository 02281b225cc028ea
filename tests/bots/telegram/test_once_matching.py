"""«Это один клиент?» answered once: the update that comes again says the same and changes nothing (M-5, M-10)."""

import pytest

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.merge import undo_merge
from tests.bots.telegram.workplace import repeat, waiting_update
from tests.inbox.desk import person

PHONE = "+79161234567"
JOINED, APART, UNDONE = "Карточки объединены", "Это разные клиенты", "Объединение отменено"


@pytest.fixture
async def ivan(place):
    """Ivan, who is asked whether two cards are one client."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Первый", by=person(100, phone=PHONE))
    await place.client_says("Второй", by=person(200, name="Маша", phone=PHONE))
    return ivan


async def number_of(place):
    asked = await place.desk.one("match_candidates")
    return (await place.desk.one("conversations", "contact_id = $1", asked["contact_id"]))["number"]


def presses(place, manager, label):
    post = place.post(manager, "Это один клиент?")
    labels = [str(button["text"]) for row in post.keyboard["inline_keyboard"] for button in row]
    manager.presses(place.account, post, next(each for each in labels if label in each))


async def state(place):
    tables = ("match_candidates", "merges", "contacts", "identities", "conversations", "waits", "ledger", "deliveries")
    return {name: await place.desk.rows(name, "true ORDER BY id") for name in tables}


@pytest.mark.parametrize(("label", "says"), [("🧩 Объединить", JOINED), ("✂️ Разные", APART)])
async def test_m5_a_repeated_press_says_the_same_and_changes_nothing(place, ivan, label, says):
    presses(place, ivan, label)
    update = waiting_update(place)
    await place.work()
    before, seen = await state(place), place.seen(ivan)
    await repeat(place, update)
    assert await state(place) == before
    assert says in place.post(ivan, says).text
    assert place.seen(ivan) == seen


@pytest.mark.parametrize(("command", "says"), [("/join", JOINED), ("/apart", APART)])
async def test_m5_a_repeated_command_says_the_same_and_changes_nothing(place, ivan, command, says):
    ivan.writes(place.account, f"{command} {await number_of(place)}")
    update = waiting_update(place)
    await place.work()
    before = await state(place)
    await repeat(place, update)
    assert await state(place) == before
    assert [says in text for text in place.seen(ivan)[-2:]] == [True, True]


async def test_m10_a_repeated_join_does_not_join_again_what_was_taken_back_meanwhile(place, ivan):
    presses(place, ivan, "🧩 Объединить")
    update = waiting_update(place)
    await place.work()
    [merge] = await place.desk.rows("merges")
    admin = Person(ManagerId(ivan.user.id), Role.admin, frozenset(place.desk.office.policy().lines))
    await undo_merge(place.desk.office, admin, merge["id"])
    await repeat(place, update)
    assert len(await place.desk.rows("merges")) == 1
    assert (await place.desk.one("match_candidates"))["state"] == "open"
    assert UNDONE in "\n".join(place.seen(ivan))


@pytest.mark.parametrize("by_command", [True, False])
async def test_m10_a_repeated_undo_says_the_same_and_takes_back_nothing_else(place, ivan, by_command):
    presses(place, ivan, "🧩 Объединить")
    await place.work()
    if by_command:
        ivan.writes(place.account, "/undo")
    else:
        ivan.presses(place.account, place.post(ivan, JOINED), "↩️ Разъединить")
    update = waiting_update(place)
    await place.work()
    before = await state(place)
    await repeat(place, update)
    assert await state(place) == before
    assert UNDONE in place.seen(ivan)[-1] or not by_command
    assert UNDONE in "\n".join(place.seen(ivan))


async def test_m10_undo_by_command_finds_the_merge_after_a_crash_before_it_was_shown(place, ivan):
    presses(place, ivan, "🧩 Объединить")
    await place.work()
    await place.desk.pool.execute("DELETE FROM screens")
    await place.writes(ivan, "/undo")
    assert UNDONE in place.seen(ivan)[-1]
    await place.writes(ivan, "/undo")
    assert "отменять нечего" in place.seen(ivan)[-1]
