import os
from datetime import timedelta
from pathlib import Path

import pytest

from hub.delivery.upkeep import Upkeep
from hub.domain.errors import NotFound
from hub.domain.message import Attachment, AttachmentKind
from hub.store.files import Files
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
