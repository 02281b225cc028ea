"""What a run tells: one JSON line for programs, and for people the seed, the faults and the ledger of what is wrong."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from hub.testing.crash.run import Outcome

_SHOWN_FINDINGS = 25
_SHOWN_LOG_LINES = 12


def summary(outcome: Outcome) -> str:
    """Return the figures of the run as one line of JSON: those of the last judgement, `is_right` over both."""
    figures = asdict(outcome.verdicts[-1][1].figures) if outcome.verdicts else {}
    wish = {"seed": outcome.wish.seed, "kills_wished": outcome.wish.kills, "pace": outcome.wish.pace}
    end = {"seconds": outcome.seconds, "is_right": outcome.is_right}
    return json.dumps({**wish, **figures, **end})


def failure(outcome: Outcome) -> Iterator[str]:
    """Yield the lines that show what is wrong: seed, faults, findings with their slices of the ledger, ends of logs.

    Reads the logs, so the run's directory must still be there.
    """
    yield f"seed {outcome.wish.seed}, {outcome.wish.kills} kills; files in {outcome.wish.place}"
    for fault in outcome.faults:
        yield f"  +{fault.after.total_seconds():.1f} s {fault.what} {fault.place} {fault.length.total_seconds():.1f} s"
    if outcome.trouble:
        yield outcome.trouble
    for when, verdict in outcome.verdicts:
        for finding in verdict.findings[:_SHOWN_FINDINGS]:
            yield f"{when}: {finding}"
        if len(verdict.findings) > _SHOWN_FINDINGS:
            yield f"{when}: … and {len(verdict.findings) - _SHOWN_FINDINGS} more"
    for log in sorted((outcome.wish.place / "logs").glob("*.log")):
        yield f"--- the end of {log.name}"
        yield from log.read_text("utf-8", "replace").splitlines()[-_SHOWN_LOG_LINES:]
