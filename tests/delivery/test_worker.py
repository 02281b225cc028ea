import asyncio
from datetime import timedelta
from typing import Any

from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.manager import Role
from hub.domain.outbound import Failed, Later
from hub.domain.workset import Settled
from hub.store import deliveries
from hub.store.deliveries import ClaimedDelivery, Hold
from tests.delivery.bench import Outside, ScriptedChannel, add_connection, pass_hours
from tests.inbox.desk import person, says

MINUTE = timedelta(minutes=1)


async def take(outside: Outside, *, token: int = 1) -> ClaimedDelivery:
    """Claim what is due as a process that dies at once does: its lease is over already."""
    hold, now = Hold(token, timedelta(0)), outside.desk.now
    async with outside.desk.pool.acquire() as connection:
        [claimed] = await deliveries.claim(connection, lane="reply", limit=9, hold=hold, now=now)
    return claimed


async def test_case22_what_a_dead_process_held_is_sent_once_more_and_says_so(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    await take(outside)
    await outside.deliver()

    delivery = await outside.desk.one("deliveries", "lane = 'reply'")
    assert (delivery["state"], delivery["reason"]) == ("sent", "maybe_twice")


async def test_case62_a_second_death_leaves_the_outcome_unknown_and_sends_nothing(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    await take(outside)
    await take(outside)
    await outside.deliver()

    assert outside.channel.sent == []
    assert await outside.states() == ["unknown"]
    assert (await outside.desk.one("waits"))["state"] == "open"


async def test_case23_who_lost_the_lease_writes_nothing(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    slow = await take(outside, token=1)
    await take(outside, token=2)
    async with outside.desk.pool.acquire() as connection:
        assert not await deliveries.finish(connection, [Settled(slow.id, slow.token, "failed")])


async def test_case23_of_ends_written_together_only_the_lost_one_is_left_out(outside: Outside) -> None:
    await outside.desk.receive(says("Здравствуйте", at=outside.desk.now, by=person(2)))
    for conversation in await outside.desk.rows("conversations"):
        await outside.reply("Пять тысяч", conversation["id"])
    hold = Hold(1, MINUTE)
    async with outside.desk.pool.acquire() as connection:
        kept, lost = await deliveries.claim(connection, lane="reply", limit=9, hold=hold, now=outside.desk.now)
        ends = [Settled(lost.id, lost.token + 1, "failed"), Settled(kept.id, kept.token, "sent")]
        assert await deliveries.finish(connection, ends) == {kept.id}
    assert sorted(await outside.states()) == ["sending", "sent"]


async def test_of_two_workers_each_answer_leaves_once(outside: Outside) -> None:
    for number in range(1, 9):
        await outside.desk.receive(says("Здравствуйте", at=outside.desk.now, by=person(number)))
    for conversation in await outside.desk.rows("conversations"):
        await outside.reply(f"Ответ {conversation['id']}", conversation["id"])
    other = DeliveryWorker(outside.desk.office, Lane.reply, outside.worker.work)
    await asyncio.gather(outside.worker.run_until_idle(), other.run_until_idle())

    assert len(outside.channel.texts) == len(set(outside.channel.texts)) == 9


async def test_case64_a_dead_thread_does_not_hold_up_others(outside: Outside) -> None:
    await outside.desk.receive(says("Здравствуйте", at=outside.desk.now, by=person(2)))
    one, other = [row["id"] for row in await outside.desk.rows("conversations")]
    outside.channel.answers = [Failed("blocked", "")]
    await outside.reply("первому", one)
    await outside.reply("второму", other)
    await outside.deliver()

    assert await outside.states() == ["failed", "sent"]
    assert {row["reach"] for row in await outside.desk.rows("threads")} == {"blocked", "open"}


async def test_case61_a_handler_that_raises_leaves_the_outcome_in_doubt_and_the_lane_alive(outside: Outside) -> None:
    outside.channel.answers = [RuntimeError("a defect of ours")]
    await outside.reply("раз")
    await outside.deliver()
    await outside.deliver(after=MINUTE)

    assert (await outside.desk.one("deliveries", "lane = 'reply'"))["reason"] == "maybe_twice"


async def test_refused_credentials_pause_the_connection_tell_administrators_once_and_keep_answers(
    outside: Outside,
) -> None:
    desk = outside.desk
    await add_connection(desk)
    boss = await desk.hire("olga", "Ольга", role=Role.admin)
    outside.channel.answers = [Failed("refused", "токен не принят", is_connection_fault=True)]
    await outside.reply("Пять тысяч")
    await outside.deliver()
    await outside.deliver(after=10 * MINUTE)

    assert (await desk.one("connections"))["state"] == "paused"
    assert await outside.states() == ["queued"]
    assert len(outside.channel.sent) == 1
    notice = await desk.one("deliveries", "payload->>'notice' = 'connection_down'")
    assert (notice["manager_id"], notice["payload"]["reason"]) == (boss, "токен не принят")


async def test_a_stopped_worker_finishes_what_is_under_way(outside: Outside) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    class SlowChannel(ScriptedChannel):
        async def send(self, message: Any) -> Any:
            begun.set()
            await may_end.wait()
            return await super().send(message)

    slow = SlowChannel(outside.desk)
    handler = ReplyHandler(outside.desk.office, lambda _: slow, Alarms(outside.desk.office))
    running = asyncio.create_task(DeliveryWorker(outside.desk.office, Lane.reply, handler.as_lane()).run())
    await outside.reply("Пять тысяч")
    await begun.wait()
    running.cancel()
    may_end.set()
    await asyncio.gather(running, return_exceptions=True)

    assert await outside.states() == ["sent"]


async def test_answers_over_a_paused_connection_leave_when_it_works_again_however_late(outside: Outside) -> None:
    await add_connection(outside.desk)
    await outside.desk.pool.execute("UPDATE connections SET state = 'paused'")
    await outside.reply("Пять тысяч")
    await pass_hours(outside.desk, outside.worker, hours=2)
    assert await outside.states() == ["queued"]

    await outside.desk.pool.execute("UPDATE connections SET state = 'active'")
    outside.channel.answers = [Later("provider_down")]
    await pass_hours(outside.desk, outside.worker, hours=1)
    assert await outside.states() == ["sent"]
