"""What takes the rules of routing (R) and of rights (RG) out."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "R-1", "hub/routing/decide.py", "    for rule in policy.rules:", "    for rule in reversed(policy.rules):"
    ),
    Mutation(
        "R-2", "hub/routing/decide.py", "_keep_assignee(facts, policy, reasons) or _give_to_owner(", "_give_to_owner("
    ),
    Mutation(
        "R-3",
        "hub/routing/decide.py",
        "list_obstacles(owner, facts, policy, extra=policy.routing.owner_extra)",
        "list_obstacles(owner, facts, policy)",
    ),
    Mutation(
        "R-4",
        "hub/routing/decide.py",
        "if len(facts.preferred_skills & each.skills) == most]",
        "if len(facts.preferred_skills & each.skills) <= most]",
    ),
    Mutation(
        "R-5",
        "hub/routing/strategies.py",
        "(2 * each.open_waits + each.open_conversations,",
        "(each.open_waits + each.open_conversations,",
    ),
    Mutation("R-6", "hub/routing/eligibility.py", "        and not manager.is_paused\n", ""),
    Mutation("R-7", "hub/routing/eligibility.py", "VOICE_WEIGHT = 3", "VOICE_WEIGHT = 1"),
    Mutation(
        "R-8",
        "hub/domain/line.py",
        "return min(self.offer if is_offer else self.direct, target * self.max_percent / 100)",
        "return self.offer if is_offer else self.direct",
    ),
    Mutation("R-9", "hub/routing/decide.py", "tells_duty=True,", "tells_duty=False,"),
    Mutation(
        "R-10", "hub/inbox/rights.py", "    return present.assignee_id if is_colleague else None", "    return None"
    ),
    Mutation("R-11", "hub/inbox/reply.py", "    if not content.is_confirmed:\n", "    if content.is_confirmed:\n"),
    Mutation(
        "R-12",
        "hub/inbox/assignment.py",
        "    if not check.is_allowed or (check.needs_confirm and not force):",
        "    if not check.is_allowed:",
    ),
    Mutation(
        "R-13", "hub/inbox/shifts.py", "or (decision.is_queued and rule is ShiftEnd.hand_over)", "or decision.is_queued"
    ),
    Mutation(
        "R-14",
        "hub/inbox/queries/reports/fairness.py",
        "        if question.takes_person(manager_id):",
        "        if not question.takes_person(manager_id):",
    ),
    Mutation(
        "RG-1",
        "hub/domain/rights.py",
        "    return holder in (None, actor.manager_id) or actor",
        "    return holder is not None or actor",
    ),
    Mutation(
        "RG-2",
        "hub/domain/rights.py",
        '        raise NotFound("there is no such thing for you")',
        '        raise PermissionDenied("there is no such thing for you")',
    ),
    Mutation(
        "RG-3",
        "hub/store/reach.py",
        "(me.lines IS NULL OR c.line = ANY(me.lines))",
        "(me.lines IS NULL OR c.line <> '')",
    ),
    Mutation("RG-4", "hub/domain/rights.py", "    if not actor.is_active:\n        return False\n", ""),
    Mutation(
        "RG-5",
        "hub/domain/rights.py",
        "            return subject.assignee_id == actor.manager_id",
        "            return True",
    ),
    Mutation(
        "RG-6", "hub/inbox/reading.py", "    await note(office, actor, Deed.card_read, _named(conversation_id))\n", ""
    ),
    Mutation(
        "RG-7",
        "hub/domain/rights.py",
        "        Action.reassign,\n",
        "",
    ),
    Mutation("R-15", "hub/inbox/trial.py", "people), _Desk(draft, people)", "people), _Desk(office.policy(), people)"),
)
