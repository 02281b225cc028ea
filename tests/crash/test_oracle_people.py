"""Checks 7 to 9: one card and owner a client, fair turns, rights, and nothing left over."""

from dataclasses import replace
from typing import Any

import pytest

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_finding import Wrong
from hub.testing.crash.oracle_people import find_misrouted, find_rights_broken
from hub.testing.crash.oracle_residue import find_residue
from hub.testing.crash.rows import ContactRow, ManagerRow, Rows, SessionRow
from tests.crash.histories import (
    ANNA,
    CONVERSATION,
    DECISION,
    DELIVERY,
    INBOUND,
    OPENED,
    RECEIPT,
    RIGHT,
    WAIT,
    at,
    record,
    right_records,
)

OTHER_CARD = ContactRow(id=22, merged_into=None)


def misrouted(rows: Rows, records: list[Record] | None = None) -> list[str]:
    found = find_misrouted(records or right_records(), rows)
    assert all(finding.wrong is Wrong.MISROUTED for finding in found)
    return [finding.key for finding in found]


def may_see(name: str, seconds: float, rows: Rows = RIGHT) -> bool:
    return not find_rights_broken([record(Kind.MANAGER_VISIBLE, seconds, "ev-000001", manager=name)], rows)


def residue(**changes) -> list[str]:
    return [finding.key for finding in find_residue([], replace(RIGHT, **changes))]


def turns(*managers: int) -> Rows:
    chosen = [replace(DECISION, id=100 + place, assignee_id=each) for place, each in enumerate(managers)]
    return replace(RIGHT, decisions=tuple(chosen))


def test_a_right_history_has_no_findings():
    for check in (find_misrouted, find_rights_broken, find_residue):
        assert check(right_records(), RIGHT) == []


def test_a_client_on_two_cards_is_found():
    second = record(Kind.OFFERED, 2, "ev-000002", channel="email", client="maria")
    apart = replace(INBOUND, id=16, contact_id=22, marker="ev-000002")
    rows = replace(RIGHT, messages=(*RIGHT.messages, apart), contacts=(*RIGHT.contacts, OTHER_CARD))
    merged = (*RIGHT.contacts, replace(OTHER_CARD, merged_into=21))

    assert misrouted(rows, [*right_records(), second]) == ["ev-000002"]
    assert misrouted(replace(rows, contacts=merged), [*right_records(), second]) == []


@pytest.mark.parametrize(("table", "row"), [("conversations", CONVERSATION), ("waits", replace(WAIT, state="open"))])
def test_two_open_at_once_on_one_line_are_found(table, row):
    changes: dict[str, Any] = {table: (row, replace(row, id=99))}

    assert misrouted(replace(RIGHT, **changes)) == ["contact 21"]


def test_a_wait_that_somebody_else_has_than_its_conversation_is_found():
    assert misrouted(replace(RIGHT, waits=(replace(WAIT, state="open", assignee_id=72),))) == ["wait 61"]


def test_turns_may_differ_by_one_and_not_by_two():
    assert misrouted(turns(71, 72, 71)) == []
    assert misrouted(turns(71, 71, 72, 71)) == ["line sales"]


def test_turns_of_a_line_where_somebody_let_an_offer_pass_are_not_compared():
    passed = replace(turns(71, 71, 72, 71), facts=(replace(OPENED, kind="offer_expired"),))

    assert misrouted(passed) == []


def test_a_card_is_for_its_owner_and_not_for_a_colleague():
    assert may_see("anna", 2)
    assert not may_see("ivan", 30)


def test_nobody_outside_the_line_sees_a_card_even_while_it_is_free():
    free = replace(RIGHT, decisions=(replace(DECISION, assignee_id=None),))

    assert may_see("ivan", 30, free)
    assert not may_see("stranger", 30, free)
    assert not may_see("nobody", 30, free)


def test_rg1_what_is_offered_to_one_is_nobodys_yet_and_so_within_reach_of_the_line():
    offered = replace(RIGHT, decisions=(replace(DECISION, assignee_id=None, offered_to=(71,)),))

    assert may_see("ivan", 30, offered)
    assert not may_see("stranger", 30, offered)


def test_a_card_that_was_taken_away_may_arrive_a_moment_later_but_not_long_after():
    moved = replace(RIGHT, decisions=(DECISION, replace(DECISION, id=92, assignee_id=72, decided_at=at(100))))

    assert may_see("anna", 105, moved)
    assert not may_see("anna", 140, moved)


@pytest.mark.parametrize(
    ("role", "line", "sees"), [("head", "sales", True), ("head", "support", False), ("admin", "", True)]
)
def test_a_head_sees_own_lines_and_an_administrator_everything(role, line, sees):
    person = ManagerRow(id=79, key="boss", role=role, lines=frozenset({line}))

    assert may_see("boss", 30, replace(RIGHT, managers=(ANNA, person))) is sees


def test_a_lease_that_nobody_took_over_is_found():
    held = replace(RECEIPT, state="claimed", lease_until=at(0))
    sending = replace(DELIVERY, state="sending", lease_until=at(0))

    assert residue(receipts=(held,), deliveries=(sending,)) == ["receipt 1", "delivery 51"]
    assert residue(receipts=(replace(held, lease_until=at(890)),)) == []


def test_a_forgotten_transaction_is_found():
    session = SessionRow(pid=400, state="idle in transaction", open_since=at(0))

    assert residue(sessions=(session,)) == ["session 400"]
    assert residue(sessions=(replace(session, open_since=at(899)),)) == []


def test_files_left_over_are_found():
    assert residue(leftovers=("spool/1.record",)) == ["spool/1.record"]
