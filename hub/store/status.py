"""How the installation is, in one statement that stays cheap however large the tables are.

Every part walks a partial index that holds only what is unfinished, or the tables of connections and processes, which
are small. Ages of work are in business time (`now`), leases and heartbeats in the database's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from hub.domain.delivery import Lane
from hub.domain.health import (
    CLOCK_GRACE,
    Beat,
    ClockHealth,
    ConnectionHealth,
    CrmHealth,
    Health,
    LaneHealth,
    LeaseHealth,
)
from hub.domain.restored import Restored

RECEIPT_LANES = ("client", "manager_bot")
MOST_COUNTED = 10_000
"""What was set aside is counted up to this, newest first: failures of years must not make a look expensive."""

# Heads are found in one pass over what waits: asked for each due delivery, the planner with stale statistics looks at
# everything for each of them (measured: 9 s with 5,000 due of one key and 100,000 that wait).
STATUS = """
SELECT
  (SELECT jsonb_agg(to_jsonb(h) || jsonb_build_object(
      'silent', extract(epoch FROM clock_timestamp() - h.last_seen_at)) ORDER BY h.started_at, h.process)
    FROM heartbeats h) AS beats,
  (SELECT jsonb_agg(jsonb_build_object('lane', l.lane, 'waiting', r.waiting, 'since', r.since) ORDER BY l.place)
    FROM unnest($2::text[]) WITH ORDINALITY AS l(lane, place) CROSS JOIN LATERAL (
      SELECT count(*) AS waiting, min(received_at) AS since FROM (
        SELECT received_at FROM receipts WHERE lane = l.lane AND state = 'new'
        UNION ALL SELECT received_at FROM receipts WHERE lane = l.lane AND state = 'claimed') unread) r) AS receipts,
  (WITH placed AS (
      SELECT lane, due_at, state, lease_until,
        row_number() OVER (PARTITION BY lane, order_hash ORDER BY created_at, id) AS place
      FROM deliveries WHERE lane = ANY($3::text[]) AND state IN ('queued', 'sending')
    ), told AS MATERIALIZED (
      SELECT lane, count(*) FILTER (WHERE due_at <= $1) AS waiting, min(due_at) FILTER (
        WHERE place = 1 AND due_at <= $1 AND (state = 'queued' OR lease_until < clock_timestamp())) AS since
      FROM placed GROUP BY lane)
    SELECT jsonb_agg(jsonb_build_object('lane', l.lane, 'waiting', coalesce(t.waiting, 0), 'since', t.since)
      ORDER BY l.place)
    FROM unnest($3::text[]) WITH ORDINALITY AS l(lane, place) LEFT JOIN told t ON t.lane = l.lane) AS deliveries,
  (SELECT jsonb_build_object('held', count(*), 'since', min(since),
      'overdue', extract(epoch FROM clock_timestamp() - min(lease_until)))
    FROM (SELECT received_at AS since, lease_until FROM receipts WHERE state = 'claimed'
      UNION ALL SELECT due_at, lease_until FROM deliveries
        WHERE lane = ANY($3::text[]) AND state IN ('queued', 'sending') AND state = 'sending' AND due_at <= $1) held
  ) AS leases,
  (SELECT min(due_at) FROM timers WHERE state = 'armed' AND due_at > $1) AS next_clock_at,
  (SELECT jsonb_build_object('overdue', count(*), 'since', min(due_at))
    FROM timers WHERE state = 'armed' AND due_at <= $4) AS clocks,
  (SELECT count(*) FROM (SELECT 1 FROM receipts WHERE state = 'parked' LIMIT $5) p) AS parked,
  (SELECT jsonb_object_agg(state, number) FROM (SELECT state, count(*) AS number FROM (
      SELECT state FROM deliveries WHERE state IN ('failed', 'unknown', 'parked') ORDER BY id DESC LIMIT $5) newest
    GROUP BY state) counted) AS wrong,
  (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'name', name, 'state', state, 'reason', state_reason,
      'since', coalesce(state_at, created_at), 'last_success_at', last_success_at,
      'compared_at', compared_at, 'waiting', waiting, 'overlooked', overlooked, 'crm', crm) ORDER BY id)
    FROM connections c LEFT JOIN LATERAL (SELECT jsonb_build_object('drift', drift, 'rests_until', blocked_until,
        'rest_reason', blocked_reason, 'ends_at', CASE WHEN tokens_encrypted IS NULL THEN tokens_expire_at END,
        'refused', (SELECT count(*) FROM (SELECT 1 FROM crm_items i
          WHERE i.connection_id = c.id AND i.state IN ('refused', 'unsure') LIMIT $5) r),
        'since', (SELECT min(d.created_at) FROM deliveries d
          WHERE d.lane = 'crm' AND d.state IN ('queued', 'sending') AND d.connection_id = c.id)) AS crm
      FROM crm_accounts a WHERE a.connection_id = c.id) asked ON true) AS connections,
  (SELECT jsonb_build_object('at', due_at, 'facts', facts) FROM timers
    WHERE kind = 'restored' AND subject = 'hub' AND fired_at IS NULL) AS held,
  pg_database_size(current_database()) AS database_bytes
