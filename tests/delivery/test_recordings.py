"""A recording that somebody wants to hear: fetched anew, kept, sent to who asked and to nobody else (C-12)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.delivery.alarms import Alarms
from hub.delivery.media import MediaHandler
from hub.delivery.recordings import LARGEST_BYTES
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.errors import AuthenticationFailed, NotFound, PermanentFailure, TemporaryFailure
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.message import Attachment
from hub.domain.rights import Person
from hub.inbox.listening import Listened, listen
from hub.store.files import Files
from hub.testing.telephony.switch import SOUND
from tests.delivery.bench import ScriptedChannel
from tests.inbox.desk import Desk
from tests.inbox.test_calling import PBX, anna_of, missed
from tests.inbox.test_calls import PHONE

LINK = "https://pbx.example/records/1.mp3"


class Archive(ScriptedChannel):
    """A PBX with one recording, or with what it says instead, in order."""

    def __init__(self, desk: Desk, *answers: bytes | Exception) -> None:
        super().__init__(desk)
        self.recordings = list(answers) or [SOUND]
        self.asked: list[str] = []

    async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        self.asked.append(attachment.provider_ref)
        answer = self.recordings.pop(0) if len(self.recordings) > 1 else self.recordings[0]
        if isinstance(answer, Exception):
            raise answer
        for place in range(0, len(answer), 5):
            yield answer[place : place + 5]


class Talk:
    """A talk of Anna with a client, and the lane that brings its recording."""

    def __init__(self, desk: Desk, files: Files, *answers: bytes | Exception) -> None:
        self.desk, self.files, self.archive = desk, files, Archive(desk, *answers)
        handler = MediaHandler(desk.office, files, lambda _: self.archive, Alarms(desk.office))
        self.worker = DeliveryWorker(desk.office, Lane.media, handler.as_lane())

    async def hold(self, *, recording: str = LINK) -> tuple[Person, ConversationId]:
        conversation, anna = await missed(self.desk), await anna_of(self.desk)
        await self._event("out", CallStage.answered)
        self.desk.clock.move(timedelta(seconds=40))
        await self._event("out", CallStage.ended, talk=timedelta(seconds=40), recording=recording)
        return anna, conversation

    async def _event(self, call: str, stage: CallStage, **more: Any) -> None:
        out = CallDirection.outbound
        event = CallEvent(f"{call}-{stage}", call, stage, out, self.desk.now, client=PHONE, extension="101", **more)
        await self.desk.receive(event, connection=PBX)

    async def bring(self, *, after: timedelta = timedelta(0)) -> None:
        self.desk.clock.move(after)
        await self.worker.run_until_idle()

    async def kept(self) -> dict[str, Any]:
        rows = await self.desk.rows("messages", "kind = 'call' AND jsonb_array_length(attachments) > 0")
        return dict(rows[0]["attachments"][0])

    async def told(self) -> list[tuple[Any, Any]]:
        rows = await self.desk.rows("deliveries", "payload->>'notice' = 'recording' ORDER BY id")
        return [(row["manager_id"], row["payload"]["reason"]) for row in rows]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "kept")


async def test_c12_a_recording_is_fetched_kept_with_its_reference_and_sent_to_who_asked(
    desk: Desk, files: Files
) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold()
    listened = await listen(desk.office, anna, conversation)
    await talk.bring()

    assert listened is not None and not listened.is_there
    assert talk.archive.asked == [LINK]
    kept = await talk.kept()
    assert await files.read(kept["sha256"]) == SOUND
    assert (kept["provider_ref"], kept["mime"], kept["name"][-4:]) == (LINK, "audio/mpeg", ".mp3")
    assert await talk.told() == [(anna.manager_id, "")]


async def test_c12_what_was_heard_once_is_at_hand_and_every_listening_is_written_down(desk: Desk, files: Files) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold()
    first = await listen(desk.office, anna, conversation)
    await talk.bring()
    second = await listen(desk.office, anna, conversation, first.message_id if first else None)

    assert second == Listened(second.message_id, is_there=True) if second else False
    assert len(talk.archive.asked) == 1
    assert len(await talk.told()) == 2
    heard = await desk.rows("audit", "action = 'recording_heard'")
    assert [(row["manager_id"], row["subject"]) for row in heard] == [
        (anna.manager_id, f"conversation:{conversation}")
    ] * 2


async def test_c12_a_process_that_died_before_the_end_was_written_brings_nothing_twice(
    desk: Desk, files: Files
) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    await talk.bring()
    await desk.pool.execute("UPDATE deliveries SET state = 'queued', finished_at = NULL WHERE lane = 'media'")
    await talk.bring()

    assert await talk.told() == [(anna.manager_id, "")]


async def test_two_who_ask_at_once_make_one_request(desk: Desk, files: Files) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    await listen(desk.office, anna, conversation)
    await talk.bring()

    assert (len(talk.archive.asked), len(await talk.told())) == (1, 2)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (PermanentFailure("gone", 404, reason="not_found"), "not_found"),
        (PermanentFailure("link", 404, reason="expired"), "expired"),
        (AuthenticationFailed("401"), "credentials"),
        (b"<!DOCTYPE html><title>Sign in</title>", "not_audio"),
        (b"", "not_audio"),
    ],
)
async def test_c12_what_cannot_be_heard_is_told_and_may_be_asked_for_again(
    desk: Desk, files: Files, answer: bytes | Exception, reason: str
) -> None:
    talk = Talk(desk, files, answer)
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    await talk.bring()

    assert await talk.told() == [(anna.manager_id, reason)]
    kept = await talk.kept()
    assert (kept["provider_ref"], kept["sha256"]) == (LINK, "")


async def test_c12_a_recording_too_large_for_the_chat_is_not_kept(desk: Desk, files: Files) -> None:
    class Endless(Archive):
        async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
            yield SOUND
            for _ in range(LARGEST_BYTES // 2**20):
                yield bytes(2**20)

    talk = Talk(desk, files)
    talk.archive = Endless(desk)
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    await talk.bring()

    assert await talk.told() == [(anna.manager_id, "too_large")]


async def test_c12_a_recording_that_is_not_ready_is_waited_for_and_given_up_in_words(desk: Desk, files: Files) -> None:
    talk = Talk(desk, files, TemporaryFailure("not ready"), SOUND)
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    await talk.bring()
    assert await talk.told() == []
    await talk.bring(after=timedelta(minutes=1))
    assert await talk.told() == [(anna.manager_id, "")]


async def test_c12_a_recording_that_never_comes_is_given_up_in_words(desk: Desk, files: Files) -> None:
    talk = Talk(desk, files, TemporaryFailure("not ready"))
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    for _ in range(12):
        await talk.bring(after=timedelta(minutes=11))

    assert await talk.told() == [(anna.manager_id, "not_ready")]


async def test_c12_a_recording_that_comes_after_the_call_hangs_on_its_message_and_the_card_shows_it(
    desk: Desk, files: Files
) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold(recording="")
    assert await listen(desk.office, anna, conversation) is None

    late = CallEvent("rec", "out", CallStage.recording, CallDirection.outbound, desk.now, recording=LINK)
    await desk.receive(late, connection=PBX)

    assert (await talk.kept())["provider_ref"] == LINK
    assert await desk.rows("deliveries", "payload->>'notice' = 'card_changed' AND key LIKE '%recording:%'")
    assert await listen(desk.office, anna, conversation)


async def test_c12_a_second_link_does_not_undo_what_is_kept(desk: Desk, files: Files) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold()
    await listen(desk.office, anna, conversation)
    await talk.bring()
    again = CallEvent("rec", "out", CallStage.recording, CallDirection.outbound, desk.now, recording=LINK + "?2")
    await desk.receive(again, connection=PBX)

    assert (await talk.kept())["sha256"]


async def test_rg2_a_talk_of_another_conversation_is_none_of_it(desk: Desk, files: Files) -> None:
    talk = Talk(desk, files)
    anna, conversation = await talk.hold()
    boris = Person(ManagerId(await desk.hire("boris")), anna.role, anna.lines)
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", anna.manager_id)

    with pytest.raises(NotFound):
        await listen(desk.office, boris, conversation)
    assert await desk.rows("audit", "action = 'recording_heard'") == []
