"""Searching: every way to remember a client, what fits is told, and nothing beyond one's rights."""

from datetime import timedelta

import pytest

from hub.domain.manager import Role
from hub.domain.spelling import slip, spellings, transliterate, transposed
from hub.inbox import queries
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import Desk, person, says
from tests.inbox.test_queries import MASKED, actor, other, owner

MARIA = person(100, name="Мария Петрова", phone="+79161234567")


async def boss(desk: Desk):
    await desk.hire("boss", role=Role.admin)
    return await actor(desk, "boss")


async def with_company(desk: Desk, name: str = "ООО «Ромашка»", inn: str = "7701234567") -> None:
    await desk.pool.execute("INSERT INTO companies (id, name, inn, created_at) VALUES (7, $1, $2, now())", name, inn)
    await desk.pool.execute("UPDATE contacts SET company_id = 7 WHERE name = 'Мария Петрова'")


async def two_clients(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит доставка?", at=desk.now, by=MARIA))
    await desk.receive(says("И мне торшер", at=desk.now, by=person(200, name="Олег Сидоров")))


@pytest.mark.parametrize(
    "text",
    ["Petrova", "Мария Петрова", "Петрова Мария", "Vfhbz Gtnhjdf", "gtnhjdf", "Maria Petrova", "Питрова", "4567"],
)
async def test_a_client_is_found_in_either_alphabet_and_on_the_wrong_keyboard(desk: Desk, text: str) -> None:
    await two_clients(desk)
    rows = await queries.find_conversations(desk.office, await boss(desk), text)
    assert [row.contact_name for row in rows] == ["Мария Петрова"]


@pytest.mark.parametrize("text", ["Ромашка", "romashka", "hjvfirf", "7701234567"])
async def test_a_client_is_found_by_the_company(desk: Desk, text: str) -> None:
    await two_clients(desk)
    await with_company(desk)
    [row] = await queries.find_conversations(desk.office, await boss(desk), text)
    assert (row.found_by, row.found) == ("company", "ООО «Ромашка»")


@pytest.mark.parametrize("text", ["55123", "https://romashka.example/leads/detail/55123"])
async def test_a_client_is_found_by_the_record_of_a_crm(desk: Desk, text: str) -> None:
    await two_clients(desk)
    contact = (await desk.one("contacts", "name = 'Мария Петрова'"))["id"]
    await desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) "
        "VALUES (9, 'amocrm', 'CRM', '', now())"
    )
    await desk.pool.execute(
        "INSERT INTO crm_items (connection_id, entity, hub_id, contact_id, key, ref, url, state, changed_at) VALUES "
        "(9, 'lead', 1, $1, 'k', '55123', 'https://romashka.example/leads/detail/55123', 'done', now())",
        contact,
    )
    [row] = await queries.find_conversations(desk.office, await boss(desk), text)
    assert (row.contact_name, row.found_by, row.found) == ("Мария Петрова", "crm", "55123")


@pytest.mark.parametrize("text", ["доставку стоит", "ДОСТАВКА", "ljcnfdrf"])
async def test_words_of_a_message_are_found_in_any_form_and_shown(desk: Desk, text: str) -> None:
    await two_clients(desk)
    [row] = await queries.find_conversations(desk.office, await boss(desk), text)
    assert (row.contact_name, row.found_by, row.found) == ("Мария Петрова", "text", "Сколько стоит доставка?")


async def test_a_long_message_is_shown_around_the_words(desk: Desk) -> None:
    await desk.receive(says("много слов " * 20 + "красный торшер стоит " + "и ещё " * 20, at=desk.now))
    [row] = await queries.find_conversations(desk.office, await boss(desk), "торшеры")
    assert "красный торшер стоит" in row.found and len(row.found) <= 92
    assert row.found.startswith("…") and row.found.endswith("…")


async def test_a_deleted_message_is_not_found(desk: Desk) -> None:
    await two_clients(desk)
    await desk.pool.execute("UPDATE messages SET deleted_at = now()")
    assert await queries.find_conversations(desk.office, await boss(desk), "торшер") == []


