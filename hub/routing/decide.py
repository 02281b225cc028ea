"""The routing pipeline R-1 to R-9: facts and policy in, a decision with reasons out.

The first decision wins and every step leaves a reason. Nothing is written and no time is read here; `hub.inbox` applies
the decision under the line's lock and claims with a conditional update (R-10).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.domain.facts import ManagerFacts, RequestFacts, RouteFacts
from hub.domain.ids import LineKey, ManagerId
from hub.domain.line import EVERYONE, OwnerOffShift
from hub.domain.policy import LinePolicy, Policy
from hub.routing.eligibility import capacity_of, is_eligible, list_obstacles, load_of, say_load
from hub.routing.reasons import Reason, ReasonCode
from hub.routing.strategies import STRATEGIES, Pool


class Step(StrEnum):
    """The step of the pipeline that decided."""

    assignee = "assignee"
    owner = "owner"
    strategy = "strategy"
    broadcast = "broadcast"
    queue = "queue"


@dataclass(frozen=True, slots=True)
class LineChoice:
    """The line of a request and what its rule adds (R-1, R-4)."""

    line: LineKey
    reason: Reason
    tags: tuple[str, ...] = ()
    required_skills: frozenset[str] = frozenset()
    preferred_skills: frozenset[str] = frozenset()
    priority: str = ""


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """Who is responsible and why: an assignee, or people it is offered to, or neither, then it waits in the queue.

    `pointer` is whose turn was last, to be stored with the line; `is_turn` says that a strategy chose the assignee.
    `accept_within` is elapsed time, `None` if nobody has to accept. `return_to` gets it back when their shift begins
    (R-3). `tells_duty`: the duty person is to be told now (R-9).
    """

    step: Step
    reasons: tuple[Reason, ...]
    assignee: ManagerId | None = None
    offered_to: tuple[ManagerId, ...] = ()
    pointer: ManagerId | None = None
    is_turn: bool = False
    accept_within: timedelta | None = None
    return_to: ManagerId | None = None
    tells_duty: bool = False

    @property
    def is_queued(self) -> bool:
        return self.assignee is None and not self.offered_to


def choose_line(request: RequestFacts, policy: Policy) -> LineChoice:
    """Return the line of a request by the first rule that fits, else the connection's, else the default one (R-1)."""
    for rule in policy.rules:
        if rule.matches(request):
            reason = Reason(ReasonCode.rule_matched, rule.name, rule.words.ru, rule.words.en)
            line = LineKey(rule.line) if rule.line else _line_without_rule(request, policy).line
            return LineChoice(line, reason, rule.tags, rule.skills, rule.preferred_skills, rule.priority)
    return _line_without_rule(request, policy)


def decide(facts: RouteFacts, policy: LinePolicy) -> RoutingDecision:
    """Decide who gets a wait (R-2 to R-9). Facts about managers must include earlier decisions of the same fold."""
    reasons: list[Reason] = []
    decision = _keep_assignee(facts, policy, reasons) or _give_to_owner(facts, policy, reasons)
    return decision or _find_somebody(facts, policy, reasons)


def _line_without_rule(request: RequestFacts, policy: Policy) -> LineChoice:
    if request.connection_line in policy.lines:
        return LineChoice(LineKey(request.connection_line), Reason(ReasonCode.line_of_connection, request.connection))
    return LineChoice(policy.default_line, Reason(ReasonCode.default_line))


def _keep_assignee(facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]) -> RoutingDecision | None:
    """Leave an open conversation with its assignee (R-2); like an owner they may go a little over capacity."""
    assignee = facts.find_manager(facts.assignee)
    if assignee is None:
        return None
    obstacles = list(list_obstacles(assignee, facts, policy, extra=policy.routing.owner_extra))
    if obstacles:
        reasons.extend(obstacles)
        return None
    reasons.append(Reason(ReasonCode.kept_by_assignee, assignee.name))
    return _assign(assignee, Step.assignee, facts, policy, reasons)


