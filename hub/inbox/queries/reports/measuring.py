"""Waits as reports count them: told from the ledger, measured by the calendar that was in force when they began.

The rows stream; what is kept of each is what a report adds up. Calendars are those of the policy revision frozen in the
wait (D-1), so an edit of today changes no figure of yesterday (D-6).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.calendar import Calendar
from hub.domain.ids import ManagerId
from hub.domain.metrics import Measured, holder_at
from hub.domain.policy import Policy
from hub.domain.rebuilding import WaitStory, rebuild_wait
from hub.inbox.queries.reports.asking import Question
from hub.routing.build import to_policy
from hub.routing.document import DEFAULT_POLICY, parse_policy
from hub.store import policy as revisions
from hub.store.pool import Connection
from hub.store.reports import stream_wait_ledgers


@dataclass(slots=True)
class Calendars:
    """The opening hours of lines by revision, read once each."""

    connection: Connection
    present: Policy
    _known: dict[int, Policy] = field(default_factory=dict)

    async def get(self, revision: int, line: str) -> Calendar:
        """Return a line's calendar as a revision had it."""
        if revision not in self._known:
            self._known[revision] = await self._read(revision)
        return self._known[revision].get_line(line).calendar

    async def _read(self, revision: int) -> Policy:
        if revision == self.present.revision:
            return self.present
        stored = await revisions.find_revision(self.connection, revision)
        return to_policy(parse_policy(stored.document if stored else DEFAULT_POLICY), revision)


async def stream_measured(
    connection: Connection, question: Question, *, may_be_ended: bool = True
) -> AsyncIterator[Measured]:
    """Yield every wait the question is about; without `may_be_ended` at least those that still run."""
    calendars = Calendars(connection, question.policy)
    async for entries in stream_wait_ledgers(connection, question.period, may_be_ended=may_be_ended):
        story = rebuild_wait(entries)
        if story is None:
            continue
        measured = await _measure(story, calendars)
        if question.takes(measured, holder=holder_in(measured, question.now)):
            yield measured


async def _measure(story: WaitStory, calendars: Calendars) -> Measured:
    wait = story.wait
    if wait.ended_at is None:
        return Measured(story)
    calendar = await calendars.get(wait.policy_revision, wait.line)
    return Measured(story, calendar.open_time_between(wait.started_at, wait.ended_at), wait.ended_at - wait.started_at)


def holder_in(measured: Measured, now: datetime) -> ManagerId | None:
    """Return who was responsible at the deadline, or at the end of a wait that ended before it (S7)."""
    wait = measured.story.wait
    return holder_at(measured.story.holdings, min(wait.deadline_at, wait.ended_at or now))
