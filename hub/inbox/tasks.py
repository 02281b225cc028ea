"""What people do with tasks: make one, do it with a result, put it off (T-1 to T-3).

A task is its responsible's and the heads' of its line (RG-1); one about a conversation is made by whoever may work
there. What somebody does to a task happens once by its own nature: done stays done.
"""

from collections.abc import Callable
from datetime import datetime

from hub.crash import crash_point
from hub.domain.conversation import Conversation
from hub.domain.errors import Conflict, NotFound, ReasonMissing
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.lead import Task
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import WorkingSet
from hub.inbox.changing import change_conversation
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.tasks import NewTask, add_task, finish_task, put_off_task
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.store import tasks
from hub.store.pool import acquire
from hub.store.scope import Scope

_IDS = 20
Change = Callable[[LineWork, Task], None]


async def make_task(office: Office, actor: Person, conversation_id: ConversationId, *, new: NewTask) -> int:
    """Make a task about a conversation, the next step of its lead (T-1); return its id. Commits.

    It is the actor's unless `new` names somebody else, which only heads may do. Make it within `office.once`: the same
    press again would otherwise be a second task.

    Raises:
        Conflict: it does not say what, or its deadline has passed.
        NotFound, PermissionDenied: by rights.
    """
    made: list[int] = []

    def change(work: LineWork, conversation: Conversation) -> None:
        if not new.what.strip() or new.due_at <= work.rows.now:
            raise Conflict("a task says what is to be done, and until which later moment")
        if new.manager_id not in (None, actor.manager_id):
            ensure(actor, Action.give_task, subject_of(conversation, office))
        wanted = replace(new, what=new.what.strip(), manager_id=new.manager_id or actor.manager_id)
        made[:] = [add_task(work, conversation, wanted, by=actor.manager_id).id]

    crash_point("task.before_make")
    await change_conversation(office, actor, conversation_id, action=Action.do_task, change=change)
    crash_point("task.after_make")
    return made[0]


async def complete_task(office: Office, actor: Person, task_id: int, *, result: str) -> Task:
    """Do a task with what was learnt or promised (T-3) and return it; done already it keeps its first result. Commits.

    Raises:
        ReasonMissing: the result is missing.
        NotFound, PermissionDenied: by rights.
    """
    if not result.strip():
        raise ReasonMissing("say in one line what was learnt or promised: a task is done with its result (T-3)")

    def change(work: LineWork, task: Task) -> None:
        finish_task(work, task, result.strip(), by=actor.manager_id)

    return await _change_task(office, actor, task_id, change)


async def postpone_task(office: Office, actor: Person, task_id: int, *, until: datetime) -> Task:
    """Give an open task a later deadline and return it; its reminders begin anew (T-2). Commits; idempotent.

    Raises:
        Conflict: the instant has passed, or the task is done.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, task: Task) -> None:
        if until <= work.rows.now or not task.is_open:
            raise Conflict("only an open task can be put off, and only until a later moment")
        put_off_task(work, task, until, by=actor.manager_id)

    return await _change_task(office, actor, task_id, change)


async def _change_task(office: Office, actor: Person, task_id: int, change: Change) -> Task:
    async with acquire(office.pool) as connection:
        found = await tasks.find_task(connection, task_id)
    if found is None:
        raise NotFound("there is no such task for you")

    def fold(rows: WorkingSet) -> Task:
        task = get_task(rows, actor, task_id)
        policy = office.policy()
        change(LineWork(rows, policy, policy.get_line(task.line)), task)
        return rows.tasks[task_id]

    named = set() if found.conversation_id is None else {int(found.conversation_id)}
    crash_point("task.before_change")
    task = await office.change(Scope(tasks={task_id}, conversations=named, ids=_IDS), fold)
    crash_point("task.after_change")
    return task


def get_task(rows: WorkingSet, actor: Person, task_id: int) -> Task:
    """Return a loaded task if the actor may work with it.

    Raises:
        NotFound: there is none, or not for this actor (RG-2).
    """
    task = rows.tasks.get(task_id)
    if task is None:
        raise NotFound("there is no such task for you")
    ensure(actor, Action.do_task, subject_of_task(task.line, task.manager_id))
    return task


def subject_of_task(line: str, manager_id: ManagerId | None) -> Subject:
    """Return a task as rights see it: its responsible holds it."""
    return Subject(line=LineKey(line), assignee_id=manager_id)
