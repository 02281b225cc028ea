"""A loop outlives what its steps raise, and ends only when it is told to."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
import structlog

from hub.delivery.loops import end_all, keep_going
from hub.domain.errors import StorageUnavailable

SOON = timedelta(0)


def steps(*results: bool | BaseException) -> Callable[[], object]:
    left = list(results)

    async def step() -> bool:
        result = left.pop(0)
        if isinstance(result, BaseException):
            raise result
        return result

    return step


@pytest.mark.parametrize(
    ("error", "event"),
    [(StorageUnavailable("away"), "loop.delayed"), (ValueError("a defect"), "loop.raised"), (OSError(), "loop.raised")],
)
async def test_a_loop_goes_on_after_whatever_a_step_raises_and_says_so(error: Exception, event: str) -> None:
    with structlog.testing.capture_logs() as said:
        await keep_going("reply", steps(False, error, error, True), SOON)  # type: ignore[arg-type]

    assert [(line["event"], line["loop"]) for line in said] == [(event, "reply")] * 2
    assert all(line.get("exc_info", False) == (event == "loop.raised") for line in said)


async def test_cancelling_ends_a_loop() -> None:
    with pytest.raises(asyncio.CancelledError):
        await keep_going("reply", steps(asyncio.CancelledError()), SOON)  # type: ignore[arg-type]


async def test_a_job_that_swallows_its_end_is_told_again_until_it_ends() -> None:
    swallowed = []

    async def deaf() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                swallowed.append(1)
                if len(swallowed) == 3:
                    raise

    job = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end_all([job], timedelta(milliseconds=1))

    assert job.cancelled()


async def test_a_job_that_finishes_its_work_at_the_end_is_told_once() -> None:
    told = []

    async def finishing() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            told.append(1)
            await asyncio.sleep(0.01)

    job = asyncio.create_task(finishing())
    await asyncio.sleep(0)
    await end_all([job], timedelta(seconds=10))

    assert job.cancelled()
    assert told == [1]
