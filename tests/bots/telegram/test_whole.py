"""Words that a screen has no place for: the screen says so, and a button brings every one of them as a document."""

from datetime import timedelta

import pytest

from hub.channels.base import Raw
from hub.channels.email.threading import external_id
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId
from hub.domain.inbound import Address, FormSubmission, InboundMessage, MailHints, Sender
from hub.domain.manager import Role
from hub.inbox.accept import offer
from hub.testing.telegram.people import Person
from tests.bots.telegram.test_transcripts import BOM, documents, put_in_force
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN, person

WORDS = [f"слово-{number}" for number in range(460)]
LETTER = " ".join(WORDS)
QUOTED = "> А вы работаете в субботу?"
MAIL = ConnectionId(2)


def whole(place: Workplace, whom: Person) -> str:
    """The text of the newest document in the chat."""
    return documents(place, whom)[-1][1]


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan, whose client's first message has about 4,500 characters."""
    assert 4_400 < len(LETTER) < 4_600
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(LETTER)
    return ivan


async def test_a_first_letter_of_4500_characters_is_said_to_be_cut_and_read_whole(
    place: Workplace, ivan: Person
) -> None:
    card = place.post(ivan, "слово-0")
    assert "✂️ Здесь только начало: " in card.text and f"из {len(LETTER)} знаков" in card.text
    assert WORDS[-1] not in card.text
    await place.presses(ivan, "слово-0", "📄 Целиком")
    name, text = documents(place, ivan)[-1]
    assert name.startswith("soobshchenie-1001-") and name.endswith(".txt") and text.startswith(BOM)
    assert text.split()[-460:] == WORDS
    assert "Обращение #1001 · Мария" in text and "Telegram · Мария (клиент)" in text


async def test_a_reply_to_the_document_answers_the_client(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, "слово-0", "📄 Целиком")
    await place.replies(ivan, "📄 Целиком", "Сто рублей")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"


