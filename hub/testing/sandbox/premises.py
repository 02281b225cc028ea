"""Prepares the hub for the play: its rules, its people, its connections to the town, and a clock in opening hours."""

from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

from hub.app.connecting import NewConnection, create_connection
from hub.app.office import Building
from hub.app.rules import apply_policy
from hub.domain.errors import ConfigError
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Role
from hub.store.managers import add_invite, add_manager, add_staff_identity
from hub.store.policy import PolicyChange
from hub.store.pool import acquire
from hub.store.secrets import new_token, token_hash
from hub.testing.sandbox.cast import (
    DESK_BOT,
    FORM_NAME,
    MAIL_PASSWORD,
    MEMBERS,
    OBSERVER,
    PBX_SETTINGS,
    SHOP_ADDRESS,
    SHOP_BOT,
)
from hub.testing.sandbox.post_office import AUTHSERV_ID
from hub.testing.sandbox.telephone import KIND
from hub.testing.sandbox.town import Town

LINE = "sales"
_INTO_THE_DAY = timedelta(minutes=24)
_INVITED_FOR = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Premises:
    """What the play needs to know of the prepared hub. `invites` are tokens by manager key."""

    form: NewConnection
    telephony: NewConnection
    observer_id: ManagerId
    invites: dict[str, str]


async def prepare(building: Building, town: Town) -> Premises:
    """Put the rules into force, hire everybody, connect everything, and wake the shop up in the morning. Commits.

    Raises:
        ConfigError: the data directory holds something already; the town of an earlier play is gone with its people.
    """
    if building.connections.rows():
        raise ConfigError(
            f"{building.ground.config.data} holds an earlier play or a real hub: give an empty directory as --data"
        )
    rules = files("hub.testing.sandbox").joinpath("rules.toml").read_text("utf-8")
    await apply_policy(building.ground, rules, PolicyChange(building.ground.clock.now(), "sandbox"))
    await building.rules.reload()
    building.ground.clock.move(until_opening(building) + _INTO_THE_DAY)
    form, telephony = await _connect(building, town)
    staff = await _hire(building, telephony)
    await building.refresh()
    building.hints.wakeup.wake("connections")
    return Premises(form, telephony, staff[OBSERVER], await _invite(building, staff))


def until_opening(building: Building) -> timedelta:
    """Return how long it is until the shop opens next, tomorrow's opening if it is open now."""
    now = building.ground.clock.now()
    calendar = building.rules().get_line(LINE).calendar
    closed = calendar.next_closing(now) if calendar.is_open(now) else now
    opening = calendar.next_opening(closed or now)
    return (opening or now) - now


def is_open_for(building: Building, span: timedelta) -> bool:
    """Tell whether the shop is open and stays so for `span`."""
    now = building.ground.clock.now()
    calendar = building.rules().get_line(LINE).calendar
    closing = calendar.next_closing(now)
    return calendar.is_open(now) and (closing is None or closing - now >= span)


async def _hire(building: Building, telephony: NewConnection) -> dict[str, ManagerId]:
    ground = building.ground
    hired: dict[str, ManagerId] = {}
    async with acquire(ground.pool) as connection:
        new_id = await ground.ids.reserve(connection, 2 * len(MEMBERS) + 1)
        for key, name, role in (
            *((member.key, member.name, Role.manager) for member in MEMBERS),
            (OBSERVER, "Хозяин магазина", Role.admin),
        ):
            hired[key] = ManagerId(new_id())
            await add_manager(connection, Manager(hired[key], key, name, role), at=ground.clock.now())
        for member in MEMBERS:
            address = ("pbx_extension", str(telephony.id), member.extension)
            await add_staff_identity(connection, new_id(), hired[member.key], address=address)
    return hired


async def _invite(building: Building, staff: dict[str, ManagerId]) -> dict[str, str]:
    ground, tokens = building.ground, {member.key: new_token() for member in MEMBERS}
    async with acquire(ground.pool) as connection:
        new_id = await ground.ids.reserve(connection, len(tokens))
        for key, token in tokens.items():
            expires_at = ground.clock.now() + _INVITED_FOR
            await add_invite(connection, new_id(), token_hash(token), staff[key], expires_at)
    return tokens


async def _connect(building: Building, town: Town) -> tuple[NewConnection, NewConnection]:
    """Connect everything; return the form and the PBX, whose addresses the page needs."""
    made = {
        kind: await create_connection(building.ground, kind, name=name, settings=settings)
        for kind, name, settings in _connections(town)
    }
    return made["webform"], made[KIND]


def _connections(town: Town) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    telegram = {"base_url": town.telegram.base_url}
    mailbox = {
        "address": SHOP_ADDRESS,
        "from_name": "Лампа и Полка",
        "imap_host": "127.0.0.1",
        "imap_port": town.mail.imap.port,
        "smtp_host": "127.0.0.1",
        "smtp_port": town.mail.smtp.port,
        "user": SHOP_ADDRESS,
        "password": MAIL_PASSWORD,
        "plain_hosts": ("127.0.0.1",),
        "authserv_id": AUTHSERV_ID,
    }
    form = {"form_name": FORM_NAME, "page_title": FORM_NAME, "min_fill_seconds": 0, "per_address_per_minute": 600}
    return (
        ("telegram", SHOP_BOT[1], {"token": SHOP_BOT[0], **telegram}),
        ("manager_bot", DESK_BOT[1], {"token": DESK_BOT[0], **telegram}),
        ("email", SHOP_ADDRESS, mailbox),
        ("webform", FORM_NAME, form),
        (KIND, "АТС", {**PBX_SETTINGS, "api_url": town.switch.url}),
    )


async def set_language(building: Building, language: str) -> bool:
    """Let the managers' bot and the explanations speak `language`; tell whether they spoke another. Commits."""
    async with acquire(building.ground.pool) as connection:
        changed = await connection.fetch(
            "UPDATE managers SET language = $1 WHERE language <> $1 RETURNING id", language
        )
    return bool(changed)
