"""«Это один клиент?»: the question with both sides, for whoever works with the client (M-5)."""

from collections.abc import Iterable, Sequence

from hub.domain.contact import Contact, ContactIdentity, MatchCandidate
from hub.domain.conversation import Conversation
from hub.domain.errors import NotFound
from hub.domain.identity import IdentityType
from hub.domain.ids import ContactId
from hub.domain.rights import Action, Person, may
from hub.inbox.addresses import list_phones, mask_in, show_address
from hub.inbox.masking import hide_numbers
from hub.inbox.match_words import say_match
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.inbox.views import CandidateView
from hub.store import cards, people
from hub.store.pool import Connection, acquire


async def get_candidate(office: Office, actor: Person, candidate_id: int) -> CandidateView:
    """Return a question, open or decided. Raises: NotFound unless the actor may match a conversation of its client."""
    async with acquire(office.pool) as connection:
        question, conversation = await find_question(connection, office, actor, candidate_id)
        ids = [int(question.contact_id), *question.candidates]
        contacts = {contact.id: contact for contact in await cards.list_contacts(connection, ids)}
        identities = await cards.list_identities(connection, ids)
        viewer = await people.find_manager(connection, actor.manager_id)
    said = tuple(say_match(each, language=viewer.language if viewer else "ru") for each in question.reasons)
    sees_phones = may(actor, Action.see_phone, subject_of(conversation, office))
    hidden = None if sees_phones else list_phones(identities)
    others = tuple(
        (
            ContactId(other),
            _name(contacts.values(), other, hidden=hidden),
            _addresses(identities, other, sees_phones=sees_phones),
        )
        for other in question.candidates
        if other in contacts
    )
    return CandidateView(
        id=question.id,
        name=_name(contacts.values(), question.contact_id, hidden=hidden),
        addresses=_addresses(identities, question.contact_id, sees_phones=sees_phones),
        others=others,
        reasons=said if sees_phones else tuple(mask_in(each, identities) for each in said),
        state=question.state,
        conversation_id=conversation.id,
    )


async def find_question(
    connection: Connection, office: Office, actor: Person, candidate_id: int
) -> tuple[MatchCandidate, Conversation]:
    """Return a question and the conversation through which the actor may decide it.

    Raises:
        NotFound: there is none, or none of the client's conversations is the actor's to match (RG-2).
    """
    question = await cards.find_candidate(connection, candidate_id)
    if question is None:
        raise NotFound("there is no such question for you")
    [contact_id] = await cards.list_kept_contacts(connection, [question.contact_id])
    for conversation in await cards.list_latest_conversations(connection, contact_id):
        if may(actor, Action.match, subject_of(conversation, office)):
            return question, conversation
    raise NotFound("there is no such question for you")


def _name(contacts: Iterable[Contact], contact_id: int, *, hidden: Sequence[str] | None) -> str:
    """Return a client's name, without these numbers and whatever else has the shape of one, unless that is `None`."""
    name = next((contact.name for contact in contacts if contact.id == contact_id), "")
    return name if hidden is None else hide_numbers(name, hidden)


def _addresses(rows: Sequence[ContactIdentity], contact_id: int, *, sees_phones: bool) -> tuple[str, ...]:
    """Return a client's addresses as the viewer may read them; a link to our bot is none to anybody but the hub."""
    known = list_phones(rows)
    own = (row for row in rows if row.contact_id == contact_id and row.type is not IdentityType.card_link)
    return tuple(show_address(row, sees_phones=sees_phones, known=known) for row in own)
