"""Everybody at work: managers have joined and answer, clients speak; at the end of the day what is left is taken."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from hub.testing.crash.processes import DidNotHappen
from hub.testing.crash.staff import Colleague, Numbers
from hub.testing.crash.traffic import speak
from hub.testing.crash.world import World

_JOINED_WITHIN = timedelta(seconds=30)
_LOOK_EVERY = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """Managers and clients at work."""

    staff: Sequence[Colleague]
    speaking: asyncio.Task[None]
    working: Sequence[asyncio.Task[None]]

    async def beside(self, doing: Awaitable[None]) -> None:
        """Wait for something; an error of those who work beside it ends it."""
        task = asyncio.ensure_future(doing)
        try:
            await asyncio.wait({task, self.speaking, *self.working}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (each for each in (task, self.speaking, *self.working) if each.done()):
                ended.result()
        finally:
            task.cancel()

    def end(self) -> None:
        """Let clients fall silent and managers take what nobody took."""
        self.speaking.cancel()
        for each in self.staff:
            each.takes_all = True

    def book_refused(self) -> None:
        """Write down which answers the bot sent back; once, when all is quiet."""
        for each in self.staff:
            each.book_refused()


@asynccontextmanager
async def at_work(world: World, seed: int, rate: float) -> AsyncIterator[WorkingDay]:
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
        yield WorkingDay(staff, speaking, working)
    finally:
        for task in (speaking, *working):
            task.cancel()
        await asyncio.gather(speaking, *working, return_exceptions=True)


async def _join(world: World, staff: Sequence[Colleague]) -> None:
    assert world.premises is not None
    for each in staff:
        each.join(world.premises.invites[each.key])
    try:
        async with asyncio.timeout(_JOINED_WITHIN.total_seconds()):
            while not all(each.has_joined for each in staff):  # noqa: ASYNC110 - looks at the fakes
                await asyncio.sleep(_LOOK_EVERY.total_seconds())
    except TimeoutError:
        raise DidNotHappen("the managers' bot did not greet everybody") from None
