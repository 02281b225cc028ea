"""Calls ordered from cards: what stands between the press and what the PBX reports of the call.

An order is a timer on its conversation, so nothing about it lives longer than it matters: armed it says that phones
are about to ring, and its facts name the call that fulfils it. The provider is asked by `hub.delivery.calls`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.contact import Contact
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId
from hub.domain.inbound import CallDirection
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.call_work import CallWork, find_staff, telephone_of
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell

SHOWN_FOR = timedelta(minutes=2)
"""How long a card says that phones ring; a call that nobody took has ended by then."""
ONE_ORDER_IN = timedelta(seconds=30)
"""A second press within it means the same call."""
_BEGINS_WITHIN = timedelta(minutes=3)
_CLOCKS_APART = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its timer keeps it: who is rung first and where, then whom."""

    at: datetime
    extension: str
    phone: str
    connection_id: int
    manager_id: ManagerId


def arm_order(rows: WorkingSet, conversation: Conversation, order: Order) -> None:
    """Write an order; the one before it is over."""
    rows.arm(
        TimerKind.call_order,
        _subject(conversation),
        order.at + SHOWN_FOR,
        at=order.at.isoformat(),
        extension=order.extension,
        phone=order.phone,
        connection_id=order.connection_id,
        manager_id=int(order.manager_id),
    )


def find_standing(rows: WorkingSet, conversation: Conversation) -> Order | None:
    """Return the order of a conversation that a second press would repeat."""
    timer = rows.timers.get((TimerKind.call_order, _subject(conversation)))
    if timer is None or timer.state is not TimerState.armed:
        return None
    order = _order(timer.facts)
    return order if rows.now < order.at + ONE_ORDER_IN else None


def drop_order(rows: WorkingSet, conversation: Conversation) -> None:
    """Forget an order: the provider refused it, or nobody knows what became of it."""
    rows.disarm(TimerKind.call_order, _subject(conversation))


def show_order_over(work: LineWork, conversation: Conversation, timer: Timer) -> None:
    """Let the card stop saying that phones ring: they do not any more, whatever came of it."""
    _redraw(work, conversation, _order(timer.facts).manager_id, cause=f"order:{timer.epoch}")


def find_ordered(work: CallWork, contact: Contact) -> Conversation | None:
    """Return the client's open conversation from whose card this call was ordered, `None` if from none.

    Most PBXs cannot carry an id of ours, so number, connection and time tell it.
    """
    for conversation in work.rows.conversations.where(contact.id):
        timer = work.rows.timers.get((TimerKind.call_order, _subject(conversation)))
        if timer is not None and conversation.is_open and _is_fulfilled(timer, work):
            return conversation
    return None


def speaker_of(work: CallWork) -> ManagerId | None:
    """Return which of our people spoke (M-15); where the PBX names no telephone, whoever ordered the call.

    Once known it stays: the order is over by the time the last events come.
    """
    telephone = telephone_of(work.session)
    named = find_staff(work, telephone)
    if named is not None or work.session.direction is not CallDirection.outbound:
        return named
    orders = (_order(timer.facts) for timer in work.rows.timers if _is_order(timer) and _is_fulfilled(timer, work))
    ordered_by = next((each.manager_id for each in orders if telephone in ("", each.extension)), None)
    return ordered_by or (None if telephone else work.record.manager_id)


def end_order(work: CallWork, conversation: Conversation) -> bool:
    """Forget the order that this call fulfils; return whether a card still says that phones ring."""
    timer = work.rows.timers.get((TimerKind.call_order, _subject(conversation)))
    drop_order(work.rows, conversation)
    return timer is not None and timer.state is TimerState.armed


def show_call(work: CallWork, line_work: LineWork, conversation: Conversation, speaker: ManagerId | None) -> None:
    """Show who has the client, and who spoke, what came of a call."""
    _redraw(line_work, conversation, speaker, cause=f"call:{work.record.id}:{work.session.state}")


def _redraw(work: LineWork, conversation: Conversation, also: ManagerId | None, *, cause: str) -> None:
    present = work.rows.conversations[conversation.id]
    to = dict.fromkeys(each for each in (present.assignee_id, also) if each is not None)
    tell(work, Notice.card_changed, present, to=to, cause=cause)


def _is_order(timer: Timer) -> bool:
    return timer.kind is TimerKind.call_order


def _is_fulfilled(timer: Timer, work: CallWork) -> bool:
    if timer.state is TimerState.cancelled:
        return False
    order, began_at = _order(timer.facts), work.session.started_at
    is_there = order.phone == work.session.client and order.connection_id == work.endpoint.id
    return is_there and order.at - _CLOCKS_APART <= began_at <= order.at + _BEGINS_WITHIN


def _order(facts: Mapping[str, object]) -> Order:
    return Order(
        at=datetime.fromisoformat(str(facts["at"])),
        extension=str(facts["extension"]),
        phone=str(facts["phone"]),
        connection_id=int(str(facts["connection_id"])),
        manager_id=ManagerId(int(str(facts["manager_id"]))),
    )


def _subject(conversation: Conversation) -> str:
    return f"conversation:{conversation.id}"
