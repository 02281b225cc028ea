"""What this machine can tell of itself while the database is away: its spool and its disks."""

from hub.config import Config
from hub.domain.health import MachineHealth
from hub.store.disks import look_at_disks
from hub.store.embedded.place import find_cluster
from hub.store.spool import look_at_spool


def look_at_machine(config: Config) -> MachineHealth:
    """Return how spool and disks are. Blocks; the disk of a database given by its address is not ours to see."""
    places = {"data": config.data, "files": config.files_dir}
    if not config.dsn.get_secret_value():
        places["database"] = find_cluster(config.data)
    return MachineHealth(look_at_spool(config.spool_dir), look_at_disks(places))
