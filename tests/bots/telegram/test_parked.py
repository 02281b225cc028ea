"""An update whose every attempt was cut off: its manager reads it in the chat, and the receipt stays replayable."""

import json
from datetime import timedelta

import pytest

from bots.intake import Intake
from hub.app.adapters import MANAGER_BOT
from hub.app.manager_bot import BotReceipts
from hub.channels.base import Peek, Raw
from hub.domain.ids import ConnectionId
from hub.inbox.accept import offer
from hub.store import receipts
from hub.testing.telegram.faults import too_many_requests
from tests.bots.telegram.workplace import BOT

CONNECTION = ConnectionId(9)


class Updates:
    """The manager bot's side of accepting: an update a receipt."""

    def to_store(self, raw):
        return raw

    def peek(self, raw):
        return Peek(event_id=str(json.loads(raw.body)["update_id"]), order_key="chat")

    def parse(self, raw):
        return []


async def store_waiting(place):
    """Store what waits at Telegram as receipts, as the poller does."""
    for update in place.account.updates.pending(place.account.now()):
        place.account.updates.remove(update)
        raw = Raw(json.dumps(update.as_json()).encode(), place.desk.now, {})
        await place.desk.acceptor.accept([offer(CONNECTION, Updates(), raw, lane=MANAGER_BOT)])


async def die_in_each_attempt(place):
    """Three processes claim the updates and are killed; each lease runs out."""
    for _ in range(receipts.MAX_ATTEMPTS):
        async with place.desk.pool.acquire() as connection:
            claimed = await receipts.claim(connection, lane=MANAGER_BOT, limit=9, token=1, lease=timedelta(0))
        assert claimed


async def start_anew(place):
    """A process that has just started looks for work."""
    await Intake(BotReceipts(place.desk.pool), place.messenger, bot_name=BOT).run_once()


async def states(place):
    return [row["state"] for row in await place.desk.rows("receipts", "lane = $1", MANAGER_BOT)]


