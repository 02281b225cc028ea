"""A small run of the whole harness: real processes are killed under load, and nothing is wrong afterwards."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.testing.crash.report import failure, summary
from hub.testing.crash.run import Outcome, Wish, run
from hub.testing.data_dir import make_data_dir, remove_data_dir

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
async def place() -> AsyncIterator[Path]:
    place = make_data_dir()
    yield place
    await remove_data_dir(place)


async def test_a_few_kills_under_load_lose_double_and_forget_nothing(place: Path) -> None:
    said: list[str] = []
    outcome = await run(Wish(kills=4, seed=1, place=place, rate=3.0), said.append)

    assert outcome.is_right, "\n".join([*failure(outcome), *said])
    told = json.loads(summary(outcome))
    assert (told["kills"], told["lost"], told["invented"], told["residue"]) == (4, 0, 0, 0)
    assert told["acked"] == told["stored"] > 20
    assert any("kill work-1" in line for line in said)


def test_a_run_that_did_not_reach_its_end_is_wrong_and_says_why(tmp_path: Path) -> None:
    outcome = Outcome(Wish(1, 7, tmp_path), (), (), (), 1.0, trouble="work-1 does not end")

    assert not outcome.is_right
    assert json.loads(summary(outcome)) == {
        "seed": 7,
        "kills_wished": 1,
        "pace": 1.0,
        "seconds": 1.0,
        "is_right": False,
    }
    assert list(failure(outcome))[-1] == "work-1 does not end"
