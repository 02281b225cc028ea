"""The working set: all rows that a batch or a use-case may look at or change, in memory.

`hub.store.worksets` loads it under locks and writes the differences; in between, folds change it one event at a time,
so that the second message of a new client sees the contact the first one made, and the round robin moves. Nothing in
here does I/O; ids come from a block that the store reserved.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from hub.domain.audit import AuditFact
from hub.domain.automation import Firing
from hub.domain.call_record import CallRecord
from hub.domain.company import Company
from hub.domain.contact import Contact, ContactIdentity, MatchCandidate, Merge
from hub.domain.conversation import Conversation, Thread
from hub.domain.delivery import Delivery
from hub.domain.facts import ManagerFacts
from hub.domain.ids import ConnectionId, ContactId, ConversationId, LineKey, MessageId
from hub.domain.imports import ImportRow
from hub.domain.lead import Lead, StageFact, Task
from hub.domain.ledger import LedgerEntry
from hub.domain.manager import Manager
from hub.domain.message import Message
from hub.domain.replacing import replace
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.wait import Wait

R = TypeVar("R")


class Rows(Generic[R]):
    """Rows of one table by key: what was loaded, what is now, and so what has to be written.

    With `by`, the name of a field, rows are also found by that field through `where`.
    """

    __slots__ = ("_by", "_fresh", "_index", "_loaded", "_now")

    def __init__(self, by: str = "") -> None:
        self._now: dict[Any, R] = {}
        self._loaded: dict[Any, R] = {}
        self._fresh: set[Any] = set()
        self._by = by
        self._index: dict[Any, dict[Any, None]] = {}

    def load(self, key: Any, row: R) -> None:
        """Take in a row as the database has it; one that is already here stays."""
        if key not in self._now:
            self._set(key, row)

    def add(self, key: Any, row: R) -> R:
        """Put in a row that does not exist yet; returns it."""
        self._set(key, row)
        self._fresh.add(key)
        return row

    def put(self, key: Any, row: R) -> R:
        """Replace a row; returns the new one. Equal rows are not written."""
        old = self._now[key]
        if old is not row and old != row:
            self._set(key, row)
            if key not in self._fresh:
                self._loaded.setdefault(key, old)
        return row

    def get(self, key: Any) -> R | None:
        return self._now.get(key)

    def is_fresh(self, key: Any) -> bool:
        """Tell whether the row does not exist in the database yet."""
        return key in self._fresh

    def where(self, value: Any) -> list[R]:
        """Return the rows whose `by` field has this value, oldest first."""
        return [self._now[key] for key in self._index.get(value, ())]

    def items(self) -> list[tuple[Any, R]]:
        """Return keys and rows as they are now."""
        return list(self._now.items())

    def __getitem__(self, key: Any) -> R:
        return self._now[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._now

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._now.values()))

    @property
    def written(self) -> list[Any]:
        """Return the keys of the rows to insert or update."""
        if not self._fresh and not self._loaded:
            return []
        return [key for key in self._now if key in self._fresh or key in self._loaded]

    @property
    def fresh(self) -> list[R]:
        """Return the rows to insert, in the order they were added."""
        return [row for key, row in self._now.items() if key in self._fresh]

    @property
    def changed(self) -> list[R]:
        """Return the rows to update."""
        return [self._now[key] for key in self._loaded]

    @property
    def loaded(self) -> list[R]:
        """Return what the rows to update were when they were loaded, in the order of `changed`."""
        return list(self._loaded.values())

    def _set(self, key: Any, row: R) -> None:
        if self._by:
            old = self._now.get(key)
            if old is not None:
                self._index[getattr(old, self._by)].pop(key, None)
            self._index.setdefault(getattr(row, self._by), {})[key] = None
        self._now[key] = row


def _by_contact() -> Rows[Any]:
    return Rows("contact_id")


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message of a provider's id ended up; unique by (connection, external id, thread)."""

    connection_id: ConnectionId
    thread: str
    external_id: str
    message_id: MessageId
    direction: str
    received_at: datetime
    thread_id: int | None = None
    conversation_id: ConversationId | None = None
    contact_id: ContactId | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A routing decision with its reasons, never changed afterwards (invariant 12)."""

    id: int
    conversation_id: ConversationId
    line: LineKey
    step: str
    reasons: tuple[Mapping[str, str], ...]
    policy_revision: int
    decided_at: datetime
    wait_id: int | None = None
    assignee_id: int | None = None
    offered_to: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pointer:
    """Whose turn was last on a line (round robin)."""

    line: LineKey
    manager_id: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class ManagerLoad:
    """A manager and how much work he has now; `hub.inbox.assignment` makes facts of it with the policy (R-6, R-7).

    `has_mailbox`: an own mailbox is known, and we have one to write from, so that notices can go by e-mail.
    """

    manager: Manager
    open_waits: int = 0
    open_conversations: int = 0
    recently_answered: int = 0
    voice_calls: int = 0
    has_mailbox: bool = False

    @property
    def can_be_told(self) -> bool:
        """Tell whether a notice can get anywhere: into a chat with the bot, or into the manager's mailbox."""
        return self.manager.tg_user_id is not None or self.has_mailbox


