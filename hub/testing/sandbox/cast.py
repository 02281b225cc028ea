"""Who plays in the sandbox: the business, its two managers, the clients and their addresses. All invented.

Numbers are of the ranges that belong to nobody in particular here; mail domains end in `.example` (RFC 2606).
"""

from dataclasses import dataclass

SHOP_BOT = ("7000000001:sandbox-shop", "lampa_polka_bot", "Лампа и Полка")
DESK_BOT = ("7000000002:sandbox-desk", "lampa_desk_bot", "Рабочее место")
SHOP_ADDRESS = "sales@lampa.example"
SHOP_NUMBER = "74951234567"
MAIL_PASSWORD = "sandbox-only"
FORM_NAME = "Заявка с сайта"
PBX_SETTINGS = {"api_key": "sandbox-key", "api_salt": "sandbox-salt"}


@dataclass(frozen=True, slots=True)
class Member:
    """One who manages: `key` in the rules and on the page, `extension` at the PBX."""

    key: str
    name: str
    extension: str


@dataclass(frozen=True, slots=True)
class Client:
    """One who asks. `phone` is digits with country code; empty fields are what the shop never learns."""

    key: str
    name: str
    phone: str = ""
    email: str = ""


MEMBERS = (Member("anna", "Анна", "101"), Member("ivan", "Иван", "102"))
OBSERVER = "observer"
"""Key of the administrator in whose name the page reads lists and explanations; has no Telegram and no clients."""

MARIA = Client("maria", "Мария Петрова", "79161234567", "maria.petrova@mail.example")
DENIS = Client("denis", "Денис Орлов", "79267654321", "denis.orlov@mail.example")
OLEG = Client("oleg", "Олег Смирнов", "79037654321", "oleg.smirnov@mail.example")
SVETLANA = Client("svetlana", "Светлана Вольская", "79099876543", "svetlana@vector.example")
STRANGER = Client("stranger", "Новый", "79855550142")
HIDDEN = Client("hidden", "Скрытый номер")

IN_TELEGRAM = (MARIA, DENIS)
AT_MAIL = (SVETLANA, MARIA, OLEG)
AT_PHONE = (STRANGER, MARIA, OLEG, HIDDEN)
