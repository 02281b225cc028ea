import os
from datetime import timedelta
from pathlib import Path

import pytest

from hub.delivery.upkeep import Upkeep
from hub.domain.errors import NotFound
from hub.domain.message import Attachment, AttachmentKind
from hub.store.files import Files
from hub.store.named_files import named_files
from tests.inbox.desk import Desk, says


def make_old(files: Files, digest: str) -> None:
    os.utime(files.path(digest), (0, 0))


async def test_files_that_no_row_names_go_after_a_day_and_others_stay(desk: Desk, tmp_path: Path) -> None:
    files = Files(tmp_path / "kept")
    named, orphan = (await files.write(b"named")).digest, (await files.write(b"orphan")).digest
    young = (await files.write(b"young")).digest
    photo = Attachment(AttachmentKind.photo, "1.jpg", sha256=named)
    await desk.receive(says("Вот", at=desk.now, attachments=(photo,)))
    for digest in (named, orphan):
        make_old(files, digest)
    await Upkeep(desk.office, files).run_once()

    assert await files.read(named) == b"named"
    assert await files.read(young) == b"young"
    with pytest.raises(NotFound):
        await files.read(orphan)


async def test_partitions_are_there_ahead_of_time(desk: Desk, tmp_path: Path) -> None:
    desk.clock.move(timedelta(days=200))
    await Upkeep(desk.office, Files(tmp_path / "kept")).run_once()

    months = await desk.pool.fetch(
        "SELECT 1 FROM pg_class WHERE relname = $1", f"messages_y{desk.now:%Y}m{desk.now:%m}"
    )
    assert len(months) == 1


async def test_bodies_of_receipts_go_when_their_month_is_ninety_days_past_and_receipts_stay(
    desk: Desk, tmp_path: Path
) -> None:
    upkeep = Upkeep(desk.office, Files(tmp_path / "kept"))
    await upkeep.run_once()
    await desk.receive(says("Здравствуйте", at=desk.now))
    bodies, receipts = "SELECT count(*) FROM receipt_bodies", "SELECT count(*) FROM receipts"

    desk.clock.move(timedelta(days=89))
    await upkeep.run_once()
    assert await desk.pool.fetchval(bodies) == 1

    desk.clock.move(timedelta(days=32))
    await upkeep.run_once()
    await upkeep.run_once()
    assert (await desk.pool.fetchval(bodies), await desk.pool.fetchval(receipts)) == (0, 1)


async def test_bodies_that_fell_into_no_month_go_too(desk: Desk, tmp_path: Path) -> None:
    await desk.pool.execute(
        "INSERT INTO receipt_bodies (receipt_id, received_at, file_sha256) VALUES (1, $1, ''), (2, $2, '')",
        desk.now - timedelta(days=4000),
        desk.now,
    )
    await Upkeep(desk.office, Files(tmp_path / "kept")).run_once()

    assert [row[0] for row in await desk.pool.fetch("SELECT receipt_id FROM receipt_bodies")] == [2]


async def test_files_named_in_any_month_stay_each_month_read_by_itself(desk: Desk, tmp_path: Path) -> None:
    await Upkeep(desk.office, Files(tmp_path / "kept")).run_once()
    await desk.pool.execute(
        "INSERT INTO receipt_bodies (receipt_id, received_at, file_sha256) "
        "SELECT n, $1::timestamptz + n * $2::interval, 'f' || n "
        "FROM generate_series(-2, 4) n",
        desk.now,
        timedelta(days=31),
    )
    await desk.receive(says("Вот", at=desk.now, attachments=(Attachment(AttachmentKind.photo, "1.jpg", sha256="m"),)))
    statements: list[str] = []
    async with desk.pool.acquire() as connection:
        connection.add_query_logger(lambda record: statements.append(record.query))
        async with named_files(connection) as known:
            assert await known(["f-2", "f-1", "f0", "f1", "f2", "f3", "f4", "m", "of nobody"]) == {
                *(f"f{month}" for month in range(-2, 5)),
                "m",
            }

    assert len([query for query in statements if query.startswith("INSERT")]) >= 2 * 4


async def rows_counted(desk: Desk) -> float:
    return float(await desk.pool.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'companies'"))


async def add_companies(desk: Desk, first: int, last: int) -> None:
    async with desk.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO companies (id, created_at, name) "
            "SELECT n, now(), 'x' || n FROM generate_series($1::int, $2::int) n",
            first,
            last,
        )
        await connection.execute("SELECT pg_stat_force_next_flush()")
        await connection.fetchval("SELECT 1")


async def test_a_table_that_has_doubled_is_counted_anew_and_then_left_alone(desk: Desk, tmp_path: Path) -> None:
    upkeep = Upkeep(desk.office, Files(tmp_path / "kept"))
    await desk.pool.execute("ALTER TABLE companies SET (autovacuum_enabled = off)")
    await add_companies(desk, 1, 600)
    assert "public.companies" in await upkeep.analyze_grown()
    assert await rows_counted(desk) == 600
    await add_companies(desk, 601, 700)
    assert "public.companies" not in await upkeep.analyze_grown()
    await add_companies(desk, 701, 1300)
    assert "public.companies" in await upkeep.analyze_grown()
    assert await rows_counted(desk) == 1300