@dataclass(frozen=True, slots=True)
class MessagePatch:
    """A change of a stored message: edited text, deleted, accepted by the provider. `values` are by column name.

    `received_at` lets the database look into one month only; `None` where nobody knows it any more.
    """

    id: MessageId
    received_at: datetime | None
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a claimed piece of work, written with its effects: a receipt or a delivery with its lease token.

    `due_at` and `part` are for a delivery that goes back into its queue.
    """

    id: int
    token: int
    state: str
    reason: str = ""
    external_ids: tuple[str, ...] = ()
    part: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageMove:
    """All messages of some threads in one conversation go to another conversation and contact (M-10).

    `loose` are messages without a thread, such as notes, that go along.
    """

    from_conversation: ConversationId
    to_conversation: ConversationId
    to_contact: ContactId
    threads: tuple[int, ...]
    loose: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """Rows that an undone import has made and nobody has touched since: `column` names them in `table`."""

    table: str
    column: str
    ids: tuple[int, ...]


@dataclass(slots=True)
class WorkingSet:
    """Rows by table. `now` is the instant of the whole fold (UTC, from the Clock).

    `in_flight` are conversations with a person's answer on its way, loaded when a clock asks (B-6). `loose_messages`
    are the messages without a thread by conversation, loaded for merges.
    """

    now: datetime
    new_id: Callable[[], int]
    contacts: Rows[Contact] = field(default_factory=Rows)
    companies: Rows[Company] = field(default_factory=Rows)
    identities: Rows[ContactIdentity] = field(default_factory=_by_contact)
    threads: Rows[Thread] = field(default_factory=_by_contact)
    conversations: Rows[Conversation] = field(default_factory=_by_contact)
    waits: Rows[Wait] = field(default_factory=_by_contact)
    timers: Rows[Timer] = field(default_factory=lambda: Rows("subject"))
    leads: Rows[Lead] = field(default_factory=_by_contact)
    tasks: Rows[Task] = field(default_factory=_by_contact)
    calls: Rows[CallRecord] = field(default_factory=Rows)
    candidates: Rows[MatchCandidate] = field(default_factory=Rows)
    merges: Rows[Merge] = field(default_factory=Rows)
    message_refs: Rows[MessageRef] = field(default_factory=Rows)
    pointers: Rows[Pointer] = field(default_factory=Rows)
    firings: Rows[Firing] = field(default_factory=lambda: Rows("subject"))
    imported: Rows[ImportRow] = field(default_factory=Rows)
    managers: dict[int, ManagerLoad] = field(default_factory=dict)
    facts: dict[LineKey, dict[int, ManagerFacts]] = field(default_factory=dict)
    assigned_at: dict[int, datetime] = field(default_factory=dict)
    in_flight: set[int] = field(default_factory=set)
    loose_messages: dict[int, tuple[int, ...]] = field(default_factory=dict)
    locked_lines: frozenset[str] = frozenset()
    staff: dict[tuple[str, str, str], int] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    message_patches: list[MessagePatch] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    stage_facts: list[StageFact] = field(default_factory=list)
    audited: list[AuditFact] = field(default_factory=list)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    cancelled_deliveries: list[str] = field(default_factory=list)
    settled_receipts: list[Settled] = field(default_factory=list)
    settled_deliveries: list[Settled] = field(default_factory=list)
    confirmed_deliveries: dict[int, str] = field(default_factory=dict)
    bounced_deliveries: dict[int, str] = field(default_factory=dict)
    message_moves: list[MessageMove] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)

    def open_conversation(self, contact_id: ContactId, line: LineKey) -> Conversation | None:
        """Return the open conversation of a contact on a line; there is at most one."""
        return next((c for c in self.conversations_of(contact_id, line) if c.is_open), None)

    def latest_conversation(self, contact_id: ContactId, line: LineKey) -> Conversation | None:
        """Return the newest conversation of a contact on a line, open or closed."""
        return max(self.conversations_of(contact_id, line), key=lambda c: c.id, default=None)

    def conversations_of(self, contact_id: ContactId, line: LineKey) -> list[Conversation]:
        """Return the loaded conversations of a contact on a line."""
        return [c for c in self.conversations.where(contact_id) if c.line == line]

    def open_wait(self, contact_id: ContactId, line: LineKey) -> Wait | None:
        """Return the open wait of a contact on a line; there is at most one."""
        return next((w for w in self.waits.where(contact_id) if w.line == line and w.is_open), None)

    def identities_of(self, contact_id: ContactId) -> list[ContactIdentity]:
        """Return the addresses of a contact."""
        return self.identities.where(contact_id)

    def threads_of(self, contact_id: ContactId) -> list[Thread]:
        """Return the threads of a contact."""
        return self.threads.where(contact_id)

    def arm(self, kind: TimerKind, subject: str, due_at: datetime, **facts: object) -> None:
        """Arm a timer, replacing one of the same kind and subject; the write raises its epoch."""
        old = self.timers.get((kind, subject))
        if old is None:
            self.timers.add((kind, subject), Timer(self.new_id(), kind, subject, due_at, facts=facts))
        else:
            armed = replace(old, due_at=due_at, state=TimerState.armed, facts=facts, fired_at=None)
            self.timers.put((kind, subject), armed)

    def disarm(self, kind: TimerKind, subject: str) -> None:
        """Cancel a timer if it is armed."""
        old = self.timers.get((kind, subject))
        if old is not None and old.state is TimerState.armed:
            self.timers.put((kind, subject), replace(old, state=TimerState.cancelled))
