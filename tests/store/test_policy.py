"""Revisions of the policy are numbered one after the other, however many are applied at once."""

import asyncio
from datetime import UTC, datetime

import asyncpg

from hub.store import policy
from hub.store.policy import PolicyChange

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


async def test_revisions_applied_at_once_get_numbers_of_their_own(pool: asyncpg.Pool) -> None:
    async def add(comment: str) -> int:
        async with pool.acquire() as connection:
            return await policy.add_revision(connection, "", change=PolicyChange(AT, comment=comment))

    numbers = await asyncio.gather(*(add(str(number)) for number in range(8)))

    assert sorted(numbers) == list(range(1, 9))
