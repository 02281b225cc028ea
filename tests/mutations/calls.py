"""What takes the rules of calls (C) out."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "C-1",
        "hub/domain/call.py",
        "for event in sorted(events, key=lambda event: (event.occurred_at, repr(event))):",
        "for event in events:",
    ),
    Mutation("C-2", "hub/domain/call.py", "    if now < end + grace:", "    if now < end:"),
    Mutation(
        "C-3",
        "hub/inbox/folds/calls.py",
        "needs_callback=True, callback_due_at=due",
        "needs_callback=False, callback_due_at=due",
    ),
    Mutation("C-4", "hub/inbox/folds/calls.py", "missed_calls=wait.missed_calls + 1,", "missed_calls=1,"),
    Mutation(
        "C-5",
        "hub/inbox/folds/waits.py",
        "    return wait.needs_callback and not response.is_spoken and not work",
        "    return False and not work",
    ),
    Mutation(
        "C-6", "hub/inbox/folds/talks.py", "call_attempts=wait.call_attempts + 1", "call_attempts=wait.call_attempts"
    ),
    Mutation(
        "C-7",
        "hub/inbox/folds/auto_texts.py",
        "    if not is_quiet and thread is not None and",
        "    if is_quiet and thread is not None and",
    ),
    Mutation("C-8", "hub/inbox/folds/calls.py", "is_counted=not session.is_hidden", "is_counted=True"),
    Mutation(
        "C-9", "hub/domain/call.py", "        return not self.is_internal and self.reason", "        return self.reason"
    ),
    Mutation(
        "C-10",
        "hub/domain/metrics.py",
        "                self.at_once += 1",
        "                self._add_answer(measured)",
    ),
    Mutation(
        "C-11", "hub/inbox/waits.py", "        if _has_pbx(office, work):", "        if not _has_pbx(office, work):"
    ),
    Mutation("C-12", "hub/net/http.py", "async with self._open_guarded().get(", "async with self._open().get("),
)
