"""The texts a manager may send to a client by a press, as this client would read them from this manager."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain.contact import Contact, ContactIdentity
from hub.domain.ids import ConversationId
from hub.domain.policy import LinePolicy
from hub.domain.rights import Action, Person, ensure
from hub.domain.spoken_time import say_moment
from hub.domain.texts import render_text, variables_of
from hub.inbox.addresses import mask_in
from hub.inbox.masking import MASKED
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.inbox.viewer import Viewed, view
from hub.store import cards, people
from hub.store.pool import acquire


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template with its variables filled. `mark` names it with exactly this text, `key` whatever its text is."""

    mark: str
    name: str
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class TemplatesView:
    """What may be sent in a conversation, in the order of the rules; empty where the line has none."""

    id: ConversationId
    number: int
    templates: tuple[TemplateView, ...]

    def find(self, mark: str) -> TemplateView | None:
        """Return the template of a mark, `None` once it reads otherwise or is gone."""
        return next((each for each in self.templates if each.mark == mark), None)

    def named(self, words: str) -> tuple[TemplateView, ...]:
        """Return those whose name or text holds the words, whatever the case; all of them for no words."""
        return templates_with(words, self.templates)


def templates_with(words: str, templates: Iterable[TemplateView]) -> tuple[TemplateView, ...]:
    """Return those in whose name or text every word stands, whatever the case; all of them for no words."""
    wanted = words.casefold().split()
    said = ((each, f"{each.name}\n{each.text}".casefold()) for each in templates)
    return tuple(each for each, text in said if all(word in text for word in wanted))


async def list_templates(office: Office, actor: Person, conversation_id: ConversationId) -> TemplatesView:
    """Return the line's templates with the client's, the manager's and the conversation's words put in.

    Raises:
        NotFound, PermissionDenied: by rights: only who may answer the client reads what could be answered.
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        ensure(actor, Action.reply, subject_of(viewed.card.conversation, office))
        [contact] = await cards.list_contacts(connection, [viewed.card.conversation.contact_id])
        identities = await cards.list_identities(connection, [contact.id])
        manager = await people.find_manager(connection, actor.manager_id)
    name = contact.name if viewed.sees_phones else _without_numbers(contact.name, identities)
    number = viewed.card.conversation.number
    values = {"business.name": office.policy().business_name, **_names("manager", manager.name if manager else "")}
    values |= _names("client", name) | {"line.name": viewed.line.name, "conversation.number": str(number)}
    values |= _opening(viewed.line, contact.language, office.clock.now())
    return TemplatesView(conversation_id, number, _filled(viewed, contact, values))


async def list_common_templates(office: Office, actor: Person) -> tuple[TemplateView, ...]:
    """Return the texts of the actor's lines that read alike whoever the client is, in Russian, in the rules' order.

    What names a client, a conversation or a time is left out: nobody sends what they have not read.
    """
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, actor.manager_id)
    if manager is None or not actor.is_active:
        return ()
    policy = office.policy()
    names = {"business.name": policy.business_name, **_names("manager", manager.name)}
    found: dict[str, TemplateView] = {}
    for line in (policy.lines[key] for key in policy.lines if key in actor.lines):
        for each in line.templates:
            text = render_text(each.text, names | {"line.name": line.name})
            if variables_of(each.text) <= {*names, "line.name"} and text not in found:
                found[text] = TemplateView(each.mark(text), each.name, text, each.key)
    return tuple(found.values())


def _filled(viewed: Viewed, contact: Contact, values: Mapping[str, str]) -> tuple[TemplateView, ...]:
    said = ((each, render_text(each.say(contact.language), values)) for each in viewed.line.templates)
    return tuple(TemplateView(each.mark(text), each.name, text, each.key) for each, text in said)


def _without_numbers(name: str, identities: Iterable[ContactIdentity]) -> str:
    """Return a name to greet by: the text is read before it leaves, and the client knows the number anyway (RG-5)."""
    return " ".join(word for word in mask_in(name, identities).split() if MASKED not in word)


def _names(whose: str, name: str) -> dict[str, str]:
    return {f"{whose}.name": name, f"{whose}.first_name": next(iter(name.split()), "")}


def _opening(line: LinePolicy, language: str, now: datetime) -> dict[str, str]:
    opening = line.calendar.next_opening(now)
    zone = line.calendar.zone
    said = say_moment(opening.astimezone(zone), now.astimezone(zone), language) if opening else ""
    return {"opening_time": said, "expected_time": said}
