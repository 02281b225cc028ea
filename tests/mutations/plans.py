"""What takes the rules of leads (L) and tasks (T) out."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation("L-1", "hub/inbox/folds/leads.py", "        origin=dict(origin.marks),\n", ""),
    Mutation(
        "L-2",
        "hub/inbox/folds/leads.py",
        "stage=work.policy.leads.stages[0].key",
        "stage=work.policy.leads.stages[-1].key",
    ),
    Mutation(
        "L-3",
        "hub/domain/lead.py",
        "return tuple(name for name in wanted if name not in present)",
        "return tuple(name for name in wanted if name not in present)[:1]",
    ),
    Mutation(
        "L-4",
        "hub/inbox/folds/lead_moves.py",
        "lead.stage == rules.stages[0].key:",
        "lead.stage != rules.stages[0].key:",
    ),
    Mutation(
        "L-5",
        "hub/domain/lead.py",
        "        wanted[BuiltIn.loss_reason.value] = None\n",
        "        wanted.pop(BuiltIn.loss_reason.value, None)\n",
    ),
    Mutation("L-6", "hub/domain/lead.py", "        cause=wanted.cause,", "        cause=MANUAL,"),
    Mutation("L-7", "hub/domain/stages.py", "            return _date(text)", "            return text"),
    Mutation(
        "L-8",
        "hub/routing/decide.py",
        "return facts.find_manager(facts.company_owner), ReasonCode",
        "return None, ReasonCode",
    ),
    Mutation(
        "L-9",
        "hub/inbox/hand_leads.py",
        "    add_task(work, lead, NewTask(new.step, due_at, actor.manager_id), by=actor.manager_id)\n",
        "",
    ),
    Mutation(
        "T-1",
        "hub/inbox/folds/tasks.py",
        "manager_id=new.manager_id or _responsible(lead, conversation),",
        "manager_id=new.manager_id,",
    ),
    Mutation(
        "T-2",
        "hub/domain/lead.py",
        'Reminder("after", due_at + HEAD_AFTER, is_last=True)',
        'Reminder("after", due_at + HEAD_AFTER)',
    ),
    Mutation(
        "T-3",
        "hub/inbox/tasks.py",
        '    if not result.strip():\n        raise ReasonMissing("say in one line what was',
        '    if result is None:\n        raise ReasonMissing("say in one line what was',
    ),
    Mutation(
        "T-5",
        "hub/inbox/folds/results.py",
        "    tell(work, Notice.call_result, conversation, to=[speaker]",
        "    tell(work, Notice.call_result, conversation, to=[]",
    ),
)
