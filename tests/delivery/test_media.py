from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.delivery.alarms import Alarms
from hub.delivery.media import MediaHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.errors import PermanentFailure, TemporaryFailure
from hub.domain.message import Attachment, AttachmentKind
from hub.store.files import Files
from tests.delivery.bench import ScriptedChannel
from tests.inbox.desk import Desk, says

MINUTE = timedelta(minutes=1)


class FileChannel(ScriptedChannel):
    """A channel with one file, or with the reason why there is none."""

    fault: Exception | None = None

    async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        yield b"a photo"


async def fetch(desk: Desk, files: Files, *, fault: Exception | None = None, again: bool = False) -> dict[str, Any]:
    """Receive a photo and fetch it; return the stored attachment."""
    photo = Attachment(AttachmentKind.photo, "чек.jpg", provider_ref="file-1")
    await desk.receive(says("Вот чек", at=desk.now, attachments=(photo,)))
    channel = FileChannel(desk)
    channel.fault = fault
    handler = MediaHandler(desk.office, files, lambda _: channel, Alarms(desk.office))
    worker = DeliveryWorker(desk.office, Lane.media, handler.as_lane())
    await worker.run_until_idle()
    if again:
        desk.clock.move(MINUTE)
        await worker.run_until_idle()
    [attachment] = (await desk.one("messages"))["attachments"]
    return dict(attachment)


async def test_a_file_is_fetched_kept_and_shown_to_the_manager(desk: Desk, tmp_path: Path) -> None:
    files = Files(tmp_path / "kept")
    attachment = await fetch(desk, files)

    assert await files.read(attachment["sha256"]) == b"a photo"
    notice = await desk.one("deliveries", "payload->>'notice' = 'client_message'")
    assert notice["manager_id"] == (await desk.one("waits"))["assignee_id"]


async def test_a_file_that_can_never_be_had_keeps_its_name_and_the_reason(desk: Desk, tmp_path: Path) -> None:
    attachment = await fetch(desk, Files(tmp_path / "kept"), fault=PermanentFailure("файл больше 20 МБ"))

    assert (attachment["name"], attachment["note"], attachment["sha256"]) == ("чек.jpg", "файл больше 20 МБ", "")


async def test_a_file_that_is_late_is_fetched_later(desk: Desk, tmp_path: Path) -> None:
    attachment = await fetch(desk, Files(tmp_path / "kept"), fault=TemporaryFailure("504"), again=True)

    assert attachment["sha256"]
