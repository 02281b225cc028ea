"""A small history in which all went right, for tests to spoil: one client, one event, one answer, one deadline.

Instants are seconds after `START`; everything else has the least that a check looks at.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.rows import (
    CallRow,
    ContactRow,
    ConversationRow,
    DecisionRow,
    DeliveryRow,
    FactRow,
    ManagerRow,
    MessageRow,
    ReceiptRow,
    Rows,
    TimerRow,
    WaitRow,
)

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
QUIET = 900.0
"""When the rows are read."""


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def record(kind: Kind, seconds: float, key: str, **told: Any) -> Record:
    return Record(kind, at(seconds), key, told)


def fault(seconds: float, place: str = "work-1", *, what: str = "kill", until: float | None = None) -> Record:
    told = {"what": what} if until is None else {"what": what, "until": at(until).isoformat()}
    return Record(Kind.FAULT, at(seconds), place, told)


def copy_seen(seconds: float, key: str = "an-000001", *, channel: str = "email", identity: str = "k1") -> Record:
    return record(Kind.CLIENT_VISIBLE, seconds, key, channel=channel, client="maria", identity=identity)


def right_records() -> list[Record]:
    client = {"channel": "email", "client": "maria"}
    return [
        record(Kind.OFFERED, 1, "ev-000001", **client, attempt=1),
        record(Kind.ACKED, 1.1, "ev-000001", **client, attempt=1),
        record(Kind.MANAGER_VISIBLE, 1.5, "ev-000001", manager="anna"),
        record(Kind.COMPOSED, 5, "an-000001", manager="anna", event="ev-000001"),
        copy_seen(5.5),
    ]


RECEIPT = ReceiptRow(
    id=1,
    connection_kind="email",
    external_id="77",
    lane="client",
    state="done",
    attempt=1,
    lease_until=None,
    reason="",
    received_at=at(1),
    markers=("ev-000001",),
)
INBOUND = MessageRow(
    id=11,
    direction="inbound",
    kind="text",
    author="client",
    automatic="",
    contact_id=21,
    conversation_id=31,
    thread_id=41,
    occurred_at=at(1),
    received_at=at(1),
    marker="ev-000001",
)
OUTBOUND = replace(INBOUND, id=12, direction="outbound", author="person", marker="an-000001")
DELIVERY = DeliveryRow(
    id=51,
    lane="reply",
    key="bot1:900",
    state="sent",
    attempt=1,
    reason="",
    thread=41,
    notice="",
    about_message=None,
    conversation_id=31,
    message_id=12,
    manager_id=71,
    due_at=at(5),
    lease_until=None,
    created_at=at(5),
    finished_at=at(5.6),
)
CONVERSATION = ConversationRow(
    id=31, contact_id=21, line="sales", state="open", assignee_id=71, transfer_to=None, offered_to=()
)
WAIT = WaitRow(
    id=61,
    contact_id=21,
    line="sales",
    conversation_id=31,
    kind="first_response",
    state="answered",
    started_at=at(1),
    deadline_at=at(60),
    assignee_id=71,
    ended_at=at(5.5),
    breached_at=None,
)
OPENED = FactRow(
    id=81,
    wait_id=61,
    conversation_id=31,
    kind="wait_opened",
    manager_id=None,
    occurred_at=at(1),
    recorded_at=at(1.2),
    clock="",
    level="",
)
TIMER = TimerRow(kind="first_response", subject="wait:61", due_at=at(60), epoch=2, state="cancelled", fired_at=None)
DECISION = DecisionRow(
    id=91,
    wait_id=61,
    conversation_id=31,
    line="sales",
    step="strategy",
    assignee_id=71,
    offered_to=(),
    decided_at=at(1.2),
    reasons=("turn",),
)
CALL = CallRow(id=95, state="missed", contact_id=21, conversation_id=31, message_id=13, marker="ev-000002")
ANNA = ManagerRow(id=71, key="anna", role="manager", lines=frozenset({"sales"}))
IVAN = ManagerRow(id=72, key="ivan", role="manager", lines=frozenset({"sales"}))
STRANGER = ManagerRow(id=73, key="stranger", role="manager", lines=frozenset({"support"}))

RIGHT = Rows(
    at=at(QUIET),
    receipts=(RECEIPT,),
    messages=(INBOUND, OUTBOUND),
    deliveries=(DELIVERY,),
    conversations=(CONVERSATION,),
    waits=(WAIT,),
    facts=(OPENED,),
    timers=(TIMER,),
    decisions=(DECISION,),
    contacts=(ContactRow(id=21, merged_into=None),),
    managers=(ANNA, IVAN, STRANGER),
)

MISSED = replace(
    RIGHT,
    waits=(replace(WAIT, state="open", ended_at=None, breached_at=at(60)),),
    timers=(replace(TIMER, state="fired", fired_at=at(60.4)),),
    facts=(OPENED, replace(OPENED, id=82, kind="breached", occurred_at=at(60), recorded_at=at(60.4))),
)
"""The same where nobody answers: the clock fires in its time."""
