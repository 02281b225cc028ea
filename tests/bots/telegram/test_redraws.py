"""When the live card is redrawn: only where it has something new to say, the client's words stand below it."""

import asyncio


def redraws(place):
    return len(place.account.calls_of("editMessageText"))


async def test_fr3_a_further_message_of_an_open_wait_is_shown_below_and_redraws_nothing(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", number=1)
    await place.client_says("И когда привезёте?", number=2)
    assert "💬 Мария" in place.post(ivan, "И когда привезёте?").text
    assert redraws(place) == 0


async def test_a_message_redraws_a_card_that_would_say_something_else(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", number=1)
    await place.desk.pool.execute("UPDATE conversations SET source = 'Выставка'")
    await place.client_says("И когда привезёте?", number=2)
    card = place.post(ivan, "Выставка").text
    assert "Сколько стоит?" in card
    assert "И когда привезёте?" in card
    await place.client_says("Жду", number=3)
    assert redraws(place) == 1


async def test_a_message_brings_back_a_card_that_was_collapsed(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", number=1)
    conversation = await place.desk.one("conversations")
    payload = {"notice": "taken_away", "manager_id": ivan.user.id, "conversation_id": conversation["id"]}
    await place.notifier.notify(payload, key="taken:1")
    assert not [text for text in place.seen(ivan) if "Ведёт: Иван" in text]
    await place.client_says("И когда привезёте?", number=2)
    assert [text for text in place.seen(ivan) if "Ведёт: Иван" in text]


async def test_a_repeated_notice_of_a_message_shows_nothing_twice(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", number=1)
    await place.client_says("И когда привезёте?", number=2)
    before = len(place.seen(ivan))
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE lane = 'notify'")
    await place.work()
    assert len(place.seen(ivan)) == before


async def test_rg2_notices_brought_at_the_same_time_each_show_their_own(place):
    """Three at once: a lead of Ivan's, the same lead for Olga who may not see it, and one that does not exist."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?", number=1)
    olga = await place.hire("olga", "Ольга")
    conversation = (await place.desk.one("conversations"))["id"]
    lead = {"notice": "new_lead", "conversation_id": conversation}
    await asyncio.gather(
        place.notifier.notify({**lead, "manager_id": ivan.user.id}, key="lead:1"),
        place.notifier.notify({**lead, "manager_id": olga.user.id}, key="lead:2"),
        place.notifier.notify({**lead, "manager_id": ivan.user.id, "conversation_id": 404}, key="lead:3"),
    )
    assert len([text for text in place.seen(ivan) if "Сколько стоит?" in text]) == 1
    assert not [text for text in place.seen(olga) if "Сколько стоит?" in text]
