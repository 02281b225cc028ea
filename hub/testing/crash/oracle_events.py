"""Checks 1, 2 and 10: what came in is there, once, and nothing else is.

An event is stored where a client's message or a call carries its marker, or a parked payload names it with its reason.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_finding import Check, Finding, Wrong, with_slices
from hub.testing.crash.oracle_history import by_key, is_event
from hub.testing.crash.rows import CallRow, MessageRow, Rows

_COMES_AGAIN = frozenset({"408", "425", "429"})
_OUTCOMES = (Kind.ACKED, Kind.REFUSED, Kind.INFO)


def find_lost(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.1: every acknowledged event is stored, and every stored one is attached to a card and routed, or parked (C1).

    A payload that is neither done nor parked when all is quiet is lost too: nobody will look at it again. So is what
    was refused with 4xx, for the world sends nothing that deserves it and a provider would not come again.
    """
    stored, aside = set(count_stored(rows)), parked_markers(rows)
    acked = (key for key in by_key(records, Kind.ACKED) if is_event(key))
    lost = [_lost(key, "it was acknowledged and is nowhere") for key in acked if key not in stored | aside]
    refused = by_key((record for record in records if is_event(record.key)), Kind.REFUSED)
    lost += [_lost(key, "it was refused for good") for key, each in refused.items() if any(map(_is_for_good, each))]
    return with_slices([*lost, *_unfinished(rows), *_unattached(rows, by_key(records, Kind.ACKED))], records)


def find_invented(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.2: every stored event is one that was offered, and appears once however often it was delivered (C2).

    Messages without a marker are those of the set-up, before the first event was offered.
    """
    offered, began = by_key(records, Kind.OFFERED), _first_offered(records)
    found = [_invented(key, "it is stored and nobody sent it") for key in count_stored(rows) if key not in offered]
    found += [
        _invented(key, f"it was delivered and appears {count} times")
        for key, count in count_stored(rows).items()
        if count > 1
    ]
    found += [
        _invented(f"message {message.id}", "a client's message that nobody sent")
        for message in _of_clients(rows)
        if not message.marker and began is not None and message.received_at > began and not _is_call(message, rows)
    ]
    return with_slices(found, records)


def find_untold(records: Sequence[Record], _rows: Rows) -> list[Finding]:
    """D2.10: every request has an outcome; one whose result nobody saw is `info`, and both outcomes are allowed.

    Check 1 asks only for what was acknowledged, check 2 only whether it was offered, so an `info` may go either way.
    What this finds is a hole in the world's own books, without which the other checks prove nothing.
    """
    outcomes = by_key(records, *_OUTCOMES)
    untold = [key for key in by_key(records, Kind.OFFERED) if key not in outcomes]
    sentence = "the world offered it and did not write down what became of it"
    return with_slices([Finding(Check.INFORMATION, Wrong.UNTOLD, key, sentence) for key in untold], records)


def count_stored(rows: Rows) -> Mapping[str, int]:
    """Return how often each event is stored; a call and the message that shows it are one."""
    shown = {call.message_id for call in rows.calls}
    found = [message.marker for message in _of_clients(rows) if message.id not in shown]
    return Counter(marker for marker in [*found, *(call.marker for call in rows.calls)] if marker)


def parked_markers(rows: Rows) -> set[str]:
    """Return the events that were set aside where people see them, with a reason."""
    aside = [receipt for receipt in rows.receipts if receipt.state == "parked" and receipt.reason]
    return {marker for receipt in aside for marker in receipt.markers}


def own_messages(rows: Rows) -> Mapping[str, MessageRow | CallRow]:
    """Return what stands for each event: its message, or its call."""
    found: dict[str, MessageRow | CallRow] = {call.marker: call for call in rows.calls if call.marker}
    return found | {message.marker: message for message in _of_clients(rows) if message.marker}


def _is_for_good(refusal: Record) -> bool:
    status = str(refusal.told.get("result", ""))
    return status.startswith("4") and status not in _COMES_AGAIN


def _unfinished(rows: Rows) -> Iterator[Finding]:
    for receipt in rows.receipts:
        key = next(iter(receipt.markers), f"receipt {receipt.id}")
        if receipt.state not in {"done", "parked"}:
            yield _lost(key, f"its payload is still '{receipt.state}' after {receipt.attempt} attempts")
        elif receipt.state == "parked" and not receipt.reason:
            yield _lost(key, "its payload is parked without a reason")


def _unattached(rows: Rows, acked: Container[str]) -> Iterator[Finding]:
    """Yield what hangs on no card; a call of which only the beginning was told hangs on none."""
    contacts, conversations = {each.id for each in rows.contacts}, {each.id for each in rows.conversations}
    routed = {decision.conversation_id for decision in rows.decisions if decision.reasons}
    routed |= {conversation.id for conversation in rows.conversations if conversation.assignee_id is not None}
    for marker, stored in own_messages(rows).items():
        if isinstance(stored, CallRow) and marker not in acked:
            continue
        if stored.contact_id not in contacts or stored.conversation_id not in conversations:
            yield _lost(marker, "it is attached to no card or no conversation that exists")
        elif stored.conversation_id not in routed and not getattr(stored, "automatic", ""):
            yield _lost(marker, "nobody was chosen for it, and no reason says why not")


def _of_clients(rows: Rows) -> Iterable[MessageRow]:
    return (message for message in rows.messages if message.direction == "inbound")


def _is_call(message: MessageRow, rows: Rows) -> bool:
    return message.kind == "call" and any(call.message_id == message.id for call in rows.calls)


def _lost(key: str, sentence: str) -> Finding:
    return Finding(Check.NOTHING_LOST, Wrong.LOST, key, sentence)


def _invented(key: str, sentence: str) -> Finding:
    return Finding(Check.NOTHING_INVENTED, Wrong.INVENTED, key, sentence)


def _first_offered(records: Sequence[Record]) -> datetime | None:
    """Return when the run began to offer events."""
    return min((record.at for record in records if record.kind is Kind.OFFERED), default=None)
