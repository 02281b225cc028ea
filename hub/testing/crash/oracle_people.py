"""Checks 7 and 8: one card and one owner for each client, fair turns, and nobody sees what is not theirs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_events import own_messages
from hub.testing.crash.oracle_finding import Check, Finding, Wrong, with_slices
from hub.testing.crash.oracle_history import by_key
from hub.testing.crash.oracle_holdings import Holdings
from hub.testing.crash.rows import DecisionRow, Rows

_ABSENCES = frozenset({"declined", "offer_expired", "released", "shift_ended"})


def find_misrouted(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.7: one card a client, one open conversation and wait with one owner, turns that differ by at most one (C9)."""
    return with_slices([*_cards(records, rows), *_open_twice(rows), *_owned_apart(rows), *_unfair(rows)], records)


def find_rights_broken(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.8: what a manager saw was within that manager's rights at that time (C12).

    A manager may see what is theirs, offered or handed to them, or free, on their own lines; a head everything of own
    lines; an administrator everything.
    """
    holdings = Holdings(rows)
    found = []
    for key, views in by_key(records, Kind.MANAGER_VISIBLE).items():
        for view in views:
            name = str(view.told.get("manager", ""))
            if not holdings.may_see(key, name, view.at):
                told = f"'{name}' saw it and has no right to its conversation"
                found.append(Finding(Check.ISOLATION, Wrong.NO_RIGHT, key, told))
    return with_slices(found, records)


def _cards(records: Sequence[Record], rows: Rows) -> Iterator[Finding]:
    """Yield clients whose messages of one channel went to more than one card."""
    stored, kept = own_messages(rows), {each.id: each.merged_into for each in rows.contacts}
    cards: dict[tuple[str, str], dict[int, str]] = {}
    for key, offers in by_key(records, Kind.OFFERED).items():
        told, message = offers[0].told, stored.get(key)
        if message is not None and message.contact_id is not None and told.get("client"):
            place = (str(told.get("channel", "")), str(told["client"]))
            cards.setdefault(place, {})[_kept(kept, message.contact_id)] = key
    for (channel, client), found in cards.items():
        if len(found) > 1:
            told_of = f"what {client} sent by {channel} is on cards {sorted(found)}"
            yield _misrouted(sorted(found.values())[-1], told_of)


def _kept(merged_into: Mapping[int, int | None], contact_id: int) -> int:
    """Return the card that stands for a card now."""
    while (into := merged_into.get(contact_id)) is not None:
        contact_id = into
    return contact_id


def _open_twice(rows: Rows) -> Iterator[Finding]:
    for name, listed in (("conversations", rows.conversations), ("waits", rows.waits)):
        counts = Counter((each.contact_id, each.line) for each in listed if each.state == "open")
        for (contact, line), count in counts.items():
            if count > 1:
                yield _misrouted(f"contact {contact}", f"{count} {name} are open on line '{line}' at once")


def _owned_apart(rows: Rows) -> Iterator[Finding]:
    """Yield open waits that somebody else has than their conversation."""
    talks = {each.id: each for each in rows.conversations if each.state == "open"}
    for wait in rows.waits:
        talk = talks.get(wait.conversation_id)
        if wait.state == "open" and talk is not None and wait.assignee_id != talk.assignee_id:
            told = f"manager {wait.assignee_id} has it, and manager {talk.assignee_id} its conversation"
            yield _misrouted(f"wait {wait.id}", told)


def _unfair(rows: Rows) -> Iterator[Finding]:
    """Yield lines whose turns differ by more than one; lines where somebody was absent or declined are left out."""
    absent = {fact.conversation_id for fact in rows.facts if fact.kind in _ABSENCES}
    lines = {each.line for each in rows.decisions}
    for line in sorted(lines):
        decisions = [each for each in rows.decisions if each.line == line]
        turns = [each for each in decisions if "turn" in each.reasons and each.assignee_id is not None]
        if len(turns) != len(_by_strategy(decisions)) or any(each.conversation_id in absent for each in decisions):
            continue
        counts = Counter(each.assignee_id for each in turns)
        if counts and max(counts.values()) - min(counts.values()) > 1:
            yield _misrouted(f"line {line}", f"turns were given as {dict(counts)}")


def _by_strategy(decisions: Sequence[DecisionRow]) -> list[DecisionRow]:
    return [each for each in decisions if each.step not in {"assignee", "owner"}]


def _misrouted(key: str, sentence: str) -> Finding:
    return Finding(Check.ROUTING, Wrong.MISROUTED, key, sentence)
