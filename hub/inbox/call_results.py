"""What the speaker says of a talk that ended: a result, a next step, or that it is no lead (T-5)."""

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import ReasonMissing
from hub.domain.ids import ConversationId
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person
from hub.domain.stages import NOT_A_LEAD, StageState
from hub.domain.workset import WorkingSet
from hub.inbox.changing import Change, change_conversation
from hub.inbox.folds.lead_moves import Because, move_lead, open_lead
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notes import write_note
from hub.inbox.folds.notices import tell
from hub.inbox.folds.results import ResultKind, TalkResult, give_result
from hub.inbox.folds.tasks import NewTask, add_task
from hub.inbox.office import Office
from hub.store import leads
from hub.store.pool import acquire
from hub.store.scope import Scope

CALL_RESULT = "call_result"
"""The cause of what follows from the answer."""
_IDS = 40


async def write_result(
    office: Office, actor: Person, conversation_id: ConversationId, *, call_id: int, text: str
) -> None:
    """Write in one line how a talk ended; it stands in the history as a note. Commits; within `office.once`.

    Whoever was asked may say it once, though a colleague has the client; that one's card shows it then (T-5).

    Raises:
        ReasonMissing: the line is empty.
        NotFound, PermissionDenied: by rights.
    """
    if not text.strip():
        raise ReasonMissing("say in one line how the talk ended (T-5)")

    def change(work: LineWork, conversation: Conversation) -> None:
        write_note(work.rows, conversation, actor.manager_id, text.strip())
        give_result(work, conversation, TalkResult(ResultKind.result, call_id, actor.manager_id, text.strip()))
        if conversation.assignee_id is not None and conversation.assignee_id != actor.manager_id:
            tell(work, Notice.card_changed, conversation, to=[conversation.assignee_id], cause=f"result:{call_id}")

    if await _is_asked(office, actor, conversation_id, call_id):
        await _change_as_speaker(office, conversation_id, change)
    else:
        await change_conversation(office, actor, conversation_id, action=Action.note, change=change)


async def _is_asked(office: Office, actor: Person, conversation_id: ConversationId, call_id: int) -> bool:
    async with acquire(office.pool) as connection:
        found = await leads.is_asked(connection, conversation_id, call_id, manager_id=actor.manager_id)
    return found and actor.is_active


async def _change_as_speaker(office: Office, conversation_id: ConversationId, change: Change) -> None:
    """Apply the one change that having been asked allows, whoever has the client (T-5)."""

    def fold(rows: WorkingSet) -> None:
        conversation, policy = rows.conversations[conversation_id], office.policy()
        change(LineWork(rows, policy, policy.get_line(conversation.line)), conversation)

    await office.change(Scope(conversations={conversation_id}, ids=_IDS), fold)


async def plan_after_call(
    office: Office, actor: Person, conversation_id: ConversationId, *, call_id: int, new: NewTask
) -> None:
    """Answer with the next step: a task of the actor's. Commits; within `office.once`. Raises: by rights."""

    def change(work: LineWork, conversation: Conversation) -> None:
        add_task(work, conversation, replace(new, manager_id=actor.manager_id), by=actor.manager_id)
        give_result(work, conversation, TalkResult(ResultKind.next_step, call_id, actor.manager_id, new.what))

    await change_conversation(office, actor, conversation_id, action=Action.do_task, change=change)


async def say_not_a_lead(office: Office, actor: Person, conversation_id: ConversationId, *, call_id: int) -> None:
    """Answer that it is no lead: the open one on the line is lost for that reason (L-5). Commits; idempotent.

    Raises:
        FieldsMissing: the policy's lost stage asks for more (L-3).
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        lead, lost = open_lead(work, conversation.contact_id), work.policy.leads.first_with(StageState.lost)
        if lead is not None and lost is not None:
            move_lead(work, lead, lost.key, Because(CALL_RESULT, actor.manager_id, NOT_A_LEAD))
        give_result(work, conversation, TalkResult(ResultKind.not_a_lead, call_id, actor.manager_id))

    await change_conversation(office, actor, conversation_id, action=Action.move_lead, change=change)
