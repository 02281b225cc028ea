"""A person at a terminal and what is being talked about: the state of one console, without any input or output."""

from dataclasses import dataclass
from datetime import datetime

from bots.screens.action import Action
from bots.screens.card import card_screen
from bots.screens.screen import Screen
from bots.texts import Texts
from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox import queries
from hub.inbox.office import Office
from hub.inbox.views import CardView


@dataclass(slots=True)
class Seat:
    """`key` begins the keys of what is written here, so that two terminals never share one.

    `about` is whom a plain line answers, `asked` what the next line completes, `draft` a text that did not go out.
    `lines` and `answers` count what was typed and what went on its way to clients.
    """

    office: Office
    actor: Person
    texts: Texts
    key: str
    about: ConversationId | None = None
    asked: Action | None = None
    draft: str = ""
    lines: int = 0
    answers: int = 0

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return self.office.clock.now()

    @property
    def line_key(self) -> str:
        """Return the key of what the present line writes."""
        return f"{self.key}:{self.lines}"

    async def get(self, action: Action) -> CardView:
        """Return the conversation an action is about. Raises: NotFound by rights."""
        return await queries.get_card(self.office, self.actor, ConversationId(action.subject))

    async def show(self, conversation_id: ConversationId, *, headline: str = "") -> Screen:
        """Return the card of a conversation; a plain line answers its client from now on. Raises: as `get`."""
        card = await queries.get_card(self.office, self.actor, conversation_id)
        self.about = card.id
        return card_screen(self.texts, card, now=self.now(), headline=headline)
