"""Asks CRMs what changed, for their webhooks get lost: every minute by one process, a page at a time.

What a CRM names and we keep is marked to be read again and queued before the cursor moves, so a process that dies in
between is told the same once more. How many of them no webhook had told of is counted as drift, for people to see that
webhooks do not come. Refused credentials stop the connection here too: where no client writes, nobody else asks.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog

from hub.crash import crash_point
from hub.crm_sync.base import ChangePage, Expires, TellsChanges
from hub.crm_sync.lane import CrmConnection
from hub.domain.errors import AuthenticationFailed, ProviderError
from hub.domain.ids import ConnectionId
from hub.inbox.folds.crm_marks import queue_sync
from hub.inbox.office import Office
from hub.store import crm_accounts, crm_items
from hub.store.pool import acquire
from hub.store.scope import Scope

EVERY = timedelta(minutes=1)
_PAGES = 20
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CrmWatch:
    """Looks at every connected CRM that can be asked; `connections` returns those there are now.

    `pause` stops one whose credentials are refused and tells people; `report_end` tells them that they run out.
    """

    office: Office
    connections: Callable[[], Sequence[CrmConnection]]
    pause: Callable[[ConnectionId, str], Awaitable[None]]
    report_end: Callable[[ConnectionId, datetime], Awaitable[None]]
    _told_of: dict[ConnectionId, date] = field(default_factory=dict)

    async def look(self) -> int:
        """Ask each CRM whose turn it is; return how many changes were found that no webhook had told of."""
        found = 0
        for connection in self.connections():
            await self._look_at_end(connection)
            if connection.is_paused or not isinstance(connection.crm, TellsChanges):
                continue
            try:
                found += await self._look_at(connection, connection.crm)
            except AuthenticationFailed as error:
                await self.pause(connection.id, str(error))
            except ProviderError as error:
                _log.warning("crm.watch_failed", crm=connection.name, code=error.code, status=error.status)
        return found

    async def _look_at_end(self, connection: CrmConnection) -> None:
        """Have people told, asked once a day, that what nobody renews runs out."""
        today = self.office.clock.now().date()
        ends_at = connection.crm.ends_at() if isinstance(connection.crm, Expires) else None
        if ends_at is not None and self._told_of.get(connection.id) != today:
            await self.report_end(connection.id, ends_at)
            self._told_of[connection.id] = today

    async def _look_at(self, connection: CrmConnection, crm: TellsChanges) -> int:
        async with acquire(self.office.pool) as database:
            now = self.office.clock.now()
            cursor = await crm_accounts.take_turn(database, connection.id, at=now, before=now - EVERY)
        if cursor is None:
            return 0
        drift = 0
        for _ in range(_PAGES):
            page = await crm.changes(cursor)
            drift += await self._keep(connection, page)
            cursor = page.cursor
            if not page.has_more:
                break
        return drift

    async def _keep(self, connection: CrmConnection, page: ChangePage) -> int:
        changed = {str(hint.ref): hint.occurred_at for hint in sorted(page.hints, key=lambda hint: hint.occurred_at)}
        async with acquire(self.office.pool) as database:
            whose, drift = await crm_items.mark_missed(database, connection.id, changed)
        crash_point("crm.after_missed")
        if whose:
            await self.office.change(Scope(ids=len(whose) + 10), lambda rows: queue_sync(rows, connection.id, whose))
        crash_point("crm.before_cursor")
        async with acquire(self.office.pool) as database:
            await crm_accounts.save_cursor(database, connection.id, page.cursor, drift=drift)
        crash_point("crm.after_cursor")
        return drift
