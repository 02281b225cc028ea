"""Checks 3 to 5: what managers wrote reached clients, once, in order; and what left twice was a fault's doing.

A copy is what a provider accepted (`client_visible`), by the answer's marker. A second one is allowed where a fault
fell between the provider's word and the commit of it: then the delivery says that it had doubt, both copies carry the
same identity (a letter's Message-ID; elsewhere the marker is all there is), and no other copy of this client's thread
needs the same fault for an excuse.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_finding import Check, Finding, Wrong, with_slices
from hub.testing.crash.oracle_history import Fault, by_key, list_faults
from hub.testing.crash.rows import DeliveryRow, Rows

COMMITTED_WITHIN = timedelta(seconds=5)
"""So long after a provider's word its commit may still be on its way on a busy machine."""

FINAL = frozenset({"sent", "failed", "unknown", "cancelled", "parked"})
DOUBTFUL = frozenset({"maybe_twice", "interrupted"})
_BYSTANDERS = ("web", "poll", "bot", "redis")
_ALLOWED = {"sent": (1, 2), "failed": (0, 0), "cancelled": (0, 0), "unknown": (0, 2), "parked": (0, 2)}


def find_unsent(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.3: every delivery has ended, and the client saw what its end says; every answer is stored once (C5).

    An answer that was refused, as its writer was told, need not be there. A notice that is due later may wait.
    """
    seen = by_key(records, Kind.CLIENT_VISIBLE)
    found = [*_unended(rows), *_unstored(records, rows)]
    for marker, delivery in replies(rows).items():
        least, most = _ALLOWED.get(delivery.state, (0, 2))
        count = len(seen.get(marker, ()))
        if count < least:
            found.append(_unsent(marker, f"its delivery is '{delivery.state}' and the client saw nothing"))
        elif count > most and not most:
            found.append(_unsent(marker, f"its delivery is '{delivery.state}' and the client saw {count}"))
        if delivery.state in {"failed", "unknown"} and not _is_author_told(delivery, rows):
            found.append(_unsent(marker, f"its delivery is '{delivery.state}' and its author was not told"))
    composed = by_key(records, Kind.COMPOSED)
    strange = "the client saw it and nobody wrote it"
    found += [Finding(Check.SENDS, Wrong.INVENTED, key, strange) for key in seen if key not in composed]
    return with_slices(found, records)


def find_doubled(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.4: each copy beyond the first is paired with a fault, has the same identity and is the only one (C6)."""
    paired = pair_doubles(records, rows)
    found = []
    for key, copies in by_key(records, Kind.CLIENT_VISIBLE).items():
        if len(copies) > 2:
            found.append(_doubled(key, f"the client saw it {len(copies)} times"))
        elif len(copies) == 2 and paired.get(key) is None:
            found.append(_doubled(key, "the client saw it twice, and no fault or no doubt of its delivery explains it"))
        if len({copy.told.get("identity", "") for copy in copies if copy.told.get("channel") == "email"}) > 1:
            found.append(_doubled(key, "its copies carry different identities"))
    return with_slices(found, records)


def find_disordered(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.5: what one manager wrote on one thread arrived there in the order in which it was written (C7).

    First copies count. Two managers who write to one client at the same moment have no order, nor have two threads.
    """
    seen = {key: copies[0] for key, copies in by_key(records, Kind.CLIENT_VISIBLE).items()}
    deliveries, threads = replies(rows), dict[tuple[object, ...], list[Record]]()
    for composed in sorted(_of(records, Kind.COMPOSED), key=lambda each: (each.at, each.key)):
        if composed.key in seen and composed.key in deliveries:
            place = (deliveries[composed.key].thread, composed.told.get("manager", ""))
            threads.setdefault(place, []).append(seen[composed.key])
    return with_slices((found for copies in threads.values() for found in _disordered(copies)), records)


def count_doubles(records: Sequence[Record]) -> int:
    """Return how many copies beyond the first clients saw."""
    return sum(len(copies) - 1 for copies in by_key(records, Kind.CLIENT_VISIBLE).values())


def pair_doubles(records: Sequence[Record], rows: Rows) -> Mapping[str, Fault | None]:
    """Return for each answer that was seen twice the fault that explains it, `None` where none does.

    A fault explains at most one copy of a thread: the one answer that was under way there.
    """
    faults = [fault for fault in list_faults(records) if not fault.place.startswith(_BYSTANDERS)]
    deliveries, used = replies(rows), set[tuple[int, int]]()
    pairs: dict[str, Fault | None] = {}
    doubles = [copies for copies in by_key(records, Kind.CLIENT_VISIBLE).values() if len(copies) == 2]
    for first, second in sorted(doubles, key=lambda each: each[0].at):
        pairs[first.key] = None
        delivery = deliveries.get(first.key)
        if delivery is None or not _had_doubt(delivery):
            continue
        for place, fault in enumerate(faults):
            fits = fault.touches(first.at, min(second.at, first.at + COMMITTED_WITHIN))
            if fits and (place, delivery.thread) not in used:
                used.add((place, delivery.thread))
                pairs[first.key] = fault
                break
    return pairs


def replies(rows: Rows) -> Mapping[str, DeliveryRow]:
    """Return the deliveries of answers by their markers."""
    markers = {message.id: message.marker for message in rows.messages if message.marker}
    lane = (delivery for delivery in rows.deliveries if delivery.lane == "reply")
    return {markers[each.message_id]: each for each in lane if each.message_id in markers}


def _had_doubt(delivery: DeliveryRow) -> bool:
    """Tell whether the delivery shows people that it may have left twice."""
    return delivery.attempt > 1 and (delivery.state == "unknown" or delivery.reason in DOUBTFUL)


def _unended(rows: Rows) -> Iterator[Finding]:
    for delivery in rows.deliveries:
        is_early = delivery.lane == "notify" and delivery.state == "queued" and delivery.due_at > rows.at
        if delivery.state not in FINAL and not is_early:
            told = f"{delivery.lane} delivery {delivery.key} is still '{delivery.state}' ({delivery.reason})"
            yield _unsent(f"delivery {delivery.id}", told)


def _unstored(records: Sequence[Record], rows: Rows) -> Iterator[Finding]:
    excused = by_key(records, Kind.REFUSED, Kind.INFO)
    stored = Counter(each.marker for each in rows.messages if each.direction in {"outbound", "note"} and each.marker)
    for key in by_key(records, Kind.COMPOSED):
        if stored[key] > 1:
            yield _doubled(key, f"it was written once and is stored {stored[key]} times")
        elif not stored[key] and key not in excused:
            yield _unsent(key, "a manager wrote it, nobody refused it, and it is stored nowhere")


def _is_author_told(delivery: DeliveryRow, rows: Rows) -> bool:
    if delivery.manager_id is None:
        return True
    notices = (each for each in rows.deliveries if each.notice == "reply_state")
    return any(each.about_message == delivery.message_id for each in notices)


def _disordered(copies: Sequence[Record]) -> Iterator[Finding]:
    """Yield the answers that overtook the one written before them."""
    for earlier, later in pairwise(copies):
        if later.at < earlier.at:
            yield Finding(Check.ORDER, Wrong.DISORDERED, later.key, f"it arrived before {earlier.key}, written earlier")


def _of(records: Iterable[Record], kind: Kind) -> Iterator[Record]:
    return (record for record in records if record.kind is kind)


def _unsent(key: str, sentence: str) -> Finding:
    return Finding(Check.SENDS, Wrong.UNSENT, key, sentence)


def _doubled(key: str, sentence: str) -> Finding:
    return Finding(Check.DOUBLES_BOUNDED, Wrong.DOUBLED, key, sentence)
