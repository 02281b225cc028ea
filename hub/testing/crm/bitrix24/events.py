"""What the portal tells: events to handlers, once and never again, and the queue of offline events.

Online events are forms with PHP brackets that hold an id alone. The queue keeps one row a record, however often that
changed; what is read without clearing is reserved under a process id. A change made under a connector's name does not
come back to the queue of that name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from hub.channels.base import Raw

MEMBER = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
_FORM = {"content-type": "application/x-www-form-urlencoded", "user-agent": "Bitrix24 Webhook Engine"}


@dataclass(frozen=True, slots=True)
class Binding:
    """An event that an application wants: at `handler`, or in the queue of `connector`."""

    event: str
    handler: str = ""
    connector: str = ""

    @property
    def is_offline(self) -> bool:
        """Whether it goes to a queue."""
        return not self.handler


@dataclass(slots=True)
class Events:
    """What was bound, what was sent, what is queued.

    `has_outgoing`: somebody made an outgoing webhook for all events by hand. `lost` is how many of the next ones get
    lost on the way. `tokens` gives the access and refresh token that an application's events bring along.
    """

    now: Callable[[], datetime]
    tokens: Callable[[], tuple[str, str]]
    application_token: Callable[[], str]
    has_outgoing: bool = True
    lost: int = 0
    bindings: list[Binding] = field(default_factory=list)
    queue: list[dict[str, Any]] = field(default_factory=list)
    writing_as: str = ""
    _sent: list[Raw] = field(default_factory=list)
    _last_id: int = 0

    def happened(self, event: str, record: str, by: str) -> None:
        """Tell of a change. `by` an employee of number 0 is a robot, whose events bring no access token."""
        if self.has_outgoing:
            self._send(event, record, {})
        for binding in self.bindings:
            if binding.event == event and binding.is_offline:
                self._enqueue(binding, record)
            elif binding.event == event:
                self._send(event, record, self._auth() if by != "0" else {})

    def posted(self, event: str, fields: Mapping[str, str]) -> None:
        """Post an event that holds more than an id to who bound it."""
        for binding in self.bindings:
            if binding.event == event and not binding.is_offline:
                self._post(event, fields, self._auth())

    def sent(self) -> list[Raw]:
        """Return what was sent since the last call."""
        sent, self._sent = self._sent, []
        return sent

    def take(self, connector: str, limit: int, *, is_cleared: bool) -> tuple[str | None, list[dict[str, Any]]]:
        """Return the next rows of a queue; without clearing they are reserved under the process id."""
        rows = [row for row in self.queue if row["connector"] == connector and not row["process"]][:limit]
        process = None if is_cleared or not rows else f"process{self._next_id()}"
        for row in rows:
            row["process"] = process or ""
        if is_cleared:
            self.queue = [row for row in self.queue if row not in rows]
        return process, [row["shown"] for row in rows]

    def clear(self, process: str) -> None:
        """Forget what was reserved under a process id."""
        self.queue = [row for row in self.queue if row["process"] != process]

    def _send(self, event: str, record: str, auth: dict[str, str]) -> None:
        self._post(event, {"data[FIELDS][ID]": record}, auth)

    def _post(self, event: str, data: Mapping[str, str], auth: dict[str, str]) -> None:
        if self.lost:
            self.lost -= 1
            return
        fields = {
            "event": event,
            "event_handler_id": str(self._next_id()),
            **data,
            "ts": str(int(self.now().timestamp())),
            "auth[domain]": "example.bitrix24.ru",
            "auth[client_endpoint]": "https://example.bitrix24.ru/rest/",
            "auth[server_endpoint]": "https://oauth.bitrix.info/rest/",
            "auth[member_id]": MEMBER,
            **auth,
            "auth[application_token]": self.application_token(),
        }
        self._sent.append(Raw(urlencode(fields).encode(), self.now(), dict(_FORM), "POST"))

    def _auth(self) -> dict[str, str]:
        access, refresh = self.tokens()
        return {"auth[access_token]": access, "auth[expires_in]": "3600", "auth[refresh_token]": refresh}

    def _enqueue(self, binding: Binding, record: str) -> None:
        if binding.connector and binding.connector == self.writing_as:
            return
        stamp = self.now().isoformat(timespec="seconds")
        data = {"FIELDS": {"ID": int(record)}}
        for row in self.queue:
            same = (row["connector"], row["shown"]["EVENT_NAME"], row["shown"]["EVENT_DATA"])
            if same == (binding.connector, binding.event, data) and not row["process"]:
                row["shown"]["TIMESTAMP_X"] = stamp
                return
        shown: dict[str, Any] = {
            "ID": str(self._next_id()),
            "TIMESTAMP_X": stamp,
            "EVENT_NAME": binding.event,
            "EVENT_DATA": data,
        }
        shown |= {"EVENT_ADDITIONAL": False, "MESSAGE_ID": str(self._last_id)}
        self.queue.append({"connector": binding.connector, "process": "", "shown": shown})

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id
