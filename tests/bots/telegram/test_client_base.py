"""The client base stays with the business: a manager's whole screen without a number, a head's with it (RG-5)."""

from datetime import timedelta

import pytest

from bots.telegram.keeping import clear_due
from hub.domain.identity import IdentityType
from hub.domain.ids import ManagerId
from hub.domain.inbound import Address, FormSubmission, Sender
from hub.domain.manager import Role
from hub.domain.rights import Person as PersonOfRights
from hub.inbox.people import AT_THE_MACHINE, dismiss_manager
from hub.inbox.queries.bursts import list_burst
from hub.inbox.queries.searching import find_conversations
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.turns import turn
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import BOT, Workplace
from tests.inbox.desk import ALWAYS_OPEN, person

PHONE = "+79161234567"
TAILS = ("123-45-67", "1234567", "123 45 67")
HIDDEN = ALWAYS_OPEN + 'phone_masking = "always"\n'
UNTIL_TAKEN = ALWAYS_OPEN + 'phone_masking = "until_taken"\n'


def put_in_force(place: Workplace, rules: str) -> None:
    place.desk.rules.append(to_policy(parse_policy(rules), len(place.desk.rules) + 1))


def show_of(place: Workplace, whom: Person) -> str:
    """Everything in the person's chat: words, labels of buttons, and what copying would give."""
    shown = []
    for seen in whom.screen(place.account).visible():
        if seen.is_from_bot:
            shown += [seen.text, str((seen.post.keyboard if seen.post else None) or "")]
    return "\n".join(shown)


@pytest.fixture
async def ivan(place: Workplace):
    put_in_force(place, HIDDEN)
    ivan = await place.hire("ivan", "Иван")
    hostile = person(100, name="Мария 8 (916) 123-45-67", phone=PHONE)
    await place.client_says("Перезвоните на 8 916 123 45 67", by=hostile)
    sender = Sender((Address(IdentityType.phone, PHONE, "8-916-123-45-67"),), name="Мария 89161234567")
    fields = (("Телефон", "8(916)123-45-67"), ("Город", "Москва"))
    await place.desk.receive(
        FormSubmission("f1", "calc", sender, place.desk.now, text="Мой 9161234567", fields=fields), connection=3
    )
    await place.work()
    return ivan


async def everything_read(place: Workplace, whom: Person) -> str:
    """Every screen on which a client stands."""
    rows = await place.desk.rows("conversations", "true ORDER BY id")
    for row in rows:
        for command in ("card", "client", "history", "why"):
            await place.writes(whom, f"/{command} {row['number']}")
    for command in ("/my", "/queue", "/overdue", "/next", "/find мария", "/find 4567", "/find 9161234", "/today"):
        await place.writes(whom, command)
    return show_of(place, whom)


async def test_rg5_no_screen_of_a_manager_shows_a_masked_number_however_it_was_written(place, ivan):
    shown = await everything_read(place, ivan)
    assert "Мария" in shown and "+7••••••••67" in shown and "Москва" in shown
    assert [line for line in shown.splitlines() if any(tail in line for tail in TAILS)] == []


HOUSE_PHONE = "+74957654321"
HOUSE_TAILS = ("765-43-21", "7654321", "765 43 21")


@pytest.fixture
async def petr(place: Workplace) -> Person:
    """Пётр's client has a number that nothing but knowing it gives away: a town's one, without its beginning."""
    put_in_force(place, HIDDEN)
    petr = await place.hire("petr", "Пётр")
    mailbox = Address(IdentityType.email, "4957654321@mail.ru", "4957654321@mail.ru")
    phone = Address(IdentityType.phone, HOUSE_PHONE, "495 765-43-21")
    sender = Sender((phone, mailbox), name="Мария 495 765-43-21")
    fields = (("Телефон", "495 765-43-21"), ("Комментарий", "звонить 4957654321"))
    form = FormSubmission("f1", "calc", sender, place.desk.now, text="Срочно, мой 495 765 43 21", fields=fields)
    await place.desk.receive(form, connection=3)
    await place.work()
    await place.writes(petr, "/step 1001 2ч позвонить 495 765-43-21")
    await place.desk.pool.execute("DELETE FROM deliveries")
    return petr


