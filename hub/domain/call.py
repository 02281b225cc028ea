"""A call as one session, derived from the set of its stage events (semantics §6, C-1).

Providers tell the stages of a call in parallel, twice, late, or only at the end; a group call reports one ended leg
for every employee who did not pick up while a colleague talks. So nothing here is a state that moves: `fold_call`
reads all events of one call id, in whatever order, and gives the session they prove at the instant `now`. Whoever
stores events folds again when one more arrives, and once more at `declares_at` or `expires_at`.

Left to others: waits and callback clocks (`hub.domain.wait`), who the client is, what people are told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.inbound import CallDirection, CallEvent, CallStage, Origin

HANGUP_GRACE = timedelta(seconds=20)
MINIMUM_TALK = timedelta(seconds=10)
EXPIRES_AFTER = timedelta(hours=4)
ABANDONED_IN_MENU = "abandoned_in_menu"
VOICEMAIL = "voicemail"
OUT_OF_HOURS = "out_of_hours"
BLOCKED = "blocked"


class CallState(StrEnum):
    """What is known of a call. `ending`: it ended, and the verdict waits for late events (C-2)."""

    ringing = "ringing"
    talking = "talking"
    ending = "ending"
    answered = "answered"
    missed = "missed"
    abandoned = "abandoned"
    not_reached = "not_reached"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class CallLeg:
    """The way of a call to one employee, menu or queue; `key` is the provider's leg id, else the extension."""

    key: str
    extension: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallSession:
    """One call, whole.

    `client` is E.164, empty for hidden numbers. `talk` is None while nobody knows; `waiting` runs from the first ring
    to the answer, or to the end if there was none. `declares_at` is the instant from which a verdict without talk may
    be given (end + grace), `expires_at` the one from which a call without hang-up is `unknown` (case 36); each is None
    where it no longer matters. `reason` is the provider's word for the end, `recording` its reference.
    """

    call: str
    direction: CallDirection
    state: CallState
    client: str
    client_original: str
    line_number: str
    started_at: datetime
    answered_at: datetime | None
    answered_by: str
    ended_at: datetime | None
    talk: timedelta | None
    waiting: timedelta | None
    reason: str
    recording: str
    command: str
    origin: Origin
    legs: tuple[CallLeg, ...]
    missed_at: datetime | None = None
    declares_at: datetime | None = None
    expires_at: datetime | None = None
    is_internal: bool = False
    is_short_talk: bool = False

    @property
    def is_hidden(self) -> bool:
        """Tell whether the client's number is unknown, so that no contact can be made of it (C-8)."""
        return not self.client and not self.is_internal

    @property
    def is_voicemail(self) -> bool:
        """Tell whether a machine alone answered: the client still waits for a person (case 14)."""
        return self.reason == VOICEMAIL

    @property
    def is_missed(self) -> bool:
        """Tell whether the verdict is given that an inbound caller reached nobody (C-2)."""
        return self.state in {CallState.missed, CallState.abandoned}

    @property
    def makes_item(self) -> bool:
        """Tell whether people should see it as a request at all: not internal, ours, a robot (C-9) or barred."""
        return not self.is_internal and self.reason != BLOCKED

    @property
    def is_response(self) -> bool:
        """Tell whether client and person talked long enough to stop a clock (S4, C-5)."""
        return self.state is CallState.answered and not self.is_short_talk


