"""The system under test: PostgreSQL, Redis and five processes of the hub, each with its own breakable connections.

Two workers, since a lost fence shows only with a second one. Every role reaches PostgreSQL and Redis over proxies of
its own, so that one machine may be cut off while the others work on.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from hub.app.ground import open_ground
from hub.config import Config
from hub.testing.crash.premises import Addresses, Premises, prepare
from hub.testing.crash.processes import Installation, Keeper, RoleProcess
from hub.testing.crash.proxies import FaultyProxy, faulty_proxy, find_target
from hub.testing.crash.servers import PostgresServer, RedisServer

ROLES = {"web": "web", "work-1": "work", "work-2": "work", "poll": "poll", "bot": "bot"}


@dataclass(frozen=True, slots=True)
class System:
    """What runs. `keepers` and proxies are by the name of the role."""

    postgres: PostgresServer
    redis: RedisServer
    installation: Installation
    keepers: Mapping[str, Keeper]
    to_postgres: Mapping[str, FaultyProxy]
    to_redis: Mapping[str, FaultyProxy]

    def process(self, name: str) -> RoleProcess:
        """Return the process of a role."""
        return self.keepers[name].process

    async def start(self) -> None:
        """Start all roles and keep them alive; returns when all are ready."""
        for keeper in self.keepers.values():
            keeper.switch_on()
        await self.wait_until_ready()

    async def wait_until_ready(self) -> None:
        """Return when every role runs and said so, whatever happened to it before."""
        for keeper in self.keepers.values():
            await keeper.wait_until_ready()

    async def restart_cold(self) -> None:
        """End everything in order, start everything again."""
        for keeper in self.keepers.values():
            await keeper.switch_off()
            keeper.process.thaw()
            keeper.process.terminate()
        await asyncio.gather(*(keeper.process.wait_for_end() for keeper in self.keepers.values()))
        await self.redis.stop()
        await self.postgres.stop()
        await self.postgres.start()
        await self.redis.start()
        await self.start()

    async def end(self) -> None:
        """Leave nothing behind."""
        for keeper in self.keepers.values():
            await keeper.switch_off()
            await keeper.process.end()

    def heal(self) -> None:
        """Let every connection carry again."""
        for proxy in (*self.to_postgres.values(), *self.to_redis.values()):
            proxy.heal()


@asynccontextmanager
async def running_servers(place: Path) -> AsyncIterator[tuple[PostgresServer, RedisServer]]:
    """Run PostgreSQL and Redis below `place` until the block ends."""
    postgres, redis = PostgresServer(place / "data"), RedisServer(place / "redis")
    try:
        await postgres.start()
        await redis.start()
        yield postgres, redis
    finally:
        await redis.stop()
        await postgres.stop()


async def prepare_business(installation: Installation, addresses: Addresses) -> Premises:
    """Make the tables and the business; no process of the hub runs yet."""
    config = Config(
        data=installation.data,
        dsn=SecretStr(installation.dsn),
        redis=SecretStr(""),
        public_url=installation.public_url,
        proxy="",
        log_level="error",
    )
    async with open_ground(config) as ground:
        return await prepare(ground, addresses)


@asynccontextmanager
async def broken_system(
    postgres: PostgresServer, redis: RedisServer, installation: Installation
) -> AsyncIterator[System]:
    """Make the processes and their connections; `start` starts them, the end of the block ends them."""
    async with AsyncExitStack() as stack:
        to_postgres = {name: await stack.enter_async_context(faulty_proxy(find_target(postgres.dsn))) for name in ROLES}
        to_redis = {name: await stack.enter_async_context(faulty_proxy(find_target(redis.url))) for name in ROLES}
        keepers = {}
        for name, role in ROLES.items():
            own = replace(
                installation, dsn=to_postgres[name].through(postgres.dsn), redis=to_redis[name].through(redis.url)
            )
            keepers[name] = Keeper(RoleProcess(own, role, name=name))
        system = System(postgres, redis, installation, keepers, to_postgres, to_redis)
        stack.push_async_callback(system.end)
        yield system
