"""What happens when somebody else is at it: long locks, lost leases, broken parsers, the same press twice."""

import asyncio
from datetime import timedelta

import pytest

from hub.channels.base import Raw
from hub.domain.errors import StorageUnavailable
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.reply import Content, reply
from hub.store import receipts
from hub.store.pool import lock_key
from tests.inbox.desk import Desk, SpokenChannel, person, says


async def owner(desk: Desk) -> tuple[Person, ConversationId]:
    row = await desk.one("conversations")
    return Person(ManagerId(row["assignee_id"]), Role.manager, frozenset(desk.office.policy().lines)), row["id"]


async def test_the_same_press_three_times_at_once_is_one_message_and_one_delivery(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    actor, conversation_id = await owner(desk)
    results = await asyncio.gather(
        *(reply(desk.office, actor, conversation_id, content=Content("Да"), key="bot:7") for _ in range(3))
    )

    assert len({result.message_id for result in results}) == 1
    assert len(await desk.rows("messages", "direction = 'outbound'")) == 1
    assert len(await desk.rows("deliveries", "lane = 'reply'")) == 1


async def test_a_lock_held_too_long_is_a_database_that_is_away_and_parks_nothing(desk: Desk) -> None:
    await desk.receive(says("Раз", at=desk.now))
    contact = (await desk.one("contacts"))["id"]
    async with desk.pool.acquire() as holder, holder.transaction():
        await holder.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await holder.execute("SELECT pg_advisory_xact_lock($1)", lock_key(f"contact:{contact}"))
        await desk.accept(says("Два", at=desk.now, number=2))
        with pytest.raises(StorageUnavailable):
            await desk.processor.run_batch()
    await desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() WHERE state = 'claimed'")
    await desk.process()

    assert len(await desk.rows("messages")) == 2
    assert await desk.rows("receipts", "state = 'parked'") == []


async def test_a_parser_that_breaks_parks_its_payload_and_its_neighbours_pass(desk: Desk) -> None:
    class Breaking(SpokenChannel):
        def parse(self, raw: Raw) -> object:  # type: ignore[override]
            if raw.headers["id"] == "event-2":
                raise ZeroDivisionError
            return super().parse(raw)

    desk.channel.__class__ = Breaking
    for number in range(1, 4):
        await desk.accept(says(f"Сообщение {number}", at=desk.now, by=person(number), number=number))
    await desk.process()

    assert len(await desk.rows("messages")) == 2
    assert "ZeroDivisionError" in (await desk.one("receipts", "state = 'parked'"))["reason"]


async def test_an_answer_and_the_next_request_in_one_batch_end_one_wait_and_open_the_next(desk: Desk) -> None:
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("tg_user", "", "77")] = anna
    await desk.receive(says("Вопрос", at=desk.now, by=person(1)))
    desk.clock.move(timedelta(minutes=1))
    answer = says("Ответ", at=desk.now, by=person(77))
    await desk.accept(type(answer)("77-1", "chat-1", answer.sender, desk.now, text="Ответ"))
    desk.clock.move(timedelta(minutes=1))
    await desk.accept(says("Ещё вопрос", at=desk.now, by=person(1), number=2))
    assert await desk.process() == 2

    states = [row["state"] for row in await desk.pool.fetch("SELECT state FROM waits ORDER BY started_at")]
    assert states == ["answered", "open"]


async def until_somebody_waits_for_a_lock(desk: Desk) -> None:
    while not await desk.pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        await asyncio.sleep(0.01)


async def test_what_waited_for_its_turn_happens_after_what_it_waited_for(desk: Desk) -> None:
    await desk.receive(says("Раз", at=desk.now))
    actor, conversation_id = await owner(desk)
    contact = (await desk.one("contacts"))["id"]
    async with desk.pool.acquire() as holder, holder.transaction():
        await holder.execute("SELECT pg_advisory_xact_lock($1)", lock_key(f"contact:{contact}"))
        waiting = asyncio.create_task(reply(desk.office, actor, conversation_id, content=Content("Да"), key="bot:1"))
        await until_somebody_waits_for_a_lock(desk)
        desk.clock.move(timedelta(seconds=5))
        before = desk.now
    await waiting

    assert (await desk.one("messages", "direction = 'outbound'"))["occurred_at"] >= before


async def claim_and_die(desk: Desk) -> list[int]:
    async with desk.pool.acquire() as connection:
        claimed = await receipts.claim(connection, lane="client", limit=9, token=7, lease=timedelta(minutes=1))
    return [each.id for each in claimed]


async def test_a_new_payload_does_not_pass_an_older_one_of_its_chat_that_waits_to_be_tried_again(desk: Desk) -> None:
    await desk.accept(says("Раз", at=desk.now, by=person(1)))
    await desk.accept(says("Первый", at=desk.now, by=person(2)))
    both = await claim_and_die(desk)
    await desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() - interval '1 second'")
    assert [await claim_and_die(desk), await claim_and_die(desk)] == [both[:1], both[1:]]
    await desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() - interval '1 second'")
    assert await claim_and_die(desk) == both[:1]  # the other one waits until this one has not killed its process
    await desk.accept(says("Второй", at=desk.now, by=person(2), number=2))

    assert await claim_and_die(desk) == []
