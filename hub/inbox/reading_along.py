"""A head begins and ends to read along with a colleague's conversation (telegram 7.12).

The colleague is not told: it is a fact that «почему так?» shows, and what was read is in «что видел» (RG-6). Reading
takes nothing: no assignment, no clock and no button of the colleague changes.
"""

from hub.domain.audit import Deed
from hub.domain.conversation import Conversation
from hub.domain.errors import Conflict
from hub.domain.ids import ConversationId
from hub.domain.rights import Action, Person
from hub.inbox.auditing import note
from hub.inbox.changing import change_conversation
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.reading_along import begin_reading, end_reading
from hub.inbox.office import Office


async def read_along(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Mirror what client and colleagues say to the actor's chat until the line's day is over. Commits, then the fact.

    Raises:
        NotFound, PermissionDenied: only who leads the line reads along.
        Conflict: it is closed.
        AlreadyDone: by the office's key.
    """

    def begin(work: LineWork, conversation: Conversation) -> None:
        if not conversation.is_open:
            raise Conflict("the conversation is closed; there is nothing to read along")
        begin_reading(work, conversation, actor.manager_id)

    await change_conversation(office, actor, conversation_id, action=Action.reassign, change=begin)
    await note(office, actor, Deed.read_along, f"conversation:{conversation_id}")


async def stop_reading(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Mirror it no longer; whoever does not read along changes nothing. Commits.

    Raises:
        NotFound, PermissionDenied: by rights; who lost the line reads nothing any more, so there is nothing to end.
        AlreadyDone: by the office's key.
    """

    def end(work: LineWork, conversation: Conversation) -> None:
        end_reading(work, conversation, actor.manager_id)

    await change_conversation(office, actor, conversation_id, action=Action.reassign, change=end)
