"""Places to die, for the tests that stop the process between any two steps.

`crash_point("accept.stored")` stands before and after every commit, provider call and
acknowledgement; a test of the house checks it. In production it does nothing. With
`HUB_CRASH=accept.stored:2` in the environment, read once when this module is imported,
the process kills itself with SIGKILL when it reaches that point for the second time:
no handler, no flush and no rollback of ours runs, as when the machine loses power.
Whether what remains is right is for the tests to say. With `HUB_CRASH_LOG=file` every
point reached is written into that file, a line each: which points a flow passes, and
how often, is found out and not listed by hand.
"""

import os
import signal
from collections.abc import Callable
from typing import Final

__all__ = ["crash_point"]


def _pass(_name: str) -> None:
    """Stay alive."""


def _die_at(wish: str) -> Callable[[str], None]:
    """Build the point that kills this process at the wished hit; `wish` reads `flow.step:n`, n from 1."""
    wanted, _, count = wish.rpartition(":")
    if not wanted or not count.isdecimal() or int(count) == 0:
        raise ValueError(f"HUB_CRASH reads flow.step:n with n from 1, not {wish!r}")
    hits_left = int(count)

    def reach(name: str) -> None:
        nonlocal hits_left
        hits_left -= name == wanted
        if hits_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


def _record_in(path: str) -> Callable[[str], None]:
    """Build the point that writes its name to the end of a file, so that a process killed later has told it."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def reach(name: str) -> None:
        os.write(file, f"{name}\n".encode())

    return reach


def _choose(wish: str, log: str) -> Callable[[str], None]:
    if wish:
        return _die_at(wish)
    return _record_in(log) if log else _pass


_reach: Final[Callable[[str], None]] = _choose(os.environ.get("HUB_CRASH", ""), os.environ.get("HUB_CRASH_LOG", ""))


def crash_point(name: str) -> None:
    """Mark a place to die, named `flow.step`; in production nothing happens here."""
    _reach(name)
