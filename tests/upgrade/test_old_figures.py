"""Waits and leads of a released hub are in the reports of today's, and a verification does not judge what it cannot."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.inbox.queries.reports.verify import verify
from hub.store.migrate import migrate
from hub.store.pool import open_pool
from tests.inbox.desk import open_desk
from tests.inbox.reports.busy_day import THE_ADMIN, figure, tables_of
from tests.upgrade.test_upgrade import released  # noqa: F401 - a fixture

ALL_OF_IT: dict[str, Any] = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


@pytest.fixture
async def pool(released: tuple[str, str]) -> AsyncIterator[asyncpg.Pool]:  # noqa: F811
    dsn, _ = released
    await migrate(dsn)
    pool = await open_pool(dsn, min_size=1, max_size=4)
    yield pool
    pool.terminate()


async def test_rp1_rp2_what_a_released_hub_knew_is_counted_and_not_judged(pool: asyncpg.Pool, tmp_path: Path) -> None:
    desk = await open_desk(pool, tmp_path / "files")
    stored, leads = await desk.rows("waits"), await desk.rows("leads")
    counted = [row for row in stored if row["is_counted"]]
    told, funnel = [await tables_of(desk, name, **ALL_OF_IT) for name in ("response", "funnel")]

    assert counted
    assert figure(told, "waits") + figure(told, "waits", "next") == len(counted)
    assert figure(told, "answered") == sum(row["state"] == "answered" for row in stored)
    assert funnel["stages"][0]["reached"] == len(leads)
    verdict = await verify(desk.office, THE_ADMIN)
    assert (verdict.unprovable, verdict.differences) == (len(stored), [])
