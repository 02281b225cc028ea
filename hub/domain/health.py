"""How an installation is at one moment, and from when on that is not well.

Read in one query (`hub.store.status`), shown by `hub status` and as metrics. The limits are for one look: alert rules
wait before they speak and may be stricter. What the contract promises stands in `docs/reliability.md`, what to do about
each limit in `docs/operations.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.domain.restored import Restored

BEAT_EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=20)
"""A process that missed four beats counts as gone."""
FORGOTTEN_AFTER = timedelta(minutes=10)
"""A process that ended without a word is shown this long."""
LAG_LIMIT = timedelta(seconds=30)
"""What waits longer, though nothing stands before it, waits for us: five seconds are promised, peaks pass in thirty."""
LEASE_LIMIT = timedelta(seconds=60)
"""A lease that ran out this long ago was taken over by nobody."""
CLOCK_GRACE = timedelta(seconds=5)
"""A clock that is later than this counts as overdue."""
CLOCK_LIMIT = timedelta(seconds=60)
"""A clock may be held for half a minute while an answer is on its way (B-6); later than this, nobody fires it."""
CRM_LIMIT = timedelta(minutes=5)
"""A CRM that rests while a client waits longer than this for it does not answer."""
CREDENTIALS_TOLD = timedelta(days=30)
"""Credentials that nothing renews are told of this long before they run out."""
DISK_LIMIT = 0.1
"""A disk of which less than this part is free needs room before it is full."""

ROLES = ("web", "work", "poll", "bot")


@dataclass(frozen=True, slots=True)
class Beat:
    """A process that runs, or did: `silent_for` since its last sign in database time; `figures` of its doings."""

    process: str
    roles: tuple[str, ...]
    version: str
    started_at: datetime
    silent_for: timedelta
    figures: Mapping[str, Any]

    @property
    def is_alive(self) -> bool:
        """Tell whether it was heard of lately."""
        return self.silent_for <= SILENT_AFTER


@dataclass(frozen=True, slots=True)
class LaneHealth:
    """A lane: `way` is `in` (payloads) or `out` (deliveries).

    `waiting` counts payloads that are not finished, and deliveries that are due or in work. `lag` is the age of the
    oldest payload, and of the oldest due delivery at the head of its order: one that waits behind a dead chat's does
    not count.
    """

    way: str
    lane: str
    waiting: int
    lag: timedelta


@dataclass(frozen=True, slots=True)
class LeaseHealth:
    """What is in work: the age of the oldest (since it came or was due), and how long ago the oldest lease ran out."""

    held: int
    age: timedelta
    overdue: timedelta


@dataclass(frozen=True, slots=True)
class ClockHealth:
    """The next clock that is to fire, and those that should have fired by now."""

    next_at: datetime | None
    overdue: int
    lag: timedelta


@dataclass(frozen=True, slots=True)
class CrmHealth:
    """How the exchange with a CRM is: the oldest client waits for `lag`.

    `refused` records it did not take, or nobody knows whether they are there; `drift` changes no webhook had told of.
    It is not called before `rests_until` because of `rest_reason`. `ends_at` is when a person has to renew credentials.
    """

    lag: timedelta
    refused: int
    drift: int
    rests_until: datetime | None = None
    rest_reason: str = ""
    ends_at: datetime | None = None

    def is_away(self, at: datetime) -> bool:
        """Tell whether it has not answered for so long that a person should know; a limit used up passes sooner."""
        return self.rests_until is not None and self.rests_until > at and self.lag > CRM_LIMIT

    def is_ending(self, at: datetime) -> bool:
        """Tell whether a person has to renew the credentials by now."""
        return self.ends_at is not None and self.ends_at - at < CREDENTIALS_TOLD


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """How a connection is, since when and why, and when something last came over it.

    `compared_at` is when it was last held against its provider, None if never; `waiting` events were there then, and
    `overlooked` have been found only by such looks. `crm` is set where it is one that was asked already.
    """

    kind: str
    name: str
    state: str
    reason: str
    since: datetime
    last_success_at: datetime | None
    compared_at: datetime | None = None
    waiting: int = 0
    overlooked: int = 0
    crm: CrmHealth | None = None

    @property
    def is_up(self) -> bool:
        """Tell whether it works, as far as anybody noticed."""
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class SpoolHealth:
    """What lies in the spool of one machine: records that wait for the database, their bytes, files with damage."""

    records: int
    size_bytes: int
    damaged_files: int


@dataclass(frozen=True, slots=True)
class DiskHealth:
    """A disk of one machine: what for (`data`, `files`), which part of it is free (0 to 1), and how much that is."""

    name: str
    free_ratio: float
    free_bytes: int

    @property
    def has_room(self) -> bool:
        """Tell whether there is time left to make room."""
        return self.free_ratio >= DISK_LIMIT


@dataclass(frozen=True, slots=True)
class MachineHealth:
    """What only the machine itself can tell, whether the database answers or not."""

    spool: SpoolHealth
    disks: tuple[DiskHealth, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """All of it at the business instant `at`.

    `wrong` counts what was set aside, by `payload parked`, `delivery parked`, `delivery failed`, `delivery unknown`.
    `held` is the restore after which nobody has let the hub go on yet, None otherwise.
    """

    at: datetime
    beats: tuple[Beat, ...]
    lanes: tuple[LaneHealth, ...]
    leases: LeaseHealth
    clocks: ClockHealth
    wrong: Mapping[str, int]
    connections: tuple[ConnectionHealth, ...]
    database_bytes: int
    held: Restored | None = None

    def list_alive(self, role: str) -> list[Beat]:
        """Return the processes that do the work of `role`."""
        return [beat for beat in self.beats if beat.is_alive and role in beat.roles]
