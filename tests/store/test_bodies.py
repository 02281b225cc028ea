"""A payload is found again by its connection and the instant it came, or not at all."""

from datetime import timedelta
from itertools import count

import asyncpg
import pytest

from hub.store import receipts
from hub.store.receipts import NewReceipt, StoredBody
from tests.bots.views import NOW


def receipt(external_id: str, body: bytes | None, *, connection: int = 1, file: str = "") -> NewReceipt:
    return NewReceipt(connection, external_id, 1, "client", NOW, False, False, "", body, file, {})


async def keep(pool: asyncpg.Pool, *rows: NewReceipt) -> None:
    numbers = count(1)
    async with pool.acquire() as connection:
        await receipts.store(connection, rows, lambda: next(numbers))


@pytest.mark.parametrize(("connection", "after", "found"), [(1, 0, True), (2, 0, False), (1, 1, False)])
async def test_a_body_is_found_by_connection_and_instant(
    pool: asyncpg.Pool, connection: int, after: int, found: bool
) -> None:
    await keep(pool, receipt("1", b"letter"), receipt("2", b"other", connection=3))
    at = NOW + timedelta(microseconds=after)
    async with pool.acquire() as database:
        body = await receipts.find_body(database, connection, at)
    assert body == (StoredBody(b"letter", "") if found else None)


async def test_of_two_that_came_in_one_instant_none_is_given(pool: asyncpg.Pool) -> None:
    await keep(pool, receipt("1", b"letter"), receipt("2", b"another"))
    async with pool.acquire() as database:
        assert await receipts.find_body(database, 1, NOW) is None


async def test_a_large_body_is_named_by_its_file(pool: asyncpg.Pool) -> None:
    await keep(pool, receipt("1", None, file="ab" * 32))
    async with pool.acquire() as database:
        assert await receipts.find_body(database, 1, NOW) == StoredBody(None, "ab" * 32)
