"""A long letter in a manager's chat: read whole, over several messages, and any of them can be replied to (§8)."""

import pytest

from hub.domain.inbound import MessageEdited
from hub.domain.manager import Role
from hub.testing.telegram.faults import too_many_requests
from hub.testing.telegram.people import Person
from hub.testing.telegram.screen import Seen
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import says

ASKED = "Сколько стоит?"
BEGIN, END = "Начало письма", "Конец письма"
LETTER = f"{BEGIN}\n{'Подробности заказа. ' * 224}\n{END}"


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan, whose client sends a letter of 4,500 characters after a first question."""
    assert 4_490 < len(LETTER) < 4_520
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(ASKED)
    await place.client_says(LETTER)
    return ivan


async def test_it_is_read_whole_with_the_buttons_below_its_end(place: Workplace, ivan: Person) -> None:
    begin, end = place.post(ivan, BEGIN), place.post(ivan, END)
    assert begin.message_id < end.message_id
    assert (begin.keyboard, bool(end.keyboard)) == (None, True)
    assert "".join(place.seen(ivan)).count("Подробности заказа.") >= LETTER.count("Подробности заказа.")


@pytest.mark.parametrize("part", [BEGIN, END])
async def test_a_reply_to_any_part_of_it_goes_to_the_client(place: Workplace, ivan: Person, part: str) -> None:
    await place.replies(ivan, part, "Пять тысяч")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Пять тысяч"
    assert not [text for text in place.seen(ivan) if "Кому отправить" in text]


@pytest.mark.parametrize("part", [BEGIN, END])
async def test_who_reads_along_is_asked_below_any_part_of_it(place: Workplace, part: str) -> None:
    await place.hire("ivan", "Иван")
    await place.client_says(ASKED)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, f"/read {(await place.desk.one('conversations'))['number']}")
    await place.client_says(LETTER)
    await place.replies(olga, part, "Пять тысяч")
    assert "Это увидит клиент" in place.seen(olga)[-1]
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


def mirrored(place: Workplace, ivan: Person, words: str) -> list[Seen]:
    """The messages with these words that mirror a letter, the live card apart."""
    visible = ivan.screen(place.account).visible()
    return [each for each in visible if words in each.text and "Почему так" not in each.text]


async def again(place: Workplace, notice: str) -> None:
    """The notice comes again, as after a crash before its end was written."""
    last = "SELECT max(id) FROM deliveries WHERE payload->>'notice' = $1"
    await place.desk.pool.execute(f"UPDATE deliveries SET state = 'queued' WHERE id = ({last})", notice)
    await place.work()


async def test_a_repetition_leaves_every_part_as_it_was(place: Workplace, ivan: Person) -> None:
    before = [each.text for each in mirrored(place, ivan, "Подробности")]
    await again(place, "client_message")
    assert [each.text for each in mirrored(place, ivan, "Подробности")] == before
    assert len(before) == 2


async def test_a_notice_that_stopped_half_way_goes_on_behind_what_was_sent(place: Workplace, ivan: Person) -> None:
    place.account.faults.add("sendMessage", too_many_requests(3), on_call=2)
    again_later = LETTER.replace("заказа", "возврата")
    await place.client_says(again_later)
    headers = len(mirrored(place, ivan, "💬 Мария"))
    await again(place, "client_message")
    assert len(mirrored(place, ivan, "💬 Мария")) == headers
    shown = [each.text for each in mirrored(place, ivan, "возврата")]
    assert len(shown) == 2
    assert "".join(shown).count("Подробности возврата.") >= again_later.count("Подробности возврата.")


async def changes(place: Workplace, ivan: Person, words: str) -> list[Seen]:
    """The client changes a letter of two messages; what of it Ivan sees."""
    letter = says(LETTER.replace("заказа", "возврата"), at=place.desk.now)
    await place.desk.receive(letter)
    await place.work()
    await place.desk.receive(MessageEdited(letter.external_id, letter.thread, words, place.desk.now))
    await place.work()
    return mirrored(place, ivan, "возврат")


async def test_edge6_a_letter_made_shorter_leaves_nothing_of_its_end(place: Workplace, ivan: Person) -> None:
    [shown] = await changes(place, ivan, "Всё о возврате")
    assert "Всё о возврате" in shown.text and shown.buttons
    assert "…" not in place.seen(ivan)


async def test_edge6_a_letter_made_longer_goes_on_in_further_messages(place: Workplace, ivan: Person) -> None:
    shown = await changes(place, ivan, f"Всё.\n{'Подробности о возврате. ' * 400}\nВсё о возврате")
    assert [bool(each.buttons) for each in shown] == [False, False, True]
    assert "Всё о возврате" in shown[-1].text


async def test_a_part_that_was_deleted_brings_the_whole_anew_once(place: Workplace, ivan: Person) -> None:
    ivan.deletes(place.account, place.post(ivan, BEGIN))
    await again(place, "client_message")
    await again(place, "client_message")
    assert len(mirrored(place, ivan, BEGIN)) == 1
    await place.replies(ivan, BEGIN, "Пять тысяч")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Пять тысяч"


async def test_a_long_answer_in_two_messages_reaches_the_client_in_its_order(place: Workplace, ivan: Person) -> None:
    first, rest = "Ответ. " * 585, "И ещё. " * 60
    assert len(first + rest) > 4_500
    await place.replies(ivan, END, first)
    await place.replies(ivan, END, rest)
    said = await place.desk.rows("messages", "direction = 'outbound' ORDER BY id")
    assert [row["text"].strip() for row in said] == [first.strip(), rest.strip()]
