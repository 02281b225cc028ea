"""The files of a client: one list over all conversations this person may see, and a press brings one into the chat."""

from datetime import timedelta

import pytest

from bots.screens.action import Action, Press, encode
from hub.domain.manager import Role
from hub.domain.message import Attachment, AttachmentKind
from hub.inbox.queries.whole import FILES_PAGE
from hub.testing.telegram.people import Person
from tests.bots.telegram.test_transcripts import end_conversation, put_in_force
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN

TOO_LARGE = Attachment(AttachmentKind.video, "ролик.mp4", "video/mp4", 30_000_000, note="больше 20 МБ")
COMING = Attachment(AttachmentKind.photo, "фото.jpg", "image/jpeg", 2048, provider_ref="ref-1")


async def stored(place: Workplace, name: str, content: bytes = b"plan") -> Attachment:
    kept = await place.files.write(content)
    return Attachment(AttachmentKind.document, name, "application/pdf", len(content), sha256=kept.digest)


async def brings(place: Workplace, *names: str, number: int = 1) -> None:
    """The client sends a message with files, which are here already."""
    files = tuple([await stored(place, name, name.encode()) for name in names])
    await place.client_says("Смотрите", number=number, attachments=files)


def brought(place: Workplace, whom: Person) -> list[bytes]:
    """The content of each file in the chat, in order."""
    shown = whom.screen(place.account).visible()
    return [place.api.file(file_id).data for each in shown for _, file_id in each.files]


