"""Builds the office of the use-cases and keeps what it reads from memory fresh: rules, connections, own people."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from hub.app.connections import Connections
from hub.app.ground import Ground
from hub.app.rules import Rules
from hub.app.speech import Speech
from hub.delivery.loops import keep_going
from hub.domain.errors import HubError
from hub.domain.ids import ManagerId
from hub.domain.ports import LiveFeed, RateBuckets, SoftLocks, Wakeup
from hub.domain.restored import Restored
from hub.inbox.accept import Acceptor
from hub.inbox.figures import ProcessFigures
from hub.inbox.office import Office
from hub.inbox.spooling import SpooledAcceptor
from hub.net.http import Http
from hub.store import restored
from hub.store.managers import load_staff
from hub.store.pool import acquire
from hub.store.spool import Spool

REFRESH_EVERY = timedelta(seconds=2)
EMPTY_EVERY = timedelta(seconds=0.5)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hints:
    """What makes the hub faster: in this process, or over Redis."""

    wakeup: Wakeup
    feed: LiveFeed
    rates: RateBuckets
    locks: SoftLocks


@dataclass(slots=True)
class Mark:
    """What this process knows of the last restore of its database; call the object to get it."""

    present: Restored | None = None

    def __call__(self) -> Restored | None:
        return self.present


@dataclass(slots=True)
class Building:
    """Everything a role may need, built once."""

    ground: Ground
    hints: Hints
    http: Http
    rules: Rules
    connections: Connections
    office: Office
    acceptor: Acceptor
    spooled: SpooledAcceptor
    staff: dict[tuple[str, str, str], ManagerId] = field(default_factory=dict)
    mark: Mark = field(default_factory=Mark)
    speech: Speech = field(default_factory=Speech)

    @property
    def figures(self) -> ProcessFigures:
        """Return what this process counts."""
        return self.acceptor.figures

    async def refresh(self) -> None:
        """Take over what others changed: whether the hub is held, rules, connections, people."""
        async with acquire(self.ground.pool) as connection:
            self.mark.present = await restored.read(connection)
            found = await load_staff(connection)
        await self.rules.reload()
        await self.connections.reload()
        self.staff.clear()
        self.staff.update({key: ManagerId(manager_id) for key, manager_id in found.items()})

    async def keep_fresh(self) -> None:
        """Refresh for ever; a database that is away, or a rule that is wrong, leaves the old state in force."""
        await keep_going("refresh", self._rest_and_refresh, REFRESH_EVERY)

    async def keep_spool_empty(self) -> None:
        """Empty the spool for ever, of this process and of dead ones; while the database is away it waits."""
        await keep_going("spool", self._empty_and_rest, EMPTY_EVERY)

    async def _empty_and_rest(self) -> None:
        await self.spooled.empty()
        await asyncio.sleep(EMPTY_EVERY.total_seconds())

    async def _rest_and_refresh(self) -> None:
        await asyncio.sleep(REFRESH_EVERY.total_seconds())
        try:
            await self.refresh()
        except HubError as error:
            _log.warning("building.refresh_failed", code=error.code)


async def build(ground: Ground, hints: Hints) -> Building:
    """Build the office over an opened store, and read everything once."""
    http = Http(ground.config.proxy)
    rules = Rules(ground)
    connections = Connections(ground, http, hints.rates)
    staff: dict[tuple[str, str, str], ManagerId] = {}
    mark = Mark()
    office = Office(
        pool=ground.pool,
        ids=ground.ids,
        clock=ground.clock,
        policy=rules,
        staff=lambda: _as_read(staff),
        endpoints=connections.endpoints,
        wakeup=hints.wakeup,
        feed=hints.feed,
        locks=hints.locks,
        restored=mark,
    )
    acceptor = Acceptor(office, ground.files)
    spooled = SpooledAcceptor(acceptor, Spool(ground.config.spool_dir))
    building = Building(ground, hints, http, rules, connections, office, acceptor, spooled, staff, mark)
    await building.refresh()
    return building


def _as_read(staff: dict[tuple[str, str, str], ManagerId]) -> Mapping[tuple[str, str, str], ManagerId]:
    return staff
