"""A hub that listens, with a form, a PBX and a bot connected, and a provider's patience when it is called."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from aiohttp import ClientSession, ClientTimeout

from hub.app.connecting import create_connection
from hub.app.roles import RunningHub, running_hub
from hub.config import load_config
from hub.store.spool import look_at_spool

PATIENCE_SECONDS = 3.0
"""The shortest that a provider is known to wait for an answer (reliability case 9)."""
_BOT_SECRET = "bot-secret-of-tests"
_METRICS_TOKEN = "token-of-tests"
_SETTINGS = {
    "webform": {"secret": "s3cret"},
    "telegram": {"token": "1:token", "mode": "webhook", "webhook_secret": _BOT_SECRET},
}


@dataclass
class Caller:
    """What calls a hub from outside; an answer that takes longer than providers wait is an error."""

    address: str
    session: ClientSession
    paths: dict[str, str] = field(default_factory=dict)

    async def submit(self, text: str, *, key: str = "", secret: str = "s3cret") -> int:
        """Send a form and return the status; `key` is the sender's id of it, empty for none."""
        headers = {"X-Hub-Secret": secret, **({"Idempotency-Key": key} if key else {})}
        fields = {"name": "Пётр", "phone": "+79161234567", "message": text}
        return await self.post(self.paths["webform"], headers=headers, json=fields)

    async def update(self, number: int, *, text: str = "") -> int:
        """Send an update of the bot as Telegram does."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": _BOT_SECRET}
        return await self.post(self.paths["telegram"], headers=headers, json={"update_id": number, "said": text})

    async def post(self, path: str, **request: object) -> int:
        """Send anything."""
        async with self.session.post(self.address + path, **request) as answer:  # type: ignore[arg-type]
            return answer.status

    async def metrics(self) -> str:
        """Return what a scrape is told."""
        headers = {"Authorization": f"Bearer {_METRICS_TOKEN}"}
        async with self.session.get(self.address + "/metrics", headers=headers) as answer:
            return await answer.text()


Opened = tuple[RunningHub, Caller]


@asynccontextmanager
async def open_hub(dsn: str, data: Path, *, roles: frozenset[str] = frozenset({"web"})) -> AsyncIterator[Opened]:
    """Run `roles` over `data`, with the connections of earlier hubs or new ones."""
    own: dict[str, Any] = {"public_url": "https://hub.example.ru", "metrics_token": _METRICS_TOKEN}
    config = load_config(dsn=dsn or None, data=data, port=0, pool_size=4, **own)
    timeout = ClientTimeout(total=PATIENCE_SECONDS)
    async with running_hub(config, roles) as hub, ClientSession(timeout=timeout) as session:
        caller = Caller(hub.address, session)
        await _connect(hub, caller)
        yield hub, caller


async def _connect(hub: RunningHub, caller: Caller) -> None:
    ground = hub.building.ground
    present = {row.kind: ground.secrets.decrypt(row.key_encrypted or b"") for row in hub.building.connections.rows()}
    for kind, settings in _SETTINGS.items():
        if kind in present:
            caller.paths[kind] = f"/in/{kind}/{present[kind]}"
        else:
            made = await create_connection(ground, kind, name=kind, settings=settings)
            caller.paths[kind] = urlsplit(made.url).path
    await hub.building.refresh()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that other tasks bring about."""
    async with asyncio.timeout(30):
        while not await holds():
            await asyncio.sleep(0.02)


async def stored(pool: asyncpg.Pool, *, kind: str = "webform") -> list[str]:
    """Return the texts that are stored, in the order in which they came."""
    rows = await pool.fetch(
        "SELECT convert_from(b.body, 'UTF8')::jsonb ->> 'message' AS text FROM receipts r "
        "JOIN receipt_bodies b ON b.receipt_id = r.id JOIN connections c ON c.id = r.connection_id "
        "WHERE c.kind = $1 ORDER BY r.received_at, r.id",
        kind,
    )
    return [row["text"] for row in rows]


async def emptied(hub: RunningHub) -> None:
    """Wait until nothing lies in the spool of this machine."""

    async def is_empty() -> bool:
        return hub.building.spooled.spool.is_empty and not look_at_spool(hub.building.ground.config.spool_dir).records

    await until(is_empty)
