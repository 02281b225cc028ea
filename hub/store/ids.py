"""Ids from one sequence, reserved in blocks, so that a batch knows its ids before the INSERT."""

from collections import deque
from collections.abc import Callable
from itertools import chain

import asyncpg

BLOCK = 1000  # the increment of the sequence `hub_ids`
_FETCHED_AT_ONCE = 16


class IdBlocks:
    """Gives out blocks of ids to the folds of this process. What a fold leaves unused is lost, which does no harm."""

    def __init__(self) -> None:
        self._starts: deque[int] = deque()

    async def reserve(self, connection: asyncpg.Connection, count: int) -> Callable[[], int]:
        """Return what gives `count` ids or a few more, one a call, to this caller alone."""
        wanted = -(-count // BLOCK)
        while len(self._starts) < wanted:
            rows = await connection.fetch("SELECT nextval('hub_ids') FROM generate_series(1, $1)", _FETCHED_AT_ONCE)
            self._starts.extend(int(row[0]) for row in rows)
        starts = [self._starts.popleft() for _ in range(wanted)]
        return chain.from_iterable(range(start, start + BLOCK) for start in starts).__next__
