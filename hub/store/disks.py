"""How much room the disks of this machine have, as statvfs(3) and df(1) count it for a user without privileges."""

import os
from collections.abc import Mapping
from pathlib import Path

from hub.domain.health import DiskHealth


def look_at_disks(places: Mapping[str, Path]) -> tuple[DiskHealth, ...]:
    """Return the disk under each place by its name; a directory that is not there yet counts as its parent. Blocks."""
    return tuple(_look_at(name, place.absolute()) for name, place in places.items())


def _look_at(name: str, place: Path) -> DiskHealth:
    found = os.statvfs(next(each for each in (place, *place.parents) if each.exists()))
    usable = found.f_blocks - found.f_bfree + found.f_bavail
    return DiskHealth(name, found.f_bavail / usable if usable else 0.0, found.f_bavail * found.f_frsize)