async def test_the_list_names_files_newest_first_and_a_press_brings_one(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await brings(place, "план.pdf", "смета.pdf")
    place.desk.clock.move(timedelta(minutes=1))
    await brings(place, "акт.pdf", number=2)
    before = len(brought(place, ivan))

    await place.writes(ivan, "/files 1001")
    listed = place.post(ivan, "📎 Файлы клиента Мария").text.split("\n")[1:]
    assert [row.split(" (")[0] for row in listed] == ["1. акт.pdf", "2. план.pdf", "3. смета.pdf"]
    assert all("Мария" in row for row in listed)

    await place.presses(ivan, "📎 Файлы клиента", "📎 3")
    assert brought(place, ivan)[before:] == ["смета.pdf".encode()]
    await place.replies(ivan, "💬 Мария", "Получили")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Получили"


async def test_rg6_a_file_that_was_brought_is_a_fact(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await brings(place, "план.pdf")
    await place.writes(ivan, "/files 1001")
    await place.presses(ivan, "📎 Файлы клиента", "📎 1")
    row = await place.desk.one("conversations")
    [fact] = await place.desk.rows("audit", "action = 'file_read'")
    assert (fact["manager_id"], fact["subject"]) == (ivan.user.id, f"conversation:{row['id']}")


async def test_pages_turn_in_place_and_go_on_counting(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await brings(place, *(f"{number}.pdf" for number in range(1, FILES_PAGE + 3)))
    await place.writes(ivan, "/files 1001")
    count = len(place.seen(ivan))
    await place.presses(ivan, "📎 Файлы клиента", "Старше ⟩")
    assert len(place.seen(ivan)) == count
    assert f"{FILES_PAGE + 1}. {FILES_PAGE + 1}.pdf" in place.post(ivan, "📎 Файлы клиента").text
    await place.presses(ivan, "📎 Файлы клиента", f"📎 {FILES_PAGE + 2}")
    assert brought(place, ivan)[-1] == f"{FILES_PAGE + 2}.pdf".encode()
    await place.presses(ivan, "📎 Файлы клиента", "⟨ Новее")
    assert "\n1. 1.pdf" in place.post(ivan, "📎 Файлы клиента").text


@pytest.mark.parametrize(("file", "why"), [(TOO_LARGE, "больше 20 МБ"), (COMING, "ещё не пришёл")])
async def test_a_file_that_is_not_here_says_why_and_has_no_button(place: Workplace, file: Attachment, why: str) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Смотрите", attachments=(file,))
    await place.writes(ivan, "/files 1001")
    post = place.post(ivan, "📎 Файлы клиента")
    assert why in post.text and "📎 1" not in str(post.keyboard)


async def test_files_of_earlier_conversations_are_there_and_those_of_a_colleague_are_not(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await brings(place, "старый.pdf")
    await end_conversation(place, ivan)
    place.desk.clock.move(timedelta(days=40))
    await brings(place, "новый.pdf", number=2)
    number = (await place.desk.one("conversations", "state = 'open'"))["number"]
    await place.writes(ivan, f"/files {number}")
    assert "новый.pdf" in place.seen(ivan)[-1] and "старый.pdf" in place.seen(ivan)[-1]
    await place.presses(ivan, "📎 Файлы клиента", "📎 2")
    assert brought(place, ivan)[-1] == "старый.pdf".encode()

    olga = await place.hire("olga", "Ольга")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1 WHERE state <> 'open'", olga.user.id)
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1 WHERE state = 'open'", ivan.user.id)
    await place.presses(ivan, "📎 Файлы клиента", "📎 2")
    assert place.seen(ivan)[-1] != "старый.pdf" and brought(place, ivan)[-1] == "старый.pdf".encode()
    assert len(await place.desk.rows("audit", "action = 'file_read'")) == 1
    await place.writes(ivan, f"/files {number}")
    assert "старый.pdf" not in place.seen(ivan)[-1]


async def test_a_recording_in_the_list_is_heard_from_there(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    recording = Attachment(AttachmentKind.recording, mime="audio/mpeg", provider_ref="call-1")
    await place.client_says("Звонок", attachments=(recording,))
    await place.writes(ivan, "/files 1001")
    await place.presses(ivan, "📎 Файлы клиента", "📎 1")
    assert "Запись" in place.seen(ivan)[-1]
    assert len(await place.desk.rows("audit", "action = 'recording_heard'")) == 1


async def test_a_correspondence_without_files_says_so(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте")
    await place.writes(ivan, "/file 1001")
    assert place.seen(ivan)[-1].endswith("Файлов в переписке нет.")


async def test_a_deleted_message_has_no_files_to_bring(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await brings(place, "план.pdf")
    await place.writes(ivan, "/files 1001")
    await place.desk.pool.execute("UPDATE messages SET deleted_at = now()")
    before = len(brought(place, ivan))
    await place.presses(ivan, "📎 Файлы клиента", "📎 1")
    assert len(brought(place, ivan)) == before
    await place.writes(ivan, "/files 1001")
    assert place.seen(ivan)[-1].endswith("Файлов в переписке нет.")


async def test_rg5_a_number_in_a_files_name_is_masked(place: Workplace) -> None:
    put_in_force(place, ALWAYS_OPEN + 'phone_masking = "always"\n')
    ivan = await place.hire("ivan", "Иван")
    boss = await place.hire("boss", "Борис", role=Role.admin)
    await brings(place, "89161234567.pdf")
    for whom in (ivan, boss):
        await place.writes(whom, "/files 1001")
    assert "9161234567" not in place.seen(ivan)[-1] and "89161234567.pdf" in place.seen(boss)[-1]


@pytest.mark.parametrize(("press", "title"), [("files", "📎 Файлы клиента"), ("history", "🕘 История")])
async def test_a_made_up_page_beyond_any_list_is_the_newest(place: Workplace, press: str, title: str) -> None:
    ivan = await place.hire("ivan", "Иван")
    await brings(place, "план.pdf")
    await place.writes(ivan, f"/{press} 1001")
    made_up = place.post(ivan, title)
    row = await place.desk.one("conversations")
    page = "9" * 20 if press == "history" else "p" + "9" * 19
    data = encode(Action(Press(press), row["id"], 0, page))
    made_up.keyboard = {"inline_keyboard": [[{"text": "Дальше", "callback_data": data}]]}
    await place.presses(ivan, title, "Дальше")
    await place.writes(ivan, "/card 1001")
    assert "Мария" in place.seen(ivan)[-1]
