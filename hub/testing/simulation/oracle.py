"""What has to hold: after every commit of what it touched, and at the end of everything.

The invariants are those of `hub.testing.invariants`; beside them stands the reliability contract as far as it concerns
the core: nothing accepted is lost or stored twice, one card and one assignee, clocks never early, never missing, once
and not after an answer, answers in the order in which they were written and never three times.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.domain.conversation import Conversation, Thread
from hub.domain.inbound import AccountChanged, CallEvent, FormSubmission, InboundEvent, InboundMessage, ReachChanged
from hub.domain.ledger import Fact
from hub.domain.message import DeliveryState, Direction
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.wait import Wait
from hub.testing import invariants
from hub.testing.simulation.rows import Commit, MemoryRows, Receipt

LATENESS = timedelta(seconds=5)
_RESPONSES = frozenset({TimerKind.first_response, TimerKind.next_response})
_FINAL = frozenset({DeliveryState.sent, DeliveryState.failed, DeliveryState.unknown, DeliveryState.cancelled})


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise that was broken: `check` names it, `sentence` says what was seen."""

    check: str
    sentence: str


class Broken(Exception):
    """Something does not hold; the story ends here."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{each.check}: {each.sentence}" for each in findings))
        self.findings = findings


def _found(check: str, wrong: Iterable[object]) -> list[Finding]:
    return [Finding(check, str(each)) for each in wrong]


def _is_of_number(thread: Thread) -> bool:
    """Tell whether a thread is the calls of a number, which may change hands and leave its history behind (M-8)."""
    return thread.external_id.startswith("tel:")


@dataclass(slots=True)
class Oracle:
    """Sees every commit of one story, and what was accepted and doubtful outside it."""

    store: MemoryRows
    accepted: dict[str, Receipt] = field(default_factory=dict)
    events: dict[str, InboundEvent] = field(default_factory=dict)
    doubts: Counter[str] = field(default_factory=Counter)
    commits: int = 0
    _armed_at: dict[tuple[str, str, int], datetime] = field(default_factory=dict)
    _outages: list[tuple[datetime, datetime]] = field(default_factory=list)

    def note_accepted(self, receipt: Receipt, event: InboundEvent) -> None:
        """Remember what the hub has taken over from a provider."""
        if not isinstance(event, ReachChanged | AccountChanged):
            self.accepted.setdefault(event.external_id, receipt)
            self.events.setdefault(event.external_id, event)

    def note_doubt(self, key: str) -> None:
        """Remember that a provider took something and the hub did not hear of it."""
        self.doubts[key] += 1

    def note_outage(self, since: datetime, until: datetime) -> None:
        """Remember that nobody looked at clocks for a while."""
        self._outages.append((since, until))

    def witness(self, commit: Commit) -> None:
        """Look at what a commit touched. Raises: Broken."""
        self.commits += 1
        wrong = [*self._waits(commit), *self._clocks(commit), *self._assignees(commit)]
        if wrong:
            raise Broken(wrong)

    def _waits(self, commit: Commit) -> list[Finding]:
        after = {int(each.id): each for each in commit.touched.get("waits", ())}
        if not after:
            return []
        added = invariants.by_wait(self.store.ledger[commit.known_facts :])
        return [
            *_found("invariant 2", invariants.due_before_start(after)),
            *_found("invariant 3", invariants.moved_by_nothing(commit.before["waits"], after, added)),
            *_found("invariant 11", invariants.breached_otherwise(after)),
            *_found("clock missing", (each for each in after.values() if self._lacks_clock(each))),
        ]

    def _lacks_clock(self, wait: Wait) -> bool:
        """Tell whether an open wait has no response clock at its deadline."""
        if not wait.is_open or wait.breached_at is not None:
            return False
        timer = self.store.tables["timers"].get((TimerKind(wait.kind.value), f"wait:{wait.id}"))
        return timer is None or timer.state is TimerState.cancelled or timer.due_at != wait.deadline_at

    def _clocks(self, commit: Commit) -> Iterator[Finding]:
        was = commit.before.get("timers", {})
        for timer in commit.touched.get("timers", ()):
            if timer.state is TimerState.armed:
                self._armed_at[(timer.kind, timer.subject, timer.epoch)] = commit.at
            old = was.get((timer.kind, timer.subject))
            if timer.state is TimerState.fired and timer.fired_at == commit.at and old is not None:
                yield from self._firing(old, timer, commit)

    def _firing(self, old: Timer, timer: Timer, commit: Commit) -> Iterator[Finding]:
        if old.state is not TimerState.armed:
            yield Finding("fired twice", f"{timer} was {old.state}")
        if old.due_at > commit.at:
            yield Finding("fired early", f"{timer} at {commit.at}, due {old.due_at}")
        if commit.at > self._latest(old) + LATENESS:
            yield Finding("fired late", f"{timer} at {commit.at}, due {old.due_at}")
        if timer.kind in _RESPONSES and not self._was_open(timer, commit):
            yield Finding("fired after the answer", str(timer))

    def _latest(self, timer: Timer) -> datetime:
        """Return when a timer had to fire: when it was due and known, or when the outage ended that it fell into."""
        latest = max(timer.due_at, self._armed_at.get((timer.kind, timer.subject, timer.epoch), timer.due_at))
        for since, until in sorted(self._outages):
            if since <= latest < until:
                latest = until
        return latest

    def _was_open(self, timer: Timer, commit: Commit) -> bool:
        number = int(timer.subject.partition(":")[2])
        wait = commit.before.get("waits", {}).get(number) or self.store.tables["waits"][number]
        return bool(wait.is_open)

    def _assignees(self, commit: Commit) -> Iterator[Finding]:
        waits, conversations = self.store.tables["waits"], self.store.tables["conversations"]
        talks: dict[int, Conversation] = {int(each.id): each for each in commit.touched.get("conversations", ())}
        named = {int(each.conversation_id) for each in commit.touched.get("waits", ())}
        for number in {*talks, *named}:
            for wait in (each for each in waits.values() if each.conversation_id == number and each.is_open):
                if wait.assignee_id != conversations[number].assignee_id:
                    yield Finding("one assignee", f"{wait} and {conversations[number]}")

    def end(self, now: datetime, seen: Mapping[str, list[str]]) -> None:
        """Look at everything once more; `seen` are keys of deliveries by thread, as providers took them.

        Raises:
            Broken: something does not hold.
        """
        waits, ledgers = self.store.tables["waits"], invariants.by_wait(self.store.ledger)
        wrong = [
            *_found("invariant 1", invariants.waiting_twice(waits)),
            *_found("invariant 4", invariants.stopped_by_no_person(waits, ledgers)),
            *_found("invariant 8", invariants.shares_off(waits, ledgers, now)),
            *_found("invariant 11", invariants.missed_unstamped(waits, now)),
            *_found("invariant 12", self._assigned_without_reason()),
            *_found("told otherwise", invariants.told_otherwise(waits, ledgers)),
            *_found("lost or doubled", self._lost_or_doubled()),
            *_found("left behind", self._left_behind()),
            *_found("one card", self._torn()),
            *_found("order in", self._out_of_order()),
            *_found("clock of an ended wait", self._running_for_nobody()),
            *self._sends(seen),
        ]
        if wrong:
            raise Broken(wrong)

    def _assigned_without_reason(self) -> Iterator[int]:
        decided = {each.wait_id for each in self.store.decisions if each.reasons}
        picked_up = {e.wait_id for e in self.store.ledger if e.kind is Fact.wait_opened and e.cause == "C-10"}
        for wait in self.store.tables["waits"].values():
            if wait.assignee_id is not None and wait.id not in decided | picked_up:
                yield wait.id

    def _lost_or_doubled(self) -> Iterator[str]:
        stored = Counter(each.external_id for each in self.store.messages.values())
        calls = self.store.tables["calls"].values()
        stages = Counter(event.external_id for call in calls for event in call.events)
        for external_id, event in self.events.items():
            number = stages[external_id] if isinstance(event, CallEvent) else stored[external_id]
            if isinstance(event, CallEvent | InboundMessage | FormSubmission) and number != 1:
                yield f"{external_id} is stored {number} times"

    def _left_behind(self) -> Iterator[str]:
        for receipt in self.store.receipts.values():
            if receipt.state != "done":
                yield f"receipt {receipt.external_id} is {receipt.state}"
        for each in self.store.deliveries.values():
            if each.row.lane == "reply" and each.state not in _FINAL:
                yield f"delivery {each.row.key} is {each.state} ({each.reason})"

    def _torn(self) -> Iterator[str]:
        tables = self.store.tables
        threads = {each.id: each for each in tables["threads"].values()}
        for message in self.store.messages.values():
            talk = tables["conversations"].get(message.conversation_id)
            if talk is not None and talk.contact_id != message.contact_id:
                yield f"message {message.id} of contact {message.contact_id} lies with contact {talk.contact_id}"
            thread = threads.get(message.thread_id)
            if thread is not None and not _is_of_number(thread) and thread.contact_id != message.contact_id:
                yield f"message {message.id} of contact {message.contact_id} in a thread of {thread.contact_id}"

    def _out_of_order(self) -> Iterator[str]:
        last: dict[Any, int] = {}
        for _, message in sorted(self.store.messages.items()):
            receipt = self.accepted.get(message.external_id)
            if receipt is None or message.direction is not Direction.inbound:
                continue
            if receipt.id < last.get(receipt.order_key, 0):
                yield f"{message.external_id} came before what stands before it"
            last[receipt.order_key] = receipt.id

    def _running_for_nobody(self) -> Iterator[Timer]:
        waits = self.store.tables["waits"]
        for timer in self.store.tables["timers"].values():
            noun, _, number = timer.subject.partition(":")
            if noun == "wait" and timer.state is TimerState.armed and not waits[int(number)].is_open:
                yield timer

    def _sends(self, seen: Mapping[str, list[str]]) -> Iterator[Finding]:
        copies = Counter(key for keys in seen.values() for key in keys)
        for key, outgoing in self.store.deliveries.items():
            if outgoing.row.lane != "reply":
                continue
            number, doubts = copies[key], self.doubts[key]
            if outgoing.state is DeliveryState.sent and not number and not outgoing.reason:
                yield Finding("sent and never seen", key)
            if number > 1 + doubts or number > 2:
                yield Finding("seen too often", f"{key}: {number} times with {doubts} doubts")
        composed = {key: place for place, key in enumerate(self._composed())}
        for thread, keys in seen.items():
            first = [composed[key] for key in dict.fromkeys(keys)]
            if first != sorted(first):
                yield Finding("order out", f"thread {thread}: {keys}")

    def _composed(self) -> list[str]:
        rows = sorted(self.store.deliveries.values(), key=lambda each: (each.row.created_at, each.row.id))
        return [each.row.key for each in rows]
