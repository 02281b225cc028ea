"""The core in virtual time holds what it promises for every seed, and what breaks a promise is found.

Sizes: 500 seeds in every run, 2,000 with `make sim`, 20,000 in `make slow`. `python -m hub.testing.simulation` runs
others and prints the shortest story that fails.
"""

from collections.abc import Iterator

import pytest
import structlog

from hub.testing.simulation.drawing import draw_story
from hub.testing.simulation.figures import Figures, run_seeds
from hub.testing.simulation.office import Defect
from hub.testing.simulation.run import run_story, shrink
from tests.simulation.defects import DEFECTS

SEEDS = (500, pytest.param(20_000, marks=pytest.mark.slow))
ENOUGH = 300
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep what the hub logs of its thousands of stories out of the output."""
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize("seeds", SEEDS)
def test_nothing_breaks_in_any_of_many_stories(seeds: int) -> None:
    figures = Figures()
    for outcome in run_seeds(range(1, seeds + 1), figures):
        assert not outcome.findings, (figures.failed, outcome.findings)
    assert figures.accepted > 5 * seeds
    assert figures.fired > 5 * seeds


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_found(defect: Defect) -> None:
    stories = map(draw_story, range(1, ENOUGH + 1))
    found = next((each.seed for each in stories if run_story(each, defect).findings), None)
    assert found is not None, f"{ENOUGH} stories have not shown that {defect.name}"


def test_a_seed_tells_the_same_story_every_time() -> None:
    assert draw_story(7) == draw_story(7)
    assert run_story(draw_story(7)) == run_story(draw_story(7))


def test_a_failing_story_is_cut_down_to_what_it_needs() -> None:
    [defect] = [each for each in DEFECTS if each.name == "messages are not recognised"]
    seed = next(seed for seed in range(1, ENOUGH) if run_story(draw_story(seed), defect).findings)
    shortest = shrink(draw_story(seed), defect)
    assert len(shortest.happenings) <= 2
    assert run_story(shortest, defect).findings
