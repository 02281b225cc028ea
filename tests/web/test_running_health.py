"""What a real hub says of itself: a process of the role `web`, its database, its heartbeat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession

from hub.app.doors import AttemptBook
from hub.app.roles import RunningHub, running_hub
from hub.config import load_config
from hub.domain.ids import ConnectionId
from hub.store import restored
from hub.web.entrance import Attempt


@pytest.fixture
async def running(dsn: str, tmp_path: Path) -> AsyncIterator[RunningHub]:
    """Give a hub that only listens, with as few database connections as there may be."""
    config = load_config(dsn=dsn, data=tmp_path / "data", port=0, pool_size=4)
    async with running_hub(config, frozenset({"web"})) as hub:
        yield hub


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def ask(session: ClientSession, hub: RunningHub, path: str) -> tuple[int, str]:
    async with session.get(f"{hub.address}{path}") as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(("revision", "answer"), [("0001", (503, "behind")), ("9999", (200, "ok"))])
async def test_case36_tables_of_an_older_program_are_not_ready_those_of_a_newer_one_are(
    session, running, revision, answer
):
    assert await ask(session, running, "/readyz") == (200, "database: ok\ntables: ok\n")
    await running.building.ground.pool.execute("UPDATE alembic_version SET version_num = $1", revision)

    assert await ask(session, running, "/readyz") == (answer[0], f"database: ok\ntables: {answer[1]}\n")


async def test_a_database_that_does_not_answer_is_a_word_to_the_balancer_and_a_metric(session, running):
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(running.building.ground.pool.acquire())

        assert await ask(session, running, "/readyz") == (503, "database: away\n")
        assert await ask(session, running, "/healthz") == (200, "ok")
        assert "hub_database_up 0" in (await ask(session, running, "/metrics"))[1]


async def test_a_process_is_counted_with_its_role(session, running):
    seen = ""
    while 'hub_role_processes{role="web"} 1' not in seen:
        await asyncio.sleep(0.02)
        _, seen = await ask(session, running, "/metrics")

    assert "hub_database_up 1\n" in seen
    assert 'hub_role_processes{role="work"} 0' in seen
    assert "hub_receipts_accepted_total{process=" in seen


async def test_a_process_that_ends_leaves_no_heartbeat(dsn, pool, tmp_path):
    async with running_hub(load_config(dsn=dsn, data=tmp_path / "data"), frozenset({"bot"})):
        while not await pool.fetchval("SELECT count(*) FROM heartbeats WHERE roles = '[\"bot\"]'"):
            await asyncio.sleep(0.02)

    assert await pool.fetchval("SELECT count(*) FROM heartbeats") == 0


@pytest.mark.parametrize(("status", "counted"), [(202, {}), (401, {"401": 1})])
async def test_refused_requests_are_counted_by_status_others_are_not(running, status, counted):
    now = running.building.ground.clock.now()
    AttemptBook(running.building).note(Attempt(ConnectionId(1), now, "", "POST", status, "as it was"))

    assert running.building.figures.refused == counted


async def test_the_token_may_lie_in_a_file_and_is_asked_for(session, dsn, tmp_path, monkeypatch):
    (tmp_path / "token").write_text("t0ken\n")
    monkeypatch.setenv("HUB_METRICS_TOKEN_FILE", str(tmp_path / "token"))
    config = load_config(dsn=dsn, data=tmp_path / "data", port=0, public_url="https://hub.example.ru")

    async with running_hub(config, frozenset({"web"})) as hub:
        assert (await ask(session, hub, "/metrics"))[0] == 401
        async with session.get(f"{hub.address}/metrics", headers={"Authorization": "Bearer t0ken"}) as answer:
            assert answer.status == 200
    assert "t0ken" not in repr(config)


@pytest.mark.parametrize("settings", [{"public_url": "https://hub.example.ru"}, {"trusted_proxies": 1}])
async def test_a_hub_behind_a_proxy_tells_nothing_without_a_token(session, dsn, tmp_path, settings):
    config = load_config(dsn=dsn, data=tmp_path / "data", port=0, **settings)

    async with running_hub(config, frozenset({"web"})) as hub:
        assert (await ask(session, hub, "/metrics"))[0] == 404


async def test_case38_a_restored_hub_takes_requests_and_says_that_it_sends_nothing(session, running):
    building = running.building
    async with building.ground.pool.acquire() as connection:
        await restored.mark(connection, made_at=building.ground.clock.now())
    await building.refresh()

    assert await ask(session, running, "/readyz") == (
        200,
        "database: ok\ntables: ok\nsending: held after a restore: hub resume\n",
    )
    assert "hub_sending_held 1\n" in (await ask(session, running, "/metrics"))[1]
