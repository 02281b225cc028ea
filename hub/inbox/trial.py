"""Dry run: stored requests under other rules, without any effect (R-15).

Everything is read in one transaction that cannot write. What rules decide is replayed in memory over a desk of its
own: load, turns and own clients follow from the trial's decisions, clients are answered when they really were. What
people said of their shifts, refusals and running calls are not replayed; how far that carries is told by `agreeing`:
how often the rules in force, replayed the same way, name the person who really got it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.domain.facts import ManagerFacts, RequestFacts, RouteFacts
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager
from hub.domain.policy import LinePolicy, Policy
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.wait import WaitKind
from hub.inbox.office import Office
from hub.routing.decide import LineChoice, RoutingDecision, choose_line, decide
from hub.routing.reasons import Reason
from hub.store import trials
from hub.store.managers import list_managers
from hub.store.reports import Period, reading
from hub.store.trials import StoredRequest

RECENTLY = timedelta(minutes=10)
_NEVER = datetime.max.replace(tzinfo=UTC)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What rules make of one request. `people` are who gets it or whom it is offered to, nobody if it is queued."""

    line: str
    people: tuple[int, ...]
    deadline_at: datetime
    reasons: tuple[Reason, ...] = ()

    def reasons_in(self, language: str) -> list[str]:
        """Return why, in sentences."""
        return [reason.en if language == "en" else reason.ru for reason in self.reasons]


@dataclass(frozen=True, slots=True)
class Change:
    """A request that the draft treats otherwise than it was treated. `was.people` is who really got it first."""

    number: int
    started_at: datetime
    was: Verdict
    becomes: Verdict

    @property
    def moved(self) -> timedelta:
        """Return by how much the deadline moves, later being positive."""
        return self.becomes.deadline_at - self.was.deadline_at


@dataclass(slots=True)
class Trial:
    """The outcome. `agreeing` counts requests for which the rules in force, replayed, name who really got it."""

    requests: int = 0
    agreeing: int = 0
    changes: list[Change] = field(default_factory=list)
    got: Counter[int] = field(default_factory=Counter)
    would_get: Counter[int] = field(default_factory=Counter)
    names: dict[int, str] = field(default_factory=dict)


async def try_policy(
    office: Office, actor: Person, draft: Policy, period: Period, *, progress: Progress = lambda done, total: None
) -> Trial:
    """Replay the waits that began in a period under a draft. Writes nothing, and could not.

    Raises:
        PermissionDenied, NotFound: only who may edit the rules.
    """
    ensure(actor, Action.edit_policy, Subject())
    trial = Trial()
    async with reading(office.pool) as connection:
        people = await list_managers(connection)
        trial.names = {int(each.id): each.name for each in people}
        present, wanted = _Desk(office.policy(), people), _Desk(draft, people)
        total = await trials.count_requests(connection, period)
        async for request in trials.stream_requests(connection, period):
            _compare(trial, request, present.judge(request), wanted.judge(request))
            progress(trial.requests, total)
    return trial


def _compare(trial: Trial, request: StoredRequest, replayed: Verdict, becomes: Verdict) -> None:
    really = (request.assignee_at_start,) if request.assignee_at_start is not None else ()
    was = Verdict(request.line, really, datetime.fromisoformat(request.facts["deadline_at"]))
    trial.requests += 1
    trial.agreeing += replayed.people == was.people
    trial.got.update(was.people)
    trial.would_get.update(becomes.people)
    if (was.line, was.people, was.deadline_at) != (becomes.line, becomes.people, becomes.deadline_at):
        trial.changes.append(Change(request.number, request.started_at, was, becomes))


