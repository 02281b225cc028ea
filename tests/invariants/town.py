"""A hub in a database of its own that many examples share: emptied between them, always at the same hour.

One event loop and one clone of the template serve a whole test, so an example costs milliseconds. The database is told
not to wait for the disk: what these tests ask is whether rows agree with each other, not whether they survive.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import structlog

from hub.domain.ids import LineKey
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.office import Office
from hub.store.pool import open_pool
from hub.store.schema import metadata
from hub.testing.database import DatabaseServer, cloned_database
from tests.delivery.bench import Outside, open_outside
from tests.inbox.desk import Desk, open_desk
from tests.inbox.rules import TWO_LINES

T = TypeVar("T")
MONDAY_MORNING = datetime(2031, 3, 3, 8, tzinfo=UTC)
LINES = frozenset(map(LineKey, ("sales", "support")))
TEAM = {"anna": Role.manager, "ivan": Role.manager, "olga": Role.head}
EXTENSION = "101"


@dataclass
class Town:
    """An office with three people and what befalls it; `logs` are the events it has logged in this example."""

    desk: Desk
    outside: Outside
    people: dict[str, Person]
    logs: list[Any]
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    @property
    def office(self) -> Office:
        return self.desk.office

    @property
    def now(self) -> datetime:
        return self.desk.now

    def number(self) -> int:
        """Return a number that nothing else in this example has."""
        return next(self._numbers)

    def holder(self, conversation: asyncpg.Record, who: str | None) -> Person:
        """Return who acts: whom the example names, else whoever has the conversation, else Anna."""
        held = [each for each in self.people.values() if each.manager_id == conversation["assignee_id"]]
        return self.people[who] if who else [*held, self.people["anna"]][0]

    async def pick(self, table: str, place: int, where: str = "true") -> asyncpg.Record | None:
        """Return one of the rows of a table, by its place modulo their number; `None` where there are none."""
        rows = await self.desk.rows(table, f"{where} ORDER BY 1, 2, 3, 4")
        return rows[place % len(rows)] if rows else None


class Place:
    """The loop, the database and the pool of one test."""

    def __init__(self, runner: asyncio.Runner, pool: asyncpg.Pool, files: Path) -> None:
        self._runner, self._pool, self._files = runner, pool, files

    def run(self, work: Awaitable[T]) -> T:
        """Run one thing to its end."""

        async def done() -> T:
            return await work

        return self._runner.run(done())

    @contextmanager
    def town(self, policy: str = TWO_LINES) -> Iterator[Town]:
        """Give an empty hub for one example."""
        with structlog.testing.capture_logs() as logs:
            yield self.run(self._build(policy, logs))

    async def _build(self, policy: str, logs: list[Any]) -> Town:
        await self._empty()
        desk = await open_desk(self._pool, self._files, policy=policy)
        desk.clock.move(MONDAY_MORNING - desk.now)
        people = {key: Person(await desk.hire(key, role=role), role, LINES) for key, role in TEAM.items()}
        desk.staff[("pbx_extension", "4", EXTENSION)] = people["anna"].manager_id
        desk.staff[("tg_user", "", "77")] = people["ivan"].manager_id
        return Town(desk, open_outside(desk), people, logs)

    async def _empty(self) -> None:
        """Forget everything: ten times faster than TRUNCATE for the few rows of an example."""
        deletions = "; ".join(f"DELETE FROM {table.name}" for table in metadata.sorted_tables)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL session_replication_role = replica; {deletions}")


@contextmanager
def open_place(server: DatabaseServer, files: Path) -> Iterator[Place]:
    """Open a loop, a database and a pool; all are gone at the end."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def start() -> asyncpg.Pool:
            dsn = await stack.enter_async_context(cloned_database(server))
            pool = await open_pool(dsn, min_size=1, max_size=10)
            stack.callback(pool.terminate)
            name = await pool.fetchval("SELECT current_database()")
            await pool.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
            await pool.expire_connections()
            return pool

        try:
            yield Place(runner, runner.run(start()), files)
        finally:
            runner.run(stack.aclose())
