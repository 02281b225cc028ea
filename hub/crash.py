"""Places to die, for the tests that stop the process between any two steps.

`crash_point("accept.stored")` stands before and after every commit, provider call and
acknowledgement; a test of the house checks it. In production it does nothing. With
`HUB_CRASH=accept.stored:2` in the environment, read once when this module is imported,
the process kills itself with SIGKILL when it reaches that point for the second time:
no handler, no flush and no rollback of ours runs, as when the machine loses power.
Whether what remains is right is for the tests to say.
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


_WISH = os.environ.get("HUB_CRASH")

crash_point: Final[Callable[[str], None]] = _die_at(_WISH) if _WISH else _pass
