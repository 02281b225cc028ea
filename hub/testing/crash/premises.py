"""Prepares the business in the database before any process runs: rules, people with invitations, connections.

The connections lead to the fakes of the world, the webhook of the first bot to the world's door.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

from hub.app.connecting import NewConnection, create_connection
from hub.app.ground import Ground
from hub.app.rules import apply_policy
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Role
from hub.store.managers import add_invite, add_manager
from hub.store.policy import PolicyChange
from hub.store.pool import acquire
from hub.store.secrets import new_token, token_hash
from hub.testing.crash.cast import (
    DESK_BOT,
    FORM_NAME,
    HELP_BOT,
    MAILBOX,
    NAMES,
    PBX_KIND,
    PBX_SETTINGS,
    SALES,
    SHOP_BOT,
    SUPPORT,
    WEBHOOK_SECRET,
)
from hub.testing.sandbox.cast import MAIL_PASSWORD
from hub.testing.sandbox.post_office import AUTHSERV_ID

_INVITED_FOR = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the fakes listen: the Bot API, the IMAP and the SMTP port."""

    telegram: str
    imap: int
    smtp: int


@dataclass(frozen=True, slots=True)
class Premises:
    """What the world needs to know: addresses the providers call, and the managers' invitations by key."""

    shop_webhook: str
    form: str
    telephony: str
    invites: Mapping[str, str]


async def prepare(ground: Ground, addresses: Addresses) -> Premises:
    """Put the rules into force, hire everybody and connect everything. Commits."""
    rules = files("hub.testing.crash").joinpath("rules.toml").read_text("utf-8")
    await apply_policy(ground, rules, PolicyChange(ground.clock.now(), "crash run"))
    invites = {key: await _hire(ground, key) for key in NAMES}
    made = {
        name: await create_connection(ground, kind, name=name, settings=settings, line=line)
        for kind, name, settings, line in _connections(addresses)
    }
    return Premises(_url(made, SHOP_BOT[1]), _url(made, FORM_NAME), _url(made, "АТС"), invites)


async def _hire(ground: Ground, key: str) -> str:
    """Add a manager and return the token of the invitation."""
    token = new_token()
    async with acquire(ground.pool) as connection:
        new_id = await ground.ids.reserve(connection, 2)
        manager = Manager(ManagerId(new_id()), key, NAMES[key], Role.manager)
        await add_manager(connection, manager, at=ground.clock.now())
        expires_at = ground.clock.now() + _INVITED_FOR
        await add_invite(connection, new_id(), token_hash(token), manager.id, expires_at)
    return token


def _connections(addresses: Addresses) -> tuple[tuple[str, str, dict[str, Any], str], ...]:
    api = {"base_url": addresses.telegram}
    shop = {"token": SHOP_BOT[0], "mode": "webhook", "webhook_secret": WEBHOOK_SECRET, **api}
    mailbox = {
        "address": MAILBOX,
        "imap_host": "127.0.0.1",
        "imap_port": addresses.imap,
        "smtp_host": "127.0.0.1",
        "smtp_port": addresses.smtp,
        "user": MAILBOX,
        "password": MAIL_PASSWORD,
        "plain_hosts": ("127.0.0.1",),
        "authserv_id": AUTHSERV_ID,
    }
    form = {"form_name": FORM_NAME, "page_title": FORM_NAME, "min_fill_seconds": 0, "per_address_per_minute": 600}
    return (
        ("telegram", SHOP_BOT[1], shop, SALES),
        ("telegram", HELP_BOT[1], {"token": HELP_BOT[0], **api}, SUPPORT),
        ("manager_bot", DESK_BOT[1], {"token": DESK_BOT[0], **api}, ""),
        ("email", MAILBOX, mailbox, SALES),
        ("webform", FORM_NAME, form, SUPPORT),
        (PBX_KIND, "АТС", dict(PBX_SETTINGS), SALES),
    )


def _url(made: Mapping[str, NewConnection], name: str) -> str:
    return made[name].url
