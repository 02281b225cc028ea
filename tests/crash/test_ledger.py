"""The world's books: appended, read back, joined on markers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.testing.crash.ledger import (
    Kind,
    Ledger,
    Record,
    WorldClock,
    answer_marker,
    event_marker,
    find_markers,
    read_records,
)

AT = datetime(2026, 11, 22, 9, 30, 0, 123456, UTC)


def test_what_was_written_is_read_back_as_it_was(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", WorldClock())
    written = [
        Record(Kind.OFFERED, AT, "ev-000001", {"channel": "email", "attempt": 1, "repeat": False}),
        Record(Kind.FAULT, AT, "work-1", {"what": "kill\u2028", "seconds": 0.5}),
    ]
    for record in written:
        ledger.append(record)

    assert ledger.records() == written
    ledger.close()
    assert read_records(tmp_path / "ledger") == written


def test_another_ledger_of_the_same_file_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    for number in (1, 2):
        ledger = Ledger(tmp_path / "ledger", WorldClock())
        ledger.tell(Kind.ACKED, event_marker(number))
        ledger.close()

    assert [record.key for record in read_records(tmp_path / "ledger")] == ["ev-000001", "ev-000002"]


def test_a_last_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", WorldClock())
    ledger.tell(Kind.ACKED, "ev-000001")
    ledger.close()
    with (tmp_path / "ledger").open("a") as file:
        file.write('{"kind": "acked", "at": "2026-11-')

    assert [record.key for record in read_records(tmp_path / "ledger")] == ["ev-000001"]


def test_what_is_told_happens_now(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", WorldClock())
    before = datetime.now(UTC)
    told = ledger.tell(Kind.INFO, "ev-000001", result="TimeoutError")
    ledger.close()

    assert before <= told.at <= datetime.now(UTC)
    assert dict(told.told) == {"result": "TimeoutError"}


@pytest.mark.parametrize(
    ("text", "markers"),
    [
        ("ev-000123 Есть торшер?", ["ev-000123"]),
        ("an-000045\n> ev-000123\n> ev-000122", ["an-000045", "ev-000123", "ev-000122"]),
        ("ev-000001 ev-000001", ["ev-000001"]),
        ("call-ev-000007", ["ev-000007"]),
        ("ev-0001234 dev-000123 ev-12", []),
    ],
)
def test_markers_are_found_in_order_and_once(text: str, markers: list[str]) -> None:
    assert find_markers(text) == markers


def test_markers_are_found_where_they_were_made() -> None:
    assert find_markers(f"{event_marker(7)} {answer_marker(999_999)}") == ["ev-000007", "an-999999"]
