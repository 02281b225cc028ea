"""The business that is measured: a shop with twenty rules, a team, a bot for clients and, if wanted, one for managers.

Written once into a fresh copy of the migrated template, as `hub connect` and `hub policy apply` would. Its hours have a
gap at night, so that the calendar is worked with at any time of measuring.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import Machine
from bench.traffic import SECRET
from hub.app.connecting import create_connection
from hub.app.ground import Ground, open_ground
from hub.app.rules import apply_policy
from hub.config import Config
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Role
from hub.store.managers import add_manager
from hub.store.policy import PolicyChange
from hub.store.pool import acquire
from hub.testing.database import cloned_database

POOL_SIZE = 16
FIRST_MANAGER_ACCOUNT = 7_000_000
CLIENTS_TOKEN = "1:bench-clients"
MANAGER_TOKEN = "2:bench-managers"
_RULES = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True)
class Business:
    """What an installation has: people, bots of clients, with `bot_api`, the address of a Bot API, one of managers.

    `greets`: new clients get a welcome text. `crm` are the settings of a connected amoCRM. `strategy` is how both lines
    share out what comes.
    """

    managers: int = 20
    bot_api: str = ""
    bots: int = 1
    greets: bool = True
    crm: Mapping[str, Any] | None = None
    strategy: str = "round_robin"


USUAL = Business()


@dataclass(frozen=True, slots=True)
class Installation:
    """A prepared database. `path` is where the provider calls the clients' bot, the first of `paths` if there are more.

    `manager_path` is where it calls that of managers, empty without one.
    """

    dsn: str
    data: Path
    connection_id: int
    paths: tuple[str, ...]
    manager_path: str = ""

    @property
    def path(self) -> str:
        return self.paths[0]

    def parameters(self) -> dict[str, Any]:
        """Return what a measured process needs to open it."""
        return {"dsn": self.dsn, "data": str(self.data), "connection_id": self.connection_id}


@asynccontextmanager
async def fresh_installation(machine: Machine, business: Business = USUAL) -> AsyncIterator[Installation]:
    """Give an installation in a database of its own."""
    async with cloned_database(machine.server) as dsn:
        data = machine.folder / dsn.rpartition("/")[2].partition("?")[0]
        yield await prepare(make_config(dsn, data), business)


async def prepare(config: Config, business: Business) -> Installation:
    """Write rules, people and connections into an empty store."""
    rules = _RULES.read_text("utf-8").replace('strategy = "round_robin"', f'strategy = "{business.strategy}"')
    if not business.greets:
        rules = "".join(line for line in rules.splitlines(keepends=True) if not line.startswith("welcome"))
    async with open_ground(config) as ground:
        await apply_policy(ground, rules, PolicyChange(ground.clock.now(), "bench"))
        await _hire(ground, business.managers)
        if business.crm is not None:
            await create_connection(ground, "amocrm", name="crm", settings=business.crm)
        return await _connect(ground, business.bot_api, business.bots)


def make_config(dsn: str, data: Path, **more: Any) -> Config:
    """Return the settings of a measured process: those of a new installation, with the floors' pool size."""
    given = {"pool_size": POOL_SIZE, "port": 0, "public_url": "https://bench.example", "log_level": "error"}
    return Config(dsn=dsn, data=data, **{**given, **more})  # type: ignore[arg-type]


async def _hire(ground: Ground, count: int) -> None:
    async with acquire(ground.pool) as connection:
        new_id = await ground.ids.reserve(connection, count)
        for number in range(count):
            person = Manager(
                ManagerId(new_id()), f"m{number}", f"Менеджер {number}", Role.manager,
                tg_user_id=FIRST_MANAGER_ACCOUNT + number,
            )  # fmt: skip
            await add_manager(connection, person, at=ground.clock.now())


async def _connect(ground: Ground, bot_api: str, bots: int) -> Installation:
    settings = {"mode": "webhook", "webhook_secret": SECRET, **({"base_url": bot_api} if bot_api else {})}
    manager_path = ""
    if bot_api:
        managers = {**settings, "token": MANAGER_TOKEN}
        manager_path = _path((await create_connection(ground, "manager_bot", name="managers", settings=managers)).url)
    made = []
    for number in range(bots):
        clients = {**settings, "token": f"{CLIENTS_TOKEN}{number or ''}"}
        made.append(await create_connection(ground, "telegram", name=f"clients{number or ''}", settings=clients))
    paths = tuple(_path(each.url) for each in made)
    return Installation(ground.dsn, ground.config.data, made[0].id, paths, manager_path)


def _path(url: str) -> str:
    return url.removeprefix("https://bench.example")
