"""Reads for many at once: whoever asks for people or cards at the same time as others shares their queries.

Bots ask here when they bring notices, hundreds of them at a time; rights are checked for each as everywhere (RG-2).
What is read is no older than the question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, ManagerId, MessageId
from hub.domain.manager import Manager
from hub.domain.rights import Action, Person, Subject, may
from hub.inbox.office import Office
from hub.inbox.queries.around import Around, Asked, read_around
from hub.inbox.queries.cards import show_card
from hub.inbox.viewer import person_of, reach_of, see
from hub.inbox.views import CardView, MessageView
from hub.store import cards, lists, managers
from hub.store.cards import StoredCard
from hub.store.lists import Offered
from hub.store.pool import acquire
from hub.store.sharing import Shared

_Loaded = tuple[StoredCard, Around] | None


@dataclass(slots=True)
class Reader:
    """Built once for an office."""

    office: Office
    _people: Shared[ManagerId, Manager | None] = field(init=False)
    _cards: Shared[Asked, _Loaded] = field(init=False)
    _offers: Shared[ManagerId, list[Offered]] = field(init=False)

    def __post_init__(self) -> None:
        self._people = Shared(self._read_people)
        self._cards = Shared(self._read_cards)
        self._offers = Shared(self._read_offers)

    async def find_person(self, manager_id: ManagerId) -> tuple[Manager, Person] | None:
        """Return an active manager, and with which rights of this very moment (RG-4); None for one who left."""
        manager = await self._people.ask(manager_id)
        return None if manager is None else (manager, person_of(self.office.policy(), manager))

    async def get_card(self, actor: Person, conversation_id: ConversationId, *, language: str) -> CardView:
        """Return a conversation as `hub.inbox.queries.get_card` does. Raises: NotFound by rights (RG-2)."""
        return await self._get(actor, Asked(conversation_id), language)

    async def get_message(
        self, actor: Person, conversation_id: ConversationId, message_id: MessageId, *, language: str
    ) -> tuple[CardView, tuple[MessageView, ...]]:
        """Return a conversation without its newest messages, and one message with the parts of its album, in order.

        Raises:
            NotFound: by rights, or if it is no message of this conversation (RG-2).
        """
        card = await self._get(actor, Asked(conversation_id, message_id), language)
        if not card.recent:
            raise NotFound("there is no such message for you")
        return replace(card, recent=()), card.recent

    async def list_offers(self, actor: Person) -> list[Offered]:
        """Return what is offered to the actor and nobody has taken, within their reach (RG-3), most urgent first."""
        lines = reach_of(actor).lines
        offers = await self._offers.ask(actor.manager_id)
        return [each for each in offers if lines is None or each.line in lines]

    async def get_overheard(
        self, actor: Person, conversation_id: ConversationId, message_id: MessageId, *, language: str
    ) -> tuple[CardView, tuple[MessageView, ...]]:
        """Return what `get_message` does to who reads along: the head of the line as it is now, or an administrator.

        Raises:
            NotFound: by rights, or if it is no message of this conversation (RG-2).
        """
        card, parts = await self.get_message(actor, conversation_id, message_id, language=language)
        if not may(actor, Action.reassign, Subject(card.line)):
            raise NotFound("who does not lead the line reads nothing along")
        return card, parts

    async def _get(self, actor: Person, asked: Asked, language: str) -> CardView:
        found = await self._cards.ask(asked)
        if found is None:
            raise NotFound("there is no such conversation for you")
        stored, around = found
        viewed = see(self.office, actor, stored, language=language)
        return show_card(self.office, actor, viewed, around)

    async def _read_people(self, ids: Sequence[ManagerId]) -> list[Manager | None]:
        async with acquire(self.office.pool) as connection:
            found = await managers.list_active(connection, ids)
        return [found.get(each) for each in ids]

    async def _read_offers(self, ids: Sequence[ManagerId]) -> list[list[Offered]]:
        async with acquire(self.office.pool) as connection:
            found = await lists.list_offers(connection, sorted(set(ids)))
        of_each: dict[int, list[Offered]] = {each: [] for each in ids}
        for offered in found:
            of_each[offered.manager_id].append(offered)
        return [of_each[each] for each in ids]

    async def _read_cards(self, asked: Sequence[Asked]) -> list[_Loaded]:
        async with acquire(self.office.pool) as connection:
            stored = await cards.list_cards(connection, {each.conversation_id for each in asked})
            known = [each for each in asked if each.conversation_id in stored]
            around = dict(zip(known, await read_around(connection, stored.values(), known), strict=True))
        return [(stored[each.conversation_id], around[each]) if each in around else None for each in asked]
