"""What takes the shipped automations (A) out, built in ones among them."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "A-1",
        "hub/domain/line.py",
        '"webform": timedelta(minutes=5)',
        '"webform": timedelta(minutes=50)',
    ),
    Mutation(
        "A-2",
        "hub/routing/automation_templates.py",
        'mode = "on"\ntrigger = { kind = "wait_breached"',
        'mode = "off"\ntrigger = { kind = "wait_breached"',
    ),
    Mutation(
        "A-3",
        "hub/routing/automation_templates.py",
        'they think of the proposal"\ndue = ["2d"]',
        'they think of the proposal"\ndue = ["5d"]',
    ),
    Mutation(
        "A-4",
        "hub/routing/automation_templates.py",
        'kind = "no_activity", after = "3d"',
        'kind = "no_activity", after = "9d"',
    ),
    Mutation(
        "A-5",
        "hub/routing/automation_templates.py",
        'to = ["responsible"]\ntext = "Звонит клиент"',
        'to = ["head"]\ntext = "Звонит клиент"',
    ),
    Mutation(
        "A-6",
        "hub/inbox/folds/conversations.py",
        "    present = work.rows.open_conversation(contact.id, work.line.key)\n    if present is None:",
        "    present = None\n    if present is None:",
    ),
    Mutation(
        "A-7",
        "hub/inbox/folds/calls.py",
        "    due = work.line.calendar.add_open_time(at, targets.callback).at\n",
        "    due = at\n",
    ),
    Mutation(
        "A-8",
        "hub/routing/automation_templates.py",
        'values = ["won"], after = "30d"',
        'values = ["won"], after = "60d"',
    ),
    Mutation(
        "A-9",
        "hub/routing/automation_templates.py",
        'kind = "contact_silent", after = "60d"',
        'kind = "contact_silent", after = "90d"',
    ),
    Mutation("A-10", "hub/routing/automation_templates.py", 'when = [{ kind = "field", name = "product" }]\n', ""),
    Mutation("A-11", "hub/domain/lead.py", "HEAD_AFTER = timedelta(days=1)", "HEAD_AFTER = timedelta(days=2)"),
    Mutation(
        "A-12",
        "hub/domain/lead.py",
        '{"reason": moved.loss_reason,',
        '{"reason": "",',
    ),
    Mutation(
        "A-13",
        "hub/routing/automation_templates.py",
        'kind = "no_reply", after = "24h"',
        'kind = "no_reply", after = "48h"',
    ),
    Mutation(
        "A-14", "hub/routing/automation_templates.py", 'due = ["15m", "1h", "next_morning"]', 'due = ["15m", "1h"]'
    ),
    Mutation(
        "A-15",
        "hub/routing/automation_templates.py",
        'field = "birthday", yearly = true',
        'field = "birthday", yearly = false',
    ),
    Mutation(
        "A-16",
        "hub/routing/automation_templates.py",
        'kind = "lead_created", after = "1h"',
        'kind = "lead_created", after = "3h"',
    ),
    Mutation(
        "A-17", "hub/routing/automation_templates.py", 'kind = "amount", over = 100000', 'kind = "amount", over = 10'
    ),
    Mutation(
        "A-18",
        "hub/routing/automation_templates.py",
        'whether the invoice is paid"\ndue = ["1d"]',
        'whether the invoice is paid"\ndue = ["9d"]',
    ),
    Mutation(
        "A-19",
        "hub/routing/automation_templates.py",
        'values = ["lost"], after = "90d"',
        'values = ["lost"], after = "9d"',
    ),
)
