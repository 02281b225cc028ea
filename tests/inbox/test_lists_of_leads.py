"""Own leads and leads without a next step: whose they are, and that others' leads are not read for them (T-1)."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import product

import asyncpg
import pytest

from hub.store import leads
from hub.store.reach import Reach
from tests.inbox.desk import Desk

ME, COLLEAGUE = 7, 8
OTHERS = 3000
MINE = Reach(ME, ["sales"], sees_all=False)
AS_HEAD = Reach(ME, ["sales"], sees_all=True)
A_BUSINESS = f"""
INSERT INTO contacts (id, name, created_at) SELECT 100000 + i, 'Клиент', now() FROM generate_series(1, {OTHERS}) i;
INSERT INTO conversations (id, contact_id, line, state, assignee_id, opened_at, last_message_at)
SELECT 200000 + i, 100000 + i, 'sales', CASE WHEN i % 2 = 0 THEN 'open' ELSE 'closed' END, 900 + i % 50, now(), now()
FROM generate_series(1, {OTHERS}) i;
INSERT INTO leads (id, contact_id, line, conversation_id, responsible_id, created_at, stage_at)
SELECT 300000 + i, 100000 + i, 'sales', 200000 + i, 900 + i % 50, now(), now() FROM generate_series(1, {OTHERS}) i;
ANALYZE
"""
A_CONVERSATION = """
INSERT INTO conversations (id, contact_id, line, state, assignee_id, opened_at, last_message_at)
VALUES ($1, $2, $3, $4, $5, now(), now())
"""
A_LEAD = """
INSERT INTO leads (id, contact_id, line, conversation_id, responsible_id, state, created_at, stage_at)
VALUES ($1, $2, $3, $4, $5, $6, now(), now() + $1::bigint * interval '1 second')
"""
A_TASK = """
INSERT INTO tasks (id, what, contact_id, lead_id, line, due_at, cause, created_at)
VALUES ($1, 'Позвонить', $2, $1, $3, now(), 'manual', now())
"""
ROWS_READ = """
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = $1
"""
NOBODYS_PAST = f"""
INSERT INTO conversations (id, contact_id, line, state, opened_at, last_message_at)
SELECT 400000 + i, 400000 + i, 'sales', 'closed', now(), now() FROM generate_series(1, {OTHERS}) i;
ANALYZE
"""


@dataclass(frozen=True)
class Placed:
    """A lead as it may stand: who is responsible for it, and what its conversation is."""

    id: int
    responsible: int | None
    has_conversation: bool
    assignee: int | None
    is_talking: bool
    line: str
    state: str
    has_step: bool

    @property
    def contact_id(self) -> int:
        return self.id + 10_000

    @property
    def conversation_id(self) -> int:
        return self.id + 20_000

    @property
    def holder(self) -> int | None:
        """Return who has the client: the conversation's manager before the lead's."""
        return (self.assignee if self.has_conversation else None) or self.responsible


def every_place() -> Iterator[Placed]:
    whose, either = (None, ME, COLLEAGUE), (True, False)
    places = product(whose, either, whose, either, ("sales", "support"), ("open", "won"), (False, True))
    for number, place in enumerate(places, start=1000):
        yield Placed(number, *place)


async def place(pool: asyncpg.Pool, lead: Placed) -> None:
    """Store a lead with its client, conversation and task; what has stood longer has the smaller id."""
    await pool.execute("INSERT INTO contacts (id, name, created_at) VALUES ($1, 'Клиент', now())", lead.contact_id)
    if lead.has_conversation:
        state = "open" if lead.is_talking else "closed"
        await pool.execute(A_CONVERSATION, lead.conversation_id, lead.contact_id, lead.line, state, lead.assignee)
    conversation_id = lead.conversation_id if lead.has_conversation else None
    await pool.execute(A_LEAD, lead.id, lead.contact_id, lead.line, conversation_id, lead.responsible, lead.state)
    if lead.has_step:
        await pool.execute(A_TASK, lead.id, lead.contact_id, lead.line)


@pytest.fixture
async def places(desk: Desk) -> list[Placed]:
    placed = list(every_place())
    for lead in placed:
        await place(desk.pool, lead)
    return placed


async def test_own_leads_are_the_open_ones_of_clients_one_has(desk: Desk, places: list[Placed]) -> None:
    own = {lead.id for lead in places if lead.holder == ME and (lead.state, lead.line) == ("open", "sales")}
    listed = await leads.list_own(desk.pool, MINE)

    assert {row.id for row in listed} == own
    assert [row.next_at is not None for row in listed] == sorted(row.next_at is not None for row in listed)


async def test_t1_leads_without_a_step_are_ones_own_and_nobodys_on_ones_lines(desk: Desk, places: list[Placed]) -> None:
    standing = [lead for lead in places if (lead.state, lead.line, lead.has_step) == ("open", "sales", False)]
    seen = {lead.id for lead in standing if lead.holder in (ME, None)}

    listed = await leads.list_stepless(desk.pool, MINE)
    assert {row.id for row in listed} == seen
    assert [row.stage_at for row in listed] == sorted(row.stage_at for row in listed)
    assert {row.id for row in await leads.list_stepless(desk.pool, AS_HEAD)} == {lead.id for lead in standing}


@pytest.mark.parametrize(
    ("list_leads", "reach"), [(leads.list_own, MINE), (leads.list_stepless, MINE), (leads.list_stepless, AS_HEAD)]
)
async def test_leads_of_others_are_not_read_for_a_list(
    desk: Desk, list_leads: Callable[[asyncpg.Connection, Reach], Awaitable[list[object]]], reach: Reach
) -> None:
    await place(desk.pool, next(lead for lead in every_place() if lead.holder == ME and lead.line == "sales"))
    await desk.pool.execute(A_BUSINESS)
    async with desk.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        assert await list_leads(connection, reach)
        assert await connection.fetchval(ROWS_READ, "leads") <= OTHERS / 10


async def test_t1_closed_conversations_that_nobody_had_are_not_read_for_leads_without_a_step(desk: Desk) -> None:
    nobodys = next(lead for lead in every_place() if lead.holder is None and lead.has_conversation)
    await place(desk.pool, nobodys)
    await desk.pool.execute(NOBODYS_PAST)
    async with desk.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        assert [row.id for row in await leads.list_stepless(connection, MINE)] == [nobodys.id]
        assert await connection.fetchval(ROWS_READ, "conversations") <= OTHERS / 10
