"""The pollers of a process: one loop a connection, each under an advisory lock, so of all hubs one polls (case 14).

The locks belong to one database session of their own. When it ends, however it ends, every poll of this process stops
at once, since another process may begin; then all of it starts again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from hub.delivery.alarms import Alarms
from hub.delivery.loops import keep_going
from hub.delivery.polling import PolledConnection, PollLoop
from hub.domain.ids import ConnectionId
from hub.inbox.accept import Acceptor
from hub.inbox.office import Office
from hub.store import connections, locks
from hub.store.pool import Connection, acquire, connect, storage_errors, try_lock

LANE = "connections"
LOOK_EVERY = timedelta(seconds=5)
PAUSE = timedelta(seconds=1)
_log = structlog.get_logger()


@dataclass(slots=True)
class Pollers:
    """Supervises all polls. `endpoints` returns what can be polled now; a rebuilt adapter is polled anew.

    Woken by `connections` after something was connected or corrected.
    """

    office: Office
    acceptor: Acceptor
    alarms: Alarms
    endpoints: Callable[[], Sequence[PolledConnection]]
    dsn: str
    _running: dict[ConnectionId, tuple[PolledConnection, asyncio.Task[None]]] = field(default_factory=dict)

    async def run(self) -> None:
        """Poll until cancelled."""
        await keep_going("pollers", self._poll_in_session, PAUSE)

    async def _poll_in_session(self) -> None:
        """Poll as long as the session lives that holds the locks."""
        try:
            async with connect(self.dsn) as session:
                await self._supervise(session)
        finally:
            await self._stop(list(self._running))

    async def _supervise(self, session: Connection) -> None:
        """Start what should run and stop what should not, again and again; each look proves the session."""
        while True:
            wanted = {endpoint.id: endpoint for endpoint in await self._wanted()}
            with storage_errors():
                for connection_id in [each for each in self._running if not self._goes_on(each, wanted.get(each))]:
                    await self._stop([connection_id])
                    await locks.release(session, _lock(connection_id))
                for endpoint in wanted.values():
                    if endpoint.id not in self._running and await try_lock(session, _lock(endpoint.id)):
                        self._start(endpoint)
                await session.execute("SELECT 1")
            await self.office.wakeup.wait(LANE, LOOK_EVERY)

    async def _wanted(self) -> list[PolledConnection]:
        async with acquire(self.office.pool) as connection:
            paused = {row.id for row in await connections.list_connections(connection) if row.state == "paused"}
        return [endpoint for endpoint in self.endpoints() if endpoint.id not in paused]

    def _goes_on(self, connection_id: ConnectionId, wanted: PolledConnection | None) -> bool:
        """Tell whether a poll is alive and still what is wanted; one that has ended is said and begun anew."""
        endpoint, task = self._running[connection_id]
        if task.done():
            _log.warning(
                "poll.ended", connection=endpoint.name, exc_info=None if task.cancelled() else task.exception()
            )
            return False
        return wanted is not None and endpoint.channel is wanted.channel

    def _start(self, endpoint: PolledConnection) -> None:
        loop = PollLoop(self.office, self.acceptor, self.alarms, endpoint)
        self._running[endpoint.id] = (endpoint, asyncio.create_task(loop.run()))
        _log.info("poll.started", connection=endpoint.name)

    async def _stop(self, connection_ids: Sequence[ConnectionId]) -> None:
        tasks = [self._running.pop(connection_id)[1] for connection_id in connection_ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _lock(connection_id: ConnectionId) -> str:
    return f"poll:{connection_id}"
