"""The whole program against the real Dovecot: killed, cut off, renumbered, and every letter is there exactly once."""

import asyncio
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.app.connecting import create_connection
from hub.app.ground import open_ground
from hub.app.roles import running_hub
from hub.app.rules import apply_policy
from hub.channels.email.channel import EmailChannel
from hub.config import load_config
from hub.domain.manager import Manager, Role
from hub.domain.outbound import MailHeaders, OutboundMessage, Sent
from hub.routing.document import DEFAULT_POLICY
from hub.store import managers
from hub.store.policy import PolicyChange
from hub.testing.mail.dovecot import PASSWORD, USER, Dovecot, run_dovecot
from hub.testing.mail.smtp_server import FakeSmtp
from tests.acceptance.post import LETTERS_EACH, make_letter, text_of

pytestmark = [pytest.mark.needs_dovecot, pytest.mark.timeout(400)]

SENDERS = 100
LETTERS = SENDERS * LETTERS_EACH
KILLS = 10
PATIENCE_SECONDS = 120
NO_DAYS = DEFAULT_POLICY.replace("[business]\n", '[business]\nday_digest = "off"\n')
"""In the evening an administrator would be told of the day besides."""
_UNFINISHED = "SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed')"


@dataclass
class Hub:
    """`hub up` as a process of its own on a database of ours; killed without a word."""

    dsn: str
    data: Path
    starts: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start it and wait until it says that it runs."""
        self.starts += 1
        command = (sys.executable, "-m", "hub", "up", "--dsn", self.dsn, "--data", str(self.data), "--port", "0")
        environment = os.environ | {"HUB_LOG_LEVEL": "error"}
        self._process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
        assert self._process.stderr is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            said = await self._process.stderr.readline()
        assert "работает" in said.decode(), said.decode()

    async def kill(self) -> None:
        """Kill it as a machine does that loses power."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()


