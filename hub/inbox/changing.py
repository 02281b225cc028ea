"""How a person changes a conversation: load it under its locks, ask for rights, change it, commit."""

from collections.abc import Callable

from hub.domain.conversation import Conversation
from hub.domain.ids import ConversationId
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.store.scope import Scope

Change = Callable[[LineWork, Conversation], None]
_IDS = 40


async def change_conversation(
    office: Office, actor: Person, conversation_id: ConversationId, *, action: Action, change: Change
) -> None:
    """Apply a change that assigns nobody, in one commit; it may run more than once until its rows stand still.

    Raises:
        NotFound, PermissionDenied: by rights.
    """
    fold = _as_fold(office, actor, conversation_id, action=action, change=change)
    await office.change(Scope(conversations={conversation_id}, ids=_IDS), fold)


async def change_with_past(
    office: Office, actor: Person, conversation_id: ConversationId, *, action: Action, change: Change
) -> None:
    """Apply a change that looks at the client's closed work and ended waits too; else as `change_conversation`."""
    fold = _as_fold(office, actor, conversation_id, action=action, change=change)
    await office.change(Scope(conversations={conversation_id}, whole=True, ids=_IDS), fold)


def _as_fold(
    office: Office, actor: Person, conversation_id: ConversationId, *, action: Action, change: Change
) -> Callable[[WorkingSet], None]:
    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, action, conversation_id=conversation_id)
        policy = office.policy()
        change(LineWork(rows, policy, policy.get_line(conversation.line)), conversation)

    return fold
