"""Tasks as folds: made, done, put off, cancelled, reminded of (T-1 to T-3), usable inside any fold.

A task belongs to a contact and, through a lead or a conversation, to a line. Its timer carries the next reminder; the
plan of reminders is `hub.domain.lead.plan_reminders`. Rights are the use-case's (`hub.inbox.tasks`).
"""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.contact import Contact
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ids import ContactId, ConversationId, LeadId, ManagerId
from hub.domain.lead import MANUAL, Lead, Reminder, Task, plan_reminders
from hub.domain.ledger import Actor, Fact
from hub.domain.replacing import replace
from hub.domain.timer import Timer, TimerKind
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import duty_of, facts_of_line, heads_of
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell_about_task


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done until when (UTC), by whom, and why: `cause` is `manual`, a rule or an automation id (T-1)."""

    what: str
    due_at: datetime
    manager_id: ManagerId | None = None
    cause: str = MANUAL


def add_task(
    work: LineWork, about: Lead | Conversation | Contact, new: NewTask, *, by: ManagerId | None = None
) -> Task:
    """Make a task about a lead, a conversation or a contact, arm its reminders, and return it (T-1, T-2).

    About a conversation it is also the next step of the contact's open lead on the line, if there is one. Without
    `new.manager_id` it is the responsible's: of the lead, else of the conversation. Somebody who gets a task from
    another person or from the hub is told of it. Needs up to 5 new ids.
    """
    lead, conversation = _around(work, about)
    contact_id = about.id if isinstance(about, Contact) else about.contact_id
    task = Task(
        id=work.rows.new_id(),
        what=new.what,
        due_at=new.due_at,
        cause=new.cause,
        created_at=work.rows.now,
        manager_id=new.manager_id or _responsible(lead, conversation),
        contact_id=ContactId(contact_id),
        lead_id=LeadId(lead.id) if lead else None,
        conversation_id=_place(lead, conversation),
        line=work.line.key,
    )
    work.rows.tasks.add(task.id, task)
    arm_reminder(work.rows, task, since=work.rows.now)
    _record(work, Fact.task_made, task, by=by, due_at=task.due_at)
    if task.manager_id is not None and task.manager_id != by:
        tell_about_task(work, Notice.task, task, to=[task.manager_id], cause=f"made:{task.id}", facts={"word": "made"})
    return task


def _around(work: LineWork, about: Lead | Conversation | Contact) -> tuple[Lead | None, Conversation | None]:
    """Return the lead and the conversation a task belongs to."""
    rows = work.rows
    if isinstance(about, Lead):
        known = rows.conversations.get(about.conversation_id)
        return about, rows.open_conversation(about.contact_id, about.line) or known
    contact_id = about.id if isinstance(about, Contact) else about.contact_id
    mine = [lead for lead in rows.leads.where(contact_id) if lead.line == work.line.key and lead.is_open]
    conversation = about if isinstance(about, Conversation) else rows.latest_conversation(contact_id, work.line.key)
    return max(mine, key=lambda lead: lead.id, default=None), conversation


def _responsible(lead: Lead | None, conversation: Conversation | None) -> ManagerId | None:
    assignee = conversation.assignee_id if conversation else None
    return assignee or (lead.responsible_id if lead else None)


def _place(lead: Lead | None, conversation: Conversation | None) -> ConversationId | None:
    return conversation.id if conversation else lead.conversation_id if lead else None


def tasks_of(rows: WorkingSet, lead: Lead) -> list[Task]:
    """Return the loaded tasks of a lead."""
    return [task for task in rows.tasks.where(lead.contact_id) if task.lead_id == lead.id]


def finish_task(work: LineWork, task: Task, result: str, *, by: ManagerId | None) -> Task:
    """Do a task with its result (T-3); one that is done or cancelled stays as it is."""
    if not task.is_open:
        return task
    done = work.rows.tasks.put(task.id, replace(task, state="done", result=result, done_at=work.rows.now))
    work.rows.disarm(TimerKind.task, subject_of_timer(task))
    _record(work, Fact.task_done, done, by=by, result=result, overdue=task.is_overdue(work.rows.now))
    return done


def hand_task(work: LineWork, task: Task, to: ManagerId | None, *, by: ManagerId | None) -> Task:
    """Give an open task to somebody else, or to nobody; its reminders stay. Who gets it is told."""
    if not task.is_open or task.manager_id == to:
        return task
    given = work.rows.tasks.put(task.id, replace(task, manager_id=to))
    _record(work, Fact.task_given, given, by=by, was_responsible_id=task.manager_id)
    if to is not None and to != by:
        cause = f"given:{task.id}:{work.rows.ledger[-1].id}"
        tell_about_task(work, Notice.task, given, to=[to], cause=cause, facts={"word": "made"})
    return given


def put_off_task(work: LineWork, task: Task, until: datetime, *, by: ManagerId | None) -> Task:
    """Give an open task another deadline; its reminders begin anew (T-2)."""
    if not task.is_open or task.due_at == until:
        return task
    moved = work.rows.tasks.put(task.id, replace(task, due_at=until))
    arm_reminder(work.rows, moved, since=work.rows.now)
    _record(work, Fact.task_postponed, moved, by=by, due_at=until, was_due_at=task.due_at)
    return moved


def cancel_tasks(work: LineWork, lead: Lead, *, cause: str, by: ManagerId | None) -> None:
    """Cancel the open tasks of a lead that is lost."""
    for task in tasks_of(work.rows, lead):
        if task.is_open:
            gone = work.rows.tasks.put(task.id, replace(task, state="cancelled", done_at=work.rows.now))
            work.rows.disarm(TimerKind.task, subject_of_timer(task))
            _record(work, Fact.task_cancelled, gone, by=by, why=cause)


def subject_of_timer(task: Task) -> str:
    """Return the subject of a task's timer."""
    return f"task:{task.id}"


