"""One statement for what many ask at the same time.

Whoever asks while a statement is under way shares the next one, and so do tasks that were started together: no delay is
added, a question that stands alone is run alone, a crowd costs one round trip and one commit. Nothing is answered before
its statement has ended, so a shared write is as durable as one of one's own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hub.domain.errors import StorageUnavailable

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Shared(Generic[Ask, Answer]):
    """Answers questions of one kind for a process. `run` answers several, one answer each, in their order.

    Where a statement fails for a reason other than the database, its questions are run again one by one: none suffers
    for its neighbour, so `run` must be repeatable. `most` bounds how many share a statement, `most_waiting` how many
    wait: a database that is too slow for what comes must not fill our memory.
    """

    run: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer]]]
    most: int = 128
    most_waiting: int = 4096
    _waiting: list[tuple[Ask, asyncio.Future[Answer]]] = field(default_factory=list)
    _runner: asyncio.Task[None] | None = None

    async def ask(self, asked: Ask) -> Answer:
        """Return the answer.

        Raises:
            StorageUnavailable: too many wait already; and what `run` raises for this question.
        """
        if len(self._waiting) >= self.most_waiting:
            raise StorageUnavailable("too much waits for the database at once: it will be tried again")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run_all())
        return await answer

    async def _run_all(self) -> None:
        """Run what waits until nothing does; no await between the last look and the end, so nothing stalls."""
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
                await self._run(taken)
        finally:
            self._runner = None

    async def _run(self, taken: Sequence[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self.run([asked for asked, _ in taken])
        except BaseException as error:
            if isinstance(error, StorageUnavailable) or len(taken) == 1 or not isinstance(error, Exception):
                _fail([answer for _, answer in taken], error)
                if not isinstance(error, Exception):
                    raise
                return
        else:
            for (_, answer), found in zip(taken, answers, strict=True):
                if not answer.done():
                    answer.set_result(found)
            return
        for each in taken:
            await self._run([each])


def _fail(answers: Sequence[asyncio.Future[Answer]], error: BaseException) -> None:
    for answer in answers:
        if answer.done():
            continue
        if isinstance(error, Exception):
            answer.set_exception(error)
        else:
            answer.cancel()
