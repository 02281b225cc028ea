"""What was told by mail while the messenger was away: its card appears without sound, once, and is no news."""

from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import says


async def owe(place: Workplace, number: int = 1) -> None:
    """The chat is owed the card of the only conversation; what else was to be told has gone by mail."""
    await place.desk.pool.execute("UPDATE deliveries SET state = 'sent' WHERE lane = 'notify'")
    await place.desk.pool.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, payload, conversation_id, manager_id) "
        "SELECT $1::int, 'notify', 1, 'owed:' || $1::int, created_at, created_at, jsonb_build_object('notice', "
        "'card_changed', 'owed', true, 'manager_id', manager_id, 'conversation_id', conversation_id), conversation_id, "
        "manager_id FROM deliveries WHERE lane = 'notify' AND conversation_id IS NOT NULL ORDER BY id LIMIT 1",
        number,
    )


async def open_work(place: Workplace) -> Person:
    """Anna has a client of whom only a letter told her."""
    anna = await place.hire("anna", "Анна")

    await place.desk.receive(says("Сколько стоит?", at=place.desk.now))
    return anna


async def test_an_owed_card_appears_quietly_and_once(place: Workplace) -> None:
    anna = await open_work(place)
    await owe(place)
    await place.work()
    await owe(place, 2)
    await place.work()

    cards = [each for each in anna.screen(place.account).visible() if "Сколько стоит?" in each.text]
    assert len(cards) == 1
    assert "Новый лид" not in cards[0].text


async def test_nothing_is_owed_of_what_is_closed_or_somebody_elses(place: Workplace) -> None:
    anna = await open_work(place)
    await place.desk.pool.execute("UPDATE conversations SET state = 'closed', closed_at = now()")
    await owe(place)
    await place.work()

    assert not any("Сколько стоит?" in text for text in place.seen(anna))
