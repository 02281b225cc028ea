"""A client who sends very much at once: beyond twenty messages a minute the manager gets one, with all of it in it."""

from datetime import timedelta

import pytest

from hub.domain.conversation import BURST
from hub.domain.inbound import MessageEdited
from hub.domain.manager import Role
from hub.inbox.queries.bursts import SHOWN
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


async def test_what_one_message_has_no_place_for_is_counted_and_stands_in_the_history(place, ivan):
    for number in range(1, BURST + SHOWN + 6):
        await place.desk.accept(says(f"вопрос {number}.", at=place.desk.now, number=number))
    await place.desk.process()
    place.desk.clock.move(timedelta(minutes=1))
    await place.work()
    shown = mirrored(place, ivan)[-1]
    assert f"⚠️ ещё {SHOWN + 5} сообщений за минуту" in shown
    assert "…и ещё 5 сообщений: они в истории" in shown
    await place.presses(ivan, "⚠️ ещё", "🕘 История")
    assert f"вопрос {BURST + SHOWN + 5}." in place.seen(ivan)[-1]


async def test_a_burst_that_has_place_counts_nothing_more(place, ivan):
    await client_floods(place, BURST + 5)
    assert "в истории" not in mirrored(place, ivan)[-1]


async def test_edge6_a_change_of_its_first_message_leaves_the_others_where_they_are(place, ivan):
    await client_floods(place, BURST + 3)
    before = mirrored(place, ivan)[-1]
    asked = says("вопрос", at=place.desk.now, number=BURST + 1)
    await place.desk.receive(MessageEdited(asked.external_id, asked.thread, "вопрос иной.", place.desk.now))
    await place.work()
    assert mirrored(place, ivan)[-1] == before


# --- reading along


@pytest.fixture
async def olga(place, ivan):
    """The head, who reads along with Ivan's client from the first word on."""
    await place.client_says("Здравствуйте")
    place.desk.clock.move(timedelta(minutes=2))
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, f"/read {(await place.desk.one('conversations'))['number']}")
    return olga


def overheard(place, person):
    return [text for text in place.seen(person) if text.startswith("👁 Мария")]


async def test_who_reads_along_gets_a_burst_as_one_message_too(place, ivan, olga):
    await client_floods(place, BURST + 15)
    shown = overheard(place, olga)
    assert len(shown) == BURST + 1
    assert "⚠️ ещё 15 сообщений за минуту" in shown[-1]
    assert all(f"вопрос {number}." in shown[-1] for number in range(BURST + 1, BURST + 16))
    assert len(mirrored(place, ivan)) == len(shown)


async def test_a_colleagues_answer_in_a_burst_is_read_along_at_once(place, ivan, olga):
    for number in range(1, BURST + 4):
        await place.desk.receive(says(f"вопрос {number}.", at=place.desk.now, number=number))
    burst = await place.desk.one("deliveries", "payload->>'notice' = 'overheard_burst'")
    assert not await place.desk.rows("deliveries", "order_hash = $1 AND id <> $2", burst["order_hash"], burst["id"])


async def test_a_reply_below_a_burst_that_is_read_along_asks_first(place, ivan, olga):
    await client_floods(place, BURST + 5)
    await place.replies(olga, "⚠️ ещё 5", "Скидка десять")
    assert "Это увидит клиент" in place.seen(olga)[-1]
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_rg4_who_leads_the_line_no_more_reads_no_burst(place, ivan, olga):
    for number in range(1, BURST + 4):
        await place.desk.receive(says(f"вопрос {number}.", at=place.desk.now, number=number))
    await place.desk.pool.execute("UPDATE managers SET role = 'manager' WHERE id = $1", olga.user.id)
    place.desk.clock.move(timedelta(minutes=1))
    await place.work()
    assert not [text for text in place.seen(olga) if "⚠️" in text]


async def test_a_repeated_notice_of_a_burst_shows_nothing_twice(place, ivan, olga):
    await client_floods(place, BURST + 5)
    before = place.seen(ivan), place.seen(olga)
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE payload->>'notice' LIKE '%burst'")
    await place.work()
    assert (place.seen(ivan), place.seen(olga)) == before