async def test_rg3_words_of_a_colleagues_client_are_not_found(desk: Desk) -> None:
    await desk.receive(says("Нужен торшер", at=desk.now))
    assert len(await queries.find_conversations(desk.office, await owner(desk), "торшер")) == 1
    assert await queries.find_conversations(desk.office, await other(desk), "торшер") == []

    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    for manager in ("anna", "ivan"):
        assert len(await queries.find_conversations(desk.office, await actor(desk, manager), "торшер")) == 1


async def test_rg5_a_telephone_that_fits_is_masked_like_on_the_card(desk: Desk) -> None:
    desk.rules.append(to_policy(parse_policy(MASKED), 2))
    await desk.receive(says("Перезвоните", at=desk.now, by=MARIA))
    me = await owner(desk)
    assert [row.found for row in await queries.find_conversations(desk.office, me, "234567")] == ["+79161234567"]

    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    for typed in ("4567", "89161234567"):
        assert [row.found for row in await queries.find_conversations(desk.office, me, typed)] == ["+7••••••••67"]


async def test_rg5_a_masked_telephone_is_not_guessed_digit_by_digit(desk: Desk) -> None:
    desk.rules.append(to_policy(parse_policy(MASKED), 2))
    await desk.receive(says("Звоните 89161234567 или 8 495 123-45-67, заказ 55512", at=desk.now, by=MARIA))
    me = await owner(desk)
    guesses = ("34567", "234567", "161234567", "1234567", "12345", "8916", "89161234")
    readable = [guess for guess in guesses if await queries.find_conversations(desk.office, me, guess)]
    assert set(readable) >= {"34567", "234567", "161234567"}

    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    for guess in guesses:
        assert await queries.find_conversations(desk.office, me, guess) == [], guess
    [row] = await queries.find_conversations(desk.office, me, "55512")
    assert "•" in row.found and "55512" in row.found


async def test_each_conversation_is_found_once_and_what_was_named_stands_first(desk: Desk) -> None:
    await desk.receive(says("Меня зовут Петрова", at=desk.now, by=MARIA))
    desk.clock.move(timedelta(seconds=1))
    await desk.receive(says("Передайте Петровой", at=desk.now, by=person(200, name="Олег Сидоров")))
    rows = await queries.find_conversations(desk.office, await boss(desk), "Петрова")
    assert [(row.contact_name, row.found_by) for row in rows] == [("Мария Петрова", "name"), ("Олег Сидоров", "text")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Ivanov", "иванов"), ("Shcherbakov", "щербаков"), ("Юлия", "yuliya"), ("Yuliya", "юлия"), ("Sergey", "сергей")],
)
def test_names_are_read_in_the_other_alphabet(typed: str, meant: str) -> None:
    assert transliterate(typed) == meant


def test_the_other_keyboard_is_read_both_ways() -> None:
    assert (slip("bdfyjd"), slip("Шмфтщм"), slip(slip("ёж, бюро"))) == ("иванов", "ivanov", "ёж, бюро")
    assert spellings("1042") == ("1042",)


def test_two_neighbouring_letters_may_have_changed_places() -> None:
    assert "иванов" in transposed("Ивнаов") and "иванов" not in transposed("Иванов")
    assert transposed("Ива") == () and transposed("12345") == ()
    assert "анна иванова" in transposed("анна ивнаова") and "аннаи ванова" not in transposed("анна иванова")


@pytest.mark.parametrize("text", ["ООО Ромашка", "ромашка ооо", "«Ромашка»", "Рамашка", "Romashca"])
async def test_a_company_is_found_without_its_form_and_with_a_typo(desk: Desk, text: str) -> None:
    await two_clients(desk)
    await with_company(desk)
    [row] = await queries.find_conversations(desk.office, await boss(desk), text)
    assert (row.found_by, row.found) == ("company", "ООО «Ромашка»")


async def test_a_letter_that_is_a_mark_on_the_other_keyboard_is_no_mark(desk: Desk) -> None:
    await two_clients(desk)
    await with_company(desk, "Поэма")
    [row] = await queries.find_conversations(desk.office, await boss(desk), "gj'vf")
    assert row.found == "Поэма"


async def test_a_company_that_is_only_like_the_words_is_not_guessed_where_somebody_has_the_name(desk: Desk) -> None:
    await two_clients(desk)
    await with_company(desk, "Сидаров и сыновья")
    rows = await queries.find_conversations(desk.office, await boss(desk), "Сидоров")
    assert [row.contact_name for row in rows] == ["Олег Сидоров"]
