import asyncio
from dataclasses import replace
from datetime import timedelta

from hub.channels.base import PollBatch, Raw
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId
from hub.domain.inbound import Address, FormSubmission, InboundMessage, MailHints, Sender
from tests.inbox.desk import Desk, person, says

PHONE = "+79161234567"
MAIL = "maria@example.com"


def form(desk: Desk, *, phone: str = "", mail: str = "", key: str = "f1", name: str = "Мария") -> FormSubmission:
    addresses = [Address(IdentityType.phone, phone, phone)] * bool(phone) + [
        Address(IdentityType.email, mail, mail)
    ] * bool(mail)
    return FormSubmission(key, "calc", Sender(tuple(addresses), name=name), desk.now, text="Сколько стоит?")


def letter(desk: Desk, *, mail: str = MAIL, number: int = 1, **hints: object) -> InboundMessage:
    sender = Sender((Address(IdentityType.email, mail, mail, ProofLevel.claimed),), name="Мария")
    mail_hints = MailHints(message_id=f"m{number}@example.com", subject="Расчёт", **hints)  # type: ignore[arg-type]
    return InboundMessage(
        f"m{number}@example.com", f"m{number}@example.com", sender, desk.now, text="Добрый день", mail=mail_hints
    )


async def test_m4_case6_a_form_with_a_proven_phone_attaches_and_brings_its_mail_address(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    await desk.receive(form(desk, phone=PHONE, mail=MAIL), connection=3)
    await desk.receive(letter(desk), connection=2)

    contact = await desk.one("contacts")
    levels = {row["type"]: row["level"] for row in await desk.rows("identities")}
    assert levels == {"tg_user": "proven", "phone": "proven", "email": "claimed"}
    assert {row["contact_id"] for row in await desk.rows("messages")} == {contact["id"]}
    assert len(await desk.rows("conversations")) == len(await desk.rows("waits")) == 1


async def test_m5_two_possible_cards_make_one_question_and_lose_no_time(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    await desk.receive(letter(desk), connection=2)
    await desk.receive(form(desk, phone=PHONE, mail=MAIL), connection=3)

    question = await desk.one("match_candidates")
    provisional = await desk.one("contacts", "is_provisional")
    assert question["contact_id"] == provisional["id"]
    assert len(question["candidates"]) == 2
    assert (await desk.one("waits", "contact_id = $1", provisional["id"]))["state"] == "open"


async def test_m4_a_typed_phone_does_not_join_two_messenger_accounts_and_a_person_is_asked(desk: Desk) -> None:
    await desk.receive(form(desk, phone=PHONE), connection=3)
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(2, phone=PHONE)))

    assert len(await desk.rows("contacts")) == 2
    assert (await desk.one("match_candidates"))["state"] == "open"


async def test_m2_a_typed_phone_is_proven_when_its_owner_shares_it(desk: Desk) -> None:
    await desk.receive(form(desk, phone=PHONE), connection=3)
    claimed = (await desk.one("identities", "type = 'phone'"))["level"]
    await desk.receive(says("Это мой номер", at=desk.now, by=person(1, phone=PHONE)))
    await desk.receive(form(desk, phone=PHONE, key="f2"), connection=3)

    assert (claimed, (await desk.one("identities", "type = 'phone'"))["level"]) == ("claimed", "proven")


async def test_m6_a_name_or_username_never_matches(desk: Desk) -> None:
    await desk.receive(says("Раз", at=desk.now, by=person(1, name="Мария Петрова")))
    await desk.receive(says("Два", at=desk.now, by=person(2, name="Мария Петрова")))

    assert len(await desk.rows("contacts")) == 2


async def test_m2_somebody_elses_contact_card_is_only_claimed(desk: Desk) -> None:
    await desk.receive(says("Вот номер", at=desk.now, by=person(1, phone=PHONE, is_own=False)))

    assert (await desk.one("identities", "type = 'phone'"))["level"] == "claimed"


async def test_m9_case4_ten_first_messages_at_once_make_one_contact_thread_conversation_wait_and_lead(
    desk: Desk,
) -> None:
    for number in range(10):
        await desk.accept(says(f"Сообщение {number}", at=desk.now, number=number + 1))
    await asyncio.gather(*(desk.process() for _ in range(4)))

    for table in ("contacts", "threads", "conversations", "waits", "leads"):
        assert len(await desk.rows(table)) == 1, table
    assert (await desk.one("waits"))["requests"] == len(await desk.rows("messages")) == 10


async def test_m9_case6_two_channels_at_once_with_the_same_phone_make_one_contact(desk: Desk) -> None:
    await desk.accept(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    await desk.accept(form(desk, phone=PHONE), connection=3)
    await asyncio.gather(desk.process(), desk.process())

    assert len(await desk.rows("contacts")) == len(await desk.rows("waits")) == 1


async def test_fr9_an_earlier_request_processed_later_moves_the_start_back(desk: Desk) -> None:
    early = desk.now
    desk.clock.move(timedelta(minutes=3))
    await desk.receive(says("Второе", at=desk.now, number=2))
    await desk.receive(says("Первое", at=early, number=1))

    wait = await desk.one("waits")
    assert wait["started_at"] == early
    assert wait["deadline_at"] == early + timedelta(minutes=15)
    assert len(await desk.rows("ledger", "kind = 'start_corrected'")) == 1


async def test_case59_a_stranger_who_answers_the_same_letter_gets_a_thread_of_his_own(desk: Desk) -> None:
    await desk.receive(letter(desk, number=1), connection=2)
    reply = letter(desk, mail="other@example.com", number=2, in_reply_to="m1@example.com")
    await desk.receive(reply, connection=2)

    assert len(await desk.rows("threads")) == len(await desk.rows("contacts")) == 2


async def test_m15_a_manager_who_writes_never_becomes_a_contact(desk: Desk) -> None:
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("tg_user", "", "77")] = anna
    await desk.receive(says("Проверка", at=desk.now, by=person(77)))

    assert await desk.rows("contacts") == await desk.rows("waits") == []


async def test_fr2_automatic_mail_opens_no_wait_and_is_kept(desk: Desk) -> None:
    await desk.receive(replace(letter(desk), automatic="auto_reply"), connection=2)

    assert await desk.rows("waits") == []
    assert await desk.rows("contacts") == []
    assert (await desk.one("messages"))["automatic"] == "auto_reply"


async def test_fr7_history_makes_messages_and_no_waits_leads_or_notices(desk: Desk) -> None:
    event = says("Давно было", at=desk.now - timedelta(days=30))
    desk.channel.events[b"old"] = [event]
    batch = PollBatch([Raw(b"old", desk.now, {"id": "old"})], {"uid": 7}, is_history=True)
    await desk.acceptor.accept_batch(ConnectionId(1), desk.channel, batch)
    await desk.process()

    assert len(await desk.rows("messages")) == 1
    for table in ("waits", "leads", "deliveries"):
        assert await desk.rows(table) == [], table
