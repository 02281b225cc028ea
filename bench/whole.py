"""A whole hub in one process with a Bot API before it: what end-to-end, notices and memory are measured on."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.bot_api import BotApi, running_bot_api
from bench.child import Child, running
from bench.installation import Business, fresh_installation
from bench.machine import Machine
from hub.app.roles import ALL_ROLES
from hub.store.pool import connect

_BUSY = """
SELECT EXISTS (SELECT 1 FROM receipts WHERE state = 'new' AND lane = 'client')
  OR EXISTS (SELECT 1 FROM receipts WHERE state = 'claimed' AND lane = 'client')
  OR EXISTS (SELECT 1 FROM deliveries WHERE state IN ('queued', 'sending') AND lane = 'notify' AND due_at <= now())
"""
_LOOK_EVERY_SECONDS = 0.05
_GIVE_UP_SECONDS = 900


@dataclass(frozen=True, slots=True)
class WholeHub:
    """The hub, its Bot API and its webhooks: those of the clients' bots, and that of the managers' bot."""

    child: Child
    api: BotApi
    urls: tuple[str, ...]
    manager_url: str
    database: asyncpg.Connection

    @property
    def url(self) -> str:
        """Return the webhook of the first clients' bot."""
        return self.urls[0]

    async def settle(self) -> None:
        """Wait until every stored message is processed and every due notice was answered by the Bot API.

        Raises:
            RuntimeError: it takes a quarter of an hour.
        """
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while await self.database.fetchval(_BUSY):
            if time.monotonic() > deadline:
                raise RuntimeError("the hub does not come to rest")
            await asyncio.sleep(_LOOK_EVERY_SECONDS)


@asynccontextmanager
async def running_whole_hub(
    machine: Machine, *, cores: frozenset[int], managers: int, bots: int = 1, crm: Mapping[str, Any] | None = None
) -> AsyncIterator[WholeHub]:
    """Run it over a fresh installation, with an amoCRM of the settings `crm` connected to it, until the block ends.

    It greets nobody: our own limit of thirty texts a second to clients would be measured instead.
    """
    machine.pin_database(cores)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(running_bot_api())
        business = Business(managers, api.address, bots, greets=False, crm=crm)
        installation = await stack.enter_async_context(fresh_installation(machine, business))
        database = await stack.enter_async_context(connect(installation.dsn))
        given = {**installation.parameters(), "roles": sorted(ALL_ROLES)}
        child = await stack.enter_async_context(running("whole", cores=cores, **given))
        address = str((await child.hear())["address"])
        urls = tuple(address + path for path in installation.paths)
        yield WholeHub(child, api, urls, address + installation.manager_path, database)
