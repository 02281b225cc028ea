"""The CRMs of a hub for one command: which there are, how each is, and who works there, asked anew where it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.app.adapters import find_fault, get_row
from hub.app.ground import Ground
from hub.commands.opened_office import open_building
from hub.crm_sync.account import Account, describe, read_account
from hub.crm_sync.base import Crm
from hub.crm_sync.people import Match, list_matches
from hub.crm_sync.registry import is_crm, list_crms
from hub.domain.errors import ConfigError, NotFound, ProviderError
from hub.domain.ids import ConnectionId
from hub.domain.manager import Manager
from hub.inbox.office import Office
from hub.store import crm_accounts, crm_items, crm_overview, managers
from hub.store.connections import ConnectionRow, list_connections
from hub.store.crm_accounts import AccountRow
from hub.store.crm_items import AccountFigures
from hub.store.crm_overview import CrmQueue, FrozenRecord, WrongRecord
from hub.store.pool import acquire


@dataclass(frozen=True, slots=True)
class CrmState:
    """How a CRM is. `fault` says why this hub cannot open it, empty if it can.

    `account` is None before the first call.
    """

    row: ConnectionRow
    fault: str
    account: AccountRow | None
    figures: AccountFigures
    queue: CrmQueue
    wrong: tuple[WrongRecord, ...]
    frozen: tuple[FrozenRecord, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is who in a CRM. `people` work here. `trouble` says why it could not be asked: then this is as of `at`."""

    account: Account
    matches: tuple[Match, ...]
    people: tuple[Manager, ...]
    at: datetime | None
    trouble: str = ""

    def name_of(self, match: Match) -> str:
        """Return the name of the person whose account a user is, empty if nobody knows."""
        return next((each.name for each in self.people if each.id == match.manager_id), "")

    def key_of(self, match: Match) -> str:
        """Return the key of the person whose account a user is, empty if nobody knows."""
        return next((each.key for each in self.people if each.id == match.manager_id), "")

    def list_absent(self) -> list[Manager]:
        """Return our people of whom nobody knows an account there."""
        found = {match.manager_id for match in self.matches}
        return [each for each in self.people if each.id not in found]


async def list_crm_rows(ground: Ground) -> list[ConnectionRow]:
    """Return the connections to CRMs."""
    async with acquire(ground.pool) as connection:
        return [row for row in await list_connections(connection) if is_crm(row.kind)]


async def pick_crm(ground: Ground, name: str | None) -> ConnectionRow:
    """Return the CRM of a name or number; the only one where none is named.

    Raises:
        NotFound: there is none of that name, or several and none was named; names those there are.
    """
    rows = await list_crm_rows(ground)
    if not rows:
        raise NotFound(f"no CRM is connected; connect one with `hub connect KIND`, there are: {', '.join(list_crms())}")
    if name is not None:
        return get_row(rows, name)
    if len(rows) > 1:
        raise NotFound(f"several CRMs are connected: say which of {', '.join(row.name for row in rows)}")
    return rows[0]


async def read_state(ground: Ground, row: ConnectionRow) -> CrmState:
    """Return how a CRM is; asks the database only."""
    async with acquire(ground.pool) as connection:
        return CrmState(
            row,
            find_fault(ground, row),
            await crm_accounts.find_account(connection, row.id),
            await crm_items.count_states(connection, row.id),
            await crm_overview.read_queue(connection, row.id),
            tuple(await crm_overview.list_wrong_records(connection, row.id)),
            tuple(await crm_overview.list_frozen(connection, row.id)),
        )


@asynccontextmanager
async def open_crm(ground: Ground, row: ConnectionRow) -> AsyncIterator[tuple[Office, Crm[Any]]]:
    """Give the office and the connector of a CRM.

    Raises:
        ConfigError: this hub cannot open it; says why.
    """
    async with open_building(ground) as building:
        crm = building.connections.channel_of(row.id)
        if not isinstance(crm, Crm):
            raise ConfigError(f"{row.name} cannot be opened: {find_fault(ground, row)}")
        yield building.office, crm


async def read_staff(office: Office, row: ConnectionRow, crm: Crm[Any]) -> Staff:
    """Ask a CRM who works there, store that, and match them with our people; as stored where it does not answer."""
    trouble = ""
    try:
        await describe(office, crm, ConnectionId(row.id))
    except ProviderError as error:
        trouble = str(error)
    return await match_staff(office, row, crm, trouble=trouble)


async def match_staff(office: Office, row: ConnectionRow, crm: Crm[Any], *, trouble: str = "") -> Staff:
    """Match the users of a CRM, as stored, with our people."""
    account = await read_account(office, crm, ConnectionId(row.id), row.name)
    async with acquire(office.pool) as connection:
        known = await crm_accounts.find_account(connection, row.id)
        unknown = await crm_overview.count_unknown_owners(connection, row.id)
        people = await managers.list_managers(connection)
    working = tuple(each for each in people if each.is_active)
    at = known.described_at if known else None
    return Staff(account, tuple(list_matches(account, unknown)), working, at, trouble)
