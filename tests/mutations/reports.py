"""What takes the rules of reports (RP) out."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "RP-1",
        "hub/domain/metrics.py",
        "return values[max(ceil(len(values) * percent / 100), 1) - 1]",
        "return values[len(values) * percent // 100 - 1]",
    ),
    Mutation(
        "RP-2",
        "hub/inbox/queries/reports/funnel.py",
        "conversion = share(reached, stages.entered)",
        "conversion = share(now, stages.entered)",
    ),
    Mutation(
        "RP-3",
        "hub/inbox/queries/reports/sources.py",
        "(lead.amount or Decimal(0)) if lead.is_won else Decimal(0)",
        "lead.amount or Decimal(0)",
    ),
    Mutation(
        "RP-4",
        "hub/inbox/queries/reports/losses.py",
        "        if lead.state is StageState.lost:",
        "        if lead.state is not StageState.lost:",
    ),
    Mutation(
        "RP-5",
        "hub/inbox/queries/reports/people.py",
        "self.of[wait.responder_id].answers",
        "self.of[wait.assignee_id].answers",
    ),
    Mutation(
        "RP-6",
        "hub/inbox/queries/reports/calls.py",
        '"called_back_within" if wait.ended_at <= wait.callback_due_at',
        '"called_back_within" if wait.ended_at > wait.callback_due_at',
    ),
    Mutation(
        "RP-7",
        "hub/inbox/queries/reports/lost.py",
        "        if measured.is_overdue(question.now):",
        "        if not measured.is_overdue(question.now):",
    ),
    Mutation("RP-8", "hub/inbox/queries/reports/quality.py", "if name not in _IN_LISTS}", "if name in _IN_LISTS}"),
    Mutation("RP-9", "hub/inbox/queries/reports/health.py", "sum(not each.is_up for", "sum(each.is_up for"),
    Mutation(
        "RP-10", "hub/inbox/queries/reports/clients.py", "if contact_id in before)", "if contact_id not in before)"
    ),
    Mutation("RP-11", "hub/inbox/queries/reports/acceptance.py", "first.cause == MANUAL:", "first.cause != MANUAL:"),
    Mutation("RP-12", "hub/inbox/queries/reports/grading.py", "DRAWN = 5", "DRAWN = 6"),
)