def fold_call(
    events: Iterable[CallEvent],
    *,
    now: datetime,
    hangup_grace: timedelta = HANGUP_GRACE,
    minimum_talk: timedelta = MINIMUM_TALK,
    excluded: frozenset[str] = frozenset(),
) -> CallSession:
    """Return the session that a set of events of one call proves at `now` (C-1, C-2, cases 14, 35, 36).

    Order and repetition of `events` do not matter; of two with one `external_id` the earlier counts. `excluded` are
    numbers that never make items, E.164 or extensions: the business's own, internal ones, known robots (C-9).

    Raises:
        ValueError: there is no event, or they are of several calls.
    """
    known = _distinct(events)
    told = _told(known, _state(known, now=now, grace=hangup_grace))
    end, has_talk = told.ended_at, _has_talk(known)
    return replace(
        told,
        missed_at=end if told.is_missed else None,
        declares_at=end + hangup_grace if end is not None and (not has_talk or _is_doubtful(known)) else None,
        expires_at=known[-1].occurred_at + EXPIRES_AFTER if end is None else None,
        is_internal=_is_internal(told, excluded),
        is_short_talk=has_talk and told.talk is not None and told.talk < minimum_talk,
    )


def _told(known: Sequence[CallEvent], state: CallState) -> CallSession:
    """Return the session without what depends on the limits of a line."""
    facts, end, has_talk = _facts(known), _ended_at(known), _has_talk(known)
    started_at = min(event.occurred_at for event in _spoken(known))
    answered_at = _answered_at(known, end) if has_talk else None
    return CallSession(
        call=known[0].call,
        direction=facts.direction,
        state=state,
        client=facts.client,
        client_original=facts.client_original,
        line_number=facts.line_number,
        started_at=started_at,
        answered_at=answered_at,
        answered_by=_answered_by(known) if has_talk else "",
        ended_at=end,
        talk=_talk(known, answered_at, end),
        waiting=_waiting(started_at, answered_at, end),
        reason=facts.reason,
        recording=facts.recording,
        command=facts.command,
        origin=facts.origin,
        legs=_legs(known),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the events say of the call as a whole, the final record first."""

    direction: CallDirection
    client: str
    client_original: str
    line_number: str
    reason: str
    recording: str
    command: str
    origin: Origin


def _distinct(events: Iterable[CallEvent]) -> list[CallEvent]:
    """Return one event per id in the order of their instants, the same for every order of arrival."""
    first: dict[str, CallEvent] = {}
    for event in sorted(events, key=lambda event: (event.occurred_at, repr(event))):
        first.setdefault(event.external_id, event)
    known = list(first.values())
    if len({event.call for event in known}) != 1:
        raise ValueError("a session is folded from the events of one call")
    return known


def _is_final(event: CallEvent) -> bool:
    """Tell whether this is the provider's record of the whole call: it alone knows talk or verdict."""
    return event.stage is CallStage.ended and (event.talk is not None or event.is_missed is not None)


def _spoken(known: Sequence[CallEvent]) -> Sequence[CallEvent]:
    """Leave recordings out: many providers tell nothing of the call in them."""
    return [event for event in known if event.stage is not CallStage.recording] or known


def _finals(known: Sequence[CallEvent]) -> list[CallEvent]:
    return [event for event in known if _is_final(event)]


def _facts(known: Sequence[CallEvent]) -> _Facts:
    ranked = sorted(_spoken(known), key=_rank)
    return _Facts(
        direction=ranked[0].direction,
        client=_first(event.client for event in ranked),
        client_original=_first(event.client_original for event in ranked),
        line_number=_first(event.line_number for event in ranked),
        reason=_reason(ranked),
        recording=_first(event.recording for event in reversed(known)),
        command=_first(event.command for event in ranked),
        origin=next((event.origin for event in ranked if event.origin != Origin()), Origin()),
    )


def _reason(ranked: Sequence[CallEvent]) -> str:
    """Return the word of the best final record; without one, of any ended stage."""
    ends = [event for event in ranked if event.stage is CallStage.ended]
    return _first(event.reason for event in (ends[:1] if ends and _is_final(ends[0]) else ends))


def _rank(event: CallEvent) -> tuple[bool, bool, bool]:
    """Put final records first, talk before none (a redirected call has two), and consultations inside last."""
    return not _is_final(event), not event.talk, event.direction is CallDirection.internal


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")


def _has_talk(known: Sequence[CallEvent]) -> bool:
    """Tell whether somebody answered: by the final record, else by a stage; any answered leg is enough (C-2)."""
    finals = _finals(known)
    if any(event.talk or event.is_missed is False for event in finals):
        return True
    if finals and _facts(known).direction is not CallDirection.inbound:
        return False  # the answered stage of an outgoing call may be our own employee picking up first
    return any(event.stage is CallStage.answered for event in known)


def _is_doubtful(known: Sequence[CallEvent]) -> bool:
    """Tell whether an outgoing call has no record of the whole yet: only that says which side has picked up (S4)."""
    return not _finals(known) and _facts(known).direction is not CallDirection.inbound


def _answered_at(known: Sequence[CallEvent], end: datetime | None) -> datetime | None:
    answered = [event.occurred_at for event in known if event.stage is CallStage.answered]
    if not answered:
        talks = [event.occurred_at - event.talk for event in _finals(known) if event.talk]
        return min(talks, default=end)
    return min(answered) if end is None else min(*answered, end)


def _answered_by(known: Sequence[CallEvent]) -> str:
    stages = [event for event in known if event.stage is CallStage.answered]
    return _first(event.extension for event in [*stages, *(final for final in _finals(known) if final.talk)])


def _talk(known: Sequence[CallEvent], answered_at: datetime | None, end: datetime | None) -> timedelta | None:
    told = [event.talk for event in _finals(known) if event.talk is not None]
    if any(told):
        return max(told)
    if answered_at is not None:
        return None if end is None else end - answered_at
    return None if end is None else timedelta(0)


def _waiting(started_at: datetime, answered_at: datetime | None, end: datetime | None) -> timedelta | None:
    until = answered_at or end
    return None if until is None else max(until - started_at, timedelta(0))


def _ended_at(known: Sequence[CallEvent]) -> datetime | None:
    """Return the end of the whole call, None while a leg is open and no final record says otherwise."""
    finals = [event.occurred_at for event in _finals(known)]
    if finals:
        return max(finals)
    ends = [event for event in known if event.stage is CallStage.ended]
    if any(not event.leg for event in ends) or (ends and not _has_open_leg(known)):
        return max(event.occurred_at for event in ends)
    return None


def _has_open_leg(known: Sequence[CallEvent]) -> bool:
    return any(leg.ended_at is None for leg in _legs(known))


def _state(known: Sequence[CallEvent], *, now: datetime, grace: timedelta) -> CallState:
    end, talked = _ended_at(known), _has_talk(known)
    if end is None:
        if now >= known[-1].occurred_at + EXPIRES_AFTER:
            return CallState.unknown
        return CallState.talking if talked else CallState.ringing
    if talked and not (_is_doubtful(known) and now < end + grace):
        return CallState.answered
    if now < end + grace:
        return CallState.ending
    facts = _facts(known)
    if facts.direction is not CallDirection.inbound:
        return CallState.not_reached
    return CallState.abandoned if facts.reason == ABANDONED_IN_MENU else CallState.missed


def _is_internal(told: CallSession, excluded: frozenset[str]) -> bool:
    sides = {told.client, told.client_original} - {""}
    return told.direction is CallDirection.internal or not sides.isdisjoint(excluded)


def _legs(known: Sequence[CallEvent]) -> tuple[CallLeg, ...]:
    keys = dict.fromkeys(event.leg for event in known if event.leg)
    return tuple(_leg(key, [event for event in known if event.leg == key]) for key in keys)


def _leg(key: str, events: Sequence[CallEvent]) -> CallLeg:
    return CallLeg(
        key=key,
        extension=_first(event.extension for event in events),
        started_at=min(event.occurred_at for event in events),
        answered_at=min((e.occurred_at for e in events if e.stage is CallStage.answered), default=None),
        ended_at=max((e.occurred_at for e in events if e.stage is CallStage.ended), default=None),
    )
