"""What the tests of the embedded server know about it from outside."""

from pathlib import Path

WHEEL_MAJOR = 18


def postmaster_pid(cluster: Path) -> int:
    """Read the number of the server's first process."""
    return int((cluster / "postmaster.pid").read_text().split()[0])