@pytest.mark.parametrize(
    "command",
    [
        "/card 1001",
        "/client 1001",
        "/history 1001",
        "/why 1001",
        "/my",
        "/queue",
        "/overdue",
        "/next",
        "/find мария",
        "/find 4321",
        "/find срочно",
        "/tasks",
        "/task 1001",
        "/today",
        "/stage 1001",
    ],
)
async def test_rg5_a_number_that_only_the_client_gives_away_is_hidden_on_each_screen_as_on_the_card(
    place: Workplace, petr: Person, command: str
) -> None:
    if command in ("/queue", "/next"):
        await place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
        await place.desk.pool.execute("UPDATE waits SET assignee_id = NULL")
    place.desk.clock.move(timedelta(hours=3))
    before = len(petr.screen(place.account).visible())
    await place.writes(petr, command)
    told = "\n".join(place.seen(petr)[before + 1 :])
    assert "Мария" in told or "•" in told, told
    assert [tail for tail in HOUSE_TAILS if tail in told] == []


async def test_rg5_what_fits_a_search_is_told_without_the_number(place: Workplace, petr: Person) -> None:
    manager = PersonOfRights(ManagerId(petr.user.id), Role.manager, frozenset(place.desk.office.policy().lines))
    [row] = await find_conversations(place.desk.office, manager, "мария")
    assert (row.found_by, row.found) == ("name", "Мария +7••••••••21")


async def test_rg5_a_template_greets_by_the_name_without_the_number_in_it(place, ivan):
    greeting = '[lines.sales.templates.hello]\nname = "Привет"\ntext = "Здравствуйте, {{client.name}}!"\n'
    put_in_force(place, HIDDEN + greeting)
    for row in await place.desk.rows("conversations", "true ORDER BY id"):
        await place.writes(ivan, f"/tpl {row['number']}")
    shown = show_of(place, ivan)
    assert "Здравствуйте, Мария!" in shown
    assert [tail for tail in TAILS if tail in shown] == []


async def test_rg5_refusals_repeat_no_number(place, ivan):
    for command in (
        f"/card {PHONE}",
        f"/client {PHONE}",
        f"/write 1001 {PHONE}",
        f"/shared 1001 {PHONE}",
        "/call 1001",
    ):
        await place.writes(ivan, command)
    assert [tail for tail in TAILS if tail in show_of(place, ivan)] == []


async def test_rg5_what_is_masked_until_taken_is_readable_for_who_has_it(place):
    put_in_force(place, UNTIL_TAKEN)
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Перезвоните на 8 916 123 45 67", by=person(100, phone=PHONE))
    assert PHONE in place.post(ivan, "Перезвоните на").text and "8 916 123 45 67" in show_of(place, ivan)

    other = await place.hire("olga", "Ольга")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await place.writes(other, "/card 1001")
    await place.writes(other, "/queue")
    assert [tail for tail in TAILS if tail in show_of(place, other)] == []


@pytest.mark.parametrize("role", [Role.head, Role.admin])
async def test_rg5_heads_and_administrators_read_numbers_in_full(place, ivan, role):
    boss = await place.hire("boss", "Борис", role=role)
    assert PHONE in await everything_read(place, boss)


PROTECTED = ALWAYS_OPEN.replace("[business]", "[business]\nprotect_chats = true")
CLEARED = ALWAYS_OPEN.replace("[business]", '[business]\nclear_chats_after = "40h"')


def of_bot(place: Workplace, whom: Person):
    return [seen.post for seen in whom.screen(place.account).visible() if seen.is_from_bot]


