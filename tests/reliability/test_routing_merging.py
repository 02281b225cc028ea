"""Two cards become one while both go on writing (case 7)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, InboundMessage, Sender
from hub.inbox import merge
from hub.store.pool import open_pool
from tests.inbox.desk import Desk, open_desk, person, says
from tests.inbox.test_merge import three_cards

MAIL = Sender((Address(IdentityType.email, "maria@example.org", "maria@example.org", ProofLevel.proven),), name="М")
ROUNDS = 12


@pytest.fixture
async def others(desk: Desk, dsn: str, tmp_path: Path) -> AsyncIterator[list[Desk]]:
    """Three more processes of the same hub."""
    pools: list[asyncpg.Pool] = [await open_pool(dsn, min_size=1, max_size=3) for _ in range(3)]
    desks = [await open_desk(pool, tmp_path / "files") for pool in pools]
    for each in desks:
        each.channel.events = desk.channel.events
    yield desks
    for pool in pools:
        pool.terminate()


async def test_case7_what_arrives_while_two_cards_are_joined_and_parted_lands_on_one_card_each(
    desk: Desk, others: list[Desk]
) -> None:
    anna, question = await three_cards(desk)

    async def write() -> None:
        for number in range(ROUNDS):
            await desk.accept(says(f"chat {number}", at=desk.now, by=person(100), number=1000 + number))
            mail = InboundMessage(f"mail-{number}", "letters-1", MAIL, desk.now, text=f"mail {number}")
            await desk.accept(mail, connection=2)
            await asyncio.gather(*(other.processor.run_batch(limit=2) for other in others))

    async def join_and_part() -> None:
        for _ in range(ROUNDS // 3):
            await merge.undo_merge(desk.office, anna, await join())
        await join()

    async def join() -> int:
        card = question["candidates"][0]
        return await merge.join_candidate(desk.office, anna, question["id"], with_contact=card)

    await asyncio.gather(write(), join_and_part())
    await desk.process()

    [kept] = await desk.rows("contacts", "merged_into IS NULL")
    for table in ("identities", "threads", "conversations", "waits", "leads", "messages"):
        assert {row["contact_id"] for row in await desk.rows(table)} == {kept["id"]}, table
    assert (
        len(await desk.rows("conversations", "state = 'open'")) == len(await desk.rows("waits", "state = 'open'")) == 1
    )
    texts = [row["text"] for row in await desk.rows("messages", "text LIKE 'chat %' OR text LIKE 'mail %'")]
    assert sorted(texts) == sorted(f"{kind} {number}" for kind in ("chat", "mail") for number in range(ROUNDS))
    assert await desk.rows("receipts", "state <> 'done'") == []
