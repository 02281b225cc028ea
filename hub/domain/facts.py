"""What decisions may look at: values loaded by a use-case, handed to pure functions of `hub.routing`.

Nothing here is read from a table or a clock by itself. A use-case that folds several events over one working set keeps
the facts current with `ManagerFacts.after_assignment`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.replacing import replace


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is known of a client request before anybody is chosen (R-1, D-1).

    `connection` is the connection's name and `connection_line` its own line, empty if it has none; `channel` its kind;
    `dialled` the number the client called in E.164; `language` an IETF tag; `marks` utm_* and other campaign marks;
    `tags` those of the contact. `at` is the instant of the request.
    """

    at: datetime
    connection: str = ""
    connection_line: str = ""
    channel: str = ""
    form: str = ""
    dialled: str = ""
    language: str = ""
    text: str = ""
    source: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    folded_text: str = field(init=False, compare=False, repr=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded_text", fold(self.text))


def fold(text: str) -> str:
    """Return text as conditions compare it: without case, and with ё as е."""
    return text.casefold().replace("ё", "е")


@dataclass(frozen=True, slots=True)
class ManagerFacts:
    """A manager at the moment of a decision.

    `open_waits` and `recently_answered` (within 10 minutes) count conversations without overlap, `voice_calls` running
    calls (R-7). `capacity` is the person's own limit, `None` for the line's. `last_assigned_at` is when a strategy last
    chose this person. `next_shift_start` is `None` if none is in sight.
    """

    id: ManagerId
    key: str
    name: str
    role: Role = Role.manager
    is_active: bool = True
    is_on_shift: bool = True
    is_paused: bool = False
    is_reachable: bool = True
    skills: frozenset[str] = frozenset()
    open_waits: int = 0
    open_conversations: int = 0
    recently_answered: int = 0
    voice_calls: int = 0
    capacity: int | None = None
    last_assigned_at: datetime | None = None
    next_shift_start: datetime | None = None

    def after_assignment(self, at: datetime, *, is_turn: bool) -> "ManagerFacts":
        """Return the facts once a new wait was given to this person; `is_turn` as the decision says."""
        return replace(
            self,
            open_waits=self.open_waits + 1,
            open_conversations=self.open_conversations + 1,
            last_assigned_at=at if is_turn else self.last_assigned_at,
        )


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What the choice of a person may look at.

    `company_owner` has the clients of the contact's company who have no manager of their own (L-8).
    `managers` are the line's team and the people named in the other fields, sorted by id. `assignee` holds the open
    conversation (R-2); `owner` is the CRM's responsible, `last_responder` the last person who answered, with the time
    (R-3). `declined` declined this wait or let it expire, and `was_broadcast` says that all were asked again (R-8).
    `pointer` is whose turn was last on the line. `target` is the wait's, `deadline` its instant.
    """

    line: LineKey
    now: datetime
    deadline: datetime
    target: timedelta
    managers: tuple[ManagerFacts, ...]
    assignee: ManagerId | None = None
    owner: ManagerId | None = None
    company_owner: ManagerId | None = None
    last_responder: ManagerId | None = None
    last_response_at: datetime | None = None
    declined: frozenset[ManagerId] = frozenset()
    was_broadcast: bool = False
    required_skills: frozenset[str] = frozenset()
    preferred_skills: frozenset[str] = frozenset()
    pointer: ManagerId | None = None

    def find_manager(self, manager_id: ManagerId | None) -> ManagerFacts | None:
        """Return the facts of a person, `None` if they are not among those loaded."""
        return next((each for each in self.managers if each.id == manager_id), None)