"""


async def read_health(connection: asyncpg.Connection, *, now: datetime) -> Health:
    """Return how the installation is at `now` of business time. Reads only."""
    row = await connection.fetchrow(STATUS, now, RECEIPT_LANES, list(Lane), now - CLOCK_GRACE, MOST_COUNTED)
    lanes = [_lane("in", each, now) for each in row["receipts"]] + [
        _lane("out", each, now) for each in row["deliveries"]
    ]
    return Health(
        at=now,
        beats=tuple(_beat(each) for each in row["beats"] or ()),
        lanes=tuple(lanes),
        leases=_leases(row["leases"], now),
        clocks=ClockHealth(row["next_clock_at"], row["clocks"]["overdue"], _age(row["clocks"]["since"], now)),
        wrong=_wrong(row["parked"], row["wrong"] or {}),
        connections=tuple(_connection(each, now) for each in row["connections"] or ()),
        database_bytes=row["database_bytes"],
        held=_held(row["held"]),
    )


def _beat(found: Mapping[str, Any]) -> Beat:
    return Beat(
        process=found["process"],
        roles=tuple(found["roles"]),
        version=found["version"],
        started_at=datetime.fromisoformat(found["started_at"]),
        silent_for=_length(found["silent"]),
        figures=found["figures"],
    )


def _lane(way: str, found: Mapping[str, Any], now: datetime) -> LaneHealth:
    return LaneHealth(way, found["lane"], found["waiting"], _age(found["since"], now))


def _leases(found: Mapping[str, Any], now: datetime) -> LeaseHealth:
    return LeaseHealth(found["held"], _age(found["since"], now), _length(found["overdue"] or 0))


def _connection(found: Mapping[str, Any], now: datetime) -> ConnectionHealth:
    return ConnectionHealth(
        kind=found["kind"],
        name=found["name"],
        state=found["state"],
        reason=found["reason"],
        since=datetime.fromisoformat(found["since"]),
        last_success_at=_instant(found["last_success_at"]),
        compared_at=_instant(found["compared_at"]),
        waiting=found["waiting"],
        overlooked=found["overlooked"],
        crm=_crm(found["crm"], now),
    )


def _crm(found: Mapping[str, Any] | None, now: datetime) -> CrmHealth | None:
    if found is None:
        return None
    return CrmHealth(
        lag=_age(found["since"], now),
        refused=found["refused"],
        drift=found["drift"],
        rests_until=_instant(found["rests_until"]),
        rest_reason=found["rest_reason"],
        ends_at=_instant(found["ends_at"]),
    )


def _held(found: Mapping[str, Any] | None) -> Restored | None:
    if found is None:
        return None
    facts = found["facts"]
    return Restored(
        datetime.fromisoformat(found["at"]), datetime.fromisoformat(facts["made_at"]), int(facts["last_id"])
    )


def _instant(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _wrong(payloads: int, deliveries: Mapping[str, int]) -> dict[str, int]:
    ends = {f"delivery {state}": deliveries.get(state, 0) for state in ("parked", "failed", "unknown")}
    return {"payload parked": payloads, **ends}


def _age(since: str | None, now: datetime) -> timedelta:
    return max(now - datetime.fromisoformat(since), timedelta(0)) if since else timedelta(0)


def _length(seconds: float) -> timedelta:
    return timedelta(seconds=max(seconds, 0))