def _give_to_owner(facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]) -> RoutingDecision | None:
    """Give the wait to the client's own manager if possible, or as the line says for one who is off shift (R-3)."""
    owner, code = _own_manager(facts, policy)
    if owner is None:
        return None
    reasons.append(Reason(code, owner.name))
    obstacles = list(list_obstacles(owner, facts, policy, extra=policy.routing.owner_extra))
    if not policy.has_member(owner.key):
        obstacles.insert(0, Reason(ReasonCode.not_in_team, owner.name))
    if not obstacles:
        reasons.extend(_over_capacity(owner, policy))
        return _assign(owner, Step.owner, facts, policy, reasons)
    if [obstacle.code for obstacle in obstacles] == [ReasonCode.off_shift] and _is_worth_waiting(owner, facts, policy):
        reasons.append(Reason(ReasonCode.waits_for_owner, owner.name))
        return RoutingDecision(Step.owner, tuple(reasons), owner.id, pointer=facts.pointer)
    reasons.extend(obstacle for obstacle in obstacles if obstacle not in reasons)
    return None


def _over_capacity(owner: ManagerFacts, policy: LinePolicy) -> Iterator[Reason]:
    if load_of(owner) >= capacity_of(owner, policy):
        yield Reason(ReasonCode.over_capacity_for_owner, owner.name, say_load(owner, policy))


def _own_manager(facts: RouteFacts, policy: LinePolicy) -> tuple[ManagerFacts | None, ReasonCode]:
    """Return the CRM's responsible, who answered last within the line's memory, else whose the company is (R-3)."""
    owner = facts.find_manager(facts.owner)
    if owner is not None:
        return owner, ReasonCode.client_of_owner
    is_remembered = (
        facts.last_response_at is not None and facts.now - facts.last_response_at <= policy.routing.owner_memory
    )
    last = facts.find_manager(facts.last_responder) if is_remembered else None
    if last is not None:
        return last, ReasonCode.client_of_last_responder
    return facts.find_manager(facts.company_owner), ReasonCode.client_of_company


def _is_worth_waiting(owner: ManagerFacts, facts: RouteFacts, policy: LinePolicy) -> bool:
    """Tell whether the line waits for an owner: only if their shift starts before the deadline."""
    is_back = owner.next_shift_start is not None and owner.next_shift_start < facts.deadline
    return policy.routing.owner_off_shift is OwnerOffShift.wait and is_back


def _find_somebody(facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]) -> RoutingDecision:
    """Choose among those who can take it by the line's strategy; ask all again after a full round; else queue."""
    eligible, only_declined = _sort_out(facts, policy, reasons)
    if not eligible:
        return _ask_again(only_declined, facts, policy, reasons)
    suited = _prefer(eligible, facts, reasons)
    pick = STRATEGIES[policy.routing.strategy](Pool(suited, facts.pointer, policy.team))
    reasons.append(pick.reason)
    if pick.assignee is not None:
        return _assign(pick.assignee, Step.strategy, facts, policy, reasons)
    if pick.offered_to:
        return _offer(pick.offered_to, Step.strategy, facts, policy, reasons)
    return RoutingDecision(Step.queue, tuple(reasons), pointer=facts.pointer)


def _sort_out(
    facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]
) -> tuple[list[ManagerFacts], list[ManagerFacts]]:
    """Split the team into those who are eligible and those who only declined; the reason of every skip is kept."""
    eligible: list[ManagerFacts] = []
    only_declined: list[ManagerFacts] = []
    skipped: list[Reason] = []
    is_open_team = EVERYONE in policy.team
    for manager in facts.managers:
        if not (is_open_team or manager.key in policy.team):
            continue
        if is_eligible(manager, facts, policy):
            eligible.append(manager)
            continue
        obstacles = list(list_obstacles(manager, facts, policy))
        if [obstacle.code for obstacle in obstacles] == [ReasonCode.declined]:
            only_declined.append(manager)
        skipped.extend(obstacle for obstacle in obstacles if obstacle not in reasons)
    reasons.extend(_grouped(skipped))
    return eligible, only_declined


