"""A process says that it is alive, with its figures, until it ends; without the database it goes on trying."""

import asyncio
import contextlib

import pytest

from hub.channels.base import PollBatch
from hub.delivery.heartbeat import Heartbeat, name_process
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId
from hub.inbox.figures import ProcessFigures
from hub.store.pool import open_pool
from tests.delivery.bench import Outside
from tests.inbox.desk import Desk, says


def test_processes_of_the_same_roles_have_different_names_that_tell_nothing_of_the_machine():
    first, second = name_process({"work", "bot"}), name_process({"work", "bot"})

    assert first.startswith("bot-work-")
    assert first != second
    assert name_process({"web", "work", "poll", "bot"}).startswith("hub-")


async def rows(pool):
    return [dict(row) for row in await pool.fetch("SELECT process, roles, figures FROM heartbeats")]


async def until_beaten(pool):
    while not await rows(pool):
        await asyncio.sleep(0.01)


async def test_a_running_process_is_seen_with_its_figures_and_says_goodbye(pool):
    figures = ProcessFigures()
    figures.note_refusal(401)
    running = asyncio.create_task(Heartbeat(pool, "work-1", ("work",), figures).run())
    await until_beaten(pool)
    (seen,) = await rows(pool)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert (seen["process"], seen["roles"], seen["figures"]["refused"]) == ("work-1", ["work"], {"401": 1})
    assert await rows(pool) == []


async def test_a_goodbye_without_the_database_does_not_hold_up_the_end(dsn):
    away = await open_pool(dsn, min_size=1, max_size=1)
    away.terminate()

    await Heartbeat(away, "work-1", ("work",), ProcessFigures()).end()


async def test_payloads_are_counted_with_their_commit(desk: Desk):
    await desk.receive(says("Здравствуйте", at=desk.now))

    figures = desk.acceptor.figures
    assert (figures.accepted, sum(figures.commits), figures.commit_seconds > 0) == (1, 1, True)


async def test_a_poll_that_brings_nothing_is_no_commit_that_anybody_waited_for(desk: Desk):
    await desk.acceptor.accept_batch(ConnectionId(1), desk.channel, PollBatch((), {"offset": 1}))

    assert sum(desk.acceptor.figures.commits) == 0


@pytest.mark.parametrize(("state", "ended"), [("sent", {"sent": 1}), ("failed", {"failed": 1}), ("queued", {})])
def test_ends_of_deliveries_are_counted_and_further_tries_are_none(state, ended):
    figures = ProcessFigures()
    figures.note_end(Lane.reply, state)

    assert figures.as_json()["ended"] == ({"reply": ended} if ended else {})


async def test_a_worker_counts_what_it_ended(outside: Outside) -> None:
    await outside.reply("Сто рублей")
    await outside.deliver()

    assert outside.worker.figures.as_json()["ended"] == {"reply": {"sent": 1}}
