"""Every metric of the hub, and how it is told from the health of the installation.

Gauges are of the whole installation, whichever process is asked. Counters and the histogram belong to one process each
(label `process`), roles without HTTP included: they come with its last heartbeat. Names follow `hub_<thing>_<unit>`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.domain.health import ROLES, Beat, Health
from hub.inbox.figures import BOUNDS_SECONDS
from hub.web.exposition import Metric, Sample, histogram, write_metric

DATABASE_UP = Metric("hub_database_up", "gauge", "1 if the database answered this scrape; if 0, nothing else is told.")
ROLE_PROCESSES = Metric("hub_role_processes", "gauge", "Processes alive that do the work of a role.")
PROCESS_SILENT = Metric("hub_process_silent_seconds", "gauge", "Time since the last heartbeat of a process.")
QUEUE_LENGTH = Metric(
    "hub_queue_length", "gauge", "Payloads unfinished (way in), deliveries due or in work (way out), by lane."
)
QUEUE_LAG = Metric(
    "hub_queue_lag_seconds", "gauge", "Age of the oldest waiting payload, or of the oldest due delivery at a head."
)
LEASES_HELD = Metric("hub_leases_held", "gauge", "Payloads and deliveries in work.")
LEASE_AGE = Metric("hub_lease_age_seconds", "gauge", "Age of the oldest thing in work, since it came or was due.")
LEASE_OVERDUE = Metric("hub_lease_overdue_seconds", "gauge", "How long ago the oldest lease ran out unattended.")
CLOCKS_OVERDUE = Metric("hub_clocks_overdue", "gauge", "Clocks that should have fired more than 5 s ago.")
CLOCK_LAG = Metric("hub_clock_lag_seconds", "gauge", "By how much the oldest of the overdue clocks is late.")
SET_ASIDE = Metric("hub_set_aside", "gauge", "Payloads and deliveries that did not succeed, counted up to 10000.")
CONNECTION_UP = Metric("hub_connection_up", "gauge", "1 for a connection that works, 0 for a paused or dead one.")
LAST_SUCCESS = Metric(
    "hub_connection_last_success_timestamp_seconds", "gauge", "When something last came over a connection."
)
PROVIDER_WAITING = Metric(
    "hub_connection_waiting_events", "gauge", "Events that waited at the provider when it was last compared."
)
OVERLOOKED = Metric(
    "hub_connection_overlooked_events_total", "counter", "Events that only a comparison with the provider found."
)
DATABASE_SIZE = Metric("hub_database_size_bytes", "gauge", "Size of the database.")
COMMIT = Metric("hub_accept_commit_seconds", "histogram", "Time from the offer of payloads to their commit.")
ACCEPTED = Metric("hub_receipts_accepted_total", "counter", "Payloads committed, repeats included.")
REFUSED = Metric("hub_receipts_refused_total", "counter", "Requests at a connection that were refused, by HTTP status.")
ENDED = Metric("hub_deliveries_ended_total", "counter", "Deliveries whose attempts ended, by lane and end.")

METRICS = (
    *(DATABASE_UP, ROLE_PROCESSES, PROCESS_SILENT, QUEUE_LENGTH, QUEUE_LAG, LEASES_HELD, LEASE_AGE, LEASE_OVERDUE),
    *(CLOCKS_OVERDUE, CLOCK_LAG, SET_ASIDE, CONNECTION_UP, LAST_SUCCESS, PROVIDER_WAITING, OVERLOOKED, DATABASE_SIZE),
    *(COMMIT, ACCEPTED, REFUSED, ENDED),
)


def write_metrics(health: Health | None) -> str:
    """Return the answer to a scrape; None where the database did not answer."""
    told: dict[Metric, list[Sample]] = {DATABASE_UP: [Sample(int(health is not None), {})]}
    if health is not None:
        told |= _tell_work(health) | _tell_rest(health) | _tell_processes(health)
    return "".join(write_metric(metric, told.get(metric, ())) for metric in METRICS)


def _tell_work(health: Health) -> dict[Metric, list[Sample]]:
    lanes = [({"way": each.way, "lane": each.lane}, each) for each in health.lanes]
    return {
        QUEUE_LENGTH: [Sample(each.waiting, labels) for labels, each in lanes],
        QUEUE_LAG: [Sample(each.lag.total_seconds(), labels) for labels, each in lanes],
        LEASES_HELD: [Sample(health.leases.held, {})],
        LEASE_AGE: [Sample(health.leases.age.total_seconds(), {})],
        LEASE_OVERDUE: [Sample(health.leases.overdue.total_seconds(), {})],
        CLOCKS_OVERDUE: [Sample(health.clocks.overdue, {})],
        CLOCK_LAG: [Sample(health.clocks.lag.total_seconds(), {})],
    }


def _tell_rest(health: Health) -> dict[Metric, list[Sample]]:
    named = [({"kind": each.kind, "name": each.name}, each) for each in health.connections]
    return {
        SET_ASIDE: [
            Sample(count, dict(zip(("what", "state"), key.split(), strict=True))) for key, count in health.wrong.items()
        ],
        CONNECTION_UP: [Sample(int(each.is_up), labels) for labels, each in named],
        LAST_SUCCESS: [
            Sample(each.last_success_at.timestamp(), labels) for labels, each in named if each.last_success_at
        ],
        PROVIDER_WAITING: [Sample(each.waiting, labels) for labels, each in named if each.compared_at],
        OVERLOOKED: [Sample(each.overlooked, labels) for labels, each in named if each.compared_at],
        DATABASE_SIZE: [Sample(health.database_bytes, {})],
    }


def _tell_processes(health: Health) -> dict[Metric, list[Sample]]:
    beats = health.beats
    return {
        ROLE_PROCESSES: [Sample(len(health.list_alive(role)), {"role": role}) for role in ROLES],
        PROCESS_SILENT: [
            Sample(each.silent_for.total_seconds(), {"process": each.process, "version": each.version})
            for each in beats
        ],
        COMMIT: [sample for each in beats for sample in _commits(each)],
        ACCEPTED: [Sample(each.figures.get("accepted", 0), {"process": each.process}) for each in beats],
        REFUSED: [sample for each in beats for sample in _refusals(each)],
        ENDED: [sample for each in beats for sample in _ends(each)],
    }


def _commits(beat: Beat) -> Iterator[Sample]:
    """Yield the histogram of a process; one of another version may count in other buckets and is left out."""
    counts = beat.figures.get("commits", ())
    if len(counts) == len(BOUNDS_SECONDS) + 1:
        total = beat.figures.get("commit_seconds", 0.0)
        yield from histogram(BOUNDS_SECONDS, counts, total, {"process": beat.process})


def _refusals(beat: Beat) -> Iterator[Sample]:
    refused: Mapping[str, Any] = beat.figures.get("refused", {})
    for status, count in sorted(refused.items()):
        yield Sample(count, {"process": beat.process, "status": status})


def _ends(beat: Beat) -> Iterator[Sample]:
    ended: Mapping[str, Mapping[str, Any]] = beat.figures.get("ended", {})
    for lane, ends in sorted(ended.items()):
        for end, count in sorted(ends.items()):
            yield Sample(count, {"process": beat.process, "lane": lane, "end": end})
