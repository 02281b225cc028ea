"""The other lines a conversation can be handed to, and what that would mean for its deadline (R-12, D-7)."""

from datetime import datetime

from hub.domain.contact import Contact
from hub.domain.ids import ConversationId
from hub.domain.line import LineMode
from hub.domain.policy import LinePolicy
from hub.domain.rights import Action, Person, may
from hub.domain.wait import Wait
from hub.inbox.lines import due_on
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.inbox.viewer import view
from hub.inbox.views import LineView
from hub.store import cards
from hub.store.pool import acquire


async def list_other_lines(office: Office, actor: Person, conversation_id: ConversationId) -> list[LineView]:
    """Return the lines a conversation can be handed to, in the order of the policy; lines that only observe are none.

    Raises:
        NotFound: by rights.
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        conversation = viewed.card.conversation
        wait = await cards.find_open_wait(connection, conversation.contact_id, conversation.line)
        [contact] = await cards.list_contacts(connection, [conversation.contact_id])
    may_agree = may(actor, Action.confirm_later_deadline, subject_of(conversation, office))
    return [
        LineView(each.key, each.name, _later(office, each, wait, contact), may_agree)
        for each in office.policy().lines.values()
        if each.key != conversation.line and each.mode is not LineMode.observe
    ]


def _later(office: Office, line: LinePolicy, wait: Wait | None, contact: Contact) -> datetime | None:
    """Return when the line would want the answer, if that is later than promised now."""
    if wait is None:
        return None
    due_at = due_on(office.policy(), line, wait, tags=contact.tags)[1].at
    return due_at if due_at > wait.deadline_at else None
