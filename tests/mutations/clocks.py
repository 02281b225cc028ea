"""What takes the rules of deadlines (D) and of breaches and the ladder (B) out."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "D-1", "hub/domain/policy.py", "next((sla for sla in self.sla if", "next((sla for sla in reversed(self.sla) if"
    ),
    Mutation(
        "D-2",
        "hub/domain/calendar.py",
        "            if exception.day == day:",
        "            if exception.day == day and exception.hours:",
    ),
    Mutation(
        "D-3",
        "hub/domain/calendar.py",
        "                yield max(opens, at), closes",
        "                yield at, closes",
    ),
    Mutation(
        "D-4",
        "hub/domain/calendar.py",
        "    uncounted_until = change + max(before - after, ZERO)",
        "    uncounted_until = change",
    ),
    Mutation(
        "D-5",
        "hub/domain/calendar.py",
        "        return Deadline(start + amount, is_fallback=True)",
        "        return Deadline(start + amount)",
    ),
    Mutation(
        "D-6",
        "hub/inbox/recompute.py",
        "at = min(deadline.at, wait.deadline_at) if is_capped else deadline.at",
        "at = wait.deadline_at",
    ),
    Mutation(
        "D-7",
        "hub/inbox/lines.py",
        "deadline_at=deadline.at if is_later_agreed else min(deadline.at, wait.deadline_at),",
        "deadline_at=deadline.at,",
    ),
    Mutation(
        "D-8",
        "hub/inbox/lines.py",
        "kind=wait.kind, priority=priority)",
        "kind=type(wait.kind).next_response, priority=priority)",
    ),
    Mutation(
        "B-1",
        "hub/inbox/folds/breaches.py",
        "put(wait.id, breach(wait, held_by))",
        "put(wait.id, replace(breach(wait, held_by), breached_at=workset.now))",
    ),
    Mutation("B-2", "hub/domain/ladder.py", "            if target >= level.min_target\n", ""),
    Mutation("B-3", "hub/inbox/folds/alarms.py", "place = max([*due, _number(timer)])", "place = _number(timer)"),
    Mutation(
        "B-4",
        "hub/inbox/folds/alarms.py",
        "tell(work, Notice.taken_away, conversation, to=[previous]",
        "tell(work, Notice.taken_away, conversation, to=[]",
    ),
    Mutation(
        "B-5",
        "hub/inbox/folds/alarms.py",
        "told = _reached(work, told) or [int(each) for each in duty_of(work)]",
        "told = _reached(work, told)",
    ),
    Mutation(
        "B-5",
        "hub/inbox/folds/alarms.py",
        "(duty_of(work) if wait.assignee_id is None else [wait.assignee_id])",
        "([wait.assignee_id] if wait.assignee_id else [])",
    ),
    Mutation("B-6", "hub/inbox/folds/alarms.py", "HELD_AT_MOST = timedelta(seconds=30)", "HELD_AT_MOST = timedelta(0)"),
)
