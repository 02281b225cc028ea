"""Views with plain defaults, so that a test states only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.ids import ContactId, ConversationId, LineKey, ManagerId, MessageId, ThreadId, WaitId
from hub.domain.message import Author, Direction, MessageKind
from hub.inbox.views import AddressView, CardView, MessageView, RowView, WaitView

NOW = datetime(2026, 11, 23, 9, 21, tzinfo=UTC)
"""12:21 of a Monday in Moscow."""

MOSCOW = ZoneInfo("Europe/Moscow")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


PHONE = AddressView("phone", "+7 916 123-45-67", "proven", can_reply=False)
LETTERS = AddressView("email", "m@romashka.ru", "proven", can_reply=True, thread_id=ThreadId(5), channel="email")

WAIT = WaitView(
    id=WaitId(70),
    kind="first_response",
    started_at=NOW - minutes(1),
    deadline_at=NOW + minutes(14),
    target_seconds=900,
    requests=1,
    needs_callback=False,
    callback_due_at=None,
    missed_calls=0,
    last_missed_at=None,
    call_attempts=0,
    breached_at=None,
)

MESSAGE = MessageView(
    id=MessageId(500),
    direction=Direction.inbound,
    kind=MessageKind.text,
    author=Author.client,
    author_name="",
    channel="telegram",
    text="Добрый день! Сколько стоит?",
    occurred_at=NOW - minutes(1),
)

CARD = CardView(
    id=ConversationId(77_000),
    number=1042,
    line=LineKey("sales"),
    line_name="Продажи",
    zone=MOSCOW,
    state="open",
    contact_id=ContactId(9),
    contact_name="Мария Петрова",
    company="ООО «Ромашка»",
    addresses=(PHONE, LETTERS),
    is_regular=False,
    channel="telegram",
    source="сайт",
    subject="",
    assignee_id=ManagerId(3),
    assignee_name="Иван",
    offered_to_viewer=False,
    transfer_to_viewer=False,
    wait=WAIT,
    recent=(MESSAGE,),
    reply_channel="telegram",
    reply_hint="Telegram (@brand_bot)",
    reasons=("Москва → продажи",),
    snoozed_until=None,
    closed_at=None,
    outcome="",
    candidate_id=None,
    lead_stage="new",
    version=6,
)

ROW = RowView(
    id=ConversationId(77_000),
    number=1042,
    contact_name="Мария Петрова",
    channel="email",
    line_name="Продажи",
    zone=MOSCOW,
    assignee_name="",
    deadline_at=NOW + minutes(14),
    last_text="Сколько стоит?",
    last_message_at=NOW - minutes(1),
    is_waiting=True,
    is_overdue=False,
    needs_callback=False,
    snoozed_until=None,
)


def card(**changes: Any) -> CardView:
    return replace(CARD, **changes)


def message(**changes: Any) -> MessageView:
    return replace(MESSAGE, **changes)


def wait(**changes: Any) -> WaitView:
    return replace(WAIT, **changes)


def row(**changes: Any) -> RowView:
    return replace(ROW, **changes)


def missed_call(**changes: Any) -> CardView:
    calls = wait(
        needs_callback=True,
        callback_due_at=NOW + minutes(6),
        missed_calls=2,
        last_missed_at=NOW - minutes(4),
        **changes,
    )
    return card(wait=calls, channel="telephony", addresses=(PHONE,), recent=(), reply_channel="", reply_hint="")
