"""The steps between which a kill must be tried at the least, and our points for each.

The list is that of the design (reliability D1a); a step lies between its points, or has a reason why it cannot be told
apart here. Most of the steps inside a transaction are one statement: the working set is changed in memory and written
at once (`hub.store.flush`), so that nothing is left half-way. Which flow of `hub.testing.crash.flows` passes a point
is found out by running; `RUN_BY` names the flows whose runs must pass the points of a row.
"""

from dataclasses import dataclass

ONE_STATEMENT = ("workset.before_commit", "workset.after_commit")
CLAIMED = ("deliveries.before_claim_commit", "deliveries.after_claim_commit")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the list: the points around it, or, where there are none, why."""

    flow: str
    what: str
    points: tuple[str, ...] = ()
    why_none: str = ""


NO_ERASING = "contacts cannot be erased yet"
IN_THE_LIBRARY = "aiosmtplib says DATA, the letter and the dot in one call: the fake cuts between them instead"

MINIMUM = (
    Step("webhook", "body read, signature checked", ("webhook.accept",)),
    Step("webhook", "spool append", ("spool.before_write", "spool.before_sync")),
    Step("webhook", "spool fsync", ("spool.before_sync", "spool.after_sync")),
    Step("webhook", "event insert and its COMMIT", ("accept.before_commit", "accept.after_commit")),
    Step("webhook", "identity, thread, message, timer and outbox rows", ("process.before_fold", *ONE_STATEMENT)),
    Step("webhook", "COMMIT", (*ONE_STATEMENT, "process.after_commit")),
    Step("webhook", "response written", ("webhook.acknowledge", "webhook.acknowledged", "webhook.respond")),
    Step("polling", "getUpdates returned", ("telegram.polling", "telegram.polled")),
    Step("polling", "updates stored", ("poll.before_accept", "accept.before_batch_commit")),
    Step("polling", "COMMIT", ("accept.before_batch_commit", "accept.after_batch_commit", "poll.after_accept")),
    Step("polling", "next offset requested", ("telegram.polling", "telegram.polled")),
    Step("mail", "IDLE or poll woke", ("mail.woken",)),
    Step("mail", "SEARCH parsed", ("mail.found",)),
    Step("mail", "SIZE checked", ("mail.sized",)),
    Step("mail", "part file written", ("mail.fetched", "files.synced")),
    Step("mail", "file fsync and rename", ("files.synced", "files.named")),
    Step("mail", "raw row COMMIT and UID cursor moved", ("accept.before_batch_commit", "accept.after_batch_commit")),
    Step("mail", "cursor's batch behind", ("mail.batch_stored",)),
    Step("mail", "child started", ("receipts.after_claim_commit", "letter.child_started")),
    Step("mail", "parse result COMMIT", (*ONE_STATEMENT, "process.after_commit")),
    Step("mail", "parked", ONE_STATEMENT),
    Step("call", "event stored", ("accept.before_commit", "accept.after_commit")),
    Step("call", "call state merged", ("process.before_fold", *ONE_STATEMENT)),
    Step("call", "missed-call decision", ("process.before_fold", *ONE_STATEMENT)),
    Step("call", "callback task COMMIT", (*ONE_STATEMENT, "process.after_commit")),
    Step("reply", "compose accepted", ("intake.claimed", *ONE_STATEMENT)),
    Step("reply", "outbox COMMIT", (*ONE_STATEMENT, "intake.carried_out", "intake.finished")),
    Step("reply", "lease taken, attempt counted, their COMMIT", CLAIMED),
    Step("reply", "connection open, bytes sent", ("delivery.before_send", "telegram.part_going")),
    Step("reply", "provider's reply read", ("telegram.part_answered", "delivery.after_send", "delivery.after_attempt")),
    Step("reply", "final state COMMIT", ("outcome.before_commit", *ONE_STATEMENT, "outcome.after_commit")),
    Step("reply", "manager's tick sent", ("notice.before_send", "notice.after_send", "delivery.after_settle")),
    Step("smtp", "after EHLO", ("mail.line_ready",)),
    Step("smtp", "after MAIL", ("mail.sender_accepted",)),
    Step("smtp", "after RCPT", ("mail.envelope_accepted", "mail.sending")),
    Step("smtp", "after DATA, last byte, final dot", why_none=IN_THE_LIBRARY),
    Step("smtp", "250 read", ("mail.accepted",)),
    Step("timer", "due found", ("clocks.before_fire",)),
    Step("timer", "fire UPDATE, outbox insert, COMMIT", (*ONE_STATEMENT, "clocks.after_fire")),
    Step("timer", "notice sent", ("bot.before_send", "bot.after_send", "notice.after_send")),
    Step(
        "routing", "rule evaluated, pointer locked, assignment written, COMMIT", ("process.before_fold", *ONE_STATEMENT)
    ),
    Step("merge", "each table touched", ("intake.claimed", *ONE_STATEMENT)),
    Step("merge", "attachments unlinked, tombstone, act written", why_none=NO_ERASING),
    Step("crm", "change read", ("crm.after_missed", "crm.before_cursor", "crm.after_cursor", "crm.before_card")),
    Step("crm", "remote call", ("crm.before_make", "crm.after_make", "crm.before_change", "crm.after_change")),
    Step("crm", "remote id stored, COMMIT", ("crm.before_begin", "crm.after_make", "crm.after_done", "crm.after_card")),
    Step("start and stop", "migrations", ("migrate.revision_made", "migrate.applied", "migrate.committed")),
    Step("start and stop", "lease takeover", CLAIMED),
    Step("start and stop", "SIGTERM received", ("stop.told",)),
    Step("start and stop", "drain", ("stop.drained",)),
    Step("start and stop", "close", ("stop.closed",)),
)

RUN_BY = {
    "webhook": ("message_webhook",),
    "polling": ("message_polled",),
    "mail": ("letter",),
    "call": ("call",),
    "reply": ("reply_telegram",),
    "smtp": ("reply_letter",),
    "timer": ("clock",),
    "routing": ("message_polled",),
    "merge": ("merge",),
}
"""The flows of the list that runs pass; starting and stopping is killed at random instead (`hub.testing.crash`), and
the exchange with a CRM at every point of its own (`tests.crm_sync.test_deaths`).
"""

NOT_WHILE_ALL_IS_WELL = {"spool.before_write", "spool.before_sync", "spool.after_sync"}
"""Points that only a database that is away leads to."""


def points_to_pass(flow: str) -> set[str]:
    """Return the points that a run of `flow` must pass."""
    steps = (step for step in MINIMUM if flow in RUN_BY.get(step.flow, ()))
    return {point for step in steps for point in step.points} - NOT_WHILE_ALL_IS_WELL