class _Desk:
    """One rule set at work on the replayed requests: who has how much, whose turn was last."""

    def __init__(self, policy: Policy, people: list[Manager]) -> None:
        self._policy = policy
        self._people = [each for each in people if each.is_active]
        self._running: dict[ManagerId, list[datetime]] = {each.id: [] for each in people}
        self._turns: dict[ManagerId, datetime] = {}
        self._pointers: dict[LineKey, ManagerId | None] = {}
        self._owners: dict[int, ManagerId] = {}
        self._answered: dict[tuple[int, LineKey], tuple[ManagerId, datetime]] = {}

    def judge(self, request: StoredRequest) -> Verdict:
        """Decide about the next request, in the order of their instants."""
        facts = _facts_of(request)
        choice = choose_line(facts, self._policy)
        line = self._policy.get_line(choice.line)
        kind = WaitKind(str(request.facts["kind"]))
        targets = self._policy.freeze_targets(line, facts, kind=kind, priority=choice.priority)
        deadline = line.calendar.add_open_time(request.started_at, targets.response).at
        decision = decide(self._route_facts(request, choice, line, deadline=deadline, target=targets.response), line)
        self._remember(request, line, decision)
        reasons = (choice.reason, *decision.reasons)
        people = (decision.assignee,) if decision.assignee is not None else decision.offered_to
        return Verdict(line.key, tuple(int(each) for each in people), deadline, reasons)

    def _route_facts(
        self, request: StoredRequest, choice: LineChoice, line: LinePolicy, *, deadline: datetime, target: timedelta
    ) -> RouteFacts:
        known = [self._facts(each, line, request.started_at) for each in self._people]
        owner = self._owners.get(request.conversation_id)
        responder, at = self._answered.get((request.contact_id, line.key), (None, None))
        named = {owner, responder, request.crm_owner_id}
        return RouteFacts(
            line=line.key,
            now=request.started_at,
            deadline=deadline,
            target=target,
            managers=tuple(each for each in known if line.has_member(each.key) or each.id in named),
            assignee=owner,
            owner=ManagerId(request.crm_owner_id) if request.crm_owner_id is not None else None,
            last_responder=responder,
            last_response_at=at,
            required_skills=choice.required_skills,
            preferred_skills=choice.preferred_skills,
            pointer=self._pointers.get(line.key),
        )

    def _facts(self, manager: Manager, line: LinePolicy, at: datetime) -> ManagerFacts:
        staff, shift = self._policy.get_staff(manager.key), self._policy.shift_of(manager.key, line)
        ends = self._running[manager.id]
        waiting = sum(end > at for end in ends)
        return ManagerFacts(
            id=manager.id,
            key=manager.key,
            name=manager.name,
            role=manager.role,
            is_on_shift=shift.is_open(at),
            skills=staff.skills,
            open_waits=waiting,
            open_conversations=waiting,
            recently_answered=sum(at - RECENTLY < end <= at for end in ends),
            capacity=staff.capacity,
            last_assigned_at=self._turns.get(manager.id),
            next_shift_start=shift.next_opening(at),
        )

    def _remember(self, request: StoredRequest, line: LinePolicy, decision: RoutingDecision) -> None:
        self._pointers[line.key] = decision.pointer
        if request.responder_id is not None and request.ended_at is not None:
            self._answered[request.contact_id, line.key] = ManagerId(request.responder_id), request.ended_at
        if decision.assignee is None:
            return
        ended_at = request.ended_at or _NEVER
        running = self._running[decision.assignee]
        self._running[decision.assignee] = [*(end for end in running if end > request.started_at - RECENTLY), ended_at]
        self._owners[request.conversation_id] = decision.assignee
        if decision.is_turn:
            self._turns[decision.assignee] = request.started_at


def _facts_of(request: StoredRequest) -> RequestFacts:
    """Return what the rules saw; of a form, its fields are searched too."""
    fields: Mapping[str, str] = {str(name): str(value) for name, value in request.fields}
    is_form = request.thread.startswith("form:")
    words = [request.subject, request.text, *(fields.values() if is_form else ())]
    return RequestFacts(
        at=request.started_at,
        connection=request.connection,
        connection_line=request.connection_line,
        channel=str(request.facts["channel"]),
        form=request.thread.split(":")[1] if is_form else "",
        dialled="" if is_form else fields.get("line_number", ""),
        language=request.language,
        text="\n".join(filter(None, words)),
        source=str(request.facts.get("source", "")),
        marks=request.marks,
        tags=frozenset(request.tags),
    )
