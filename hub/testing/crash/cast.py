"""Who plays in a crash run: two lines with two managers each, four ways to reach them, clients without end.

All invented. Each client reaches one line by one way and shares no address with another, so that no two cards may ever
become one and what a manager sees of the other line is a leak.
"""

from enum import StrEnum

from hub.testing.sandbox.cast import SHOP_ADDRESS, Client

SHOP_BOT = ("7000000001:crash-shop", "crash_shop_bot")
HELP_BOT = ("7000000002:crash-help", "crash_help_bot")
DESK_BOT = ("7000000003:crash-desk", "crash_desk_bot")
WEBHOOK_SECRET = "crash-run-webhook-secret"
PBX_KIND = "mango"
PBX_SETTINGS = {"api_key": "crash-key", "api_salt": "crash-salt"}
FORM_NAME = "Заявка с сайта"
SALES = "sales"
SUPPORT = "support"
TEAMS = {SALES: ("anna", "ivan"), SUPPORT: ("olga", "petr")}
NAMES = {"anna": "Анна", "ivan": "Иван", "olga": "Ольга", "petr": "Пётр"}
MAILBOX = SHOP_ADDRESS


class Way(StrEnum):
    """How a client reaches the business."""

    shop_bot = "telegram_webhook"
    help_bot = "telegram_polling"
    mail = "email"
    form = "webform"
    phone = "telephony"

    @property
    def line(self) -> str:
        """Return the line it leads to."""
        return SUPPORT if self in {Way.help_bot, Way.form} else SALES


def client(way: Way, number: int) -> Client:
    """Return the `number`-th client of a way; phone and address belong to this one alone."""
    place = list(Way).index(way)
    key = f"{way.name}-{number:04}"
    return Client(key, f"Клиент {key}", phone=f"79{place}{number:08}", email=f"{key}@mail.example")
