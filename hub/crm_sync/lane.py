"""The crm lane: deliveries that name a client to be brought together with a CRM, or a record to be looked at.

Whatever goes wrong stays here: an account that does not answer rests, ever longer, and the work of it waits without
counting as tried; one record that is refused is told beside it and the others pass; one that breaks its run every time
is put off on its own. Answers and clocks have lanes of their own and notice nothing (M-14).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.crm_sync.account import load_account
from hub.crm_sync.answers import bring_answer
from hub.crm_sync.base import Crm
from hub.crm_sync.sync import Run
from hub.domain.errors import AuthenticationFailed, Conflict, OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.domain.ids import ConnectionId, ContactId
from hub.domain.outbound import Failed, Later, SendResult, Sent
from hub.inbox.folds.crm_marks import queue_sync
from hub.inbox.office import Office
from hub.store import crm_accounts, crm_items
from hub.store.crm_items import Lease
from hub.store.deliveries import CONNECTION_PAUSED, ClaimedDelivery
from hub.store.pool import acquire
from hub.store.scope import Scope

_FIRST_REST = timedelta(seconds=5)
_LONGEST_REST = timedelta(minutes=5)
_LONGEST_WISH = timedelta(hours=1)
_LOOKS_AGAIN = timedelta(minutes=1)
_IDS = 50
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CrmConnection:
    """A CRM that is connected: its connector, its name for people, and since when."""

    id: ConnectionId
    name: str
    crm: Crm[Any]
    since: datetime
    is_paused: bool = False


@dataclass(slots=True)
class CrmLane:
    """Carries out deliveries of the crm lane.

    `find` returns a connection, None if it is gone; `pause` stops one whose credentials are refused and tells people.
    `opens` returns the address that opens a conversation once its number stands behind it, empty if there is none.
    """

    office: Office
    find: Callable[[int], CrmConnection | None]
    pause: Callable[[ConnectionId, str], Awaitable[None]]
    opens: Callable[[], Awaitable[str]]
    _failures: dict[ConnectionId, int] = field(default_factory=dict)
    _rests: dict[ConnectionId, datetime] = field(default_factory=dict)
    _looks: dict[ConnectionId, datetime] = field(default_factory=dict)

    async def carry_out(self, claimed: ClaimedDelivery) -> SendResult:
        """Carry out one delivery; never raises for what a CRM may do."""
        connection = self.find(claimed.connection_id or 0)
        if connection is None:
            return Failed("connection_gone", "")
        if connection.is_paused:
            return await self._wait_for_people(connection.id)
        if (rest := await self._rest_of(connection.id)) is not None:
            return Later(CONNECTION_PAUSED, rest)
        try:
            await self._do(connection, claimed)
        except AuthenticationFailed as error:
            await self.pause(connection.id, str(error))
            return await self._wait_for_people(connection.id)
        except (TemporaryFailure, OutcomeUnknown, PermanentFailure) as error:
            return await self._put_off(connection, error)
        except Conflict as error:
            _log.warning("crm.run_given_up", crm=connection.name, delivery_id=claimed.id)
            return Later(error.code)
        self._failures.pop(connection.id, None)
        return Sent((), self.office.clock.now())

    async def _do(self, connection: CrmConnection, claimed: ClaimedDelivery) -> None:
        payload = claimed.payload
        if payload["do"] == "look":
            async with acquire(self.office.pool) as database:
                now = self.office.clock.now()
                whose = await crm_items.mark_stale(database, connection.id, str(payload["ref"]), at=now)
            await self._queue(connection, whose)
            return
        account = await load_account(self.office, connection.crm, connection.id, connection.name)
        account = replace(account, opens=await self.opens(), lease=Lease(claimed.id, claimed.token))
        contact_id = ContactId(int(payload["contact_id"]))
        if payload["do"] == "answer":
            await bring_answer(account, payload, contact_id)
        elif await Run(account, contact_id, connection.since).bring_together():
            await self._queue(connection, [contact_id])

    async def _queue(self, connection: CrmConnection, whose: Sequence[int]) -> None:
        if whose:
            await self.office.change(Scope(ids=_IDS), lambda rows: queue_sync(rows, connection.id, whose))

    async def _rest_of(self, connection_id: ConnectionId) -> timedelta | None:
        """Return how long an account still rests, None if it does not."""
        async with acquire(self.office.pool) as database:
            known = await crm_accounts.find_account(database, connection_id)
        until = known.blocked_until if known else None
        now = self.office.clock.now()
        return until - now if until is not None and until > now else None

    async def _wait_for_people(self, connection_id: ConnectionId) -> SendResult:
        """Look again in a minute whether somebody gave new credentials; so does all that waits behind it."""
        now = self.office.clock.now()
        until = self._looks.get(connection_id, now)
        if until <= now:
            until = self._looks[connection_id] = now + _LOOKS_AGAIN
            async with acquire(self.office.pool) as database:
                await crm_accounts.put_off_waiting(database, connection_id, until)
        return Later(CONNECTION_PAUSED, until - now)

    async def _put_off(
        self, connection: CrmConnection, error: TemporaryFailure | OutcomeUnknown | PermanentFailure
    ) -> SendResult:
        """Let the account rest, longer each time nothing succeeded in between, and the delivery come again.

        All that waits for it is put off with it, at once: thousands that are tried one by one after each rest would
        cost the others more than the calls that are saved.
        Runs that were under way together and fail together are one failure, not one each.
        """
        now = self.office.clock.now()
        wish = error.retry_after if isinstance(error, TemporaryFailure) else None
        if wish is None and self._rests.get(connection.id, now) > now:
            return Later(CONNECTION_PAUSED, self._rests[connection.id] - now)
        failures = self._failures[connection.id] = self._failures.get(connection.id, 0) + 1
        rest = min(wish, _LONGEST_WISH) if wish else min(_FIRST_REST * 2 ** min(failures - 1, 10), _LONGEST_REST)
        until = self._rests[connection.id] = now + rest
        async with acquire(self.office.pool) as database:
            await crm_accounts.rest_until(database, connection.id, until, reason=str(error))
            await crm_accounts.put_off_waiting(database, connection.id, until)
        _log.warning("crm.put_off", crm=connection.name, code=error.code, status=error.status, failures=failures)
        return Later(CONNECTION_PAUSED if failures > 1 or wish else error.code, rest)


def is_merged(claimed: ClaimedDelivery) -> bool:
    """Tell whether a delivery stands for equal ones behind it: a run brings everything there is."""
    return claimed.attempt == 1 and claimed.payload.get("do") == "sync"
