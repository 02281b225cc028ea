"""Makes a desk one of a hub that was restored from a backup, and lets it go on (case 38)."""

from dataclasses import replace
from datetime import datetime

from hub.inbox.resume import resume
from hub.store import restored
from hub.store.ids import IdBlocks
from tests.inbox.desk import Desk

MADE_AT = datetime.fromisoformat("2026-11-20T03:00:00+00:00")


async def hold(desk: Desk) -> None:
    """Make this hub one that was restored at this instant, with processes that began after it."""
    async with desk.pool.acquire() as connection:
        await restored.mark(connection, made_at=MADE_AT)
        await connection.execute("UPDATE timers SET due_at = $1 WHERE kind = 'restored'", desk.now)
    desk.office = replace(desk.office, ids=IdBlocks())
    await learn(desk)


async def learn(desk: Desk) -> None:
    """Read the mark, as every process does each two seconds."""
    async with desk.pool.acquire() as connection:
        mark = await restored.read(connection)
    desk.office = replace(desk.office, restored=lambda: mark)


async def release(desk: Desk) -> None:
    """Let the hub go on, and let its processes know."""
    assert await resume(desk.office)
    await learn(desk)
