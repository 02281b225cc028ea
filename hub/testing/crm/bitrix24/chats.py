"""Open lines: connectors of applications, messages of guests, answers of employees, what was told to be delivered.

Errors of `imconnector.*` come with status 200 inside the result. A message that is sent twice stands there twice: that
its id joins them is not documented.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.testing.crm.bitrix24.events import Events
from hub.testing.crm.bitrix24.records import Item, Refusal

LINE = "107"
_NAME = re.compile(r"(?:[^\W\d_]|[ '-]){1,25}")
_CONNECTOR = re.compile(r"[a-z0-9_]+")
Params = Mapping[str, Any]


@dataclass(slots=True)
class Chats:
    """What open lines hold. `said` are the messages shown, `delivered` the answers told to be."""

    events: Events
    next_id: Callable[[], int]
    connectors: dict[str, str] = field(default_factory=lambda: {"telegrambot": "Telegram"})
    active: set[tuple[str, str]] = field(default_factory=set)
    said: list[Item] = field(default_factory=list)
    delivered: list[Item] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def register(self, params: Params) -> Any:
        """Make a connector known."""
        connector = str(params.get("ID") or "")
        is_whole = all(params.get(name) for name in ("NAME", "PLACEMENT_HANDLER")) and params.get("ICON")
        if not _CONNECTOR.fullmatch(connector) or not is_whole:
            return {"result": False, "error": "INVALID_PARAMS", "error_description": "Required data is missing"}
        self.connectors[connector] = str(params["NAME"])
        return {"result": True}

    def activate(self, params: Params) -> Any:
        """Switch a connector on in a line."""
        connector, line = str(params.get("CONNECTOR")), str(params.get("LINE"))
        if connector not in self.connectors or line != LINE:
            return False
        self.active.add((connector, line))
        return True

    def send(self, params: Params) -> Any:
        """Show messages of guests, or of employees where they name one."""
        self._refuse(params)
        return {"SUCCESS": True, "DATA": {"RESULT": [self._show(message) for message in params["MESSAGES"]]}}

    def deliver(self, params: Params) -> Any:
        """Mark answers as delivered: ids of messages stand in a list."""
        self._refuse(params)
        for message in params["MESSAGES"]:
            if not isinstance(message["message"]["id"], list) or not message["im"].get("message_id"):
                return {"result": False, "error": "IMCONNECTOR_NOT_ALL_THE_REQUIRED_DATA"}
            self.delivered.append(message)
        return {"SUCCESS": True}

    def answered(self, chat: str, text: str, user: str, connector: str) -> None:
        """Write an answer in a chat, as an employee does."""
        prefix, message = "data[MESSAGES][0]", self.next_id()
        fields = {
            "data[CONNECTOR]": connector,
            "data[LINE]": LINE,
            f"{prefix}[im][chat_id]": str(self.numbers.get(chat, 1)),
            f"{prefix}[im][message_id]": str(message),
            f"{prefix}[message][user_id]": user,
            f"{prefix}[message][text]": text,
            f"{prefix}[chat][id]": chat,
        }
        self.events.posted("ONIMCONNECTORMESSAGEADD", fields)

    def _refuse(self, params: Params) -> None:
        connector, line = str(params.get("CONNECTOR") or ""), str(params.get("LINE") or "")
        if connector not in self.connectors:
            raise Refusal(400, "IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR", "Connector not specified")
        if (connector, line) not in self.active:
            raise Refusal(400, "NOT_ACTIVE_LINE", "Line with this ID is inactive or does not exist")

    def _show(self, message: Item) -> Item:
        user, said, chat = message["user"], message["message"], message["chat"]["id"]
        names = [user[name] for name in ("name", "last_name") if name in user]
        if not all(_NAME.fullmatch(name) for name in names) or not user.get("id") or not said.get("text"):
            return {"SUCCESS": False, "ERRORS": ["Not all required data was provided"]}
        self.numbers.setdefault(chat, self.next_id())
        self.said.append({**said, "chat": chat, "user": user})
        session = {"ID": str(self.next_id()), "CHAT_ID": str(self.numbers[chat])}
        return {"user": user["id"], "message": said, "SUCCESS": True, "session": session}
