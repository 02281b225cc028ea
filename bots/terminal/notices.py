"""What each notice shows at a terminal: from the state of this moment, as everywhere.

A card or a client's message makes its client the one whom a plain line answers. Left out is what only redraws a card,
and what heads and administrators alone are told: this terminal is a manager's.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from bots.screens import feedback
from bots.screens.calls import in_vain
from bots.screens.card import collapsed
from bots.screens.headlines import HEADLINES, level_headline
from bots.screens.lists import list_screen
from bots.screens.mirror import album_of, mirror_screen
from bots.screens.moments import clock_time
from bots.screens.screen import Screen
from bots.screens.tasks import task_screen
from bots.terminal.seat import Seat
from hub.domain.delivery import Notice
from hub.domain.ids import ConversationId, MessageId
from hub.domain.message import DeliveryState
from hub.inbox.queries import get_card, get_message, list_waiting
from hub.inbox.queries.plans import get_task

Payload = Mapping[str, object]
_UNTOLD = frozenset(
    {
        Notice.card_changed,
        Notice.digest,
        Notice.match_question,
        Notice.connection_down,
        Notice.connection_up,
        Notice.connection_ending,
        Notice.connection_made,
        Notice.automation,
        Notice.call_result,
        Notice.recording,
        Notice.restored,
        Notice.offers_changed,
        Notice.room_lost,
        Notice.room_farewell,
        Notice.room_still_in,
        Notice.draft_offered,
        Notice.draft_lapsed,
        Notice.mail_refused,
        Notice.change_refused,
        Notice.overheard,
        Notice.overheard_burst,
        Notice.day,
        Notice.account,
        Notice.came_in,
        Notice.chat_ended,
    }
)


async def tell(seat: Seat, payload: Payload) -> Screen | None:
    """Return what a payload of the notify lane shows, `None` where that is nothing. Raises: NotFound by rights."""
    kind = Notice(str(payload["notice"]))
    return None if kind in _UNTOLD else await _TELLERS.get(kind, _card)(seat, payload)


async def _card(seat: Seat, payload: Payload) -> Screen:
    headline = HEADLINES.get(Notice(str(payload["notice"])), "")
    return await seat.show(_conversation(payload), headline=headline)


async def _client_message(seat: Seat, payload: Payload) -> Screen | None:
    """Show the whole message; files that come later say nothing of their own."""
    if payload.get("only_files"):
        return None
    card = await get_card(seat.office, seat.actor, _conversation(payload))
    message = await get_message(seat.office, seat.actor, card.id, MessageId(_number(payload, "message_id")))
    seat.about = card.id
    return mirror_screen(seat.texts, card, album_of([message]), now=seat.now())


async def _level(seat: Seat, payload: Payload) -> Screen | None:
    """Show the card because time runs out; a client answered meanwhile alarms nobody."""
    card = await get_card(seat.office, seat.actor, _conversation(payload))
    is_of_wait = not {"unconfirmed", "no_open_time"} & set(payload) and payload.get("clock") != "resolution"
    if is_of_wait and card.wait is None:
        return None
    return await seat.show(card.id, headline=level_headline(card, payload, seat.now()))


async def _taken_away(seat: Seat, payload: Payload) -> Screen:
    """Say who has it now; nobody answers it from here any more."""
    card = await get_card(seat.office, seat.actor, _conversation(payload))
    if seat.about == card.id:
        seat.about = None
    return collapsed(seat.texts, card.number, card.assignee_name)


async def _reply_state(seat: Seat, payload: Payload) -> Screen | None:
    card = await get_card(seat.office, seat.actor, _conversation(payload))
    message = await get_message(seat.office, seat.actor, card.id, MessageId(_number(payload, "message_id")))
    match message.delivery:
        case DeliveryState.sent:
            return feedback.delivered(seat.texts, card)
        case DeliveryState.failed | DeliveryState.parked:
            return feedback.failed(seat.texts, card, message)
        case DeliveryState.unknown:
            return feedback.unknown(seat.texts, card, message)
        case _:
            return None


async def _reaction(seat: Seat, payload: Payload) -> Screen | None:
    card = await get_card(seat.office, seat.actor, _conversation(payload))
    message = await get_message(seat.office, seat.actor, card.id, MessageId(_number(payload, "message_id")))
    emoji = str(payload.get("emoji", ""))
    return feedback.marked(seat.texts, card, message, emoji) if emoji else None


async def _shift_ending(seat: Seat, payload: Payload) -> Screen | None:
    """List who still waits shortly before the shift ends (R-13)."""
    listed = payload.get("waits")
    waits = [int(str(each)) for each in listed] if isinstance(listed, Sequence) else []
    waiting = await list_waiting(seat.office, seat.actor, waits)
    rows = [row for row in waiting if row.assignee_id == seat.actor.manager_id]
    if not rows:
        return None
    ends_at = datetime.fromisoformat(str(payload["ends_at"]))
    title = seat.texts("shift.ending", time=clock_time(seat.texts, ends_at, zone=rows[0].zone, now=seat.now()))
    return list_screen(seat.texts, title, rows, now=seat.now())


async def _task(seat: Seat, payload: Payload) -> Screen | None:
    task = await get_task(seat.office, seat.actor, _number(payload, "task_id"))
    headline = f"task.{payload.get('word', 'due')}"
    known = headline if seat.texts.has(headline) else "task.due"
    return task_screen(seat.texts, task, now=seat.now(), headline=known) if task.is_open else None


async def _call_state(seat: Seat, payload: Payload) -> Screen | None:
    """Say that an ordered call was not made, or that nobody knows."""
    card = await get_card(seat.office, seat.actor, _conversation(payload))
    facts = {name: str(payload.get(name, "")) for name in ("state", "reason", "extension")}
    return in_vain(seat.texts, card, **facts)


def _conversation(payload: Payload) -> ConversationId:
    return ConversationId(_number(payload, "conversation_id"))


def _number(payload: Payload, name: str) -> int:
    return int(str(payload[name]))


_TELLERS: Mapping[Notice, Callable[[Seat, Payload], Awaitable[Screen | None]]] = {
    Notice.client_message: _client_message,
    Notice.level: _level,
    Notice.taken_away: _taken_away,
    Notice.reply_state: _reply_state,
    Notice.reaction: _reaction,
    Notice.shift_ending: _shift_ending,
    Notice.task: _task,
    Notice.call_state: _call_state,
}
