"""A head reads along with a colleague's conversation: everything is mirrored quietly, nothing changes for anybody."""

from datetime import timedelta

import pytest

from hub.domain.ids import ManagerId
from hub.domain.inbound import MessageEdited
from hub.domain.manager import Role
from hub.domain.message import Attachment, AttachmentKind, MessageKind
from hub.inbox.auditing import what_they_saw
from hub.inbox.viewer import person_of
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import says
from tests.inbox.rules import line_says, put_in_force, stand_at

ASKED = "Сколько стоит?"
MORE = "И сколько ждать?"
LED = line_says(
    'team = ["ivan", "olga"]',
    "[lines.support]",
    'name = "Поддержка"',
    'calendar = "always"',
    'team = ["petr"]',
    *(f"[managers.{key}]" for key in ("ivan", "olga", "petr")),
)


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with a client, in the morning."""
    stand_at(place.desk, 1, "10:00")
    put_in_force(place.desk, LED)
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(ASKED)
    return ivan


@pytest.fixture
async def olga(place: Workplace, ivan: Person) -> Person:
    """The head of the line, who reads along."""
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await reads(place, olga)
    return olga


async def number_of(place: Workplace) -> int:
    return int((await place.desk.one("conversations"))["number"])


async def reads(place: Workplace, reader: Person) -> None:
    await place.writes(reader, f"/read {await number_of(place)}")


async def ivan_answers(place: Workplace, ivan: Person, text: str = "Пять тысяч") -> None:
    await place.replies(ivan, ASKED, text)
    await place.channel_says("sent")


def overheard(place: Workplace, reader: Person) -> list[str]:
    return [text for text in place.seen(reader) if text.startswith("👁") and "Читаете" not in text]


def labels(place: Workplace, reader: Person, text: str) -> list[str]:
    rows = (place.post(reader, text).keyboard or {}).get("inline_keyboard", [])
    return [str(button["text"]) for row in rows for button in row]


# --- beginning


async def test_the_card_of_a_colleagues_client_offers_reading_along(place: Workplace, ivan: Person) -> None:
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, f"/card {await number_of(place)}")
    await place.presses(olga, ASKED, "👁 Читать")
    assert "Читаете до конца дня" in place.seen(olga)[-1]
    assert "🙈 Не читать" in labels(place, olga, "Читаете до конца дня")


async def test_nobody_is_offered_to_read_along_with_themselves(place: Workplace, ivan: Person) -> None:
    await place.desk.pool.execute("UPDATE managers SET role = 'head' WHERE id = $1", ivan.user.id)
    await place.writes(ivan, f"/card {await number_of(place)}")
    assert "👁 Читать" not in labels(place, ivan, ASKED)


async def test_it_is_offered_beside_each_of_a_persons_clients(place: Workplace, ivan: Person) -> None:
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, "/team Иван")
    await place.presses(olga, "Иван: открытые", f"👁 Читать #{await number_of(place)}")
    await place.client_says(MORE)
    assert MORE in place.seen(olga)[-1]


async def test_a_manager_cannot_read_along(place: Workplace, ivan: Person) -> None:
    petr = await place.hire("petr", "Пётр")
    await reads(place, petr)
    await place.client_says(MORE)
    assert MORE not in "\n".join(place.seen(petr))
    assert await place.desk.rows("timers", "kind = 'reading'") == []


async def test_a_closed_conversation_is_not_read_along(place: Workplace, ivan: Person, olga: Person) -> None:
    await ivan_answers(place, ivan)
    await place.writes(ivan, f"/close {await number_of(place)} solved")
    await reads(place, olga)
    assert await place.desk.rows("timers", "kind = 'reading' AND state = 'armed'") == []


# --- what is mirrored


async def test_what_the_client_writes_is_mirrored_without_sound(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    assert place.post(olga, MORE).text.splitlines()[0].startswith("👁 Мария")
    [sent] = [call for call in place.account.calls_of("sendMessage") if call.text("text").startswith("👁 Мария")]
    assert sent.flag("disable_notification")


async def test_the_owners_answer_is_mirrored_once_the_channel_took_it(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.replies(ivan, ASKED, "Пять тысяч")
    assert overheard(place, olga) == []
    await place.channel_says("sent")
    assert overheard(place, olga)[-1].splitlines()[0].startswith("👁 Иван → Мария")
    assert "Пять тысяч" in overheard(place, olga)[-1]


async def test_an_answer_that_failed_is_not_mirrored(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.replies(ivan, ASKED, "Пять тысяч")
    await place.channel_says("failed", "blocked")
    assert overheard(place, olga) == []


async def test_nothing_on_a_mirrored_message_writes_to_the_client(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    assert labels(place, olga, MORE) == ["📋 Обращение", "🙈 Не читать"]


async def test_the_readers_own_answer_is_not_mirrored_back(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.replies(olga, "Читаете до конца дня", "Пять тысяч")
    await place.channel_says("sent")
    assert overheard(place, olga) == []


async def test_who_takes_the_client_over_gets_cards_instead(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.writes(olga, f"/take {await number_of(place)}")
    await place.client_says(MORE)
    assert [text for text in place.seen(olga) if MORE in text and text.startswith("👁")] == []
    assert MORE in "\n".join(place.seen(olga))


async def test_edge6_what_the_client_changes_is_changed_in_its_place(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    asked = says(MORE, at=place.desk.now)
    await place.desk.receive(asked)
    await place.work()
    await place.desk.receive(MessageEdited(asked.external_id, asked.thread, "И с доставкой?", place.desk.now))
    await place.work()
    assert len(overheard(place, olga)) == 1
    assert "И с доставкой?" in overheard(place, olga)[0]


async def test_a_file_is_mirrored_once_and_its_words_stay_where_they_are(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    stored = Attachment(AttachmentKind.document, "план.pdf", sha256=(await place.files.write(b"%PDF")).digest)
    asked = says(MORE, at=place.desk.now, kind=MessageKind.media, attachments=(stored,))
    await place.desk.receive(asked)
    await place.work()
    before = place.seen(olga)
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE payload->>'notice' = 'overheard'")
    await place.work()
    assert place.seen(olga) == before
    assert len([each for each in olga.screen(place.account).visible() if each.files]) == 1


# --- nothing changes


async def test_p1_reading_along_moves_nothing(place: Workplace, ivan: Person) -> None:
    before = [dict(await place.desk.one(table)) for table in ("conversations", "waits")]
    seen = place.seen(ivan)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await reads(place, olga)
    assert [dict(await place.desk.one(table)) for table in ("conversations", "waits")] == before
    assert place.seen(ivan) == seen


async def test_the_owner_finds_it_in_why(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.writes(olga, f"/unread {await number_of(place)}")
    await place.writes(ivan, f"/why {await number_of(place)}")
    told = place.seen(ivan)[-1]
    assert "Ольга: читает вместе с ответственным" in told
    assert "Ольга: больше не читает" in told


async def test_rg6_what_was_read_is_in_what_they_saw(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    boss = await place.hire("boss", "Борис", role=Role.admin)
    manager = await place.office.find_manager(ManagerId(boss.user.id))
    assert manager is not None
    actor = person_of(place.desk.office.policy(), manager)
    seen = await what_they_saw(
        place.desk.office, actor, ManagerId(olga.user.id), since=place.desk.now - timedelta(days=1)
    )
    assert "read_along" in [deed.action for deed in seen.deeds]
    assert [each.number for each in seen.shown] == [await number_of(place)]


# --- the end


async def test_not_reading_ends_it(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    await place.presses(olga, MORE, "🙈 Не читать")
    assert "Больше не читаете" in place.seen(olga)[-1]
    await place.client_says("Ау?")
    assert "Ау?" not in "\n".join(place.seen(olga))


async def test_it_ends_with_the_day(place: Workplace, ivan: Person, olga: Person) -> None:
    place.desk.clock.move(timedelta(hours=15))
    await place.client_says(MORE)
    assert MORE not in "\n".join(place.seen(olga))


async def test_it_ends_when_the_conversation_is_closed(place: Workplace, ivan: Person, olga: Person) -> None:
    await ivan_answers(place, ivan)
    await place.writes(ivan, f"/close {await number_of(place)} solved")
    await place.client_says(MORE)
    assert MORE not in "\n".join(place.seen(olga))


@pytest.mark.parametrize("change", ["role = 'manager'", "is_active = false", "key = 'petr'"])
async def test_rg4_who_loses_the_line_reads_nothing_more_at_once(
    place: Workplace, ivan: Person, olga: Person, change: str
) -> None:
    await place.desk.pool.execute(f"UPDATE managers SET {change} WHERE id = $1", olga.user.id)
    await place.client_says(MORE)
    await ivan_answers(place, ivan)
    assert MORE not in "\n".join(place.seen(olga))
    assert "Пять тысяч" not in "\n".join(place.seen(olga))


async def test_rg4_who_is_no_head_any_more_reads_nothing_along_of_a_free_client_either(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.desk.pool.execute("UPDATE managers SET role = 'manager' WHERE id = $1", olga.user.id)
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await place.client_says(MORE)
    assert overheard(place, olga) == []


# --- answering


async def test_a_reply_to_a_mirrored_message_asks_before_it_goes_to_the_client(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.client_says(MORE)
    await place.replies(olga, MORE, "Три дня")
    assert "Это увидит клиент: Мария" in place.seen(olga)[-1]
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []
    await place.presses(olga, "Это увидит клиент", "✉️ Отправить клиенту")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Три дня"


async def test_it_may_stay_a_note_for_the_owner(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    await place.replies(olga, MORE, "Три дня")
    await place.presses(olga, "Это увидит клиент", "📝 Как заметку")
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []
    assert "📝 Ольга: Три дня" in place.seen(ivan)[-1]


async def test_a_whisper_below_a_mirrored_message_asks_nothing(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    await place.replies(olga, MORE, "// предложи скидку")
    assert "📝 Ольга: предложи скидку" in place.seen(ivan)[-1]
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []


async def test_a_reaction_to_a_mirrored_message_goes_to_nobody(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    olga.reacts(place.account, place.post(olga, MORE), "👍")
    await place.work()
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []


async def test_a_repeated_notice_mirrors_nothing_twice(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.client_says(MORE)
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE payload->>'notice' = 'overheard'")
    await place.work()
    assert len(overheard(place, olga)) == 1
