"""The unique keys decide: copies in parallel, broken keys, commits whose answer is lost, commits that come late."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import asyncpg
import structlog

from hub.channels.base import PollBatch, Raw
from hub.domain.errors import StorageUnavailable
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundMessage
from hub.inbox.accept import Acceptor, offer
from hub.store import receipts
from hub.store.files import Files
from hub.testing.crash.proxies import FaultyProxy, Way
from tests.delivery.bench import Outside, add_connection, open_outside
from tests.inbox.desk import Desk, person, says

DEDUPE = ("receipts_connection_id_external_id_key",)
UNIQUE_KEYS = (
    "SELECT c.relname AS name, t.relname AS of FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
    "WHERE i.indisunique AND n.nspname = 'public' AND NOT t.relispartition AND t.relname <> 'alembic_version' "
    "ORDER BY c.relname"
)
BROKEN = """
CREATE SEQUENCE IF NOT EXISTS violations;
CREATE OR REPLACE FUNCTION violate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM nextval('violations'); RAISE unique_violation USING CONSTRAINT = TG_ARGV[0]; END $$;
"""


async def expire_leases(desk: Desk) -> None:
    await desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() WHERE state = 'claimed'")


async def knock(desk: Desk, door: Acceptor, key: str) -> None:
    """Offer the event whose name is `key` as a provider does that knows it by this name."""
    await door.accept([offer(ConnectionId(1), desk.channel, Raw(key.encode(), desk.now, {"id": key}))])


# ------------------------------------------------------------------ case 3


async def test_case2_case3_fifty_copies_of_two_hundred_events_at_once_are_two_hundred(
    desk: Desk, tmp_path: Path
) -> None:
    events = {
        f"event-{number}": says(f"Сообщение {number}", at=desk.now, by=person(1 + number % 20), number=number)
        for number in range(1, 201)
    }
    desk.channel.events |= {key.encode(): [event] for key, event in events.items()}
    doors = [Acceptor(desk.office, Files(tmp_path / "files")) for _ in range(5)]

    await asyncio.gather(*(knock(desk, doors[copy % 5], key) for copy in range(50) for key in events))
    await asyncio.gather(*(desk.process() for _ in range(2)))

    assert len(await desk.rows("receipts")) == 200
    assert len(await desk.rows("messages", "direction = 'inbound'")) == 200
    assert len(await desk.rows("conversations")) == 20


# ------------------------------------------------------------------ case 5


async def violations(desk: Desk) -> int:
    """Return how often a key was violated: a sequence is not rolled back."""
    row = await desk.pool.fetchrow("SELECT last_value, is_called FROM violations")
    return int(row["last_value"]) if row["is_called"] else 0


async def receive_with_broken_key(desk: Desk, key: asyncpg.Record, event: InboundMessage) -> tuple[str, int]:
    """Return what became of a receipt while every new row of the key's table violates it, and how often one did."""
    await desk.pool.execute(
        f"CREATE TRIGGER violated BEFORE INSERT ON {key['of']} FOR EACH ROW EXECUTE FUNCTION violate('{key['name']}')"
    )
    before = await violations(desk)
    with structlog.testing.capture_logs():
        async with asyncio.timeout(20):
            await desk.receive(event)
    await desk.pool.execute(f"DROP TRIGGER violated ON {key['of']}")
    state = await desk.pool.fetchval("SELECT state FROM receipts ORDER BY id DESC LIMIT 1")
    return state, await violations(desk) - before


async def test_case5_a_violated_key_parks_its_payload_after_a_bounded_number_of_tries(desk: Desk) -> None:
    await desk.pool.execute(BROKEN)
    keys = [key for key in await desk.pool.fetch(UNIQUE_KEYS) if key["of"] not in {"receipts", "receipt_bodies"}]
    touched = set()
    for number, key in enumerate(keys, start=1):
        event = says("Здравствуйте", at=desk.now, by=person(number), number=number)
        state, tries = await receive_with_broken_key(desk, key, event)
        assert state == ("parked" if tries else "done"), key["name"]
        assert tries <= 18, key["name"]  # six goes at each of three attempts
        touched |= {key["of"]} if tries else set()

    assert touched >= {
        "contacts",
        "identities",
        "threads",
        "conversations",
        "waits",
        "messages",
        "timers",
        "deliveries",
    }
    async with desk.pool.acquire() as connection:
        await receipts.replay(connection, None)
    await desk.process()
    assert len(await desk.rows("receipts", "state = 'done'")) == len(keys)


async def test_case5_the_key_of_the_event_is_a_success(desk: Desk) -> None:
    keys = {key["name"] for key in await desk.pool.fetch(UNIQUE_KEYS)}
    assert keys >= set(DEDUPE)
    event = says("Здравствуйте", at=desk.now)
    for _ in range(3):
        await desk.receive(event, event_id="the-same")

    assert [row["state"] for row in await desk.rows("receipts")] == ["done"]


