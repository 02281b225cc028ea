"""Case 38: a hub is backed up, lives on, is lost, and comes back from the backup into a world that has moved on."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.app.connecting import create_connection
from hub.app.ground import Ground, open_ground
from hub.app.roles import ALL_ROLES, RunningHub, running_hub
from hub.app.rules import apply_policy
from hub.config import Config, load_config
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Role
from hub.store.backup import Holdings, make_backup
from hub.store.managers import add_manager
from hub.store.policy import PolicyChange
from hub.store.pool import acquire, connect
from hub.testing.crash.ledger import WorldClock
from hub.testing.database import DatabaseServer, empty_database
from hub.testing.telegram import BotAccount, BotApi, Person
from hub.testing.telegram.faults import too_many_requests
from tests.fixtures_database import BIN_DIR
from tests.inbox.desk import ALWAYS_OPEN

SHOP, DESK = ("7000000001:restored-shop", "shop_bot"), ("7000000002:restored-desk", "desk_bot")
ANSWER = "Пять тысяч"
PATIENCE = 30
STEPS = (
    *("resume.answers_claimed", "resume.before_doubt", "resume.after_doubt", "resume.before_miss", "resume.after_miss"),
    *("resume.timers_missed", "resume.before_summary", "resume.after_summary", "resume.before_release"),
)
UNFINISHED = ("restore.begun", "restore.database_loaded", "restore.before_mark")


@dataclass(frozen=True, slots=True)
class Town:
    """Telegram with two bots and four people; it outlives every hub."""

    telegram: BotApi
    shop: BotAccount
    desk: BotAccount
    maria: Person
    vera: Person
    anna: Person
    olga: Person

    def seen(self, person: Person, bot: BotAccount, text: str) -> int:
        """How many messages with this text somebody sees from a bot."""
        return sum(text in each.text for each in person.screen(bot).visible() if each.is_from_bot)

    def seen_by_staff(self, text: str) -> int:
        return sum(self.seen(each, self.desk, text) for each in (self.anna, self.olga))


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    telegram = BotApi(WorldClock())
    shop, desk = (telegram.add_bot(token, name, title=name) for token, name in (SHOP, DESK))
    people = (telegram.person(name) for name in ("Мария", "Вера", "Анна", "Ольга"))
    await telegram.start()
    yield Town(telegram, shop, desk, *people)
    await telegram.stop()


@pytest.fixture
async def empty_dsn(database_server: DatabaseServer) -> AsyncIterator[str]:
    """An empty database beside the one of the lost hub."""
    async with empty_database(database_server) as dsn:
        yield dsn


@asynccontextmanager
async def life(config: Config) -> AsyncIterator[RunningHub]:
    """All roles of a hub at work in this process, until the block ends."""
    async with running_hub(config, ALL_ROLES) as hub:
        yield hub
        await hub.rest()


def config_of(dsn: str, data: Path) -> Config:
    return load_config(dsn=dsn, data=data, port=0, pg_bin=BIN_DIR, log_level="warning", proxy="")


async def furnish(ground: Ground, town: Town) -> None:
    """Put rules into force, hire a manager and a head, connect both bots."""
    await apply_policy(ground, ALWAYS_OPEN, PolicyChange(ground.clock.now(), "test"))
    for kind, (token, name) in (("telegram", SHOP), ("manager_bot", DESK)):
        settings = {"token": token, "base_url": town.telegram.base_url}
        await create_connection(ground, kind, name=name, settings=settings)
    staff = (("anna", "Анна", Role.manager, town.anna), ("olga", "Ольга", Role.head, town.olga))
    for key, name, role, person in staff:
        person.starts(town.desk)
        async with acquire(ground.pool) as connection:
            new_id = (await ground.ids.reserve(connection, 1))()
            manager = Manager(ManagerId(new_id), key, name, role, tg_user_id=person.user.id)
            await add_manager(connection, manager, at=ground.clock.now())


async def until(pool: asyncpg.Pool, statement: str, wanted: int = 1) -> None:
    found = -1
    try:
        async with asyncio.timeout(PATIENCE):
            while (found := await pool.fetchval(statement)) != wanted:
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{found} instead of {wanted}: {statement}") from None


async def live_until_the_backup(config: Config, town: Town, backup: Path) -> None:
    """Maria has waited for two hours; Anna's answer cannot leave because the messenger refuses for a while."""
    town.shop.faults.add("sendMessage", too_many_requests(3600), times=9)
    async with open_ground(config) as ground:
        await furnish(ground, town)
    async with life(config) as hub:
        town.maria.writes(town.shop, "Сколько стоит?")
        card = await town.anna.screen(town.desk).wait_for("Сколько стоит?", seconds=PATIENCE)
        pool = hub.building.ground.pool
        await until(pool, "SELECT count(*) FROM deliveries WHERE lane = 'notify' AND state IN ('queued', 'sending')", 0)
        town.anna.replies(town.desk, ANSWER, to=card)
        await until(pool, "SELECT count(*) FROM deliveries WHERE lane = 'reply' AND state = 'queued' AND attempt = 1")
    async with open_ground(config) as ground:
        back = "- interval '2 h'"
        await ground.pool.execute(f"UPDATE waits SET started_at = started_at {back}, deadline_at = deadline_at {back}")
        await ground.pool.execute(f"UPDATE timers SET due_at = due_at {back} WHERE state = 'armed'")
        await ground.pool.execute(f"UPDATE deliveries SET due_at = due_at {back} WHERE state = 'queued'")
        holdings = Holdings(ground.dsn, config.files_dir, config.key_file, BIN_DIR)
        await make_backup(holdings, backup, now=ground.clock.now(), with_key=True)


