"""Beyond the limit of a minute a client's messages are told of once, when the minute is over, and not one by one.

They are stored and wait as any do; only the chats of managers are spared. See `hub.domain.conversation.BURST`.
"""

from collections.abc import Iterable

from hub.domain.conversation import BURST_WINDOW, Conversation, Thread
from hub.domain.delivery import Notice
from hub.domain.message import Direction, Message
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import NO_DELAY, tell


def tell_of_burst(
    work: LineWork, notice: Notice, conversation: Conversation, message: Message, *, to: Iterable[int]
) -> bool:
    """Tell of everything from `message` to the end of its minute, at that end; return False if it is in no burst."""
    thread = _flooded(work.rows, conversation, message)
    if thread is None or thread.burst_at is None:
        return False
    until = thread.burst_at + BURST_WINDOW
    tell(
        work,
        notice,
        conversation,
        to=to,
        cause=f"{thread.id}:{thread.burst_at.isoformat()}",
        delay=max(until - work.rows.now, NO_DELAY),
        facts={"since": message.received_at.isoformat(), "until": until.isoformat()},
    )
    return True


def _flooded(rows: WorkingSet, conversation: Conversation, message: Message) -> Thread | None:
    """Return the thread in which a client wrote beyond the limit; what we say is in no burst."""
    if message.direction is not Direction.inbound:
        return None
    threads = rows.threads_of(conversation.contact_id)
    return next((each for each in threads if each.id == message.thread_id and each.is_flooded), None)
