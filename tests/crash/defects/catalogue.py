"""The defects that the crash harness has to catch, one patch each, and what it breaks to hunt them.

They live beside the tests and not in the package: what is installed at a business must not carry its own poison, and
hunting needs a checkout anyway. A patch is a unified diff with its sentence above; it is as small as the mistake that
somebody might really make. Where the random plan of a few kills would have to be lucky, a hunt says what to break.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hub.testing.crash.nemesis import WORKERS, What
from hub.testing.crash.oracle_finding import Wrong

PATCHES = Path(__file__).parent / "patches"


@dataclass(frozen=True, slots=True)
class Breaking:
    """One kind of fault of a hunt's plan, on one of `places` in turn, for `length` where it lasts.

    It comes a moment and `after` the beginning of the one before.
    """

    what: What
    places: tuple[str, ...]
    length: timedelta = timedelta(0)
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Defect:
    """A planted defect. `breaking` are the faults that come in turn, none for the harness's own plan.

    Only a finding of one of the kinds in `shows` catches it: on a busy machine a clock may be late for no fault of
    ours. `flow` names the flow whose points in `points` find it, where dying at an instant is what it takes; there any
    end that differs from the untouched one does.
    """

    name: str
    shows: tuple[Wrong, ...] = ()
    breaking: tuple[Breaking, ...] = ()
    flow: str = ""
    points: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return PATCHES / f"{self.name}.patch"

    @property
    def sentence(self) -> str:
        """Return what is wrong with it, as its patch says."""
        return self.path.read_text("utf-8").partition("\n")[0]

    def apply(self, tree: Path, *, check: bool = False) -> str:
        """Apply the patch to a tree, or only see whether it would; return why it does not, empty if it does."""
        command = ["git", "apply", *(["--check"] if check else []), "--whitespace=nowarn", str(self.path)]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        return done.stderr.strip() if done.returncode else ""


_KILLS = Breaking(What.kill, WORKERS)
# Refused once, the first of two answers in a row comes again seconds later: long enough for the second to overtake it.
_REFUSALS = Breaking(What.refused, ("telegram",))
_CUT_OFF = Breaking(What.drop, ("web",), timedelta(seconds=2), after=timedelta(seconds=2))
# A worker that is slow has answers under way; frozen for longer than a lease it wakes when they are another's.
_SLOW = Breaking(What.delay, WORKERS[:1], timedelta(seconds=8), after=timedelta(seconds=38))
_LONGER_THAN_A_LEASE = Breaking(What.freeze, WORKERS[:1], timedelta(seconds=35), after=timedelta(seconds=2))

DEFECTS = (
    Defect("ack_before_store", flow="message_webhook", points=("accept.before_commit",)),
    Defect("done_before_send", flow="reply_telegram", points=("delivery.before_attempt",)),
    Defect("no_dedupe", flow="message_webhook", points=("webhook.accepted",)),
    Defect("cursor_before_store", flow="message_polled", points=("accept.before_batch_commit",)),
    Defect("reply_by_time_window", flow="reply_telegram", points=("intake.carried_out",)),
    Defect("doubt_forgotten", flow="reply_telegram", points=("delivery.after_send",)),
    Defect("any_of_its_key", (Wrong.DISORDERED,), (_REFUSALS,)),
    Defect("timer_without_fence", (Wrong.CLOCK_TWICE, Wrong.CLOCK_EARLY)),
    Defect("cursor_by_id", (Wrong.LOST,)),
    Defect("lock_outside_transaction", (Wrong.UNTRUE, Wrong.MISROUTED, Wrong.CLOCK_TWICE)),
    Defect("refused_on_exception", (Wrong.LOST,), (Breaking(What.kill, ("postgres",)), _KILLS)),
    Defect("redis_only_copy", (Wrong.LOST,), (_CUT_OFF,)),
    Defect("lease_without_token", (Wrong.DOUBLED,), (_SLOW, _LONGER_THAN_A_LEASE)),
)
BY_NAME: Mapping[str, Defect] = {defect.name: defect for defect in DEFECTS}
