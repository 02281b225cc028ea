"""Connections that do not work: their state, and a word to the administrators, once a trouble.

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
        await self._enter(connection_id, "paused", reason)

    async def report_down(self, connection_id: ConnectionId, reason: str) -> None:
        """Note that a connection has not been reached for a while."""
        await self._enter(connection_id, "down", reason)

    async def report_up(self, connection_id: ConnectionId) -> None:
        """Note that a connection works again."""
        async with acquire(self.office.pool) as connection:
            await connections.enter_state(connection, connection_id, "active", reason="", at=self.office.clock.now())

    async def _enter(self, connection_id: ConnectionId, state: str, reason: str) -> None:
        """Tell first, then write the state: a process that dies in between tells again under the same keys."""
        async with acquire(self.office.pool) as connection:
            present = await connections.find_state(connection, connection_id)
            people = await managers.list_managers(connection)
        if present is None or present.state in {state, "paused"}:
            return
        told = [each for each in people if each.role is Role.admin and each.is_active]
        scope = Scope(ids=len(told) + 1)
        await self.office.change(scope, lambda rows: _tell(rows, present, told, reason=reason))
        crash_point("alarms.told")
        at = self.office.clock.now()
        async with acquire(self.office.pool) as connection:
            await connections.enter_state(connection, connection_id, state, reason=reason, at=at)
        _log.warning("connection.stopped", connection=present.name, state=state)


def _tell(rows: WorkingSet, present: ConnectionState, told: list[Manager], *, reason: str) -> None:
    for manager in told:
        key = f"{Notice.connection_down}:{present.id}:{manager.id}:{present.since.isoformat()}"
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager.id, f"connection:{present.id}"),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={
                "notice": Notice.connection_down.value,
                "manager_id": int(manager.id),
                "name": present.name,
                "reason": reason,
            },
            manager_id=ManagerId(int(manager.id)),
        )
