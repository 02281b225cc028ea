"""Real worker processes that die, and that sleep through their lease (cases 22 to 24)."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import structlog

from hub.app.connecting import create_connection
from hub.app.ground import open_ground
from hub.app.office import Building, Hints, build
from hub.channels.base import Parses, Raw
from hub.config import load_config
from hub.delivery.worker import DeliveryWorker, LaneWork
from hub.domain.delivery import Lane
from hub.domain.errors import PayloadInvalid, StorageUnavailable
from hub.domain.ids import ConnectionId, ConversationId, ManagerId
from hub.domain.inbound import InboundEvent
from hub.domain.manager import Manager, Role
from hub.domain.outbound import SendResult, Sent
from hub.domain.rights import Person
from hub.hints.local import LocalFeed, LocalLocks, LocalRates, LocalWakeup
from hub.inbox.accept import offer
from hub.inbox.process import Processor, parse_here
from hub.inbox.reply import Content, reply
from hub.store import managers, receipts
from hub.store.deliveries import ClaimedDelivery
from hub.store.receipts import ClaimedReceipt
from hub.testing.crash.processes import Installation, RoleProcess
from hub.testing.crash.proxies import FaultyProxy, Way
from tests.delivery.bench import Outside
from tests.inbox.desk import Desk, person, says
from tests.reliability.rehearsal import DEADLY, DIED, KIND, installed

HELD = "Пять тысяч"
DELIVERY = (
    f"SELECT * FROM deliveries WHERE lane = 'reply' AND message_id IN (SELECT id FROM messages WHERE text = '{HELD}')"
)


@dataclass
class Provider:
    """Hears what is sent over the channel; answers one text when the test says so, all others at once."""

    heard: list[str] = field(default_factory=list)
    answers: list[asyncio.Future[str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        text = (await reader.readline()).decode().strip()
        writer.write(((await self._held(text)) if text == HELD else "taken").encode() + b"\n")
        writer.close()

    async def _held(self, text: str) -> str:
        self.heard.append(text)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.answers.append(answer)
        return await answer

    async def hears(self, number: int) -> None:
        async with asyncio.timeout(60):
            while len(self.heard) < number:
                await asyncio.sleep(0.02)


@dataclass
class Stage:
    """An installation whose only channel is the rehearsal, with nobody at work yet."""

    building: Building
    installation: Installation
    provider: Provider
    connection: ConnectionId
    manager: ManagerId
    processes: list[RoleProcess] = field(default_factory=list)

    @property
    def pool(self) -> asyncpg.Pool:
        return self.building.ground.pool

    async def receive(self, client: str, text: str) -> None:
        channel = self.building.connections.channel_of(self.connection)
        body = json.dumps({"client": client, "text": text}).encode()
        raw = Raw(body, self.building.ground.clock.now(), {"id": f"{client}:{text}"})
        await self.building.acceptor.accept([offer(self.connection, channel, raw)])  # type: ignore[arg-type]

    async def worker(self) -> RoleProcess:
        process = RoleProcess(self.installation, "work", name=f"work-{len(self.processes) + 1}")
        self.processes.append(process)
        await process.start()
        return process

    async def lease_passes(self, table: str, state: str) -> None:
        await self.pool.execute(
            f"UPDATE {table} SET lease_until = clock_timestamp() - interval '1 s' WHERE state = $1", state
        )

    async def until(self, query: str) -> None:
        async with asyncio.timeout(60):
            while not await self.pool.fetchval(query):
                await asyncio.sleep(0.02)


@pytest.fixture
async def stage(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """An installation with the rehearsal connected and one manager."""
    environment = installed(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    data, logs = tmp_path / "data", tmp_path / "logs"
    logs.mkdir()
    async with AsyncExitStack() as stack:
        ground = await stack.enter_async_context(open_ground(load_config(dsn=dsn, data=data)))
        port = server.sockets[0].getsockname()[1]
        made = await create_connection(ground, KIND, name="Репетиция", settings={"port": port})
        building = await build(ground, Hints(LocalWakeup(), LocalFeed(), LocalRates(), LocalLocks()))
        anna = Manager(ManagerId(await reserve(building)), "anna", "Анна", Role.admin, tg_user_id=7)
        await managers.add_manager(ground.pool, anna, at=ground.clock.now())
        installation = Installation(dsn, "", data, 0, logs, {"HUB_LOG_LEVEL": "info", **environment})
        stage = Stage(building, installation, provider, made.id, anna.id)
        yield stage
        for process in stage.processes:
            process.thaw()
            await process.end()
        await building.http.close()
    server.close()


async def reserve(building: Building) -> int:
    async with building.ground.pool.acquire() as connection:
        return (await building.ground.ids.reserve(connection, 1))()


# ------------------------------------------------------------------ case 24


async def test_case24_a_payload_that_kills_its_process_is_parked_after_three_and_its_neighbours_pass(
    stage: Stage,
) -> None:
    for client, text in (("anton", "Здравствуйте"), ("boris", DEADLY), ("vera", "Добрый день")):
        await stage.receive(client, text)
    deaths = []
    while not await stage.pool.fetchval("SELECT 1 FROM receipts WHERE state = 'parked'"):
        process = await stage.worker()
        ended = asyncio.create_task(process.wait_for_end())
        parked = asyncio.create_task(stage.until("SELECT 1 FROM receipts WHERE state = 'parked'"))
        await asyncio.wait({ended, parked}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            deaths.append(ended.result())
        for each in (ended, parked):
            each.cancel()
        await asyncio.gather(ended, parked, return_exceptions=True)
        await stage.lease_passes("receipts", "claimed")
    await stage.until("SELECT NOT EXISTS (SELECT FROM receipts WHERE state IN ('new', 'claimed'))")

    assert deaths == [DIED] * 3
    [parked_row] = await stage.pool.fetch("SELECT attempt, reason FROM receipts WHERE state = 'parked'")
    assert parked_row["attempt"] == 3
    texts = {row["text"] for row in await stage.pool.fetch("SELECT text FROM messages WHERE direction = 'inbound'")}
    assert texts == {"Здравствуйте", "Добрый день"}


# ------------------------------------------------------------------ case 23


async def test_case23_a_worker_that_slept_through_its_lease_writes_nothing_and_says_so(stage: Stage) -> None:
    await stage.receive("anton", "Здравствуйте")
    first = await stage.worker()
    await stage.until("SELECT 1 FROM conversations")
    conversation = ConversationId(await stage.pool.fetchval("SELECT id FROM conversations"))
    actor = Person(stage.manager, Role.admin, frozenset(stage.building.office.policy().lines))
    await reply(stage.building.office, actor, conversation, content=Content(HELD), key="press-1")
    await stage.provider.hears(1)
    first.freeze()
    await stage.lease_passes("deliveries", "sending")
    await stage.worker()
    await stage.provider.hears(2)
    stage.provider.answers[1].set_result("second-copy")
    await stage.until(f"SELECT 1 FROM ({DELIVERY}) d WHERE state = 'sent'")
    after = await stage.pool.fetchrow(DELIVERY)
    stage.provider.answers[0].set_result("first-copy")
    first.thaw()
    async with asyncio.timeout(60):
        while "outcome.left_to_the_holder" not in first.log.read_text():
            await asyncio.sleep(0.02)

    assert await stage.pool.fetchrow(DELIVERY) == after
    assert (after["reason"], after["attempt"], after["external_ids"]) == ("maybe_twice", 2, ["second-copy"])
    assert stage.provider.heard == [HELD] * 2
    assert await stage.pool.fetchval("SELECT count(*) FROM ledger WHERE kind = 'answered'") == 1


async def test_case23_an_end_that_came_after_the_lease_is_no_end_and_is_said(outside: Outside) -> None:
    async def slow(claimed: ClaimedDelivery) -> SendResult:
        await outside.desk.pool.execute("UPDATE deliveries SET token = token + 1 WHERE id = $1", claimed.id)
        return Sent(("1",), outside.desk.now)

    worker = DeliveryWorker(outside.desk.office, Lane.notify, LaneWork(slow))
    with structlog.testing.capture_logs() as said:
        await worker.run_until_idle()

    assert [line["event"] for line in said] == ["delivery.lease_lost"]
    assert worker.figures.ended == {}
    assert {row["state"] for row in await outside.desk.rows("deliveries", "lane = 'notify'")} == {"sending"}


async def take_at_once(claimed: ClaimedDelivery) -> SendResult:
    return Sent(("1",), datetime.now(UTC))


async def say_what_the_worker_says(worker: DeliveryWorker) -> list[str]:
    with structlog.testing.capture_logs() as said:
        await worker.run_until_idle()
    return [line["event"] for line in said]


async def test_an_end_that_the_database_never_took_is_told_as_not_written_and_counted_nowhere(outside: Outside) -> None:
    async def refuse(*_: object) -> None:
        raise StorageUnavailable("the database is away")

    worker = DeliveryWorker(outside.desk.office, Lane.notify, LaneWork(take_at_once, refuse), settle_tries=1)

    assert await say_what_the_worker_says(worker) == ["delivery.settle_delayed", "delivery.end_not_written"]
    assert worker.figures.ended == {}
    assert {row["state"] for row in await outside.desk.rows("deliveries", "lane = 'notify'")} == {"sending"}


async def test_an_end_whose_confirmation_was_lost_is_told_as_in_doubt_and_not_as_a_lost_lease(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await far_desk.receive(says("Сколько стоит?", at=far_desk.now))

    async def cut_the_confirmation(claimed: ClaimedDelivery) -> SendResult:
        proxy.cut_before_pattern(b"UPDATE", way=Way.to_client)
        return await take_at_once(claimed)

    worker = DeliveryWorker(far_desk.office, Lane.notify, LaneWork(cut_the_confirmation))

    assert await say_what_the_worker_says(worker) == ["delivery.settle_delayed", "delivery.end_in_doubt"]
    assert {row["state"] for row in await far_desk.rows("deliveries", "lane = 'notify'")} == {"sent"}


async def claim(desk: Desk, token: int) -> list[ClaimedReceipt]:
    async with desk.pool.acquire() as connection:
        return await receipts.claim(connection, lane="client", limit=8, token=token, lease=timedelta(minutes=1))


async def give_back(desk: Desk, claimed: ClaimedReceipt, *, after: timedelta = timedelta(0)) -> None:
    async with desk.pool.acquire() as connection:
        await receipts.release(connection, [claimed], after=after)


def names(claimed: list[ClaimedReceipt]) -> list[str]:
    return [each.head["headers"]["id"] for each in claimed]


async def accept_clients(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        await desk.accept(says("Здравствуйте", at=desk.now, by=person(number), number=number))


async def processes_die(desk: Desk) -> None:
    await desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() WHERE token <> 0")


async def test_case24_what_a_process_died_of_runs_alone_and_fresh_payloads_pass(desk: Desk) -> None:
    await accept_clients(desk, 1, 2, 3)
    assert len(await claim(desk, 1)) == 3
    await processes_die(desk)
    await accept_clients(desk, 4)

    assert [names(await claim(desk, token)) for token in range(2, 6)] == [
        ["event-1"],
        ["event-2"],
        ["event-3"],
        ["event-4"],
    ]
    assert await claim(desk, 6) == []


async def finish(desk: Desk, claimed: list[ClaimedReceipt]) -> None:
    async with desk.pool.acquire() as connection:
        await receipts.finish(connection, [each.id for each in claimed], claimed[0].token)


async def test_case24_what_kills_its_process_again_holds_up_none_of_those_that_died_with_it(desk: Desk) -> None:
    await accept_clients(desk, 1, 2, 3)
    await claim(desk, 1)
    await processes_die(desk)
    poison = await claim(desk, 2)
    await finish(desk, await claim(desk, 3))
    await processes_die(desk)

    assert names(poison) == ["event-1"]
    last = await claim(desk, 4)
    assert names(last) == ["event-3"]
    await finish(desk, last)
    assert names(await claim(desk, 5)) == ["event-1"]


async def test_case24_the_last_try_of_what_processes_died_of_is_the_only_one_of_its_kind(desk: Desk) -> None:
    await accept_clients(desk, 1, 2)
    await claim(desk, 1)
    await processes_die(desk)
    both = [await claim(desk, 2), await claim(desk, 3)]
    await processes_die(desk)
    await accept_clients(desk, 3)
    await claim(desk, 4)

    assert [names(each) for each in both] == [["event-1"], ["event-2"]]
    assert {row["attempt"] for row in await desk.rows("receipts", "token = 4")} == {3}
    assert names(await claim(desk, 5)) == ["event-3"]
    assert await claim(desk, 6) == []


async def test_case24_what_was_given_back_in_order_holds_nobody_up_while_it_rests(desk: Desk) -> None:
    await accept_clients(desk, 1, 2)
    failing, _ = await claim(desk, 1)
    await give_back(desk, failing)
    [failing] = await claim(desk, 2)
    await give_back(desk, failing, after=timedelta(minutes=1))
    await processes_die(desk)

    assert names([failing]) == ["event-1"]
    assert names(await claim(desk, 3)) == ["event-2"]


def where_the_database_goes_away(desk: Desk, proxy: FaultyProxy) -> Processor:
    """A processor that loses its database while it parses, each time."""

    async def parse(channel: Parses, raws: Sequence[Raw]) -> list[Sequence[InboundEvent] | PayloadInvalid]:
        proxy.drop()
        return await parse_here(channel, raws)

    return replace(desk.processor, parse=parse)


async def meet_an_outage(processor: Processor, proxy: FaultyProxy) -> None:
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await processor.run_batch()
    proxy.heal()


async def test_case24_what_an_outage_left_comes_again_at_once_together_and_counts_no_attempt(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await accept_clients(far_desk, 1, 2, 3, 4)
    await meet_an_outage(where_the_database_goes_away(far_desk, proxy), proxy)

    assert [await far_desk.processor.run_batch() for _ in range(3)] == [2, 2, 0]
    assert {(row["state"], row["attempt"]) for row in await far_desk.rows("receipts")} == {("done", 1)}


async def test_case24_a_claim_whose_confirmation_an_outage_took_is_given_back_too(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await accept_clients(far_desk, 1)
    proxy.cut_before_pattern(b"COMMIT", way=Way.to_client)
    with pytest.raises(StorageUnavailable):
        await far_desk.processor.run_batch()

    assert await far_desk.processor.run_batch() == 1
    assert (await far_desk.one("receipts"))["attempt"] == 1


async def test_case24_what_alone_meets_an_outage_twice_may_be_its_cause_and_is_left_to_its_lease(
    far_desk: Desk, proxy: FaultyProxy
) -> None:
    await accept_clients(far_desk, 1)
    leaving = where_the_database_goes_away(far_desk, proxy)
    await meet_an_outage(leaving, proxy)
    with pytest.raises(StorageUnavailable):
        await leaving.run_batch()
    proxy.heal()

    assert await far_desk.processor.run_batch() == 0
    assert (await far_desk.one("receipts"))["attempt"] == 2
    await processes_die(far_desk)
    assert await far_desk.processor.run_batch() == 1
