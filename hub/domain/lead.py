"""A lead: a sales chance of a contact, made when no open one matches (M-13, L-1), and the tasks that move it.

Stages, required fields and reasons are the policy's (`hub.domain.stages`); the working set and the ledger are met in
`hub.inbox.folds.lead_moves` and `hub.inbox.folds.tasks`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.errors import FieldsMissing, NotFound
from hub.domain.ids import ContactId, ConversationId, LeadId, LineKey, ManagerId, MessageId, WaitId
from hub.domain.replacing import replace
from hub.domain.stages import BuiltIn, LeadRules, Stage, StageState

MANUAL = "manual"
"""The cause of a move that a person made by hand (L-4)."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A sales chance. `state` is `open`, `won` or `lost`; `origin` holds campaign marks and consent facts (L-1)."""

    id: LeadId
    contact_id: ContactId
    line: LineKey
    created_at: datetime
    stage_at: datetime
    wait_id: WaitId | None = None
    conversation_id: ConversationId | None = None
    stage: str = "new"
    state: str = "open"
    source: str = ""
    channel: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    first_message_id: MessageId | None = None
    responsible_id: ManagerId | None = None
    loss_reason: str = ""
    loss_note: str = ""
    amount: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    closed_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state == StageState.open


@dataclass(frozen=True, slots=True)
class StageFact:
    """A move of a lead, never changed afterwards. `cause` is an event, an automation id or `manual`.

    `facts` holds what reports need: where the lead came from in the first one, amount and reason in the last.
    """

    id: int
    lead_id: LeadId
    to_stage: str
    cause: str
    occurred_at: datetime
    from_stage: str = ""
    manager_id: ManagerId | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """Something a manager has to do by an instant (T-1). `state` is `open`, `done` or `cancelled`.

    `cause` is `manual`, a rule or an automation id; `line` that of the lead or conversation, empty for none.
    """

    id: int
    what: str
    due_at: datetime
    cause: str
    created_at: datetime
    manager_id: ManagerId | None = None
    contact_id: ContactId | None = None
    lead_id: LeadId | None = None
    conversation_id: ConversationId | None = None
    line: LineKey = LineKey("")
    state: str = "open"
    result: str = ""
    done_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether it should have been done before `at`."""
        return self.is_open and self.due_at < at


@dataclass(frozen=True, slots=True)
class Move:
    """Where a lead goes and why: `cause` is an event, an automation id or `manual` (L-6).

    `loss_reason` is a key of the policy's list, `loss_note` free words beside it (L-5); both count for a lost stage.
    """

    to: Stage
    cause: str
    at: datetime
    manager_id: ManagerId | None = None
    loss_reason: str = ""
    loss_note: str = ""


def move(lead: Lead, wanted: Move, *, fact_id: int, tasks: Iterable[Task] = ()) -> tuple[Lead, StageFact]:
    """Return the lead on its new stage and the fact of the move (L-3 to L-6); `tasks` are the lead's.

    A stage that ends the lead closes it, an open one opens it again; a lead that comes back has lost nothing.

    Raises:
        FieldsMissing: the stage asks for what the lead does not have, a lost one for its reason too (L-3, L-5).
    """
    is_lost = wanted.to.state is StageState.lost
    moved = replace(
        lead,
        stage=wanted.to.key,
        state=wanted.to.state.value,
        stage_at=wanted.at,
        closed_at=None if wanted.to.state is StageState.open else wanted.at,
        loss_reason=(wanted.loss_reason or lead.loss_reason) if is_lost else "",
        loss_note=(wanted.loss_note or lead.loss_note) if is_lost else "",
    )
    missing = list_missing(moved, wanted.to, tasks, at=wanted.at)
    if missing:
        raise FieldsMissing(f"the stage '{wanted.to.key}' needs: {', '.join(missing)}", missing)
    fact = StageFact(
        id=fact_id,
        lead_id=lead.id,
        to_stage=wanted.to.key,
        cause=wanted.cause,
        occurred_at=wanted.at,
        from_stage=lead.stage,
        manager_id=wanted.manager_id,
        facts={} if moved.is_open else {"reason": moved.loss_reason, "amount": moved.amount},
    )
    return moved, fact


def list_missing(lead: Lead, stage: Stage, tasks: Iterable[Task], *, at: datetime) -> tuple[str, ...]:
    """Return the names of what a stage asks for and the lead does not have, in the stage's order (L-3, L-5)."""
    wanted = dict.fromkeys(stage.requires)
    if stage.state is StageState.lost:
        wanted[BuiltIn.loss_reason.value] = None
    present = set(_present(lead, [task for task in tasks if task.is_open], at))
    return tuple(name for name in wanted if name not in present)


def _present(lead: Lead, open_tasks: list[Task], at: datetime) -> Iterator[str]:
    """Yield the names of everything the lead has."""
    yield from (key for key, value in lead.fields.items() if value)
    held: Mapping[BuiltIn, object] = {
        BuiltIn.amount: lead.amount,
        BuiltIn.source: lead.source,
        BuiltIn.responsible: lead.responsible_id,
        BuiltIn.loss_reason: lead.loss_reason,
        BuiltIn.loss_note: lead.loss_note,
        BuiltIn.next_step: open_tasks,
        BuiltIn.next_contact: [task for task in open_tasks if not task.is_overdue(at)],
    }
    yield from (name.value for name, value in held.items() if value)


def get_stage(rules: LeadRules, key: str) -> Stage:
    """Return a stage of the policy.

    Raises:
        NotFound: there is none of this name; the message lists those there are.
    """
    stage = rules.find_stage(key)
    if stage is None:
        raise NotFound(f"there is no stage '{key}'; there are: {', '.join(each.key for each in rules.stages)}")
    return stage


BEFORE_PERCENT = 80
HEAD_AFTER = timedelta(days=1)
SHORTEST_WARNING = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A word about a task at an instant: before, at or after its deadline (T-2). Only the last one tells the head."""

    name: str
    at: datetime
    is_last: bool = False


def plan_reminders(made_at: datetime, due_at: datetime) -> tuple[Reminder, ...]:
    """Return when people are reminded of a task, in order (T-2, A-11).

    Before: at 80 % of the time it was given, as in B-2, unless that is less than two minutes before the deadline. At
    the deadline. A day after it, when the head hears of it too.
    """
    before = made_at + (due_at - made_at) * BEFORE_PERCENT / 100
    warned = (Reminder("before", before),) if due_at - before >= SHORTEST_WARNING else ()
    return (*warned, Reminder("due", due_at), Reminder("after", due_at + HEAD_AFTER, is_last=True))
