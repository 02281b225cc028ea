"""Administrators hear in good time that a connection's access runs out, once a stage."""

from datetime import timedelta

import pytest

from hub.delivery.alarms import Alarms
from hub.domain.ids import ConnectionId
from hub.domain.manager import Role
from tests.delivery.bench import add_connection
from tests.inbox.desk import Desk


async def told(desk: Desk) -> list[object]:
    rows = await desk.rows("deliveries", "payload->>'notice' = 'connection_ending' ORDER BY id")
    return [row["payload"]["days"] for row in rows]


@pytest.fixture
async def alarms(desk: Desk) -> Alarms:
    await add_connection(desk)
    await desk.hire("olga", "Ольга", role=Role.admin)
    return Alarms(desk.office)


async def test_nobody_is_told_more_than_a_month_before(desk: Desk, alarms: Alarms) -> None:
    await alarms.report_end(ConnectionId(1), desk.now + timedelta(days=31))
    assert await told(desk) == []


async def test_each_stage_is_told_once(desk: Desk, alarms: Alarms) -> None:
    ends_at = desk.now + timedelta(days=29, hours=1)
    for days in (0, 1, 16, 1, 8, 3, 1):
        desk.clock.move(timedelta(days=days))
        await alarms.report_end(ConnectionId(1), ends_at)
    assert await told(desk) == [29, 12, 3, 0]


async def test_new_credentials_begin_anew(desk: Desk, alarms: Alarms) -> None:
    await alarms.report_end(ConnectionId(1), desk.now + timedelta(days=3, hours=1))
    await alarms.report_end(ConnectionId(1), desk.now + timedelta(days=20, hours=1))
    assert await told(desk) == [3, 20]
