"""`hub report verify`: every wait and every lead told again from its facts, and compared with what is stored.

Rows and facts are read side by side in the order of their ids, so memory stays flat at any size. Waits that a hub older
than the complete ledger opened cannot be told again; they are counted, not judged.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hub.domain.lead import Lead, StageFact
from hub.domain.ledger import LedgerEntry
from hub.domain.rebuilding import list_differences, list_tellers, rebuild_wait
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.wait import Wait
from hub.inbox.office import Office
from hub.inbox.queries.reports.pairing import pair
from hub.store import reports
from hub.store.pool import Connection

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that its facts do not bear out.

    `subject` is `wait` or `lead`, `field` empty where the row or all of its facts are missing. `entries` are the ids of
    the facts concerned, with their kinds; `number` is the conversation's as people say it.
    """

    subject: str
    id: int
    conversation_id: int | None
    field: str
    stored: object
    told: object
    entries: tuple[tuple[int, str], ...] = ()
    number: int | None = None


@dataclass(slots=True)
class Verdict:
    """What a verification found; `unprovable` waits are older than the complete ledger."""

    waits: int = 0
    leads: int = 0
    facts: int = 0
    unprovable: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.differences


async def verify(office: Office, actor: Person, *, progress: Progress = lambda done, total: None) -> Verdict:
    """Compare everything stored with what its facts tell.

    Raises:
        PermissionDenied, NotFound: only an administrator looks at the whole installation.
    """
    ensure(actor, Action.view_reports, Subject())
    verdict = Verdict()
    async with reports.reading(office.pool) as connection:
        total = await reports.count_rows(connection)
        async for found in stream_differences(connection, verdict):
            verdict.differences.extend(found)
            progress(verdict.waits + verdict.leads, total)
        verdict.differences = await _numbered(connection, verdict.differences)
    return verdict


async def _numbered(connection: Connection, found: list[Difference]) -> list[Difference]:
    known = await reports.list_conversations(connection, [each.conversation_id or 0 for each in found])
    return [replace(each, number=known.get(each.conversation_id or 0, (None, ""))[0]) for each in found]


async def stream_differences(connection: Connection, verdict: Verdict) -> AsyncIterator[list[Difference]]:
    """Yield the differences of each wait and lead, none for most; counts into `verdict` what it has looked at."""
    waits, ledgers = reports.stream_waits(connection), reports.stream_all_wait_ledgers(connection)
    async for wait, entries in pair(waits, ledgers, lambda wait: int(wait.id), lambda told: int(told[0].wait_id or 0)):
        verdict.waits += wait is not None
        verdict.facts += len(entries or ())
        yield list(_of_wait(wait, entries or [], verdict))
    leads, moves = reports.stream_leads(connection), reports.stream_stage_facts(connection, None)
    async for lead, facts in pair(leads, moves, lambda lead: int(lead.id), lambda told: int(told[0].lead_id)):
        verdict.leads += lead is not None
        verdict.facts += len(facts or ())
        yield list(_of_lead(lead, facts or []))


def _of_wait(wait: Wait | None, entries: Sequence[LedgerEntry], verdict: Verdict) -> Iterator[Difference]:
    if wait is None:
        first = entries[0]
        known = int(first.wait_id or 0), first.conversation_id
        yield Difference("wait", *known, "", "no row", "its facts", _named(entries))
        return
    story = rebuild_wait(entries)
    if story is not None and not story.is_complete:
        verdict.unprovable += 1
        return
    if story is None:
        yield Difference("wait", int(wait.id), wait.conversation_id, "", "a row", "no opening fact", _named(entries))
        return
    for name, stored, told_value in list_differences(wait, story.wait):
        tellers = _named(list_tellers(entries, name))
        yield Difference("wait", int(wait.id), wait.conversation_id, name, stored, told_value, tellers)


def _named(entries: Sequence[LedgerEntry]) -> tuple[tuple[int, str], ...]:
    return tuple((entry.id, entry.kind.value) for entry in entries)


def _of_lead(lead: Lead | None, facts: Sequence[StageFact]) -> Iterator[Difference]:
    """Yield where the stage of a lead is not that of its last move, since then (L-6)."""
    told = tuple((fact.id, f"{fact.from_stage or '·'} → {fact.to_stage}") for fact in facts)
    if lead is None or not facts:
        found = (int(facts[0].lead_id), "no row", "its facts") if lead is None else (int(lead.id), "a row", "no facts")
        yield Difference("lead", found[0], lead.conversation_id if lead else None, "", found[1], found[2], told)
        return
    last = facts[-1]
    wanted: dict[str, object] = {"stage": last.to_stage, "stage_at": last.occurred_at}
    if "reason" in last.facts:
        wanted |= {"closed_at": last.occurred_at, "loss_reason": last.facts["reason"]}
    for name, value in wanted.items():
        if getattr(lead, name) != value:
            yield Difference("lead", int(lead.id), lead.conversation_id, name, getattr(lead, name), value, told)
