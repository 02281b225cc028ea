"""Check 9: nothing is left over. Memory and file descriptors are the soak's matter: here processes live for seconds."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from hub.testing.crash.ledger import Record
from hub.testing.crash.oracle_finding import Check, Finding, Wrong
from hub.testing.crash.rows import Rows

RECEIPT_LEASE = timedelta(seconds=60)
DELIVERY_LEASE = timedelta(seconds=30)
OPEN_AT_MOST = timedelta(seconds=5)
"""A transaction of the hub's takes milliseconds; one that is open so long was forgotten."""


def find_residue(_records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.9: no lease older than twice its time, no open transaction, an empty spool, no half-written file (C10)."""
    return [*_leases(rows), *_transactions(rows), *(_residue(name, "it should be gone") for name in rows.leftovers)]


def _leases(rows: Rows) -> Iterator[Finding]:
    for receipt in rows.receipts:
        if receipt.state == "claimed" and receipt.lease_until and rows.at - receipt.lease_until > RECEIPT_LEASE:
            yield _residue(f"receipt {receipt.id}", f"its lease ended at {receipt.lease_until} and nobody took it")
    for delivery in rows.deliveries:
        if delivery.state == "sending" and delivery.lease_until and rows.at - delivery.lease_until > DELIVERY_LEASE:
            yield _residue(f"delivery {delivery.id}", f"its lease ended at {delivery.lease_until} and nobody took it")


def _transactions(rows: Rows) -> Iterator[Finding]:
    for session in rows.sessions:
        if rows.at - session.open_since > OPEN_AT_MOST:
            yield _residue(
                f"session {session.pid}", f"its transaction is open since {session.open_since} ({session.state})"
            )


def _residue(key: str, sentence: str) -> Finding:
    return Finding(Check.RESIDUE, Wrong.RESIDUE, key, sentence)
