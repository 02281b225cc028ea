"""Every metric of the hub, and how it is told from the health of the installation.

Gauges are of the whole installation, whichever process is asked. Counters and the histogram belong to one process each
(label `process`), roles without HTTP included: they come with its last heartbeat. Spool and disks are the machine's
whose process is asked, and are told without the database too. Names follow `hub_<thing>_<unit>`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.domain.health import ROLES, Beat, Health, MachineHealth
from hub.inbox.figures import BOUNDS_SECONDS
from hub.web.exposition import Metric, Sample, histogram, write_metric

DATABASE_UP = Metric("hub_database_up", "gauge", "1 if the database answered; if 0, only the machine is told of.")
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
CRM_LAG = Metric("hub_crm_lag_seconds", "gauge", "Age of the oldest change that waits to be brought to a CRM.")
CRM_RESTING = Metric(
    "hub_crm_resting", "gauge", "1 while a CRM is not called: it did not answer, or a limit is used up."
)
CRM_REFUSED = Metric(
    "hub_crm_refused_records", "gauge", "Records a CRM refused or may have taken without an answer, up to 10000."
)
CRM_DRIFT = Metric("hub_crm_drift_records_total", "counter", "Changes in a CRM that no webhook had told of.")
CRM_END = Metric(
    "hub_crm_credentials_end_timestamp_seconds", "gauge", "When somebody has to give a CRM's credentials anew."
)
SENDING_HELD = Metric(
    "hub_sending_held", "gauge", "1 while a restored hub sends nothing and fires no timers, until somebody resumes it."
)
DATABASE_SIZE = Metric("hub_database_size_bytes", "gauge", "Size of the database.")
SPOOL_RECORDS = Metric("hub_spool_records", "gauge", "Payloads on this machine's disk that wait for the database.")
SPOOL_BYTES = Metric("hub_spool_bytes", "gauge", "Size of the spool of this machine.")
SPOOL_DAMAGED = Metric("hub_spool_damaged_files", "gauge", "Spool files set aside: something in them was not stored.")
DISK_FREE = Metric("hub_disk_free_ratio", "gauge", "Free part of the disks of this machine.")
COMMIT = Metric("hub_accept_commit_seconds", "histogram", "Time from the offer of payloads to their commit.")
ACCEPTED = Metric("hub_receipts_accepted_total", "counter", "Payloads committed, repeats included.")
SPOOLED = Metric("hub_receipts_spooled_total", "counter", "Payloads that went to the spool before the database.")
REFUSED = Metric("hub_receipts_refused_total", "counter", "Requests at a connection that were refused, by HTTP status.")
ENDED = Metric("hub_deliveries_ended_total", "counter", "Deliveries whose attempts ended, by lane and end.")
LOOP_LAG = Metric(
    "hub_loop_lag_seconds", "gauge", "Worst delay of the event loop of a process between its last two heartbeats."
)
CLOCK_SKEW = Metric(
    "hub_clock_skew_seconds", "gauge", "How far the database's clock is ahead of that of the machine of a process."
)

METRICS = (
    *(DATABASE_UP, ROLE_PROCESSES, PROCESS_SILENT, QUEUE_LENGTH, QUEUE_LAG, LEASES_HELD, LEASE_AGE, LEASE_OVERDUE),
    *(CLOCKS_OVERDUE, CLOCK_LAG, SET_ASIDE, CONNECTION_UP, LAST_SUCCESS, PROVIDER_WAITING, OVERLOOKED, SENDING_HELD),
    *(CRM_LAG, CRM_RESTING, CRM_REFUSED, CRM_DRIFT, CRM_END),
    DATABASE_SIZE,
    *(SPOOL_RECORDS, SPOOL_BYTES, SPOOL_DAMAGED, DISK_FREE),
    *(COMMIT, ACCEPTED, SPOOLED, REFUSED, ENDED, LOOP_LAG, CLOCK_SKEW),
)


def write_metrics(health: Health | None, machine: MachineHealth) -> str:
    """Return the answer to a scrape; `health` is None where the database did not answer."""
    told: dict[Metric, list[Sample]] = {DATABASE_UP: [Sample(int(health is not None), {})]} | _tell_machine(machine)
    if health is not None:
        told |= _tell_work(health) | _tell_rest(health) | _tell_crms(health) | _tell_processes(health)
    return "".join(write_metric(metric, told.get(metric, ())) for metric in METRICS)


def _tell_machine(machine: MachineHealth) -> dict[Metric, list[Sample]]:
    return {
        SPOOL_RECORDS: [Sample(machine.spool.records, {})],
        SPOOL_BYTES: [Sample(machine.spool.size_bytes, {})],
        SPOOL_DAMAGED: [Sample(machine.spool.damaged_files, {})],
        DISK_FREE: [Sample(each.free_ratio, {"disk": each.name}) for each in machine.disks],
    }


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
        SENDING_HELD: [Sample(int(health.held is not None), {})],
        DATABASE_SIZE: [Sample(health.database_bytes, {})],
    }


def _tell_crms(health: Health) -> dict[Metric, list[Sample]]:
    crms = [({"kind": each.kind, "name": each.name}, each.crm) for each in health.connections if each.crm]
    return {
        CRM_LAG: [Sample(crm.lag.total_seconds(), labels) for labels, crm in crms],
        CRM_RESTING: [
            Sample(int(crm.rests_until is not None and crm.rests_until > health.at), labels) for labels, crm in crms
        ],
        CRM_REFUSED: [Sample(crm.refused, labels) for labels, crm in crms],
        CRM_DRIFT: [Sample(crm.drift, labels) for labels, crm in crms],
        CRM_END: [Sample(crm.ends_at.timestamp(), labels) for labels, crm in crms if crm.ends_at],
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
        SPOOLED: [Sample(each.figures.get("spooled", 0), {"process": each.process}) for each in beats],
        REFUSED: [sample for each in beats for sample in _refusals(each)],
        ENDED: [sample for each in beats for sample in _ends(each)],
        LOOP_LAG: [sample for each in beats for sample in _gauge(each, "loop_lag_seconds")],
        CLOCK_SKEW: [sample for each in beats for sample in _gauge(each, "clock_skew_seconds")],
    }


def _gauge(beat: Beat, name: str) -> Iterator[Sample]:
    """Yield what a process that is alive said last."""
    if beat.is_alive and name in beat.figures:
        yield Sample(beat.figures[name], {"process": beat.process})


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
