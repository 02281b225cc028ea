"""A client whose own channel carries no text: the card says so, and an address is chosen by a person (M-16)."""

from datetime import timedelta

import pytest

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, FormSubmission, Sender
from tests.inbox.desk import person

MAIL = "maria@example.com"
WRITE = f"✉️ Написать на {MAIL}"


@pytest.fixture
async def ivan(place):
    """Ivan, who has a client of the form."""
    ivan = await place.hire("ivan", "Иван")
    sender = Sender((Address(IdentityType.email, MAIL, MAIL),), name="Мария")
    form = FormSubmission("f1", "calc", sender, place.desk.now, text="Сколько стоит?")
    await place.desk.receive(form, connection=3)
    await place.work()
    return ivan


async def sent_to(place):
    """Return the answer that is queued and the address it goes to."""
    delivery = await place.desk.one("deliveries", "lane = 'reply'")
    message = await place.desk.one("messages", "id = $1", delivery["message_id"])
    thread = await place.desk.one("threads", "id = $1", message["thread_id"])
    return message["text"], thread["address"], delivery["connection_id"]


async def test_m16_the_card_of_a_form_offers_the_typed_address(place, ivan):
    card = place.post(ivan, "Сколько стоит?")
    assert "Текстового канала нет" in card.text
    assert any(button["text"] == WRITE for row in card.keyboard["inline_keyboard"] for button in row)


async def test_m16_a_pressed_address_asks_for_the_words_and_sends_them_there(place, ivan):
    await place.presses(ivan, "Сколько стоит?", WRITE)
    assert MAIL in place.seen(ivan)[-1]
    own = await place.writes(ivan, "Сто рублей")
    assert await sent_to(place) == ("Сто рублей", MAIL, 2)
    assert list(own.reactions.values()) == ["👀"]


async def test_m16_a_reply_to_the_card_is_kept_until_an_address_is_chosen(place, ivan):
    own = await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []
    await place.presses(ivan, "не ушёл", WRITE)
    assert await sent_to(place) == ("Сто рублей", MAIL, 2)
    assert list(own.reactions.values()) == ["👀"]


async def test_after_the_letter_an_answer_needs_no_choice(place, ivan):
    await place.presses(ivan, "Сколько стоит?", WRITE)
    await place.writes(ivan, "Сто рублей")
    place.desk.clock.move(timedelta(seconds=16))  # a letter is held for a while
    await place.channel_says("sent")
    assert "Текстового канала нет" not in place.post(ivan, "Сколько стоит?").text
    await place.replies(ivan, "Сколько стоит?", "И доставка")
    assert len(await place.desk.rows("deliveries", "lane = 'reply'")) == 2


async def test_by_command_the_words_of_the_address_choose_it(place, ivan):
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/write {number} nobody")
    assert "Куда написать" in place.seen(ivan)[-1]
    await place.writes(ivan, f"/write {number} maria")
    await place.writes(ivan, "Сто рублей")
    assert await sent_to(place) == ("Сто рублей", MAIL, 2)


async def test_without_any_address_the_client_is_to_be_called(place, ivan):
    place.desk.endpoints.pop(next(key for key, each in place.desk.endpoints.items() if each.kind == "email"))
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    assert "можно оставить заметкой" in place.seen(ivan)[-1]
    await place.presses(ivan, "можно оставить заметкой", "📝 Как заметку")
    assert (await place.desk.one("messages", "direction = 'note'"))["text"] == "Сто рублей"


async def test_without_a_failed_answer_there_is_nothing_to_send_again(place, ivan):
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/resend {number}")
    assert "Недоставленных ответов" in place.seen(ivan)[-1]


# --- another channel, until it is changed


@pytest.fixture
async def both(place):
    """Ivan with a client who writes in Telegram and has named a mailbox."""
    ivan = await place.hire("ivan", "Иван")
    addresses = (
        Address(IdentityType.tg_user, "100", level=ProofLevel.proven),
        Address(IdentityType.email, MAIL, MAIL, ProofLevel.claimed),
    )
    await place.client_says("Пришлите счёт", by=Sender(addresses, name="Мария"))
    return ivan


async def channels_of_answers(place):
    rows = await place.desk.rows("deliveries", "lane = 'reply' ORDER BY id")
    return [place.desk.endpoints[row["connection_id"]].kind for row in rows]


async def test_s4_a_chosen_channel_takes_all_answers_and_stops_the_clock(place, both):
    await place.presses(both, "Пришлите счёт", "🔀 Другой канал")
    await place.presses(both, "Куда отправлять ответы", WRITE)
    assert f"письмом {MAIL} с ящика «email» (выбрано вручную)" in place.post(both, "Пришлите счёт").text
    await place.replies(both, "Пришлите счёт", "Счёт во вложении")
    place.desk.clock.move(timedelta(seconds=16))
    await place.channel_says("sent")
    wait = await place.desk.one("waits")
    assert (wait["state"], wait["response_channel"]) == ("answered", "email")
    await place.client_says("Спасибо, а доставка?", by=person(100))
    await place.replies(both, "Спасибо, а доставка?", "Завтра")
    assert await channels_of_answers(place) == ["email", "email"]


async def test_the_choice_is_taken_back_to_where_the_client_writes(place, both):
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(both, f"/channel {number} maria")
    await place.presses(both, "Пришлите счёт", "🔀 Другой канал")
    await place.presses(both, "Куда отправлять ответы", "↩️ Туда, откуда пишет клиент")
    await place.replies(both, "Пришлите счёт", "Счёт во вложении")
    assert await channels_of_answers(place) == ["telegram"]
    assert "выбрано вручную" not in place.post(both, "Пришлите счёт").text


async def test_the_present_choice_is_marked(place, both):
    await place.presses(both, "Пришлите счёт", "🔀 Другой канал")
    await place.presses(both, "Куда отправлять ответы", WRITE)
    await place.presses(both, "Пришлите счёт", "🔀 Другой канал")
    assert "✅ ✉️" in str(place.post(both, "Куда отправлять ответы").keyboard)


async def test_who_can_be_reached_by_one_way_gets_no_choice(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", by=person(100))
    assert "Другой канал" not in str(place.post(ivan, "Сколько стоит?").keyboard)


async def test_a_channel_that_closed_meanwhile_is_passed_over(place, both):
    await place.presses(both, "Пришлите счёт", "🔀 Другой канал")
    await place.presses(both, "Куда отправлять ответы", WRITE)
    await place.desk.pool.execute("UPDATE threads SET reach = 'blocked' WHERE external_id LIKE 'begun:%'")
    await place.replies(both, "Пришлите счёт", "Счёт во вложении")
    assert await channels_of_answers(place) == ["telegram"]
