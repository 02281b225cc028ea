"""What `hub check` looks at of a CRM beside its connection: who is responsible there, what was refused, the token."""

from collections.abc import AsyncIterator, Awaitable
from datetime import datetime

from hub.app.ground import Ground
from hub.commands.crm_lines import client_name
from hub.commands.crm_rooms import CrmState, match_staff, open_crm, read_state
from hub.domain.errors import ConfigError
from hub.domain.health import CREDENTIALS_TOLD
from hub.store.connections import ConnectionRow

_NAMED = 5


async def look_at_crm(ground: Ground, row: ConnectionRow) -> AsyncIterator[tuple[str, Awaitable[str]]]:
    """Yield what is looked at with the look itself, which raises `ConfigError` where a person is needed.

    Asks the database alone: the connection's own test has asked the CRM.
    """
    state = await read_state(ground, row)
    if state.fault:
        return
    yield "users", _look_at_users(ground, row)
    yield "records", _look_at_records(state)
    yield "fields", _look_at_fields(state)
    if state.account and state.account.ends_at:
        yield "credentials", _look_at_end(row, state.account.ends_at, now=ground.clock.now())


async def _look_at_users(ground: Ground, row: ConnectionRow) -> str:
    """Refuse users of a CRM who are responsible for clients of ours, but nobody knows who they are (R-3)."""
    async with open_crm(ground, row) as (office, crm):
        seen = await match_staff(office, row, crm)
    strangers = sorted((each for each in seen.matches if each.clients), key=lambda each: -each.clients)
    if strangers:
        names = ", ".join(f"{f'{each.user.id} {each.user.name}'.rstrip()} ({each.clients})" for each in strangers)
        raise ConfigError(
            f"{names}: responsible for clients there, and nobody here knows who that is; "
            f"say it: hub crm users {row.name} --link {strangers[0].user.id}=KEY"
        )
    known = sum(each.manager_id is not None for each in seen.matches)
    return f"{known} users there are people of ours"


async def _look_at_records(state: CrmState) -> str:
    if state.wrong:
        latest, count = state.wrong[0], state.figures.refused + state.figures.unsure
        client = client_name(latest.number, latest.contact_id, latest.name)
        raise ConfigError(
            f"{count} records are not taken; the latest, of {client}: {latest.reason}; "
            f"all with reasons: hub crm status {state.row.name}"
        )
    return f"all {state.figures.written} are taken"


async def _look_at_fields(state: CrmState) -> str:
    if state.frozen:
        named = [
            f"{client_name(each.number, each.contact_id, each.name)} ({', '.join(each.fields)})"
            for each in state.frozen[:_NAMED]
        ]
        raise ConfigError(
            f"{state.figures.frozen} records have fields that another program changes too, so the hub has stopped: "
            f"{', '.join(named)}; end its rule, then: hub crm resync {state.row.name} --contact NUMBER"
        )
    return "none is stopped"


async def _look_at_end(row: ConnectionRow, ends_at: datetime, *, now: datetime) -> str:
    if ends_at - now < CREDENTIALS_TOLD:
        raise ConfigError(
            f"good until {ends_at:%Y-%m-%d}: make new ones there, then: "
            f"hub connect {row.kind} --name {row.name} --again"
        )
    return f"good until {ends_at:%Y-%m-%d}"