async def work_of_a_day(place: Workplace) -> Person:
    """Ivan has a client who wrote twice, at length the second time, and has looked at lists and history."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", by=person(100))
    await place.client_says("И ещё вопрос. " * 500, by=person(100))
    for command in ("/my", "/history 1001", "/find мария"):
        await place.writes(ivan, command)
    return ivan


@pytest.mark.parametrize(("rules", "is_protected"), [(ALWAYS_OPEN, False), (PROTECTED, True)])
async def test_everything_the_bot_sends_is_protected_where_the_rules_say_so(place, rules, is_protected):
    put_in_force(place, rules)
    ivan = await work_of_a_day(place)
    assert len(of_bot(place, ivan)) > 5
    assert {post.is_protected for post in of_bot(place, ivan)} == {is_protected}


async def pass_hours(place: Workplace, hours: int) -> int:
    place.desk.clock.move(timedelta(hours=hours))
    return await clear_due(place.office, place.bot)


async def test_clients_words_are_deleted_in_time_and_the_card_stays_answerable(place):
    put_in_force(place, CLEARED)
    ivan = await work_of_a_day(place)
    assert await pass_hours(place, 39) == 0
    assert await pass_hours(place, 1) == 6

    [greeting, card] = [post.text for post in of_bot(place, ivan)]
    assert "Клиенты будут приходить" in greeting and "Сколько стоит?" in card
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"
    assert len(await place.desk.rows("messages", "direction = 'inbound'")) == 2
    await pass_hours(place, 9)
    assert await place.desk.rows("shown", "is_lasting") == [], "what cannot be deleted any more is forgotten"


async def test_no_connection_is_held_while_telegram_deletes(place):
    put_in_force(place, CLEARED)
    await work_of_a_day(place)
    pool, held = place.desk.pool, []
    stop = place.api.listen(lambda _: held.append(pool.get_size() - pool.get_idle_size()))
    assert await pass_hours(place, 40) > 0
    stop()
    assert (len(held) > 0, set(held)) == (True, {0})


async def test_of_two_processes_one_clears_and_one_that_died_is_followed_after_a_while(place):
    put_in_force(place, CLEARED)
    await work_of_a_day(place)
    async with turn(place.desk.pool, BOT, "clearing", lease=timedelta(minutes=1)):
        assert await pass_hours(place, 40) == 0
        await place.desk.pool.execute("UPDATE screens SET expires_at = clock_timestamp() WHERE name = 'clearing'")
        assert await pass_hours(place, 0) > 0
    assert await pass_hours(place, 0) == 0


async def test_without_the_rule_nothing_is_noted_and_nothing_deleted(place):
    ivan = await work_of_a_day(place)
    before = len(of_bot(place, ivan))
    assert await pass_hours(place, 40) == 0
    assert (len(of_bot(place, ivan)), await place.desk.rows("shown")) == (before, [])


@pytest.mark.parametrize(("rules", "left"), [(CLEARED, 0), (ALWAYS_OPEN, 5)], ids=["noted", "only what is linked"])
async def test_rg4_the_chat_of_who_left_is_cleared_of_what_is_younger_than_48_hours(place, rules, left):
    put_in_force(place, rules)
    ivan = await work_of_a_day(place)
    await place.hire("olga", "Ольга")
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")

    await dismiss_manager(place.desk.office, AT_THE_MACHINE, ManagerId(ivan.user.id))
    await place.work()

    assert len(of_bot(place, ivan)) <= left
    shown = show_of(place, ivan)
    assert "Сколько стоит?" not in shown or rules == ALWAYS_OPEN
    assert not any("Сто рублей" in seen.text for seen in ivan.screen(place.account).visible())
    assert len(await place.desk.rows("links")) > 0


async def test_one_message_that_cannot_be_deleted_keeps_no_other(place):
    put_in_force(place, CLEARED)
    ivan = await work_of_a_day(place)
    old = of_bot(place, ivan)[2]
    old.date -= timedelta(hours=30)
    before = len(of_bot(place, ivan))

    assert await pass_hours(place, 41) == 6
    assert old in of_bot(place, ivan) and len(of_bot(place, ivan)) == before - 5


async def test_rg5_a_burst_that_is_shown_at_once_is_masked_too(place, ivan):
    conversation = (await place.desk.rows("conversations", "true ORDER BY id"))[0]
    manager = PersonOfRights(ManagerId(ivan.user.id), Role.manager, frozenset(place.desk.office.policy().lines))
    span = {"since": place.desk.now - timedelta(hours=1), "until": place.desk.now + timedelta(hours=1)}
    said = (await list_burst(place.desk.office, manager, conversation["id"], **span)).parts
    assert [each.text for each in said] == ["Перезвоните на +7••••••••67", "Мой +7••••••••67"]
