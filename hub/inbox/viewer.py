"""Who looks, and what he may see of a conversation."""

from dataclasses import dataclass

from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.domain.manager import Manager, Role
from hub.domain.policy import LinePolicy, Policy
from hub.domain.rights import Action, Person, ensure, may
from hub.domain.words import Words
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.store import cards, people
from hub.store.cards import StoredCard
from hub.store.pool import Connection
from hub.store.reach import Reach


@dataclass(frozen=True, slots=True)
class Viewed:
    """A conversation somebody may see. `sees_phones` as the line's masking says (RG-5)."""

    card: StoredCard
    line: LinePolicy
    language: str
    sees_phones: bool

    def say(self, words: Words) -> str:
        """Return words in the viewer's language."""
        return words.en if self.language == "en" else words.ru


async def view(connection: Connection, office: Office, actor: Person, conversation_id: ConversationId) -> Viewed:
    """Return a conversation if the actor may see it.

    Raises:
        NotFound: there is none, or not for this actor (RG-2).
    """
    card = await cards.find_card(connection, conversation_id)
    viewer = await people.find_manager(connection, actor.manager_id)
    return see(office, actor, card, language=viewer.language if viewer else "ru")


def see(office: Office, actor: Person, card: StoredCard | None, *, language: str) -> Viewed:
    """Return a loaded conversation if the actor, who reads `language`, may see it.

    Raises:
        NotFound: there is none, or not for this actor (RG-2).
    """
    if card is None:
        raise NotFound("there is no such conversation for you")
    subject = subject_of(card.conversation, office)
    ensure(actor, Action.view, subject)
    return Viewed(
        card=card,
        line=office.policy().get_line(card.conversation.line),
        language=language,
        sees_phones=may(actor, Action.see_phone, subject),
    )


def person_of(policy: Policy, manager: Manager) -> Person:
    """Return a manager as rights see him: the lines are those whose team he is in, all of them for an admin."""
    lines = (key for key, line in policy.lines.items() if manager.role is Role.admin or line.has_member(manager.key))
    return Person(manager.id, manager.role, frozenset(lines), manager.is_active)


def reach_of(actor: Person) -> Reach:
    """Return what lists may show to an actor (RG-1); nothing to one who left (RG-4)."""
    if not actor.is_active:
        return Reach(actor.manager_id, (), sees_all=False)
    lines = None if actor.role is Role.admin else sorted(actor.lines)
    return Reach(actor.manager_id, lines, sees_all=actor.role is not Role.manager)
