"""Connections that do not work: their state, and a word to the administrators, once a trouble and once at its end.

A connection whose credentials are refused is paused: nothing is tried until somebody corrects it. One that cannot be
reached is `down` and tried on. What is queued for it stays queued (reliability case 48).
"""

from dataclasses import dataclass

import structlog

from hub.crash import crash_point
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import ConnectionId, DeliveryId, ManagerId
from hub.domain.manager import Manager, Role
from hub.domain.order import order_hash
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office
from hub.store import connections, managers
from hub.store.connections import ConnectionState
from hub.store.pool import acquire
from hub.store.scope import Scope

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Alarms:
    """Writes what a connection's state is. All methods commit; repeating one changes nothing and tells nobody again."""

    office: Office

    async def pause(self, connection_id: ConnectionId, reason: str) -> None:
        """Stop using a connection whose credentials are refused, until a person corrects it."""
        await self._stop(connection_id, "paused", reason)

    async def report_down(self, connection_id: ConnectionId, reason: str) -> None:
        """Note that a connection has not been reached for a while."""
        await self._stop(connection_id, "down", reason)

    async def report_up(self, connection_id: ConnectionId) -> None:
        """Note that a connection works; a paused one stays paused, and one that worked is nothing to be told."""
        if present := await self._tell(connection_id, Notice.connection_up, unless={"active", "paused"}):
            await self._enter(present, "active", "")
            _log.info("connection.works_again", connection=present.name)

    async def _stop(self, connection_id: ConnectionId, state: str, reason: str) -> None:
        if present := await self._tell(connection_id, Notice.connection_down, reason=reason, unless={state, "paused"}):
            await self._enter(present, state, reason)
            _log.warning("connection.stopped", connection=present.name, state=state)

    async def _tell(
        self, connection_id: ConnectionId, notice: Notice, *, unless: set[str], reason: str = ""
    ) -> ConnectionState | None:
        """Tell administrators of a change, and return how the connection was; `None` where it is none.

        Before the state is written: a process that dies in between tells again under the same keys.
        """
        async with acquire(self.office.pool) as connection:
            present = await connections.find_state(connection, connection_id)
            if present is None or present.state in unless:
                return None
            people = await managers.list_managers(connection)
        told = [each for each in people if each.role is Role.admin and each.is_active]
        scope = Scope(ids=len(told) + 1)
        await self.office.change(scope, lambda rows: _write(rows, present, told, notice=notice, reason=reason))
        crash_point("alarms.told")
        return present

    async def _enter(self, present: ConnectionState, state: str, reason: str) -> None:
        at = self.office.clock.now()
        async with acquire(self.office.pool) as connection:
            await connections.enter_state(connection, present.id, state, reason=reason, at=at)


def _write(rows: WorkingSet, present: ConnectionState, told: list[Manager], *, notice: Notice, reason: str) -> None:
    for manager in told:
        key = f"{notice}:{present.id}:{manager.id}:{present.since.isoformat()}"
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager.id, f"connection:{present.id}"),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={
                "notice": notice.value,
                "manager_id": int(manager.id),
                "name": present.name,
                "reason": reason,
            },
            manager_id=ManagerId(int(manager.id)),
        )
