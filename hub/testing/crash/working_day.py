"""Everybody at work: managers have joined and answer, clients speak."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from hub.testing.crash.processes import DidNotHappen
from hub.testing.crash.staff import Colleague, Numbers
from hub.testing.crash.traffic import speak
from hub.testing.crash.world import World

_JOINED_WITHIN = timedelta(seconds=30)
_LOOK_EVERY = timedelta(milliseconds=100)


@asynccontextmanager
async def at_work(world: World, seed: int, rate: float) -> AsyncIterator[None]:
    """Let managers join, then all work while the block runs; at its end they stop where they are.

    Raises:
        DidNotHappen: the managers' bot greets nobody.
    """
    numbers = Numbers()
    staff = [Colleague(world, key, random.Random(f"{key} {seed}"), numbers) for key in world.managers]
    await _join(world, staff)
    working = [asyncio.create_task(each.work()) for each in staff]
    speaking = asyncio.create_task(speak(world, random.Random(f"clients {seed}"), rate))
    try:
        yield
    finally:
        for task in (speaking, *working):
            task.cancel()
        await asyncio.gather(speaking, *working, return_exceptions=True)


async def _join(world: World, staff: list[Colleague]) -> None:
    assert world.premises is not None
    for each in staff:
        each.join(world.premises.invites[each.key])
    try:
        async with asyncio.timeout(_JOINED_WITHIN.total_seconds()):
            while not all(each.has_joined for each in staff):  # noqa: ASYNC110 - looks at the fakes
                await asyncio.sleep(_LOOK_EVERY.total_seconds())
    except TimeoutError:
        raise DidNotHappen("the managers' bot did not greet everybody") from None
