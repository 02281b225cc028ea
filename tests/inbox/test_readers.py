"""Who may read along, and how it ends: the use-cases below the bot."""

from datetime import timedelta

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.errors import Conflict, HubError, NotFound, PermissionDenied
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.queries import get_card
from hub.inbox.reading_along import read_along, stop_reading
from tests.inbox.desk import Desk, says
from tests.inbox.rules import answer, line_says, put_in_force

SALES, SUPPORT = frozenset({LineKey("sales")}), frozenset({LineKey("support")})


@pytest.fixture
async def conversation(desk: Desk) -> ConversationId:
    """A conversation that one of two managers has."""
    await desk.receive(says("Сколько стоит?", at=desk.now))
    return ConversationId((await desk.one("conversations"))["id"])


async def head(desk: Desk, key: str = "olga") -> Person:
    return Person(await desk.hire(key, role=Role.head), Role.head, SALES)


async def overheard_by(desk: Desk, reader: Person) -> int:
    where = "payload->>'notice' = 'overheard' AND manager_id = $1"
    return len(await desk.rows("deliveries", where, reader.manager_id))


@pytest.mark.parametrize("use_case", [read_along, stop_reading])
@pytest.mark.parametrize(
    ("role", "lines", "is_active", "refusal"),
    [
        (Role.head, SALES, True, None),
        (Role.admin, SUPPORT, True, None),
        (Role.manager, SALES, True, NotFound),
        (Role.head, SUPPORT, True, NotFound),
        (Role.admin, SALES, False, NotFound),
    ],
)
async def test_rg7_only_who_leads_the_line_reads_along(
    desk: Desk,
    conversation: ConversationId,
    use_case: object,
    role: Role,
    lines: frozenset[LineKey],
    is_active: bool,
    refusal: type[HubError] | None,
) -> None:
    actor = Person(await desk.hire("vera", role=role), role, lines, is_active)
    if refusal is None:
        await use_case(desk.office, actor, conversation)  # type: ignore[operator]
        return
    with pytest.raises(refusal):
        await use_case(desk.office, actor, conversation)  # type: ignore[operator]


async def test_rg7_a_manager_does_not_read_along_with_an_own_client(desk: Desk, conversation: ConversationId) -> None:
    owner = Person(ManagerId((await desk.one("conversations"))["assignee_id"]), Role.manager, SALES)
    with pytest.raises(PermissionDenied):
        await read_along(desk.office, owner, conversation)


async def test_nothing_of_a_closed_conversation_is_read_along(desk: Desk, conversation: ConversationId) -> None:
    olga = await head(desk)
    await desk.pool.execute("UPDATE conversations SET state = 'closed'")
    with pytest.raises(Conflict):
        await read_along(desk.office, olga, conversation)


async def test_several_read_along_and_one_stops(desk: Desk, conversation: ConversationId) -> None:
    olga, vera = await head(desk), await head(desk, "vera")
    for reader in (olga, vera):
        await read_along(desk.office, reader, conversation)
    await stop_reading(desk.office, olga, conversation)
    await desk.receive(says("Ау?", at=desk.now))
    assert [await overheard_by(desk, each) for each in (olga, vera)] == [0, 1]
    cards = [await get_card(desk.office, each, conversation) for each in (olga, vera)]
    assert [card.reads_along for card in cards] == [False, True]


async def test_beginning_twice_is_one_fact_and_one_copy(desk: Desk, conversation: ConversationId) -> None:
    olga = await head(desk)
    for _ in range(2):
        await read_along(desk.office, olga, conversation)
    await desk.receive(says("Ау?", at=desk.now))
    assert await overheard_by(desk, olga) == 1
    assert len(await desk.rows("ledger", "kind = 'read_along'")) == 1


async def test_the_end_of_the_day_fires_and_wakes_nobody(desk: Desk, conversation: ConversationId) -> None:
    olga = await head(desk)
    await read_along(desk.office, olga, conversation)
    await desk.pool.execute("UPDATE conversations SET snoozed_until = $1", desk.now + timedelta(days=3))
    desk.clock.move(timedelta(days=1, hours=1))
    await ClockWatch(desk.office).fire_due()
    assert (await desk.one("timers", "kind = 'reading'"))["state"] == "fired"
    assert await desk.rows("ledger", "kind = 'woken'") == []


async def test_an_album_is_one_copy(desk: Desk, conversation: ConversationId) -> None:
    olga = await head(desk)
    await read_along(desk.office, olga, conversation)
    for _ in range(3):
        await desk.receive(says("Фото", at=desk.now, group_key="album-1"))
    assert await overheard_by(desk, olga) == 1


async def test_a_colleagues_answer_is_copied_once(desk: Desk, conversation: ConversationId) -> None:
    olga = await head(desk)
    await read_along(desk.office, olga, conversation)
    await answer(desk)
    assert await overheard_by(desk, olga) == 1


async def test_fr8_a_line_that_only_observes_copies_nothing(desk: Desk, conversation: ConversationId) -> None:
    olga = await head(desk)
    await read_along(desk.office, olga, conversation)
    put_in_force(desk, line_says('mode = "observe"'))
    await desk.receive(says("Ау?", at=desk.now))
    assert await overheard_by(desk, olga) == 0
