"""What people see of tasks and leads: plain values made by `hub.inbox.queries.plans`, shown by every entrance alike."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain.ids import ConversationId
from hub.domain.lead import Lead
from hub.domain.stages import LeadRules
from hub.domain.words import Words
from hub.inbox.views import DeskView


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task. `number` is that of its conversation, 0 for none; `due_at` is read in `zone`, the line's."""

    id: int
    what: str
    due_at: datetime
    zone: ZoneInfo
    is_open: bool
    contact_name: str
    conversation_id: ConversationId | None
    number: int
    manager_name: str


@dataclass(frozen=True, slots=True)
class TalkView:
    """A talk whose end is asked about; only who `works_with` the client may plan a step or lose the lead (T-5)."""

    conversation_id: ConversationId
    number: int
    contact_name: str
    works_with: bool


@dataclass(frozen=True, slots=True)
class TaskCountView:
    """How many open tasks somebody has, and how many are overdue; an empty name is nobody's."""

    name: str
    active: int
    overdue: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """Somebody's tasks, the earliest deadline first; `others` is for heads, everybody's counts (T-2).

    `stepless` are (number, client, responsible) of open leads without an open task within the viewer's reach (T-1).
    """

    tasks: tuple[TaskView, ...]
    others: tuple[TaskCountView, ...] = ()
    stepless: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead with the rules it moves by."""

    conversation_id: ConversationId
    number: int
    lead: Lead
    rules: LeadRules


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One line of a list of leads; `next_at` is the deadline of its next step, `None` if it has none."""

    conversation_id: ConversationId | None
    number: int
    contact_name: str
    stage: Words
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class TodayView:
    """«Сегодня»: the counts of the desk, overdue tasks, those due until midnight, and own open leads."""

    desk: DeskView
    overdue: tuple[TaskView, ...]
    planned: tuple[TaskView, ...]
    leads: tuple[LeadRow, ...]
