"""The business of a flow: one line that never closes, one manager, and the connections the flow needs."""

from collections.abc import Sequence
from typing import Any

from hub.app.connecting import NewConnection, create_connection
from hub.app.ground import Ground, open_ground
from hub.app.rules import apply_policy
from hub.config import Config
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Role
from hub.store.managers import add_manager
from hub.store.policy import PolicyChange
from hub.store.pool import acquire
from hub.testing.crash.flows_town import (
    AUTHSERV_ID,
    MAIL_PASSWORD,
    PBX,
    PBX_SETTINGS,
    SHOP_ADDRESS,
    Town,
)
from hub.testing.telegram.state import Webhook
from hub.testing.telephony import FakePbx

HOOK_SECRET = "crash-points-only-secret"
RULES = """
[business]
name = "Лампа и Полка"
zone = "Europe/Moscow"
calendar = "always"
default_line = "sales"

[calendars.always]
always_open = true

[managers.anna]

[lines.sales]
name = "Продажи"
letter_hold = "0s"
team = ["anna"]
strategy = "round_robin"

[lines.sales.targets]
first_response = "15m"
next_response = "30m"
callback = "15m"

[lines.sales.calls]
hangup_grace = "1s"

[lines.sales.texts.ru]
welcome = "Здравствуйте! Скоро ответим."
"""


async def open_business(config: Config, town: Town, kinds: Sequence[str]) -> None:
    """Prepare the hub on an empty database: rules, Anna with her Telegram, connections; the providers know of them."""
    async with open_ground(config) as ground:
        now = ground.clock.now()
        await apply_policy(ground, RULES, PolicyChange(now, "crash points"))
        async with acquire(ground.pool) as connection:
            new_id = await ground.ids.reserve(connection, 1)
            anna = Manager(ManagerId(new_id()), "anna", "Анна", Role.manager, tg_user_id=town.anna.user.id)
            await add_manager(connection, anna, at=now)
        town.desk.private_chat(town.anna.user)
        for kind in ("desk", *kinds):
            await _connect(ground, town, kind)


async def _connect(ground: Ground, town: Town, name: str) -> None:
    kind, settings = _connection(town, name)
    made = await create_connection(ground, kind, name=name, settings=settings)
    _tell_provider(town, name, made)


def _connection(town: Town, name: str) -> tuple[str, dict[str, Any]]:
    telegram = {"base_url": town.telegram.base_url}
    match name:
        case "desk":
            return "manager_bot", {"token": town.desk.token, **telegram}
        case "shop":
            return "telegram", {"token": town.shop.token, **telegram}
        case "hook":
            return "telegram", {"token": town.hook.token, "mode": "webhook", "webhook_secret": HOOK_SECRET, **telegram}
        case "pbx":
            return PBX, dict(PBX_SETTINGS)
        case _:
            return "email", _mailbox(town)


def _mailbox(town: Town) -> dict[str, Any]:
    return {
        "address": SHOP_ADDRESS,
        "imap_host": "127.0.0.1",
        "imap_port": town.imap.port,
        "smtp_host": "127.0.0.1",
        "smtp_port": town.smtp.port,
        "user": SHOP_ADDRESS,
        "password": MAIL_PASSWORD,
        "plain_hosts": ("127.0.0.1",),
        "authserv_id": AUTHSERV_ID,
    }


def _tell_provider(town: Town, name: str, made: NewConnection) -> None:
    if name == "hook":
        town.hook.webhook = Webhook(made.url, HOOK_SECRET)
    if name == "pbx":
        town.pbx = FakePbx(PBX, made.url, PBX_SETTINGS, http=town.http)