@dataclass
class Office:
    """What stands around a test: the mail server, the program, and a look into its database."""

    dovecot: Dovecot
    hub: Hub
    pool: asyncpg.Pool

    async def count(self, table: str, where: str = "true") -> int:
        return int(await self.pool.fetchval(f"SELECT count(*) FROM {table} WHERE {where}"))

    async def until(self, statement: str, wanted: object) -> None:
        found: object = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (found := await self.pool.fetchval(statement)) != wanted:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{found!r} instead of {wanted!r}: {statement}") from None


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that Dovecot's own users may traverse; pytest's belongs to the tester alone."""
    path = Path(tempfile.mkdtemp(prefix="hub-dovecot-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def office(dsn: str, pool: asyncpg.Pool, base: Path, tmp_path: Path) -> AsyncIterator[Office]:
    hub = Hub(dsn, tmp_path / "data")
    async with run_dovecot(base) as dovecot:
        await connect_mailbox(hub, dovecot)
        try:
            yield Office(dovecot, hub, pool)
        finally:
            await hub.kill()


async def connect_mailbox(hub: Hub, dovecot: Dovecot, *, smtp_port: int = 9) -> None:
    """Save the mailbox, and hire an administrator who would be told of everything there is to tell."""
    settings = {
        "address": USER,
        "imap_host": "127.0.0.1",
        "imap_port": dovecot.port,
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "user": USER,
        "password": PASSWORD,
        "plain_hosts": ["127.0.0.1"],
    }
    async with open_ground(load_config(dsn=hub.dsn, data=hub.data)) as ground:
        await apply_policy(ground, NO_DAYS, PolicyChange(ground.clock.now(), "test"))
        await create_connection(ground, "email", name="sales", settings=settings)
        async with ground.pool.acquire() as connection:
            new_id = (await ground.ids.reserve(connection, 1))()
            admin = Manager(new_id, "olga", "Ольга", Role.admin, tg_user_id=1)  # type: ignore[arg-type]
            await managers.add_manager(connection, admin, at=ground.clock.now())


async def make_contact(office: Office) -> None:
    """Let the hub meet the mailbox for the first time: from now on letters are requests (FR-7)."""
    await office.hub.start()
    await office.until("SELECT cursor ? 'uidvalidity' FROM connections", True)


async def test_case41_500_letters_survive_ten_kills_of_the_hub_and_a_restart_of_the_server(office: Office) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    await make_contact(office)
    await office.hub.kill()
    waiting = list(range(LETTERS))
    deliver(office, waiting, 100)
    for number in range(KILLS):
        await office.hub.start()
        deliver(office, waiting, 20)
        await asyncio.sleep(chance.uniform(0, 1.5))
        if number == KILLS // 2:
            await office.dovecot.stop()
            await office.dovecot.start()
        deliver(office, waiting, 20)
        await asyncio.sleep(chance.uniform(0, 0.3))
        await office.hub.kill()
    await office.hub.start()
    assert waiting == []
    await office.until("SELECT count(*) FROM receipts", LETTERS)
    await office.until(_UNFINISHED, 0)
    before = await check_everything(office)

    await renumber(office)
    await office.until("SELECT (cursor->>'rescan_to')::int FROM connections", 0)
    await office.until("SELECT count(*) FROM receipts", 2 * LETTERS)
    await office.until(_UNFINISHED, 0)
    assert await check_everything(office) == before


def deliver(office: Office, waiting: list[int], count: int) -> None:
    for number in waiting[:count]:
        office.dovecot.deliver(make_letter(number))
    del waiting[:count]


async def renumber(office: Office) -> None:
    """Rebuild the mailbox: all letters under new numbers, while the hub runs."""
    old = await office.pool.fetchval("SELECT (cursor->>'uidvalidity')::bigint FROM connections")
    await office.dovecot.stop()
    for path in (office.dovecot.base / "mail").glob("dovecot*"):
        path.unlink()
    await office.dovecot.start()
    await office.until(f"SELECT (cursor->>'uidvalidity')::bigint <> {old} FROM connections", True)


async def check_everything(office: Office) -> list[asyncpg.Record]:
    """Each letter is one message in the right thread, each sender one client with one open wait."""
    messages: list[asyncpg.Record] = await office.pool.fetch(
        "SELECT m.id, m.text, m.subject, m.thread_id, m.contact_id, m.conversation_id, m.attachments, c.name"
        " FROM messages m LEFT JOIN contacts c ON c.id = m.contact_id"
        " WHERE m.direction = 'inbound' ORDER BY m.id"
    )
    letters = {text_of(number): number for number in range(LETTERS)}
    assert Counter(row["text"].strip() for row in messages) == Counter(list(letters))
    assert [row for row in messages if "\ufffd" in f"{row['text']}{row['subject']}{row['name']}"] == []
    for table in ("contacts", "conversations", "waits"):
        assert await office.count(table) == SENDERS
    threads: dict[tuple[int, int], set[int]] = {}
    for row in messages:
        number = letters[row["text"].strip()]
        threads.setdefault((number % SENDERS, number // SENDERS >= 3), set()).add(row["thread_id"])
    assert {key: len(found) for key, found in threads.items() if len(found) != 1} == {}
    assert await office.count("threads") == len(threads) == 2 * SENDERS
    assert await office.count("receipts", "state = 'parked'") == 0
    return messages


async def test_fr7_a_mailbox_with_5000_old_letters_brings_nothing_until_a_new_one_comes(office: Office) -> None:
    for number in range(5000):
        office.dovecot.deliver(make_letter(number % LETTERS))
    await make_contact(office)
    for table in ("receipts", "messages", "contacts", "waits", "deliveries"):
        assert await office.count(table) == 0

    office.dovecot.deliver(make_letter(0))

    await office.until("SELECT count(*) FROM waits", 1)
    assert await office.count("receipts") == await office.count("messages", "direction = 'inbound'") == 1
    assert await office.count("deliveries", "lane = 'notify'") == 1


async def test_contract_11_case48_a_mailbox_that_is_gone_is_announced_once_and_comes_back_by_itself(
    office: Office,
) -> None:
    async with running_hub(load_config(dsn=office.hub.dsn, data=office.hub.data), frozenset({"work", "poll"})) as hub:
        await office.until("SELECT cursor ? 'uidvalidity' FROM connections", True)
        await office.dovecot.stop()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await office.count("connections", "state = 'down'"):
                hub.building.ground.clock.move(timedelta(seconds=30))
                await asyncio.sleep(0.2)
        row = await office.pool.fetchrow("SELECT state_reason FROM connections")
        notices = await office.pool.fetch("SELECT payload FROM deliveries WHERE lane = 'notify'")
        await office.dovecot.start()
        office.dovecot.deliver(make_letter(0))
        await office.until("SELECT state FROM connections", "active")
        await office.until("SELECT count(*) FROM messages WHERE direction = 'inbound'", 1)

    assert row is not None
    assert row["state_reason"]
    assert [each["payload"]["name"] for each in notices] == ["sales"]


async def test_a_hub_that_stops_says_goodbye_to_the_servers_it_sends_by(dsn: str, base: Path, tmp_path: Path) -> None:
    hub = Hub(dsn, tmp_path / "data")
    async with run_dovecot(base) as dovecot, FakeSmtp().run() as smtp:
        await connect_mailbox(hub, dovecot, smtp_port=smtp.port)
        async with running_hub(load_config(dsn=dsn, data=hub.data), frozenset({"work"})) as running:
            (row,) = running.building.connections.rows()
            channel = running.building.connections.channel_of(row.id)
            assert isinstance(channel, EmailChannel)
            mail = MailHeaders(message_id="1", subject="Торшер", to="maria@example.ru")
            assert isinstance(await channel.send(OutboundMessage("1", "1", "Есть", mail=mail)), Sent)
            assert b"QUIT" not in smtp.wire

        assert b"QUIT" in smtp.wire