def arm_reminder(rows: WorkingSet, task: Task, *, since: datetime, place: int = 0) -> None:
    """Arm the first reminder from `place` on that is still ahead; the plan counts from `since` (T-2)."""
    plan = plan_reminders(since, task.due_at)
    ahead = [each for each in range(place, len(plan)) if plan[each].at > rows.now]
    if ahead:
        facts = {"place": ahead[0], "since": since.isoformat()}
        rows.arm(TimerKind.task, subject_of_timer(task), plan[ahead[0]].at, **facts)
    else:
        rows.disarm(TimerKind.task, subject_of_timer(task))


def remind(work: LineWork, task: Task, timer: Timer) -> None:
    """Send the highest reminder that is due and arm the next; skipped ones are never sent (T-2, as B-3).

    The last one goes to the heads too, and to everybody whatever their quiet hours (B-2).
    """
    if not task.is_open:
        return
    since = datetime.fromisoformat(str(timer.facts["since"]))
    plan = plan_reminders(since, task.due_at)
    place = max(each for each, reminder in enumerate(plan) if reminder.at <= work.rows.now)
    arm_reminder(work.rows, task, since=since, place=place + 1)
    reminder = plan[place]
    told = _told(work, task, reminder)
    _record(work, Fact.task_reminded, task, by=None, word=reminder.name, to=told)
    cause = f"{task.id}:{int(task.due_at.timestamp())}:{reminder.name}"
    tell_about_task(work, Notice.task, task, to=told, cause=cause, facts={"word": reminder.name})


def _told(work: LineWork, task: Task, reminder: Reminder) -> list[int]:
    known = facts_of_line(work)
    own = [int(task.manager_id)] if task.manager_id in known and task.manager_id is not None else []
    people = own or [int(each) for each in duty_of(work)]
    if reminder.is_last:
        return list(dict.fromkeys((*people, *(int(each) for each in heads_of(known.values(), work.line)))))
    return [each for each in people if not work.policy.get_staff(known[each].key).is_quiet(work.rows.now)]


def _record(work: LineWork, kind: Fact, task: Task, *, by: ManagerId | None, **facts: object) -> None:
    actor = Actor.hub if by is None else Actor.manager
    told = {"task_id": task.id, "lead_id": task.lead_id, "responsible_id": task.manager_id, **facts}
    record(work.rows, kind, task, manager_id=by, actor=actor, cause=task.cause, facts=told)
