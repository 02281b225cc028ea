"""Binds the page behind the links of managers' letters: who asks, what is asked, and what became of it, in words.

Rights are those of the moment of the press (RG-3, RG-4). Taking and closing twice is taking and closing once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bots.screens.action import Action, Press
from bots.screens.refusals import refusal
from bots.screens.words import contact_name, outcome_name
from bots.texts import Texts
from hub.app.office import Building
from hub.domain.card_link import LASTING, CardLink, LinkDeed, read_link, sign_link
from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict, FieldsMissing, NotFound, PermissionDenied
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.rights import Person
from hub.inbox.assignment import take
from hub.inbox.conversations import close
from hub.inbox.queries import Reader, get_card
from hub.inbox.views import CardView
from hub.web.entrance import CardPage

_DEEDS = {Press.take: LinkDeed.take, Press.close: LinkDeed.close}
_NOTE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A link that holds, whose it is and what they see now."""

    link: CardLink
    actor: Person
    texts: Texts
    card: CardView

    def page(self, key: str, **more: object) -> CardPage:
        """Return a page without a button."""
        name = contact_name(self.texts, self.card.contact_name)
        words = self.texts(key, number=self.card.number, name=name)
        return CardPage(words, self.texts.language, **more)  # type: ignore[arg-type]


class CardLinks:
    """Makes the links of this installation and answers for them."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._default = Texts(building.ground.config.language)

    def link(self, manager_id: ManagerId, action: Action) -> str:
        """Return the address of the page for an action; empty without a public address, or if no page is for it."""
        public_url, deed = self._building.ground.config.public_url, _DEEDS.get(action.press)
        if not public_url or deed is None:
            return ""
        expires_at = (self._building.ground.clock.now() + LASTING).replace(microsecond=0)
        link = CardLink(deed, manager_id, ConversationId(action.subject), expires_at)
        return f"{public_url.rstrip('/')}/card/{sign_link(link, self._building.ground.secrets.prove)}"

    async def show(self, token: str) -> CardPage:
        """Return the question; changes nothing."""
        asked = await self._find(token)
        if isinstance(asked, CardPage):
            return asked
        return _question(asked)

    async def do(self, token: str, given: Mapping[str, str]) -> CardPage:
        """Carry it out and return what became of it. Commits."""
        asked = await self._find(token)
        if isinstance(asked, CardPage):
            return asked
        try:
            if asked.link.deed is LinkDeed.take:
                await take(self._building.office, asked.actor, asked.card.id)
                return asked.page("link.taken")
            return await self._close(asked, given)
        except (Conflict, NotFound, PermissionDenied) as error:
            return CardPage(refusal(asked.texts, error), asked.texts.language, status=409)

    async def _close(self, asked: _Asked, given: Mapping[str, str]) -> CardPage:
        if given.get("choice") not in set(Outcome):
            return _question(asked)
        outcome, note = Outcome(given["choice"]), given.get("note", "").strip()[:_NOTE_LIMIT]
        try:
            await close(self._building.office, asked.actor, asked.card.id, outcome=outcome, note=note)
        except FieldsMissing:
            return asked.page("link.fields", status=409)
        return asked.page("link.closed")

    async def _find(self, token: str) -> _Asked | CardPage:
        """Return what is asked, or the page that says why nothing can be."""
        link = read_link(token, self._building.ground.secrets.prove)
        if link is None:
            return CardPage(self._default("link.unknown"), self._default.language, status=404)
        if link.is_over(self._building.ground.clock.now()):
            return CardPage(self._default("link.over"), self._default.language, status=410)
        found = await Reader(self._building.office).find_person(link.manager_id)
        if found is None:
            return CardPage(self._default("link.unknown"), self._default.language, status=404)
        manager, actor = found
        texts = Texts(manager.language)
        try:
            card = await get_card(self._building.office, actor, link.conversation_id)
        except NotFound as error:
            return CardPage(refusal(texts, error), texts.language, status=404)
        return _Asked(link, actor, texts, card)


def _question(asked: _Asked) -> CardPage:
    texts, card = asked.texts, asked.card
    if card.state == "closed":
        return asked.page("link.closed_already")
    if asked.link.deed is LinkDeed.close:
        choices = tuple((each.value, outcome_name(texts, each.value)) for each in Outcome)
        labels = {"choices_label": texts("link.outcome"), "note_label": texts("link.note")}
        return asked.page("link.ask_close", button=texts("button.close"), choices=choices, **labels)
    if card.assignee_id == asked.actor.manager_id:
        return asked.page("link.taken")
    return asked.page("link.ask_take", button=texts("button.take"))
