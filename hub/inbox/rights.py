"""The question every use-case asks before it changes anything (RG-3): the rows say what the subject is."""

from hub.domain.conversation import Conversation
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.line import PhoneMasking
from hub.domain.manager import Role
from hub.domain.rights import Action, Person, Subject, ensure, may
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office


def subject_of(conversation: Conversation, office: Office) -> Subject:
    """Return a conversation as rights see it."""
    return Subject(
        line=conversation.line,
        assignee_id=conversation.assignee_id,
        transferring_to=conversation.transfer_to,
        offered_to=frozenset(ManagerId(each) for each in conversation.offered_to),
        phone_masking=office.policy().get_line(conversation.line).phone_masking,
    )


def sees_phones(office: Office, actor: Person | None, line: str, assignee_id: int | None) -> bool:
    """Tell whether somebody may read the numbers of a line's client (RG-5).

    `actor` is `None` for what several people read at once: then only what is hidden from nobody.
    """
    policy = office.policy().get_line(line)
    if actor is None:
        return policy.phone_masking is PhoneMasking.never
    owner = None if assignee_id is None else ManagerId(assignee_id)
    return may(actor, Action.see_phone, Subject(policy.key, owner, phone_masking=policy.phone_masking))


def get_conversation(
    rows: WorkingSet, office: Office, actor: Person, action: Action, *, conversation_id: ConversationId
) -> Conversation:
    """Return a loaded conversation if the actor may do `action` to it.

    Raises:
        NotFound: there is none, or not for this actor (RG-2).
        PermissionDenied: the actor sees it and may not do this.
    """
    conversation = rows.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound("there is no such conversation for you")
    ensure(actor, action, subject_of(conversation, office))
    return conversation


def who_was_faster(rows: WorkingSet, actor: Person, conversation_id: ConversationId) -> ManagerId | None:
    """Return who has a conversation that a manager of its line takes or answers too late, `None` if nobody was faster.

    It is out of the manager's sight by now, and he may read the name all the same (R-10).
    """
    present = rows.conversations.get(conversation_id)
    if present is None or actor.manager_id in (present.assignee_id, present.transfer_to):
        return None
    is_colleague = actor.is_active and actor.role is Role.manager and present.line in actor.lines
    return present.assignee_id if is_colleague else None
