"""Addresses of several people, numbers that change hands, and what joined cards say (M-7, M-8, M-11)."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.errors import ContactBlocked, NotFound, PermissionDenied
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId, IdentityId, LineKey, ManagerId
from hub.domain.inbound import Address, FormSubmission, InboundMessage, MailHints, Sender
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import merge
from hub.inbox.identities import mark_shared
from hub.inbox.reply import Content, reply
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import DAY, MINUTE, put_in_force
from tests.inbox.test_calls import PHONE, miss
from tests.inbox.test_queries import actor

INFO = "info@factory.example"


@pytest.fixture
async def anna(desk: Desk) -> Person:
    """The only manager at work, so that every client is hers."""
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE key = 'ivan'")
    return await actor(desk, "anna")


def writes(desk: Desk, number: int, *, answers: str = "", text: str = "Здравствуйте") -> InboundMessage:
    """A letter from the mailbox that the whole factory uses."""
    sender = Sender((Address(IdentityType.email, INFO, INFO, ProofLevel.proven),), name="Завод")
    mail = MailHints(message_id=f"<{number}@factory.example>", subject="Вопрос", in_reply_to=answers)
    return InboundMessage(f"<{number}@factory.example>", f"letter-{number}", sender, desk.now, text=text, mail=mail)


def chat(desk: Desk, account: int, *, phone: str, level: ProofLevel = ProofLevel.claimed) -> InboundMessage:
    """Somebody in Telegram who names a telephone number."""
    addresses = (
        Address(IdentityType.tg_user, str(account), level=ProofLevel.proven),
        Address(IdentityType.phone, phone, phone, level),
    )
    sender = Sender(addresses, name=f"Клиент {account}")
    return InboundMessage(f"{account}-{desk.now.timestamp()}", f"chat-{account}", sender, desk.now, text="Это я")


async def identity(desk: Desk, value: str) -> Any:
    return await desk.one("identities", "value = $1", value)


async def test_m7_an_address_named_by_three_cards_is_shared_and_asks_nobody_any_more(desk: Desk, anna: Person) -> None:
    for account in (100, 200, 300):
        await desk.receive(chat(desk, account, phone=PHONE))
        desk.clock.move(MINUTE)
    assert (await identity(desk, PHONE))["is_shared"]
    questions = len(await desk.rows("match_candidates"))
    await desk.receive(chat(desk, 400, phone=PHONE))

    assert len(await desk.rows("match_candidates")) == questions
    assert len(await desk.rows("contacts")) == 4


async def test_m7_the_number_of_cards_is_a_rule_of_the_business(desk: Desk, anna: Person) -> None:
    put_in_force(desk, ALWAYS_OPEN.replace('name = "Ромашка"', 'name = "Ромашка"\nshared_after = 4'))
    for account in (100, 200, 300):
        await desk.receive(chat(desk, account, phone=PHONE))
    assert not (await identity(desk, PHONE))["is_shared"]
    await desk.receive(chat(desk, 400, phone=PHONE))

    assert (await identity(desk, PHONE))["is_shared"]


async def test_m7_one_who_names_an_address_often_is_one(desk: Desk, anna: Person) -> None:
    await desk.receive(chat(desk, 100, phone=PHONE))
    for _ in range(4):
        desk.clock.move(MINUTE)
        await desk.receive(chat(desk, 200, phone=PHONE))

    row = await identity(desk, PHONE)
    assert (row["is_shared"], len(row["claims"])) == (False, 1)


async def mark(desk: Desk, actor_: Person, *, is_shared: bool = True) -> None:
    row = await identity(desk, INFO)
    conversation = await desk.one("conversations", "contact_id = $1", row["contact_id"])
    place = ConversationId(conversation["id"])
    await mark_shared(desk.office, actor_, place, IdentityId(row["id"]), is_shared=is_shared)


async def test_m7_letters_from_a_shared_mailbox_are_told_apart_by_their_thread(desk: Desk, anna: Person) -> None:
    await desk.receive(writes(desk, 1, text="Нужны болты"), connection=2)
    await mark(desk, anna)
    await desk.receive(writes(desk, 2, text="Нужны гайки"), connection=2)
    await desk.receive(writes(desk, 3, answers="<1@factory.example>", text="Болтов сто"), connection=2)
    await desk.receive(writes(desk, 4, answers="<2@factory.example>", text="Гаек сто"), connection=2)

    assert len(await desk.rows("contacts")) == 2
    rows = await desk.pool.fetch("SELECT contact_id, text FROM messages WHERE direction = 'inbound'")
    by_text = {row["text"]: row["contact_id"] for row in rows}
    assert by_text["Нужны болты"] == by_text["Болтов сто"] != by_text["Нужны гайки"] == by_text["Гаек сто"]


async def test_m7_an_address_that_is_one_persons_after_all_finds_the_card_again(desk: Desk, anna: Person) -> None:
    await desk.receive(writes(desk, 1), connection=2)
    await mark(desk, anna)
    await mark(desk, anna, is_shared=False)
    await desk.receive(writes(desk, 2), connection=2)

    assert len(await desk.rows("contacts")) == 1


async def test_m7_an_answer_does_not_begin_at_a_shared_address_even_where_no_screen_offers_it(
    desk: Desk, anna: Person
) -> None:
    addresses = (
        Address(IdentityType.tg_user, "100", level=ProofLevel.proven),
        Address(IdentityType.email, INFO, INFO, ProofLevel.claimed),
    )
    sender = Sender(addresses, name="Завод")
    await desk.receive(InboundMessage("100-1", "chat-100", sender, desk.now, text="Пишите на почту"))
    await mark(desk, anna)
    content = Content("Счёт готов", identity_id=IdentityId((await identity(desk, INFO))["id"]))
    place = ConversationId((await desk.one("conversations"))["id"])
    with pytest.raises(ContactBlocked):
        await reply(desk.office, anna, place, content=content, key="press-1")

    assert await desk.rows("deliveries", "lane = 'reply'") == []


async def test_m7_only_who_may_match_the_client_marks_an_address(desk: Desk, anna: Person) -> None:
    await desk.receive(writes(desk, 1), connection=2)
    stranger = Person(ManagerId(7), Role.manager, frozenset({LineKey("support")}))
    with pytest.raises((NotFound, PermissionDenied)):
        await mark(desk, stranger)

    assert not (await identity(desk, INFO))["is_shared"]


async def named_by_another(desk: Desk, *, level: ProofLevel) -> int:
    """A number that one client has proven and calls from is named by another one later; returns the former."""
    await desk.receive(chat(desk, 100, phone=PHONE, level=ProofLevel.proven))
    await miss(desk)
    former = int((await desk.one("contacts"))["id"])
    desk.clock.move(20 * DAY)
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(200)))
    await desk.receive(chat(desk, 200, phone=PHONE, level=level))
    return former


async def changed_hands(desk: Desk, anna: Person, *, level: ProofLevel = ProofLevel.proven) -> int:
    """A number is named by another client, and Anna says that these are two people."""
    former = await named_by_another(desk, level=level)
    await merge.keep_apart(desk.office, anna, (await desk.one("match_candidates"))["id"])
    return former


async def test_m8_a_number_proven_later_by_another_client_moves_and_both_cards_say_so(desk: Desk, anna: Person) -> None:
    former = await changed_hands(desk, anna)

    row = await identity(desk, PHONE)
    assert (row["contact_id"] != former, row["level"]) == (True, "proven")
    told = {entry["contact_id"]: entry["kind"] for entry in await desk.rows("ledger", "cause = 'M-8'")}
    assert told == {former: "number_left", row["contact_id"]: "number_came"}


async def test_m8_calls_of_a_moved_number_are_its_new_owners_and_old_calls_stay(desk: Desk, anna: Person) -> None:
    former = await changed_hands(desk, anna)
    await miss(desk, "c2")

    calls = await desk.rows("messages", "kind = 'call' ORDER BY id")
    assert [row["contact_id"] == former for row in calls] == [True, False]
    assert len(await desk.rows("contacts")) == 2


async def test_m8_a_number_that_was_only_named_stays_where_it_is(desk: Desk, anna: Person) -> None:
    former = await changed_hands(desk, anna, level=ProofLevel.claimed)

    assert (await identity(desk, PHONE))["contact_id"] == former


async def test_m8_joining_the_cards_instead_leaves_one_owner_and_no_claim(desk: Desk, anna: Person) -> None:
    former = await named_by_another(desk, level=ProofLevel.proven)
    question = await desk.one("match_candidates")
    merged = await merge.join_candidate(desk.office, anna, question["id"], with_contact=former)  # type: ignore[arg-type]
    row = await identity(desk, PHONE)
    assert (row["contact_id"], row["claims"]) == (former, [])

    await merge.undo_merge(desk.office, anna, merged)
    assert [claim["level"] for claim in (await identity(desk, PHONE))["claims"]] == ["proven"]


def form(desk: Desk, name: str) -> FormSubmission:
    """Somebody types a number and a name into the form."""
    sender = Sender((Address(IdentityType.phone, PHONE, PHONE, ProofLevel.claimed),), name=name)
    return FormSubmission(f"form-{name}", "order", sender, desk.now, text="Заявка")


async def join_names(desk: Desk, anna: Person, *, first: str, second: str, is_form_first: bool = True) -> Any:
    """Two cards of one person with different names: by a form, and by an account that names the number later."""
    account = Address(IdentityType.tg_user, "200", level=ProofLevel.proven)
    wrote = InboundMessage("1", "chat-200", Sender((account,), name=second if is_form_first else first), desk.now)
    typed = form(desk, first if is_form_first else second)
    await (desk.receive(typed, connection=3) if is_form_first else desk.receive(wrote))
    desk.clock.move(timedelta(minutes=5))
    await (desk.receive(wrote) if is_form_first else desk.receive(typed, connection=3))
    both = Sender((account, Address(IdentityType.phone, PHONE, PHONE, ProofLevel.claimed)))
    await desk.receive(InboundMessage("2", "chat-200", both, desk.now, text="Мой номер"))
    question = await desk.one("match_candidates")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    return await desk.one("contacts", "merged_into IS NULL")


async def test_m11_in_a_conflict_the_better_proven_card_wins_and_the_loser_is_kept(desk: Desk, anna: Person) -> None:
    card = await join_names(desk, anna, first="Машулька", second="Мария Петрова")

    assert card["name"] == "Мария Петрова"
    entries = await desk.rows("ledger", "kind = 'joined' AND facts ? 'lost'")
    assert [entry["facts"]["lost"] for entry in entries] == [{"name": "Машулька"}]


async def test_m11_a_proven_account_wins_over_a_newer_card_that_was_only_typed(desk: Desk, anna: Person) -> None:
    card = await join_names(desk, anna, first="Мария Петрова", second="Машулька", is_form_first=False)

    assert card["name"] == "Мария Петрова"


async def test_m11_something_wins_over_nothing(desk: Desk, anna: Person) -> None:
    card = await join_names(desk, anna, first="Мария", second="")

    assert card["name"] == "Мария"


async def test_m11_within_a_level_the_newer_card_wins(desk: Desk, anna: Person) -> None:
    await desk.receive(says("Первый", at=desk.now, by=person(100, name="Старое имя", phone=PHONE)))
    desk.clock.move(timedelta(minutes=5))
    await desk.receive(says("Второй", at=desk.now, by=person(200, name="Новое имя")))
    second = person(200, name="Новое имя", phone=PHONE, is_own=False)
    await desk.receive(says("Мой номер", at=desk.now, by=second))
    question = await desk.one("match_candidates")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    assert (await desk.one("contacts", "merged_into IS NULL"))["name"] == "Новое имя"
