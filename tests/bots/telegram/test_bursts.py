"""A client who sends very much at once: beyond twenty messages a minute the manager gets one, with all of it in it."""

from datetime import timedelta

import pytest

from hub.domain.conversation import BURST
from tests.inbox.desk import says


@pytest.fixture
async def ivan(place):
    return await place.hire("ivan", "Иван")


async def client_floods(place, count, *, first=1):
    """The client writes so often at once; the manager hears of it when the minute is over."""
    for number in range(first, first + count):
        await place.desk.receive(says(f"вопрос {number}.", at=place.desk.now, number=number))
    place.desk.clock.move(timedelta(minutes=1))
    await place.work()


def mirrored(place, person):
    return [text for text in place.seen(person) if "💬 Мария" in text]


async def test_what_goes_beyond_twenty_a_minute_comes_as_one_message_with_every_word(place, ivan):
    await client_floods(place, BURST + 15)
    shown = mirrored(place, ivan)
    assert len([text for text in shown if "⚠️" in text]) == 1
    assert "⚠️ ещё 15 сообщений за минуту" in shown[-1]
    assert all(f"вопрос {number}." in shown[-1] for number in range(BURST + 1, BURST + 16))
    assert len(await place.desk.rows("messages", "direction = 'inbound'")) == BURST + 15


async def test_twenty_a_minute_are_each_shown(place, ivan):
    await client_floods(place, BURST)
    assert not any("⚠️" in text for text in mirrored(place, ivan))


async def test_the_next_minute_begins_anew(place, ivan):
    await client_floods(place, BURST + 5)
    await client_floods(place, 1, first=100)
    assert "вопрос 100." in mirrored(place, ivan)[-1]
    assert "⚠️" not in mirrored(place, ivan)[-1]


async def test_a_reply_to_the_merged_message_answers_its_client(place, ivan):
    await client_floods(place, BURST + 5)
    ivan.replies(place.account, "Отвечаю на всё", to=place.post(ivan, "⚠️ ещё 5"))
    await place.work()
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Отвечаю на всё"


async def test_what_waited_in_one_batch_is_left_out_of_no_burst(place, ivan):
    for number in range(1, BURST + 16):
        place.desk.clock.move(timedelta(milliseconds=10))
        await place.desk.accept(says(f"вопрос {number}.", at=place.desk.now, number=number))
    await place.desk.process()
    place.desk.clock.move(timedelta(minutes=1))
    await place.work()
    shown = mirrored(place, ivan)[-1]
    assert all(f"вопрос {number}." in shown for number in range(BURST + 1, BURST + 16))


async def test_a_reply_to_any_part_of_a_long_one_answers_its_client(place, ivan):
    for number in range(1, BURST + 4):
        await place.desk.receive(says(f"вопрос {number}. " + "а" * 3000, at=place.desk.now, number=number))
    place.desk.clock.move(timedelta(minutes=1))
    await place.work()
    ivan.replies(place.account, "Отвечаю на всё", to=place.post(ivan, "⚠️ ещё 3"))
    await place.work()
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Отвечаю на всё"


async def test_a_burst_holds_up_no_other_word_about_its_client(place, ivan):
    for number in range(1, BURST + 4):
        await place.desk.receive(says(f"вопрос {number}.", at=place.desk.now, number=number))
    burst = await place.desk.one("deliveries", "payload->>'notice' = 'burst'")
    assert not await place.desk.rows("deliveries", "order_hash = $1 AND id <> $2", burst["order_hash"], burst["id"])
