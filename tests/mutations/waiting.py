"""What takes the rules of waiting out: first response (FR), what stops it (S), pause and reopening (P)."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "FR-1",
        "hub/inbox/folds/requests.py",
        "    return not (is_thanks and work.rows",
        "    return is_thanks and not (is_thanks and work.rows",
    ),
    Mutation(
        "FR-2",
        "hub/inbox/folds/requests.py",
        "not intake.opens_wait or intake.said.automatic or intake",
        "not intake.opens_wait or intake",
    ),
    Mutation(
        "FR-3",
        "hub/domain/wait.py",
        "    return replace(wait, requests=wait.requests + (not is_same)",
        "    return replace(wait, started_at=at, requests=wait.requests + (not is_same)",
    ),
    Mutation(
        "FR-4",
        "hub/domain/policy.py",
        "and at - closed_at > self.reopen_window",
        "and at - closed_at > 2 * self.reopen_window",
    ),
    Mutation(
        "FR-5",
        "hub/inbox/folds/waits.py",
        "    _remember_answer(workset, conversation, response)\n    wait = workset.open_wait",
        "    wait = workset.open_wait",
    ),
    Mutation(
        "FR-6",
        "hub/inbox/folds/bot_talk.py",
        "work.line.bot.clock_start is not ClockStart.handover or",
        "work.line.bot.clock_start is ClockStart.handover or",
    ),
    Mutation("FR-7", "hub/inbox/folds/events.py", "message.origin, not incoming.is_history)", "message.origin, True)"),
    Mutation("FR-8", "hub/inbox/folds/notices.py", "    if work.line.mode is LineMode.observe:\n        return\n", ""),
    Mutation(
        "FR-9",
        "hub/domain/wait.py",
        "        started_at=earlier.started_at,\n        deadline_at=earlier.deadline_at,",
        "        started_at=wait.started_at,\n        deadline_at=earlier.deadline_at,",
    ),
    Mutation("S1", "hub/inbox/outcomes.py", "    if message.author is not Author.person:\n        return\n", ""),
    Mutation(
        "S2", "hub/inbox/folds/notes.py", "        direction=Direction.note,", "        direction=Direction.outbound,"
    ),
    Mutation("S3", "hub/inbox/outcomes.py", "Response(accepted_at, channel,", "Response(rows.now, channel,"),
    Mutation(
        "S4",
        "hub/domain/call.py",
        "return self.state is CallState.answered and not self.is_short_talk",
        "return self.state is CallState.answered",
    ),
    Mutation(
        "S5", "hub/domain/wait.py", "return wait.is_open and response.at >= wait.started_at", "return wait.is_open"
    ),
    Mutation("S6", "hub/domain/workset.py", "if w.line == line and w.is_open), None)", "if w.is_open), None)"),
    Mutation(
        "S7",
        "hub/domain/wait.py",
        "        responder_id=response.manager_id,",
        "        responder_id=wait.assignee_id,",
    ),
    Mutation(
        "S8", "hub/inbox/waits.py", "wait.deadline_at and not reason.strip():", "wait.deadline_at and reason is None:"
    ),
    Mutation(
        "S9", "hub/inbox/conversations.py", "    if outcome not in _NOBODY_TO_ANSWER:\n", "    if outcome is None:\n"
    ),
    Mutation(
        "S10",
        "hub/inbox/folds/changes.py",
        "TAKEN_BACK_WITHIN = timedelta(seconds=60)",
        "TAKEN_BACK_WITHIN = timedelta(seconds=6)",
    ),
    Mutation(
        "S11",
        "hub/inbox/waits.py",
        'word = Word(answer["at"], answer["channel"]',
        'word = Word(office.clock.now(), answer["channel"]',
    ),
    Mutation(
        "P-1",
        "hub/inbox/conversations.py",
        '        facts = {"until": until}\n',
        '        facts = {"until": until}\n'
        "        for each in work.rows.waits:\n"
        "            work.rows.waits.put(each.id, replace(each, deadline_at=max(each.deadline_at, until)))\n",
    ),
    Mutation(
        "P-2",
        "hub/inbox/folds/resolution.py",
        "    if answered is None or answered < conversation.opened_at:",
        "    if answered is not None and answered < conversation.opened_at:",
    ),
    Mutation(
        "P-3",
        "hub/inbox/conversations.py",
        "REVERSIBLE_FOR = timedelta(days=30)",
        "REVERSIBLE_FOR = timedelta(seconds=30)",
    ),
    Mutation(
        "P-4",
        "hub/domain/wait.py",
        "started_at=min(kept.started_at, absorbed.started_at)",
        "started_at=max(kept.started_at, absorbed.started_at)",
    ),
    Mutation(
        "P-5",
        "hub/inbox/folds/conversations.py",
        "at - last.closed_at > work.line.reopen_window",
        "at > last.closed_at",
    ),
    Mutation(
        "P-6",
        "hub/inbox/folds/changes.py",
        "deleted_at=change.occurred_at)\n",
        "deleted_at=change.occurred_at)\n"
        "            for each in rows.waits:\n"
        "                rows.waits.put(each.id, replace(each, state=type(each.state).cancelled))\n",
    ),
)
