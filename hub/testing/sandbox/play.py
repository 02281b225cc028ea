"""The whole of a running play: the hub, the town around it, and what was sent from the form."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from hub.app.office import Building
from hub.domain.errors import PermanentFailure
from hub.domain.ids import LineKey
from hub.domain.manager import Role
from hub.domain.rights import Person as Actor
from hub.net.http import Http
from hub.testing.sandbox.premises import Premises
from hub.testing.sandbox.town import Town


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as its sender remembers it."""

    name: str
    phone: str
    email: str
    text: str
    at: datetime
    receipt: str


@dataclass(slots=True)
class Play:
    """A running play. `is_set` once the opening story has been played; `moves` counts moves of the clock."""

    building: Building
    town: Town
    premises: Premises
    http: Http
    forms: list[SentForm] = field(default_factory=list)
    is_set: bool = False
    moves: int = 0

    def now(self) -> datetime:
        """Return the hub's instant."""
        return self.building.ground.clock.now()

    @property
    def observer(self) -> Actor:
        """Return in whose name the page looks into the hub."""
        return Actor(self.premises.observer_id, Role.admin, frozenset[LineKey]())

    async def send_form(self, *, name: str, phone: str, email: str, text: str) -> SentForm:
        """Send the form as a browser does from the hub's own form page, and keep its receipt.

        Raises:
            PermanentFailure: the hub refused it; says why.
        """
        url = self.premises.form.url
        fields = {"name": name, "phone": phone, "email": email, "text": text}
        headers = {
            "Origin": "/".join(url.split("/")[:3]),
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(8),
        }
        answer = await self.http.request("POST", url, headers=headers, data=json.dumps(fields).encode())
        told = answer.json() if answer.body[:1] == b"{" else {}
        if answer.status >= 300 or not isinstance(told, dict):
            raise PermanentFailure(f"the form was refused: {answer.body[:200].decode(errors='replace')}", answer.status)
        sent = SentForm(name, phone, email, text, self.now(), str(told.get("receipt", "")))
        self.forms.append(sent)
        self.town.changes.tell()
        return sent
