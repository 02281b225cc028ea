"""Who is connected to the embedded server, for the person who is about to stop it.

Source: https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW (read 2026-11-22).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.store.embedded.launch import State, probe
from hub.store.embedded.place import find_cluster, has_cluster, socket_dsn
from hub.store.pool import connect

_CLIENTS = """
SELECT coalesce(nullif(application_name, ''), usename) AS name, count(*) AS connections, min(backend_start) AS since
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
GROUP BY 1 ORDER BY since, name
"""


@dataclass(frozen=True, slots=True)
class ServerClient:
    """A program with its connections: `hub` for all processes of ours, else the name it gave itself."""

    name: str
    connections: int
    since: datetime


async def list_clients(data_dir: Path) -> list[ServerClient]:
    """Return who uses the server of `data_dir`, the longest first; empty if none runs.

    Raises:
        ConfigError: the socket is there, and not for us.
    """
    if not has_cluster(data_dir) or await probe(find_cluster(data_dir)) is not State.READY:
        return []
    async with connect(socket_dsn(find_cluster(data_dir), "postgres")) as connection:
        return [ServerClient(**row) for row in await connection.fetch(_CLIENTS)]
