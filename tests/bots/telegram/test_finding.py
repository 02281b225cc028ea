"""`/find` by whatever a manager remembers of a client, and nothing of clients beyond their reach (RG-3)."""

from datetime import timedelta

import pytest

from hub.domain.manager import Role
from hub.testing.telegram.people import Person
from tests.bots.telegram.test_transcripts import put_in_force
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN, person

IVANOV = person(100, name="Пётр Иванов", phone="+79161234567")
SIDOROVA = person(200, name="Ольга Сидорова", phone="+79265550011")
TWO_LINES = (
    ALWAYS_OPEN
    + """
team = ["ivan"]
[managers.ivan]
[managers.anna]
[lines.support]
name = "Поддержка"
calendar = "always"
team = ["anna"]
"""
)
"""Ivan works for sales alone, Anna for support alone."""


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan, whose two clients are Ivanov of «Ромашка» and Sidorova."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит доставка дивана?", by=IVANOV)
    place.desk.clock.move(timedelta(seconds=1))
    await place.client_says("Нужен счёт", by=SIDOROVA)
    await place.desk.pool.execute("INSERT INTO companies (id, name, created_at) VALUES (7, 'ООО «Ромашка»', now())")
    await place.desk.pool.execute("UPDATE contacts SET company_id = 7 WHERE name = 'Пётр Иванов'")
    return ivan


async def found(place: Workplace, whom: Person, words: str) -> str:
    """What the search shows."""
    await place.writes(whom, f"/find {words}")
    return place.seen(whom)[-1]


@pytest.mark.parametrize(
    "words",
    [
        "Иванов",
        "иванов",
        "ИВАНОВ ПЁТР",
        "Петр Иванов",
        "Ивонов",
        "Иваноф",
        "Иваннов",
        "Иванв",
        "Ивнаов",
        "Ivanov",
        "Ivanof",
        "ivanow",
        "Petr Ivanov",
        "Pyotr Ivanov",
        "bdfyjd",
        "Иванова",
        "Ива",
    ],
)
async def test_a_name_is_found_with_typos_in_the_other_alphabet_and_on_the_wrong_keyboard(
    place: Workplace, ivan: Person, words: str
) -> None:
    shown = await found(place, ivan, words)
    assert "Пётр Иванов" in shown and "Сидорова" not in shown


@pytest.mark.parametrize("words", ["4567", "45-67", "1234567", "8 916 123-45-67", "+7 (916) 123 45 67", "9161234567"])
async def test_a_telephone_is_found_by_its_end_however_it_is_typed(place: Workplace, ivan: Person, words: str) -> None:
    shown = await found(place, ivan, words)
    assert "Пётр Иванов" in shown and "📞 +79161234567" in shown and "Сидорова" not in shown


@pytest.mark.parametrize("words", ["Ромашка", "ромашк", "romashka", "Рамашка", "ООО Ромашка", "hjvfirf"])
async def test_a_company_brings_its_client(place: Workplace, ivan: Person, words: str) -> None:
    shown = await found(place, ivan, words)
    assert "Пётр Иванов" in shown and "🏢 ООО «Ромашка»" in shown and "Сидорова" not in shown


@pytest.mark.parametrize("words", ["доставка", "диваны", "стоит диван", "ДОСТАВКУ дивана"])
async def test_words_that_were_said_bring_who_said_them(place: Workplace, ivan: Person, words: str) -> None:
    shown = await found(place, ivan, words)
    assert "Пётр Иванов" in shown and "💬 «Сколько стоит доставка дивана?»" in shown and "Сидорова" not in shown


@pytest.mark.parametrize("words", ["Иванов", "Ivanov", "4567", "Ромашка", "доставка", "#1001"])
async def test_rg3_a_manager_of_another_line_finds_nothing(place: Workplace, words: str) -> None:
    put_in_force(place, TWO_LINES)
    ivan, anna = await place.hire("ivan", "Иван"), await place.hire("anna", "Анна")
    await place.client_says("Сколько стоит доставка?", by=IVANOV)
    await place.desk.pool.execute("INSERT INTO companies (id, name, created_at) VALUES (7, 'ООО «Ромашка»', now())")
    await place.desk.pool.execute("UPDATE contacts SET company_id = 7")
    assert "Пётр Иванов" in await found(place, ivan, words)
    assert "Иванов" not in (await found(place, anna, words)).replace("«Иванов»", "")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    assert "Пётр" not in await found(place, anna, words)


@pytest.mark.parametrize("words", ["Иванов", "4567", "Ромашка", "доставка"])
async def test_rg1_a_colleagues_client_is_found_by_the_head_and_not_by_a_manager(
    place: Workplace, ivan: Person, words: str
) -> None:
    anna = await place.hire("anna", "Анна")
    boss = await place.hire("boss", "Борис", role=Role.head)
    assert "Пётр" not in await found(place, anna, words)
    assert "Пётр Иванов" in await found(place, boss, words)


async def test_who_has_nobody_like_it_reads_so_and_how_to_search(place: Workplace, ivan: Person) -> None:
    shown = await found(place, ivan, "Кузнецов")
    assert "Пётр" not in shown and "Сидорова" not in shown and "Можно искать по имени" in shown


async def test_the_nearest_name_stands_first(place: Workplace, ivan: Person) -> None:
    place.desk.clock.move(timedelta(seconds=1))
    await place.client_says("Здравствуйте", by=person(300, name="Анна Ивакова"))
    shown = await found(place, ivan, "Ивонов")
    assert "Ивакова" not in shown or shown.index("Пётр Иванов") < shown.index("Ивакова")


async def test_one_hit_is_one_press_from_its_card(place: Workplace, ivan: Person) -> None:
    number = (await place.desk.one("conversations", "contact_id IN (SELECT id FROM contacts WHERE company_id = 7)"))[
        "number"
    ]
    await found(place, ivan, "Ivanof")
    await place.presses(ivan, "Найдено", f"#{number}")
    assert "Сколько стоит доставка дивана?" in place.seen(ivan)[-1]
