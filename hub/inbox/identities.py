"""What a person says about an address of a client (M-7)."""

from dataclasses import replace

from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, IdentityId
from hub.domain.ledger import Actor, Fact
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.folds.ledger import record
from hub.inbox.masking import mask_phone
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.store.scope import Scope


async def mark_shared(
    office: Office, actor: Person, conversation_id: ConversationId, identity_id: IdentityId, *, is_shared: bool
) -> None:
    """Say that an address of the client is used by several people, or by this one after all (M-7). Commits; idempotent.

    A shared address finds no card any more: who writes or calls from it is told apart by the thread alone.

    Raises:
        NotFound: it is no address of this client, or by rights.
        PermissionDenied: by rights.
    """

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.match, conversation_id=conversation_id)
        row = next((each for each in rows.identities_of(conversation.contact_id) if each.id == identity_id), None)
        if row is None:
            raise NotFound("that is no address of this client")
        if row.is_shared == is_shared:
            return
        claims = row.claims if is_shared else ()
        rows.identities.put((row.type, row.scope, row.value), replace(row, is_shared=is_shared, claims=claims))
        facts = {"identity_id": int(row.id), "address": mask_phone(row.value), "shared": is_shared}
        by = actor.manager_id
        record(rows, Fact.address_shared, conversation, manager_id=by, actor=Actor.manager, cause="M-7", facts=facts)

    await office.change(Scope(conversations={conversation_id}, ids=10), fold)
