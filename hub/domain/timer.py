"""Timers: due actions on any subject, unique by (kind, subject). A clock is a timer that is a deadline on a wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TimerKind(StrEnum):
    """What is due. The first four are clocks (semantics §1)."""

    first_response = "first_response"
    next_response = "next_response"
    accept = "accept"
    callback = "callback"
    level = "level"
    digest = "digest"
    hangup_grace = "hangup_grace"
    call_expiry = "call_expiry"
    snooze = "snooze"
    call_confirmation = "call_confirmation"
    call_order = "call_order"
    owner_return = "owner_return"
    handover = "handover"
    shift_end = "shift_end"
    resolution = "resolution"
    task = "task"
    transfer = "transfer"
    recompute = "recompute"
    automation = "automation"
    automation_scan = "automation_scan"
    reading = "reading"


class TimerState(StrEnum):
    """Armed until it fires once or is cancelled; arming again raises the epoch."""

    armed = "armed"
    fired = "fired"
    cancelled = "cancelled"


@dataclass(frozen=True, slots=True)
class Timer:
    """A due action. `subject` is `wait:12`, `call:7`, `conversation:5` or `manager:3`. `due_at` is UTC.

    Fires never early and once: the firing write is conditional on state and epoch.
    """

    id: int
    kind: TimerKind
    subject: str
    due_at: datetime
    epoch: int = 1
    state: TimerState = TimerState.armed
    facts: Mapping[str, object] = field(default_factory=dict)
    fired_at: datetime | None = None
