"""A client whom nobody answers climbs: who has them, the head, the team, in the end the owner of the business (B-2)."""

from datetime import timedelta

import pytest

from hub.domain.manager import Role
from tests.inbox.desk import Desk, says
from tests.inbox.rules import MINUTE, id_of, line_says, pass_time, put_in_force

TO_THE_OWNER = ('[[lines.sales.ladder]]\npercent = 100\nrecipients = ["owner"]',)
WHOLE = tuple(
    f"[[lines.sales.ladder]]\npercent = {percent}\nrecipients = {recipients}"
    for percent, recipients in ((80, '["assignee"]'), (100, '["head"]'), (150, '["team"]'), (200, '["owner"]'))
)


async def told(desk: Desk) -> list[str]:
    """Who heard of the late client so far, by key, in order."""
    names = {row["id"]: row["key"] for row in await desk.rows("managers")}
    rows = await desk.rows("deliveries", "payload->>'notice' = 'level' ORDER BY created_at, id")
    return [names[row["manager_id"]] for row in rows]


@pytest.fixture
async def boss(desk: Desk) -> int:
    """Who administrates the business; the line has a head, too."""
    await desk.hire("olga", "Ольга", role=Role.head)
    return int(await desk.hire("boss", "Борис", role=Role.admin))


async def test_b2_a_level_for_the_owner_reaches_who_administrates_the_business_alone(desk: Desk, boss: int) -> None:
    put_in_force(desk, line_says(*TO_THE_OWNER))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await pass_time(desk, 59 * MINUTE)
    assert await told(desk) == []
    await pass_time(desk, 2 * MINUTE)
    assert await told(desk) == ["boss"]


async def test_b2_b5_without_an_administrator_who_can_be_reached_the_duty_person_hears(desk: Desk, boss: int) -> None:
    await desk.pool.execute("UPDATE managers SET is_reachable = false WHERE id = $1", boss)
    put_in_force(desk, line_says(*TO_THE_OWNER))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await pass_time(desk, 61 * MINUTE)
    assert await told(desk) == ["olga"]


async def test_b2_each_level_reaches_one_circle_further_and_the_deadline_stays(desk: Desk, boss: int) -> None:
    put_in_force(desk, line_says(*WHOLE))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    before = await desk.one("waits")
    await pass_time(desk, 13 * MINUTE)
    [first] = await told(desk)
    assert first in {"anna", "ivan"}
    await pass_time(desk, 3 * MINUTE)
    assert await told(desk) == [first, "olga"]
    await pass_time(desk, 8 * MINUTE)
    assert set(await told(desk)) >= {"anna", "ivan", "olga"}
    assert "boss" not in (await told(desk))[:2]
    await pass_time(desk, 40 * MINUTE)
    assert (await told(desk))[-1] == "boss"
    after = await desk.one("waits")
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert after["breached_at"] == before["deadline_at"]


async def test_b3_an_answer_ends_the_climb(desk: Desk, boss: int) -> None:
    put_in_force(desk, line_says(*WHOLE))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.pool.execute("UPDATE waits SET state = 'answered'")
    await pass_time(desk, timedelta(hours=2))
    assert await told(desk) == []
    assert await id_of(desk, "boss") == boss
