"""A link to our bot for the client of a card, who can then be answered there (`hub.domain.client_link`)."""

from hub.domain.audit import AuditFact, Deed
from hub.domain.client_link import hash_of
from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId, IdentityId
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.store.scope import Scope


async def keep_client_link(office: Office, actor: Person, conversation_id: ConversationId, *, token: str) -> None:
    """Remember a link as an address of the conversation's client, by its hash; earlier links stay valid. Commits.

    Raises: NotFound, PermissionDenied: by rights: who may answer the client may invite them.
    """
    key = (IdentityType.card_link, "", hash_of(token))

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=conversation_id)
        row = ContactIdentity(
            id=IdentityId(rows.new_id()),
            contact_id=conversation.contact_id,
            type=key[0],
            scope=key[1],
            value=key[2],
            level=ProofLevel.claimed,
            created_at=rows.now,
            evidence="ссылка на бота",
        )
        rows.identities.add(key, row)
        subject = f"conversation:{conversation_id}"
        rows.audited.append(AuditFact(rows.new_id(), actor.manager_id, Deed.client_link_made, subject, rows.now))

    await office.change(Scope(conversations={conversation_id}, identities={key}, ids=10), fold)