async def test_what_fits_has_no_button_and_no_mark(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.writes(ivan, "/history 1001")
    shown = "".join(place.seen(ivan)) + str([each.buttons for each in ivan.screen(place.account).visible()])
    assert "✂️" not in shown and "Целиком" not in shown


async def test_a_letter_longer_than_its_mirror_says_so_and_is_read_whole(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    words = [f"слово-{number}" for number in range(2_000)]
    await place.client_says(" ".join(words), number=2)
    assert "✂️ Здесь только начало" in place.post(ivan, "✂️").text
    await place.presses(ivan, "✂️", "📄 Целиком")
    assert whole(place, ivan).split()[-2_000:] == words


async def test_two_long_messages_on_a_card_have_a_button_each_named_by_its_time(place: Workplace, ivan: Person) -> None:
    place.desk.clock.move(timedelta(minutes=5))
    await place.client_says(LETTER.replace("слово", "второе"), number=2)
    await place.writes(ivan, "/card 1001")
    card = next(each for each in reversed(ivan.screen(place.account).visible()) if "слово-0" in each.text)
    labels = [label for row in card.buttons for label in row if label.startswith("📄")]
    assert len(labels) == 2
    await place.presses(ivan, card.text[:40], labels[1])
    assert "второе-459" in whole(place, ivan)


async def test_the_history_brings_a_long_answer_of_ones_own_whole_too(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.replies(ivan, "Сколько стоит", LETTER[:3_900])
    await place.writes(ivan, "/history 1001")
    await place.presses(ivan, "🕘 История", "📄 Целиком")
    assert LETTER[:3_900].split()[-1] in whole(place, ivan)


async def test_a_long_field_of_a_form_is_not_lost(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    sender = Sender((Address(IdentityType.phone, "+79161234567", "8-916-123-45-67"),), name="Мария")
    form = FormSubmission("f1", "calc", sender, place.desk.now, fields=(("Комментарий", LETTER), ("Город", "Москва")))
    await place.desk.receive(form, connection=3)
    await place.work()
    assert "✂️" in place.post(ivan, "Москва").text
    await place.presses(ivan, "Москва", "📄 Целиком")
    assert WORDS[-1] in whole(place, ivan) and "Город: Москва" in whole(place, ivan)


async def test_a_burst_too_long_for_one_message_leads_to_the_history(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    for number in range(60):
        await place.desk.receive(said(place, f"начало-{number} " + "слово " * 100 + f"конец-{number}", number))
    place.desk.clock.move(timedelta(minutes=2))
    await place.work()
    burst = place.post(ivan, "✂️")
    assert "конец-59" not in burst.text
    await place.presses(ivan, "✂️", "📄 Целиком")
    assert all(f"конец-{number}" in whole(place, ivan) for number in range(60))


def said(place: Workplace, text: str, number: int) -> InboundMessage:
    sender = person(100)
    return InboundMessage(f"100-{number + 1}", "chat-100", sender, place.desk.now, text=text)


async def test_rg5_a_masked_number_stays_masked_in_the_document(place: Workplace) -> None:
    put_in_force(place, ALWAYS_OPEN + 'phone_masking = "always"\n')
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(f"Мой номер 8 916 123 45 67. {LETTER}", by=person(100, phone="+79161234567"))
    await place.presses(ivan, "Мой номер", "📄 Целиком")
    assert "123 45 67" not in whole(place, ivan) and "+7••••••••67" in whole(place, ivan)


async def test_rg6_reading_a_message_whole_is_a_fact(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, "слово-0", "📄 Целиком")
    message = await place.desk.one("messages", "direction = 'inbound'")
    [fact] = await place.desk.rows("audit", "action = 'message_saved'")
    assert (fact["manager_id"], fact["facts"]) == (ivan.user.id, {"message": message["id"]})


async def letter_comes(place: Workplace, *, body: bytes = b"From: m@romashka.ru\r\n\r\n8 916 123 45 67") -> None:
    """A letter of Maria with earlier correspondence below it, kept as it came."""
    sender = Sender((Address(IdentityType.email, "m@romashka.ru", level=ProofLevel.proven),), name="Мария")
    event = InboundMessage(
        external_id=external_id("<1@romashka.ru>", body),
        thread="<1@romashka.ru>",
        sender=sender,
        occurred_at=place.desk.now,
        text=f"{LETTER}\n{QUOTED}",
        visible_length=len(LETTER),
        mail=MailHints("<1@romashka.ru>", subject="Расчёт", normal_subject="Расчёт"),
    )
    place.desk.channel.events[body] = [event]
    raw = Raw(body, place.desk.now, {"id": "1:1"})
    await place.desk.acceptor.accept([offer(MAIL, place.desk.channel, raw)])
    await place.desk.process()
    await place.work()


async def test_the_correspondence_below_a_letter_stands_apart_from_its_words(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await letter_comes(place)
    await place.presses(ivan, "слово-0", "📄 Целиком")
    words, quoted = whole(place, ivan).split("--- ниже прежняя переписка, которую цитирует письмо ---")
    assert QUOTED in quoted and QUOTED not in words and WORDS[-1] in words and "Тема: Расчёт" in words


async def test_a_letter_can_be_had_as_it_came(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await letter_comes(place)
    await place.presses(ivan, "слово-0", "📄 Целиком")
    await place.presses(ivan, "📄 Целиком", "✉️ Исходное письмо")
    name, text = documents(place, ivan)[-1]
    assert name.endswith(".eml") and text == "From: m@romashka.ru\r\n\r\n8 916 123 45 67"
    assert len(await place.desk.rows("audit", "action = 'original_saved'")) == 1


async def test_a_large_letter_as_it_came_is_read_from_its_file(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    body = b"From: m@romashka.ru\r\n\r\n" + b"letter " * 300_000
    await letter_comes(place, body=body)
    kept = await place.files.write(body)  # a hub has one room for all files
    assert (await place.desk.one("receipt_bodies"))["file_sha256"] == kept.digest
    await place.writes(ivan, "/original 1001")
    assert documents(place, ivan)[-1][1] == body.decode()


async def test_rg5_who_may_not_read_numbers_gets_no_letter_as_it_came(place: Workplace) -> None:
    put_in_force(place, ALWAYS_OPEN + 'phone_masking = "always"\n')
    ivan = await place.hire("ivan", "Иван")
    await letter_comes(place)
    await place.presses(ivan, "слово-0", "📄 Целиком")
    assert "Исходное" not in str(place.post(ivan, "📄 Целиком").keyboard)
    await place.writes(ivan, "/original 1001")
    assert [name for name, _ in documents(place, ivan) if name.endswith(".eml")] == []
    assert "123 45 67" not in "".join(text for _, text in documents(place, ivan))


async def test_a_letter_that_is_no_longer_kept_as_it_came_is_told_of(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await letter_comes(place)
    await place.presses(ivan, "слово-0", "📄 Целиком")
    await place.desk.pool.execute("DELETE FROM receipt_bodies")
    await place.presses(ivan, "📄 Целиком", "✉️ Исходное письмо")
    assert place.seen(ivan)[-1].startswith("Исходного письма у нас уже нет")
    place.desk.clock.move(timedelta(days=91))
    await place.writes(ivan, "/whole 1001")
    assert "Исходное" not in str(place.post(ivan, "📄 Целиком").keyboard)


async def test_a_message_of_telegram_has_no_letter_as_it_came(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, "слово-0", "📄 Целиком")
    assert place.post(ivan, "📄 Целиком").keyboard is None
    await place.writes(ivan, "/original 1001")
    assert place.seen(ivan)[-1].startswith("Это не письмо")


async def test_heads_read_along_and_get_a_long_message_whole(place: Workplace) -> None:
    await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, "/read 1001")
    await place.client_says("слово " * 2_500 + "последнее", number=2)
    await place.presses(olga, "✂️", "📄 Целиком")
    assert "последнее" in whole(place, olga)


async def test_fields_that_every_form_has_are_named_in_the_managers_words(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    fields = (("name", "Олег"), ("phone", "+79037654321"), ("Город", "Москва"))
    sender = Sender((Address(IdentityType.phone, "+79037654321"),), name="Олег")
    form = FormSubmission("f1", "calc", sender, place.desk.now, text="Нужен счёт", fields=fields)
    await place.desk.receive(form, connection=3)
    await place.work()
    card = place.post(ivan, "Нужен счёт").text
    assert "Имя: Олег\nТелефон: +79037654321\nГород: Москва" in card


async def test_the_mark_of_a_cut_message_counts_its_characters_in_good_russian(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("слово " * 166 + "конец")
    assert "из 1001 знака" in place.post(ivan, "✂️").text


async def test_a_message_that_its_client_deleted_says_so_in_the_document_too(place: Workplace, ivan: Person) -> None:
    await place.desk.pool.execute("UPDATE messages SET deleted_at = $1", place.desk.now)
    await place.presses(ivan, "слово-0", "📄 Целиком")
    assert "🗑" in whole(place, ivan) and WORDS[-1] not in whole(place, ivan)


async def test_without_a_press_the_newest_letter_comes_though_the_client_wrote_elsewhere_since(
    place: Workplace,
) -> None:
    ivan = await place.hire("ivan", "Иван")
    await letter_comes(place)
    row = await place.desk.one("messages", "direction = 'inbound'")
    place.desk.clock.move(timedelta(minutes=5))
    await place.client_says("А ещё вопрос", number=9)
    await place.desk.pool.execute("UPDATE messages SET conversation_id = $1", row["conversation_id"])
    await place.writes(ivan, "/original 1001")
    assert documents(place, ivan)[-1][0].endswith(".eml")
