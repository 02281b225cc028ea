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
from hub.testing.sandbox.cast import AT_MAIL, AT_PHONE, IN_TELEGRAM, Client
from hub.testing.sandbox.premises import Premises
from hub.testing.sandbox.stories import Story, StoryKey, new_guest
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
    """A running play. `is_set` once the opening has been played; `moves` counts moves of the clock.

    `story` is the one being told, `guests` are the clients who came since the opening, of stories or by themselves.
    """

    building: Building
    town: Town
    premises: Premises
    http: Http
    forms: list[SentForm] = field(default_factory=list)
    is_set: bool = False
    moves: int = 0
    story: Story | None = None
    guests: list[Client] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the hub's instant."""
        return self.building.ground.clock.now()

    @property
    def observer(self) -> Actor:
        """Return in whose name the page looks into the hub."""
        return Actor(self.premises.observer_id, Role.admin, frozenset[LineKey]())

    def begin_story(self, key: StoryKey, last_number: int) -> None:
        """Tell a story from its beginning with a client of its own; its number is over `last_number`."""
        self.story = Story(key, self.greet(), last_number)

    def greet(self) -> Client:
        """Return somebody new, with Telegram in hand, whom the shop has never seen."""
        guest = new_guest(len(self.guests))
        self.guests.append(guest)
        self.town.welcome(guest)
        return guest

    @property
    def _guest(self) -> tuple[Client, ...]:
        return (self.story.client,) if self.story else ()

    @property
    def at_mail(self) -> tuple[Client, ...]:
        """Return whose mailboxes the page shows."""
        return (*(self._guest if self.story and self.story.key is StoryKey.site else ()), *AT_MAIL)

    @property
    def at_phone(self) -> tuple[Client, ...]:
        """Return who may call."""
        return (*(self._guest if self.story and self.story.key is StoryKey.missed else ()), *AT_PHONE)

    @property
    def in_telegram(self) -> tuple[Client, ...]:
        """Return whose Telegram the page shows."""
        writes = self.story is not None and self.story.key not in {StoryKey.site, StoryKey.missed}
        return (*(self._guest if writes else ()), *IN_TELEGRAM)

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
