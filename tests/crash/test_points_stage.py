"""Time that is let pass moves all that leases are given and judged by, so that no living process loses one early."""

import ast
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.store import receipts
from hub.store.pool import connect
from hub.testing.crash.flows_town import running_town
from hub.testing.crash.points_nursery import Nursery
from hub.testing.crash.points_stage import MOVED, Stage
from hub.testing.database import DatabaseServer
from tests.house.source import source_files

LEASE = timedelta(seconds=30)
FUNCTIONS_OF_TIME = re.compile(
    r"\b(\w+_timestamp|timeofday|now)\(\)|\b(current_(?:timestamp|time|date)|localtime(?:stamp)?)\b", re.IGNORECASE
)


@pytest.fixture
async def stage(database_server: DatabaseServer, tmp_path: Path) -> AsyncIterator[Stage]:
    async with running_town() as town:
        stage = Stage("lease", database_server, Nursery(), town, tmp_path, port=0, keys="")
        await stage.make_first()
        yield stage
        async with connect(database_server.dsn) as connection:
            await connection.execute(f"DROP DATABASE {stage.first} WITH (FORCE)")


async def store_a_press(dsn: str) -> None:
    press = receipts.NewReceipt(
        connection_id=1,
        external_id="1",
        order_hash=1,
        lane="manager_bot",
        received_at=datetime.now(UTC),
        is_unkeyed=False,
        is_history=False,
        body_hash="",
        body=b"{}",
        file_sha256="",
        head={},
    )
    async with connect(dsn) as connection:
        await receipts.store(connection, [press], lambda: 1)


async def attempt_of_claim(dsn: str) -> list[int]:
    async with connect(dsn) as connection:
        claimed = await receipts.claim(connection, lane="manager_bot", limit=1, token=1, lease=LEASE)
    return [each.attempt for each in claimed]


@pytest.mark.parametrize("shift", [timedelta(hours=-1), timedelta(0), timedelta(hours=1)])
async def test_a_lease_holds_as_long_as_it_was_given_for_wherever_time_stands(stage: Stage, shift: timedelta) -> None:
    dsn = stage.server.database_dsn(stage.first)
    await store_a_press(dsn)
    await stage.let_pass(stage.first, shift)

    assert await attempt_of_claim(dsn) == [1]
    assert await attempt_of_claim(dsn) == []
    await stage.let_pass(stage.first, LEASE)
    assert await attempt_of_claim(dsn) == [2]


def test_statements_ask_for_no_time_that_cannot_be_let_pass() -> None:
    texts = [
        node.value
        for source in source_files("hub/store")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    asked = {"".join(found).lower() for text in texts for found in FUNCTIONS_OF_TIME.findall(text)}

    assert asked <= MOVED.keys()