@pytest.fixture
async def ivan(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    return ivan


async def cut_off(place):
    await store_waiting(place)
    await die_in_each_attempt(place)
    await start_anew(place)


async def test_a_press_that_was_cut_off_three_times_is_told_with_the_button_to_press(place, ivan):
    ivan.presses(place.account, place.post(ivan, "Сколько стоит?"), "↩️ В очередь")
    await cut_off(place)
    assert place.seen(ivan)[-1] == (
        "⛔ «↩️ В очередь» не выполнено: несколько попыток не удались. Нажмите кнопку ещё раз."
    )
    assert await states(place) == ["parked"]
    assert await place.desk.rows("ledger", "kind = 'released'") == []


async def test_a_reply_that_was_cut_off_is_told_below_itself_with_how_to_send_it(place, ivan):
    own = ivan.replies(place.account, "Сто рублей", to=place.post(ivan, "Сколько стоит?"))
    await cut_off(place)
    told = place.post(ivan, "Отправьте ещё раз ответом на то же сообщение")
    assert told.reply_to == own
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_an_english_manager_reads_it_in_english(place, ivan):
    await place.desk.pool.execute("UPDATE managers SET language = 'en'")
    ivan.writes(place.account, "/my")
    await cut_off(place)
    assert place.seen(ivan)[-1] == "⛔ This was not done: several attempts failed. Send the message again."


async def test_it_is_told_once_and_not_carried_out_by_itself(place, ivan):
    ivan.presses(place.account, place.post(ivan, "Сколько стоит?"), "↩️ В очередь")
    await cut_off(place)
    seen = place.seen(ivan)
    await start_anew(place)
    assert place.seen(ivan) == seen


async def test_a_parked_update_is_carried_out_when_it_is_replayed(place, ivan):
    ivan.replies(place.account, "Сто рублей", to=place.post(ivan, "Сколько стоит?"))
    await cut_off(place)
    async with place.desk.pool.acquire() as connection:
        assert await receipts.replay(connection, None) == 1
    await start_anew(place)
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"
    assert await states(place) == ["done"]


@pytest.mark.parametrize("deed", ["press", "reply", "note"])
async def test_what_was_done_before_the_last_cut_is_not_called_undone(place, ivan, deed):
    card = place.post(ivan, "Сколько стоит?")
    if deed == "press":
        ivan.presses(place.account, card, "↩️ В очередь")
    else:
        ivan.replies(place.account, "Сто рублей" if deed == "reply" else "// скидка", to=card)
    [update] = place.account.updates.pending(place.account.now())
    await place.messenger.feed(update.as_json(), f"{BOT}:{update.update_id}")
    await cut_off(place)
    assert "не выполнено" not in "\n".join(place.seen(ivan))
    assert await states(place) == ["parked"]


async def test_while_telegram_cannot_tell_it_nothing_is_parked_and_it_is_told_later(place, ivan):
    ivan.writes(place.account, "/my")
    await store_waiting(place)
    await die_in_each_attempt(place)
    place.account.faults.add("sendMessage", too_many_requests())
    await start_anew(place)
    assert await states(place) == ["claimed"]
    await place.desk.pool.execute("UPDATE receipts SET lease_until = lease_until - interval '1 hour'")
    await start_anew(place)
    assert "Отправьте сообщение ещё раз" in place.seen(ivan)[-1]
    assert await states(place) == ["parked"]


async def test_an_update_that_kills_even_its_telling_is_parked_in_the_end(place, ivan):
    ivan.writes(place.account, "/my")
    await store_waiting(place)
    await die_in_each_attempt(place)
    for _ in range(receipts.MAX_ATTEMPTS):
        async with place.desk.pool.acquire() as connection:
            assert await receipts.claim_worn_out(connection, lane=MANAGER_BOT, token=2, lease=timedelta(0))
    await start_anew(place)
    assert await states(place) == ["parked"]


async def test_what_comes_from_a_stranger_or_is_no_update_is_set_aside_silently(place):
    stranger = place.api.person("Мария")
    stranger.starts(place.account)
    await cut_off(place)
    raw = Raw(b'{"update_id": 5, "message": "?"}', place.desk.now, {})
    await place.desk.acceptor.accept([offer(CONNECTION, Updates(), raw, lane=MANAGER_BOT)])
    await die_in_each_attempt(place)
    await start_anew(place)
    assert "не выполнено" not in "\n".join(place.seen(stranger))
    assert await states(place) == ["parked", "parked"]


async def leases(place):
    query = "SELECT lease_until - clock_timestamp() AS left FROM receipts WHERE lane = $1 AND state = 'claimed'"
    return [row["left"] for row in await place.desk.pool.fetch(query, MANAGER_BOT)]


async def test_what_a_killed_process_held_is_free_within_half_a_minute(place, ivan):
    ivan.writes(place.account, "/my")
    await store_waiting(place)
    await BotReceipts(place.desk.pool).claim()

    [left] = await leases(place)
    assert timedelta(seconds=25) < left <= timedelta(seconds=30)


async def test_a_long_update_keeps_its_lease_while_it_is_in_work(place, ivan):
    ivan.writes(place.account, "/my")
    await store_waiting(place)
    held = BotReceipts(place.desk.pool)
    await held.claim()
    await place.desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() + interval '1 second'")
    await held.renew()

    [left] = await leases(place)
    assert left > timedelta(seconds=25)
    await held.done([each["id"] for each in await place.desk.rows("receipts", "lane = $1", MANAGER_BOT)])
    assert await states(place) == ["done"]


async def test_what_is_let_go_is_not_renewed_and_comes_again(place, ivan):
    ivan.writes(place.account, "/my")
    await store_waiting(place)
    held = BotReceipts(place.desk.pool)
    [update] = await held.claim()
    held.let_go([update.receipt_id])
    await place.desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() - interval '1 second'")
    await held.renew()

    await start_anew(place)
    assert await states(place) == ["done"]


async def test_a_process_that_is_told_to_stop_gives_back_what_it_will_not_finish(place, ivan):
    ivan.writes(place.account, "/my")
    await store_waiting(place)
    leaving = BotReceipts(place.desk.pool)
    await leaving.claim()
    await leaving.give_back_all()

    await start_anew(place)
    assert await states(place) == ["done"]
