"""Heads who read along with a colleague's conversation until the day is over (telegram 7.12).

Who reads is held by a timer of the conversation, so it ends by itself, also while the hub is away, and no row that a
colleague's button depends on changes. What is told to a reader is only shown: no wait, clock, assignment or ring of
anybody knows of it. Who may read is asked again when it is shown (`Reader.get_overheard`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.message import Message
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.bursts import tell_of_burst
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import ALBUM_WINDOW, NO_DELAY, tell

READERS = "readers"


def begin_reading(work: LineWork, conversation: Conversation, reader: ManagerId) -> None:
    """Let a head read along until midnight of the line; beginning again changes nothing."""
    present = list_readers(work.rows, conversation)
    if reader in present:
        return
    until = _midnight(work)
    _keep(work.rows, conversation, [*present, reader], until)
    facts = {"until": until.isoformat()}
    record(work.rows, Fact.read_along, conversation, manager_id=reader, actor=Actor.manager, facts=facts)


def end_reading(work: LineWork, conversation: Conversation, reader: ManagerId) -> None:
    """Let a head read along no longer; one who does not, changes nothing."""
    present = list_readers(work.rows, conversation)
    if reader not in present:
        return
    _keep(work.rows, conversation, [each for each in present if each != reader], _midnight(work))
    facts = {"ended": True}
    record(work.rows, Fact.read_along, conversation, manager_id=reader, actor=Actor.manager, facts=facts)


def end_all_reading(rows: WorkingSet, conversation: Conversation) -> None:
    """Let nobody read along: the conversation is closed."""
    rows.disarm(TimerKind.reading, _subject(conversation))


def list_readers(rows: WorkingSet, conversation: Conversation) -> list[ManagerId]:
    """Return who reads along now."""
    timer = rows.timers.get((TimerKind.reading, _subject(conversation)))
    return readers_of(timer.facts) if timer is not None and _runs(timer, rows.now) else []


def list_listeners(rows: WorkingSet, conversation: Conversation, author: ManagerId | None = None) -> list[ManagerId]:
    """Return to whom of them something is told: not to its author, nor to who has the client by now."""
    return [each for each in list_readers(rows, conversation) if each not in (conversation.assignee_id, author)]


def readers_of(facts: Mapping[str, object]) -> list[ManagerId]:
    """Return who reads along, by the facts of a running timer."""
    told = facts.get(READERS)
    return [ManagerId(int(str(each))) for each in told] if isinstance(told, Sequence) else []


def tell_readers(work: LineWork, conversation: Conversation, message: Message, *, only_files: bool = False) -> None:
    """Show a message to who reads along, an album as one, what goes beyond a burst's limit when its minute is over.

    `only_files`: its files have come; the words were shown before.
    """
    told = list_listeners(work.rows, conversation, message.manager_id)
    if not told:
        return
    if not only_files and tell_of_burst(work, Notice.overheard_burst, conversation, message, to=told):
        return
    cause = f"group:{message.group_key}" if message.group_key else str(message.id)
    stored = sum(bool(each.sha256) for each in message.attachments)
    facts = {"message_id": int(message.id), "received_at": message.received_at.isoformat(), "only_files": only_files}
    tell(
        work,
        Notice.overheard,
        conversation,
        to=told,
        cause=f"{message.id}:files:{stored}" if only_files else cause,
        delay=ALBUM_WINDOW if message.group_key else NO_DELAY,
        facts=facts,
    )


def _keep(rows: WorkingSet, conversation: Conversation, readers: Sequence[ManagerId], until: datetime) -> None:
    if readers:
        rows.arm(TimerKind.reading, _subject(conversation), until, **{READERS: [int(each) for each in readers]})
    else:
        rows.disarm(TimerKind.reading, _subject(conversation))


def _midnight(work: LineWork) -> datetime:
    """Return the next midnight of the line, as an instant in UTC."""
    zone = work.line.calendar.zone
    tomorrow = work.rows.now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(work.rows.now.tzinfo)


def _runs(timer: Timer, now: datetime) -> bool:
    return timer.state is TimerState.armed and timer.due_at > now


def _subject(conversation: Conversation) -> str:
    return f"conversation:{conversation.id}"
