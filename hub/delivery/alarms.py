"""Connections that do not work: their state, and a word to the administrators, once a trouble and once at its end.

A connection whose credentials are refused is paused: nothing is tried until somebody corrects it. One that cannot be
reached is `down` and tried on. What is queued for it stays queued (reliability case 48).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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

WARNED_DAYS = (30, 14, 7, 3, 1)
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
        if present := await self._find(connection_id, unless={"active", "paused"}):
            await self._tell(present, Notice.connection_up, present.since.isoformat())
            await self._enter(present, "active", "")
            _log.info("connection.works_again", connection=present.name)

    async def report_end(self, connection_id: ConnectionId, ends_at: datetime) -> None:
        """Tell that a connection's credentials run out within a month, then within 14, 7 and 3 days and one."""
        left = ends_at - self.office.clock.now()
        near = [days for days in WARNED_DAYS if left <= timedelta(days=days)]
        present = await self._find(connection_id, unless={"paused"}) if near else None
        if present is not None:
            facts = {"ends_on": ends_at.date().isoformat(), "days": max(left.days, 0)}
            await self._tell(present, Notice.connection_ending, f"{ends_at.isoformat()}:{min(near)}", **facts)

    async def _stop(self, connection_id: ConnectionId, state: str, reason: str) -> None:
        if present := await self._find(connection_id, unless={state, "paused"}):
            await self._tell(present, Notice.connection_down, present.since.isoformat(), reason=reason)
            await self._enter(present, state, reason)
            _log.warning("connection.stopped", connection=present.name, state=state)

    async def _find(self, connection_id: ConnectionId, *, unless: set[str]) -> ConnectionState | None:
        async with acquire(self.office.pool) as connection:
            present = await connections.find_state(connection, connection_id)
        return None if present is None or present.state in unless else present

    async def _tell(self, present: ConnectionState, notice: Notice, cause: str, **facts: object) -> None:
        """Tell administrators, each once a cause.

        Before the state is written: a process that dies in between tells again under the same keys.
        """
        async with acquire(self.office.pool) as connection:
            people = await managers.list_managers(connection)
        told = [each for each in people if each.role is Role.admin and each.is_active]
        payload = {"notice": notice.value, "name": present.name, **facts}
        scope, place = Scope(ids=len(told) + 1), f"{present.id}"
        await self.office.change(scope, lambda rows: _write(rows, told, payload, place=place, cause=cause))
        crash_point("alarms.told")

    async def _enter(self, present: ConnectionState, state: str, reason: str) -> None:
        at = self.office.clock.now()
        async with acquire(self.office.pool) as connection:
            await connections.enter_state(connection, present.id, state, reason=reason, at=at)


def _write(rows: WorkingSet, told: list[Manager], payload: Mapping[str, object], *, place: str, cause: str) -> None:
    for manager in told:
        key = f"{payload['notice']}:{place}:{manager.id}:{cause}"
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager.id, f"connection:{place}"),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={**payload, "manager_id": int(manager.id)},
            manager_id=ManagerId(int(manager.id)),
        )
