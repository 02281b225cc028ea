"""The tasks of somebody who left: each follows its client, and is nobody's where the client is (RG-4, T-1).

Nobody's tasks are told to the line's duty person when they are due, and heads see them in their counts.
"""

from hub.crash import crash_point
from hub.domain.ids import ManagerId
from hub.domain.lead import Task
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.tasks import hand_task
from hub.inbox.office import Office
from hub.store import tasks
from hub.store.pool import acquire
from hub.store.scope import Scope

_AT_ONCE = 50
_IDS_EACH = 5


async def hand_over_tasks(office: Office, manager_id: ManagerId) -> None:
    """Give all open tasks of somebody to who has their clients now. Commits in parts; called again it goes on."""
    while held := await _list_held(office, manager_id):

        def fold(rows: WorkingSet, held: tuple[int, ...] = held) -> None:
            for task_id in held:
                _hand_over(rows, office, rows.tasks[task_id], manager_id)

        crash_point("tasks.before_handover")
        await office.change(Scope(tasks=set(held), ids=_IDS_EACH * len(held)), fold)
        crash_point("tasks.after_handover")


async def _list_held(office: Office, manager_id: ManagerId) -> tuple[int, ...]:
    async with acquire(office.pool) as connection:
        return tuple(await tasks.list_open_of(connection, manager_id, limit=_AT_ONCE))


def _hand_over(rows: WorkingSet, office: Office, task: Task, manager_id: ManagerId) -> None:
    if task.manager_id != manager_id:
        return
    policy = office.policy()
    conversation = rows.conversations.get(task.conversation_id)
    owner = conversation.assignee_id if conversation is not None and conversation.is_open else None
    to = owner if owner != manager_id else None
    hand_task(LineWork(rows, policy, policy.get_line(task.line)), task, to, by=None)
