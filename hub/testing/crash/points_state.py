"""What a flow leaves behind, as lines that may be compared: two runs of a flow that end alike have the same lines.

Ids and instants differ from run to run and are left out; what follows from them (a wait's target, whether a timer fired
early) is in. Left out too: how often a card was redrawn, which is a matter of timing, and the timer of new rules.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from hub.testing.crash.flows_town import Town

_LINES = {
    "receipt": "SELECT concat_ws('|', lane, state, reason) FROM receipts",
    "contact": "SELECT concat_ws('|', name, is_provisional, merged_into IS NOT NULL) FROM contacts",
    "identity": "SELECT concat_ws('|', type, value, level) FROM identities",
    "thread": "SELECT concat_ws('|', line, reach) FROM threads",
    "conversation": "SELECT concat_ws('|', state, line, source, assignee_id IS NOT NULL, outcome) FROM conversations",
    "message": "SELECT concat_ws('|', direction, kind, author, automatic, text) FROM messages",
    "wait": "SELECT concat_ws('|', kind, state, channel, requests, missed_calls, needs_callback, "
    "assignee_id IS NOT NULL, response_channel, breached_at IS NOT NULL, joined_into IS NOT NULL, "
    "extract(epoch FROM deadline_at - started_at)::int) FROM waits",
    "ledger": "SELECT concat_ws('|', kind, cause, actor) FROM ledger",
    "timer": "SELECT concat_ws('|', kind, split_part(subject, ':', 1), state, fired_at < due_at) FROM timers "
    "WHERE kind <> 'recompute'",
    "delivery": "SELECT concat_ws('|', lane, payload->>'notice', state, reason) FROM deliveries "
    "WHERE coalesce(payload->>'notice', '') NOT IN ('card_changed', 'offers_changed') "
    "OR state IN ('failed', 'unknown', 'parked')",
    "call": "SELECT state FROM calls",
    "lead": "SELECT concat_ws('|', stage, state, source) FROM leads",
    "task": "SELECT concat_ws('|', what, state) FROM tasks",
    "question": "SELECT state FROM match_candidates",
    "merge": "SELECT (undone_at IS NOT NULL)::text FROM merges",
    "decision": "SELECT step FROM routing_decisions",
}
_RESIDUE = """
SELECT 'receipt ' || state FROM receipts WHERE state IN ('new', 'claimed')
UNION ALL SELECT 'delivery ' || lane || ' ' || state FROM deliveries WHERE state IN ('queued', 'sending')
UNION ALL SELECT 'timer ' || kind || ' due' FROM timers WHERE state = 'armed' AND due_at <= clock_timestamp()
UNION ALL SELECT 'open transaction' FROM pg_stat_activity
  WHERE datname = current_database() AND xact_start < pg_catalog.clock_timestamp() - interval '5 s'
"""
MAYBE_TWICE = "maybe_twice"


@dataclass(frozen=True, slots=True)
class EndState:
    """Lines of the database, and what people see: texts at the client, letters by identity, posts at the manager."""

    stored: Counter[str]
    at_client: Counter[str]
    letters: Counter[str]
    at_manager: int


async def list_residue(connection: asyncpg.Connection) -> list[str]:
    """Return what is still to be done or still held."""
    return [row[0] for row in await connection.fetch(_RESIDUE)]


async def read_end(connection: asyncpg.Connection, town: Town) -> EndState:
    """Read the end of a run that has become quiet."""
    stored: Counter[str] = Counter()
    for what, statement in _LINES.items():
        stored.update(f"{what}: {row[0]}" for row in await connection.fetch(statement))
    shown = [*town.shown(town.shop, town.maria), *town.shown(town.hook, town.maria)]
    letters = Counter(_identity(letter.data) for letter in town.smtp.letters)
    return EndState(stored, Counter(shown), letters, len(town.shown(town.desk, town.anna)))


def compare(whole: EndState, found: EndState) -> list[str]:
    """Return in sentences what a run with a death ended differently from one without; empty if nothing did."""
    stored, doubts = _without_doubt(found.stored)
    faults = [f"not there: {line}" for line in (whole.stored - stored).elements()]
    faults += [f"too much: {line}" for line in (stored - whole.stored).elements()]
    faults += _copies("the client", whole.at_client, found.at_client, doubts)
    if (letters := found.letters.total() - whole.letters.total()) or len(found.letters) != len(whole.letters):
        faults += _extra("letters", letters, doubts)
        faults += ["a letter has two identities"] if len(found.letters) != len(whole.letters) else []
    if not 0 <= found.at_manager - whole.at_manager <= 1:
        faults.append(f"the manager sees {found.at_manager} messages instead of {whole.at_manager}")
    return faults


def extra_copies(whole: EndState, found: EndState) -> int:
    """Return how many copies more than one people were shown."""
    at_client = found.at_client.total() + found.letters.total() - whole.at_client.total() - whole.letters.total()
    return at_client + found.at_manager - whole.at_manager


def _without_doubt(stored: Counter[str]) -> tuple[Counter[str], int]:
    """Return the lines without «possibly sent twice», and on how many it stood."""
    plain: Counter[str] = Counter()
    for line, count in stored.items():
        plain[line.removesuffix(MAYBE_TWICE)] += count
    return plain, sum(count for line, count in stored.items() if line.endswith(MAYBE_TWICE))


def _copies(who: str, whole: Counter[str], found: Counter[str], doubts: int) -> list[str]:
    missing = [f"{who} does not see «{text}»" for text in whole - found]
    return missing + _extra(f"messages at {who}", (found - whole).total(), doubts)


def _extra(what: str, count: int, doubts: int) -> list[str]:
    """Allow one copy more, if the delivery says that it may have been sent twice."""
    if count == 0 or (count == 1 and doubts):
        return []
    return [f"{count} {what} too many, {doubts} marked as possibly sent twice"]


def _identity(letter: bytes) -> str:
    lines: Sequence[bytes] = letter.split(b"\r\n\r\n")[0].splitlines()
    return next((line.decode() for line in lines if line.lower().startswith(b"message-id:")), "")