def _grouped(obstacles: list[Reason]) -> Iterator[Reason]:
    """Say the same obstacle of several people once: a large team off shift is one sentence."""
    names: dict[tuple[ReasonCode, str], list[str]] = {}
    for obstacle in obstacles:
        names.setdefault((obstacle.code, obstacle.detail), []).append(obstacle.who)
    for (code, detail), who in names.items():
        yield Reason(code, ", ".join(who), detail)


def _prefer(eligible: list[ManagerFacts], facts: RouteFacts, reasons: list[Reason]) -> list[ManagerFacts]:
    """Keep those with most of the preferred skills (R-4); nobody is lost if nobody has any."""
    if not facts.preferred_skills:
        return eligible
    most = max(len(facts.preferred_skills & each.skills) for each in eligible)
    suited = [each for each in eligible if len(facts.preferred_skills & each.skills) == most]
    if len(suited) < len(eligible):
        reasons.append(Reason(ReasonCode.preferred_skills, detail=", ".join(sorted(facts.preferred_skills))))
    return suited


def _ask_again(
    only_declined: list[ManagerFacts], facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]
) -> RoutingDecision:
    """After a full round offer it once more to all who could take it; then the queue and the duty person (R-8, R-9)."""
    if only_declined and not facts.was_broadcast:
        names = ", ".join(each.name for each in only_declined)
        reasons.append(Reason(ReasonCode.asked_again, detail=names))
        return _offer(tuple(only_declined), Step.broadcast, facts, policy, reasons)
    reasons.append(Reason(ReasonCode.nobody_eligible))
    if policy.duty:
        duty = next((each.name for each in facts.managers if each.key == policy.duty), policy.duty)
        reasons.append(Reason(ReasonCode.duty_told, duty))
    return RoutingDecision(
        Step.queue, tuple(reasons), pointer=facts.pointer, tells_duty=True, return_to=_returns_to(facts, policy)
    )


def _assign(
    manager: ManagerFacts, step: Step, facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]
) -> RoutingDecision:
    """Give it to one person, with the accept clock unless they already hold the conversation (R-8)."""
    is_turn = step is Step.strategy
    is_new = manager.id != facts.assignee
    return_to = _returns_to(facts, policy) if is_turn else None
    if return_to is not None:
        reasons.append(Reason(ReasonCode.returns_to_owner, _name_of(return_to, facts)))
    return RoutingDecision(
        step,
        tuple(reasons),
        assignee=manager.id,
        pointer=manager.id if is_turn else facts.pointer,
        is_turn=is_turn,
        accept_within=policy.accept.within(facts.target, is_offer=False) if is_new else None,
        return_to=return_to,
    )


def _offer(
    people: tuple[ManagerFacts, ...], step: Step, facts: RouteFacts, policy: LinePolicy, reasons: list[Reason]
) -> RoutingDecision:
    return RoutingDecision(
        step,
        tuple(reasons),
        offered_to=tuple(each.id for each in people),
        pointer=facts.pointer,
        accept_within=policy.accept.within(facts.target, is_offer=True),
        return_to=_returns_to(facts, policy),
    )


def _returns_to(facts: RouteFacts, policy: LinePolicy) -> ManagerId | None:
    """Return whom the client goes back to: an own manager who is only off shift, if the line returns clients (R-3)."""
    if policy.routing.owner_off_shift is not OwnerOffShift.fallback_and_return:
        return None
    owner, _ = _own_manager(facts, policy)
    return owner.id if owner is not None and owner.is_active and not owner.is_on_shift else None


def _name_of(manager_id: ManagerId, facts: RouteFacts) -> str:
    manager = facts.find_manager(manager_id)
    return manager.name if manager else str(manager_id)
