"""Supervisor of the embedded PostgreSQL: a real server in the data directory, started and stopped by the hub.

Rooms: `account` (which system account may run it), `place` (where cluster and socket lie), `binaries` (whose
`postgres` to run), `cluster` (making a new one), `tool` (running PostgreSQL's own programs), `server` (start, attach,
prove, stop), `clients` (who uses it). With a DSN none of this is used. It leaves connections to `hub.store.pool`, tables to
`hub.store.migrate`. Only POSIX systems: the socket and the lock need it.

Sources: https://www.postgresql.org/docs/18/server-start.html, /app-pg-ctl.html, /app-initdb.html (read 2026-11-22).
"""

from hub.store.embedded.binaries import Binaries, choose_binaries
from hub.store.embedded.clients import ServerClient, list_clients
from hub.store.embedded.place import has_cluster
from hub.store.embedded.server import Embedded, start_embedded, stop_embedded

__all__ = [
    "Binaries",
    "Embedded",
    "ServerClient",
    "choose_binaries",
    "has_cluster",
    "list_clients",
    "start_embedded",
    "stop_embedded",
]