# ------------------------------------------------------------------ case 25


LATE = """
CREATE FUNCTION come_late() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(hashtext(NEW.external_id)); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON receipts DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION come_late()
"""


async def waiting(desk: Desk, commits: int) -> None:
    while await desk.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < commits:
        await asyncio.sleep(0.005)


async def test_case25_what_is_committed_late_is_found_though_later_ones_were_read_before(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.pool.execute(LATE)
    order = [3, 5, 1, 4, 2]  # in which the transactions end; they began as 1 to 5
    knocking = {}
    async with desk.pool.acquire() as gate:
        for number in range(1, 6):
            await gate.execute("SELECT pg_advisory_lock(hashtext($1))", f"event-{number}")
            key = f"event-{number}"
            desk.channel.events[key.encode()] = [
                says(f"Сообщение {number}", at=desk.now, by=person(number), number=number)
            ]
            door = Acceptor(desk.office, Files(tmp_path / "files"))
            knocking[number] = asyncio.create_task(knock(desk, door, key))
            await waiting(desk, number)
        for number in order:
            await gate.execute("SELECT pg_advisory_unlock(hashtext($1))", f"event-{number}")
            await knocking[number]
            await desk.process()

    texts = [row["text"] for row in await desk.pool.fetch("SELECT text FROM messages ORDER BY id")]
    assert texts == [f"Сообщение {number}" for number in order]


# ------------------------------------------------------------------ case 30


async def until_untouched(proxy: FaultyProxy, pattern: bytes, work: Callable[[], Awaitable[object]]) -> int:
    """Do `work` with its first answer of this kind lost, then its second and so on, until none was; return how many."""
    for skip in count():
        proxy.cut_before_pattern(pattern, way=Way.to_client, skip=skip)
        before = proxy.cuts
        try:
            await work()
        except StorageUnavailable:
            await work()  # as whoever had no answer does: the same again
        if proxy.cuts == before:
            proxy.heal()
            return skip
    raise AssertionError


async def test_case30_a_payload_whose_commit_was_not_heard_is_offered_again_and_is_one(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    far_desk.channel.events[b"event-1"] = [says("Здравствуйте", at=far_desk.now)]

    async def come_again() -> None:
        await knock(far_desk, far_desk.acceptor, "event-1")

    assert await until_untouched(proxy, b"INSERT 0", come_again) >= 1
    assert len(await far_desk.rows("receipts")) == 1


async def test_case30_a_polled_batch_whose_commit_was_not_heard_is_one_and_so_is_its_cursor(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await add_connection(far_desk)
    batch = PollBatch((Raw(b"one", far_desk.now, {"id": "event-1"}),), {"offset": 7})

    async def poll() -> None:
        await far_desk.acceptor.accept_batch(ConnectionId(1), far_desk.channel, batch)

    assert await until_untouched(proxy, b"COMMIT", poll) == 1
    assert len(await far_desk.rows("receipts")) == 1
    assert (await far_desk.one("connections"))["cursor"] == {"offset": 7}


async def test_case30_a_message_is_processed_once_whichever_commit_was_not_heard(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    said = count(1)

    async def process() -> None:
        await expire_leases(far_desk)
        await far_desk.process()

    async def receive() -> None:
        number = next(said)
        await far_desk.accept(says("Здравствуйте", at=far_desk.now, by=person(number), number=number))
        try:
            await process()
        finally:
            await process()

    assert await until_untouched(proxy, b"COMMIT", receive) >= 2
    messages = await far_desk.rows("messages", "direction = 'inbound'")
    assert len(messages) == len(await far_desk.rows("receipts", "state = 'done'")) == next(said) - 1
    assert len(await far_desk.rows("waits")) == len(messages)


async def test_case30_an_answer_whose_commit_was_not_heard_is_one_message_and_one_delivery(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await far_desk.receive(says("Сколько стоит?", at=far_desk.now))
    outside: Outside = open_outside(far_desk)

    async def press() -> None:
        await outside.reply("Пять тысяч", key="press-7")

    assert await until_untouched(proxy, b"COMMIT", press) >= 1
    assert len(await far_desk.rows("messages", "direction = 'outbound'")) == 1
    assert await outside.states() == ["queued"]


async def test_case30_the_end_of_a_delivery_that_was_not_heard_sends_nothing_twice(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await far_desk.receive(says("Сколько стоит?", at=far_desk.now))
    outside = open_outside(far_desk)
    await outside.reply("Пять тысяч")
    proxy.cut_before_pattern(b"COMMIT", way=Way.to_client, skip=1)  # the first is the claim
    await outside.deliver()

    assert proxy.cuts == 1
    assert outside.channel.texts == ["Пять тысяч"]
    assert await outside.states() == ["sent"]
    assert (await far_desk.one("waits"))["state"] == "answered"
