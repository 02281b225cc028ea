"""`python -m hub.testing.simulation --seeds 2000 --from 1`: stories one after another, and the shortest that fails.

Exit status 0 only if everything held for every seed. With `--json` the last line is one JSON object.
"""

import argparse
import json
import logging
import sys
import time

import structlog

from hub.testing.simulation.drawing import Story, draw_story
from hub.testing.simulation.figures import Figures, run_seeds
from hub.testing.simulation.run import run_story, shrink

_EACH = 250


def main() -> int:
    """Run what the command line asks for; returns the exit status."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    figures = Figures()
    for _ in run_seeds(range(options.first, options.first + options.seeds), figures):
        if figures.seeds % _EACH == 0:
            _say(f"{figures.seeds} of {options.seeds} seeds, {len(figures.failed)} failed")
    for seed in figures.failed[:1]:
        _explain(shrink(draw_story(seed)))
    summary = figures.as_summary(seconds=time.monotonic() - began)
    print(json.dumps(summary) if options.json else _as_text(summary))  # noqa: T201
    return 1 if figures.failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hub.testing.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many stories")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    return parser.parse_args()


def _explain(story: Story) -> None:
    """Tell the shortest story that fails as its seed does: its rules, what happens in it, and what is wrong."""
    _say(f"seed {story.seed} fails; so does this much of it:")
    _say(story.document.strip())
    for each in story.happenings:
        _say(f"  {each.after}  {each.deed}")
    for finding in run_story(story).findings:
        _say(f"{finding.check}: {finding.sentence}")


def _as_text(summary: dict[str, object]) -> str:
    return "simulation: " + ", ".join(f"{name} {value}" for name, value in summary.items())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
