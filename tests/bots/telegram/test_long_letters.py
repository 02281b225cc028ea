"""A long letter in a manager's chat: read whole, over several messages, and any of them can be replied to (§8)."""

import pytest

from hub.domain.manager import Role
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace

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


async def test_a_long_answer_in_two_messages_reaches_the_client_in_its_order(place: Workplace, ivan: Person) -> None:
    first, rest = "Ответ. " * 585, "И ещё. " * 60
    assert len(first + rest) > 4_500
    await place.replies(ivan, END, first)
    await place.replies(ivan, END, rest)
    said = await place.desk.rows("messages", "direction = 'outbound' ORDER BY id")
    assert [row["text"].strip() for row in said] == [first.strip(), rest.strip()]
