"""A worker on a machine of its own loses the cable under load: the other works on, and nothing is taken too early."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.testing.crash.machines import NoMachines
from hub.testing.crash.two_machines import Result, Wish, run
from hub.testing.data_dir import make_data_dir, remove_data_dir

pytestmark = [pytest.mark.needs_ip, pytest.mark.timeout(400)]


@pytest.fixture
async def place() -> AsyncIterator[Path]:
    place = make_data_dir()
    yield place
    await remove_data_dir(place)


async def cut_off_one(place: Path) -> Result:
    """Run it; where the kernel allows no namespaces the test is left out with that reason."""
    try:
        return await run(Wish(seed=8, rate=5, cut=timedelta(seconds=33), place=place))
    except NoMachines as error:
        pytest.skip(f"no network namespaces here: {error}")


async def test_case23_a_worker_that_is_cut_off_for_half_a_minute_loses_and_doubles_nothing(place: Path) -> None:
    result = await cut_off_one(place)

    assert result.is_right, "\n".join([*map(str, result.verdict.findings), *result.early, str(result.to_json())])
    assert result.held > 0