async def live_on_and_get_lost(config: Config, town: Town) -> None:
    """After the backup the answer reaches Maria, and the head hears of the deadline."""
    town.shop.faults.clear()
    async with life(config) as hub:
        pool = hub.building.ground.pool
        await until(pool, "SELECT count(*) FROM waits WHERE state = 'answered'")
        await until(pool, "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')", 0)
    assert town.seen(town.maria, town.shop, ANSWER) == 1


async def command(config: Config, *arguments: str, dies_at: str = "") -> tuple[int, str]:
    """Run `hub …` in a process of its own; return its exit code and what it said."""
    environment = {
        **os.environ,
        "HUB_DSN": config.dsn.get_secret_value(),
        "HUB_DATA": str(config.data),
        "HUB_LANGUAGE": "en",
        "COLUMNS": "200",
        **({"HUB_PG_BIN": str(BIN_DIR)} if BIN_DIR else {}),
        **({"HUB_CRASH": f"{dies_at}:1"} if dies_at else {}),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub", *arguments),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.fixture
async def backup(dsn: str, town: Town, tmp_path: Path) -> Path:
    """A backup of a hub that is lost by now."""
    config = config_of(dsn, tmp_path / "lost")
    await live_until_the_backup(config, town, tmp_path / "backup")
    await live_on_and_get_lost(config, town)
    return tmp_path / "backup"


@pytest.mark.timeout(240)
async def test_case38_a_restored_hub_sends_nothing_before_somebody_looked_and_then_nothing_twice(
    backup: Path, town: Town, empty_dsn: str, tmp_path: Path
) -> None:
    config = config_of(empty_dsn, tmp_path / "new")
    code, said = await command(config, "restore", str(backup))
    assert (code, "The hub is held" in said and "hub resume" in said) == (0, True), said
    sent = [len(bot.calls_of("sendMessage")) for bot in (town.shop, town.desk)]

    async with life(config) as hub:
        pool = hub.building.ground.pool
        town.vera.writes(town.shop, "Вы открыты?")
        await until(pool, "SELECT count(*) FROM messages WHERE text = 'Вы открыты?'")
        await until(pool, "SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed')", 0)
        code, said = await command(config, "status")
        assert (code, "held: the hub was restored" in said) == (1, True), said
        code, said = await command(config, "resume")
        assert (code, "may have left before" in said, "nothing was let go" in said) == (1, True, True), said

        for point in STEPS:
            code, said = await command(config, "resume", "--yes", dies_at=point)
            assert code == -signal.SIGKILL, f"{point} was not reached: {said}"
            assert hub.building.office.is_held
        assert [len(bot.calls_of("sendMessage")) for bot in (town.shop, town.desk)] == sent
        code, said = await command(config, "resume", "--yes", dies_at="resume.after_release")
        assert code == -signal.SIGKILL, said
        assert await command(config, "resume", "--yes") == (0, "The hub holds nothing back.\n")

        await town.telegram.wait_until(lambda: town.seen_by_staff("Вы открыты?") == 1, seconds=PATIENCE)
        await town.anna.screen(town.desk).wait_for("Неизвестно", seconds=PATIENCE)
        await town.olga.screen(town.desk).wait_for("Хаб восстановлен из копии", seconds=PATIENCE)
        await until(pool, "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')", 0)
        await look_back(pool, town)


async def look_back(pool: Any, town: Town) -> None:
    """Nothing happened twice, whatever died in between, and nothing was forgotten."""
    assert town.seen(town.maria, town.shop, ANSWER) == 1
    assert town.seen(town.anna, town.desk, "Неизвестно") == 1
    assert town.seen(town.olga, town.desk, "Хаб восстановлен из копии") == 1
    for fact in ("send_unknown", "breached"):
        assert await pool.fetchval("SELECT count(*) FROM ledger WHERE kind = $1", fact) == 1, fact
    assert await pool.fetchval("SELECT count(*) FROM ledger WHERE kind = 'level_sent'") == 0
    reply = await pool.fetchrow("SELECT state, reason FROM deliveries WHERE lane = 'reply'")
    assert tuple(reply) == ("unknown", "restored")


@pytest.mark.timeout(240)
async def test_case38_a_restore_that_dies_leaves_a_database_that_no_hub_opens_or_a_held_one(
    backup: Path, database_server: DatabaseServer, empty_dsn: str, tmp_path: Path
) -> None:
    config = config_of(empty_dsn, tmp_path / "new")
    for point in UNFINISHED:
        code, said = await command(config, "restore", str(backup), dies_at=point)
        assert code == -signal.SIGKILL, said
        code, said = await command(config, "status")
        assert (code, "did not come to its end" in said) == (1, True), said
        if point != UNFINISHED[0]:
            async with connect(empty_dsn) as connection:
                await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    code, said = await command(config, "restore", str(backup), dies_at="restore.after_mark")
    assert code == -signal.SIGKILL, said
    code, said = await command(config, "status")
    assert "held: the hub was restored" in said
