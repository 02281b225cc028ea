"""A letter under another subject is split off: a matter of its own, which the client waits for as before (case 42).

The hub only offers it. People change subjects out of politeness as often as with a new question, so a person decides.
"""

from collections.abc import Sequence

from hub.domain.conversation import Conversation, Outcome
from hub.domain.errors import Conflict
from hub.domain.ids import ConversationId
from hub.domain.ledger import Actor, Fact
from hub.domain.mail_subject import is_other_matter
from hub.domain.message import Direction, Message
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person
from hub.domain.wait import Wait
from hub.domain.workset import MessagePatch, WorkingSet
from hub.inbox.folds.closing import close_conversation
from hub.inbox.folds.conversations import open_apart
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.resolution import run_resolution
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.store import timeline
from hub.store.pool import acquire
from hub.store.scope import Scope

_LOOKED_AT = 50
_IDS = 40


def find_other_matter(conversation: Conversation, wait: Wait | None, messages: Sequence[Message]) -> Message | None:
    """Return the letter that began the open wait under another subject than the conversation's; `None` if none did."""
    asked = next((each for each in messages if wait is not None and each.id == wait.request_message_id), None)
    return asked if asked is not None and is_other_matter(asked.subject, conversation.subject) else None


async def split_off(office: Office, actor: Person, conversation_id: ConversationId) -> ConversationId:
    """Begin a conversation with the letter under another subject; the old one is solved. Commits.

    What came after the letter goes along. Start, deadline and person stay: only what the wait is about has changed.

    Raises:
        Conflict: the client does not wait for an answer to such a letter.
        NotFound, PermissionDenied: by rights.
    """
    async with acquire(office.pool) as connection:
        entries = await timeline.list_of_conversation(connection, conversation_id, limit=_LOOKED_AT)
    said = [entry.message for entry in entries if entry.message.direction is Direction.inbound]
    scope = Scope(conversations={conversation_id}, ids=_IDS)

    def fold(rows: WorkingSet) -> ConversationId:
        conversation = get_conversation(rows, office, actor, Action.close, conversation_id=conversation_id)
        wait = rows.open_wait(conversation.contact_id, conversation.line)
        letter = find_other_matter(conversation, wait, said) if conversation.is_open else None
        if wait is None or letter is None:
            raise Conflict("nobody waits here for an answer to a letter under another subject")
        policy = office.policy()
        work = LineWork(rows, policy, policy.get_line(conversation.line))
        return _split(work, conversation, actor, wait=wait, said=[each for each in said if each.id >= letter.id])

    return await office.change(scope, fold)


def _split(
    work: LineWork, conversation: Conversation, actor: Person, *, wait: Wait, said: Sequence[Message]
) -> ConversationId:
    """Close the old matter, open the new one and take the wait and its messages along."""
    rows, by = work.rows, actor.manager_id
    letter = min(said, key=lambda each: each.id)
    closed = close_conversation(rows, conversation, Outcome.solved, note="", manager_id=by)
    own = open_apart(work, closed, subject=letter.subject)
    moved = rows.waits.put(wait.id, replace(wait, conversation_id=own.id))
    rows.message_patches += [MessagePatch(each.id, each.received_at, {"conversation_id": own.id}) for each in said]
    facts = {"subject": letter.subject, "from_conversation": int(closed.id)}
    record(rows, Fact.split_off, moved, manager_id=by, actor=Actor.manager, cause="case 42", facts=facts)
    run_resolution(work, own, rows.now)
    return own.id
