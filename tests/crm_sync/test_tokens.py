"""Tokens of a saved connection: renewed once however many run out of them, and nobody else waits for it."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from hub.crm_sync.tokens import LONGEST_LIFE, StoredTokens, TokenPair, life_of
from hub.domain.ids import ConnectionId
from hub.store.pool import acquire
from hub.store.secrets import Secrets

STALE = TokenPair("old", "refresh")
CONNECTION = (
    "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES (9, 'amocrm', 'amo', '', now())"
)
_KEY = "aHViLXRlc3RzLWtlZXAtdG9rZW5zLXVuZGVyLXRoaXM="


async def test_a_slow_renewal_holds_one_connection_of_the_pool_however_many_wait_for_it(pool: asyncpg.Pool) -> None:
    tokens, begun, answer = StoredTokens(pool, Secrets([_KEY]), ConnectionId(9)), asyncio.Event(), asyncio.Event()
    exchanged: list[TokenPair] = []
    await pool.execute(CONNECTION)

    async def exchange(pair: TokenPair) -> TokenPair:
        exchanged.append(pair)
        begun.set()
        await answer.wait()
        return TokenPair("new", "refresh-2")

    waiting = [asyncio.create_task(tokens.renewed(STALE, exchange)) for _ in range(2 * pool.get_max_size())]
    await begun.wait()
    for _ in range(pool.get_max_size() - 1):
        async with acquire(pool, within=timedelta(seconds=1)) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    assert pool.get_size() - pool.get_idle_size() == 1
    answer.set()
    assert {pair.access for pair in await asyncio.gather(*waiting)} == {"new"}
    assert exchanged == [STALE]


async def test_tokens_renewed_while_somebody_takes_the_connection_away_are_not_kept(pool: asyncpg.Pool) -> None:
    tokens = StoredTokens(pool, Secrets([_KEY]), ConnectionId(9))

    async def exchange(pair: TokenPair) -> TokenPair:
        return TokenPair("new", "refresh-2")

    assert (await tokens.renewed(STALE, exchange)).access == "new"
    assert await pool.fetch("SELECT 1 FROM crm_accounts") == []


@pytest.mark.parametrize("told", [10**12, 10**40, float("inf")])
def test_a_token_that_is_said_to_live_for_ever_lives_a_year(told: object) -> None:
    assert life_of(told, unsaid=timedelta(hours=1)) == LONGEST_LIFE


@pytest.mark.parametrize("told", [None, "3600", True, 0, -(10**40), float("nan"), [], {}])
def test_what_is_no_number_of_seconds_says_nothing_of_a_tokens_life(told: object) -> None:
    assert life_of(told, unsaid=timedelta(hours=1)) == timedelta(hours=1)
