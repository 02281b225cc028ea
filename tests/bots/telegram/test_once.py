"""A deed happens once, whatever becomes of the answer: Telegram fails, or the process dies before the receipt's end."""

from datetime import timedelta

import pytest

from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.testing.telegram.faults import reset_before, too_many_requests
from tests.bots.telegram.workplace import repeat, waiting_update
from tests.inbox.desk import ALWAYS_OPEN, person

OFFER_ALL = ALWAYS_OPEN + 'strategy = "offer_all"\n'
FAULTS = pytest.mark.parametrize("fault", [too_many_requests(), reset_before()], ids=["429", "reset"])


@pytest.fixture
async def two_clients(place):
    """Ivan, and two clients whom nobody has."""
    place.desk.rules.append(to_policy(parse_policy(OFFER_ALL), 2))
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Первый", by=person(1))
    place.desk.clock.move(timedelta(seconds=5))
    await place.client_says("Второй", by=person(2))
    return ivan


async def taken(place):
    return len(await place.desk.rows("conversations", "assignee_id IS NOT NULL"))


@FAULTS
async def test_next_takes_one_client_when_the_card_cannot_be_shown(place, two_clients, fault):
    place.account.faults.add("editMessageText", fault)
    place.account.faults.add("sendMessage", fault)
    await place.writes(two_clients, "/next")
    assert await taken(place) == 1


async def test_next_takes_one_client_when_the_process_dies_before_the_receipts_end(place, two_clients):
    two_clients.writes(place.account, "/next")
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert await taken(place) == 1
    assert "Срочных обращений нет" not in "\n".join(place.seen(two_clients))


@FAULTS
async def test_c6_a_vain_call_counts_once(place, two_clients, fault):
    await place.writes(two_clients, "/next")
    number = (await place.desk.one("conversations", "assignee_id IS NOT NULL"))["number"]
    place.account.faults.add("editMessageText", fault)
    place.account.faults.add("sendMessage", fault)
    two_clients.writes(place.account, f"/noanswer {number}")
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert sum(row["call_attempts"] for row in await place.desk.rows("waits")) == 1


async def test_a_release_repeated_takes_the_client_from_nobody_else(place, two_clients):
    await place.hire("anna", "Анна")
    await place.writes(two_clients, "/next")
    mine = await place.desk.one("conversations", "assignee_id IS NOT NULL")
    two_clients.writes(place.account, f"/release {mine['number']}")
    update = waiting_update(place)
    await place.work()
    await place.desk.pool.execute(
        "UPDATE conversations SET assignee_id = $2 WHERE id = $1", mine["id"], mine["assignee_id"]
    )
    await repeat(place, update)
    assert (await place.desk.one("conversations", f"id = {mine['id']}"))["assignee_id"] == mine["assignee_id"]
    assert len(await place.desk.rows("ledger", "kind = 'released'")) == 1


async def test_a_repeated_press_shows_how_things_stand(place, two_clients):
    post = place.post(two_clients, "Первый")
    two_clients.presses(place.account, post, "✋ Взять")
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert "Ведёт: Иван" in place.seen(two_clients)[-1]
    assert len(await place.desk.rows("ledger", "kind = 'taken'")) == 1
