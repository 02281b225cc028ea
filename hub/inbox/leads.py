"""What people do with a lead: move it to a stage, set its fields and tags (L-2 to L-7).

A lead is worked with through its conversation, so rights are those of the conversation (RG-1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.crash import crash_point
from hub.domain.conversation import Conversation
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.domain.lead import MANUAL, Lead
from hub.domain.rights import Action, Person
from hub.inbox.changing import change_conversation
from hub.inbox.folds.fields import add_contact_tags, add_lead_tags, set_contact_fields
from hub.inbox.folds.fields import set_lead_fields as fold_lead_fields
from hub.inbox.folds.lead_moves import Because, open_lead
from hub.inbox.folds.lead_moves import move_lead as fold_move
from hub.inbox.folds.line_work import LineWork
from hub.inbox.office import Office


@dataclass(frozen=True, slots=True)
class Filled:
    """What comes with a move: fields that are set first (L-3), and for a loss its reason and free words (L-5)."""

    fields: Mapping[str, str] = field(default_factory=dict)
    loss_reason: str = ""
    loss_note: str = ""


async def move_lead(
    office: Office, actor: Person, conversation_id: ConversationId, *, to: str, filled: Filled | None = None
) -> None:
    """Move the lead of a conversation to a stage by hand (L-4); where it stands already, nothing happens. Commits.

    A lead that was won or lost goes back to work by a move to an open stage.

    Raises:
        FieldsMissing: the stage asks for more than lead and `filled` have; nothing was set then (L-3, L-5).
        FieldInvalid: a field does not take its value, or the reason is not on the list (L-5, L-7).
        NotFound: no such stage or lead; PermissionDenied: by rights.
    """
    given = filled or Filled()

    def change(work: LineWork, conversation: Conversation) -> None:
        lead = fold_lead_fields(work, get_lead(work, conversation), given.fields, by=actor.manager_id)
        fold_move(work, lead, to, Because(MANUAL, actor.manager_id, _reason(work, given), given.loss_note))

    crash_point("lead.before_move")
    await change_conversation(office, actor, conversation_id, action=Action.move_lead, change=change)
    crash_point("lead.after_move")


def get_lead(work: LineWork, conversation: Conversation) -> Lead:
    """Return the lead a conversation is about: the contact's newest open one on the line, else the newest.

    Raises:
        NotFound: the contact has none there.
    """
    of_line = [lead for lead in work.rows.leads.where(conversation.contact_id) if lead.line == work.line.key]
    found = open_lead(work, conversation.contact_id) or max(of_line, key=lambda lead: lead.id, default=None)
    if found is None:
        raise NotFound("this client has no lead here; start one first")
    return found


def _reason(work: LineWork, given: Filled) -> str:
    """Return the key of a reason of loss, however it was named."""
    rules = work.policy.leads
    found = rules.find_reason(given.loss_reason) if given.loss_reason else None
    if given.loss_reason and found is None:
        known = ", ".join(each.key for each in rules.reasons)
        raise NotFound(f"there is no reason '{given.loss_reason}'; there are: {known}")
    return found.key if found else ""


async def set_lead_fields(
    office: Office, actor: Person, conversation_id: ConversationId, *, values: Mapping[str, str]
) -> None:
    """Set fields of a conversation's lead: own ones, amount, product, source (L-7). All or none. Commits; idempotent.

    Raises:
        FieldInvalid: no such field, or no value of its type.
        NotFound, PermissionDenied: by rights; there is no lead.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        fold_lead_fields(work, get_lead(work, conversation), values, by=actor.manager_id)

    await change_conversation(office, actor, conversation_id, action=Action.edit_lead, change=change)


async def set_client_fields(
    office: Office, actor: Person, conversation_id: ConversationId, *, values: Mapping[str, str]
) -> None:
    """Set own fields of a conversation's client (L-7). All or none. Commits; idempotent.

    Raises:
        FieldInvalid: no such field, or no value of its type.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        set_contact_fields(work, work.rows.contacts[conversation.contact_id], values)

    await change_conversation(office, actor, conversation_id, action=Action.edit_lead, change=change)


async def add_tags(
    office: Office,
    actor: Person,
    conversation_id: ConversationId,
    *,
    lead: Sequence[str] = (),
    client: Sequence[str] = (),
) -> None:
    """Add tags to a conversation's lead and client (L-7). Commits; idempotent.

    Raises:
        FieldInvalid: the policy lists the tags there are, and one of these is none.
        NotFound, PermissionDenied: by rights; there is no lead to tag.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        if lead:
            add_lead_tags(work, get_lead(work, conversation), lead, by=actor.manager_id)
        if client:
            add_contact_tags(work, work.rows.contacts[conversation.contact_id], client)

    await change_conversation(office, actor, conversation_id, action=Action.edit_lead, change=change)
