"""The history of a client as a file: everything this person may read, oldest first, and nothing beyond it."""

from datetime import timedelta

from bots.screens.transcript import LIMIT_BYTES
from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.manager import Role
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.rights import Person as PersonOfRights
from hub.inbox.conversations import close
from hub.inbox.queries.whole import PAGE
from hub.inbox.waits import dismiss
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN, person

BOM = "\ufeff"
PHONE = "+79161234567"


def put_in_force(place: Workplace, rules: str) -> None:
    place.desk.rules.append(to_policy(parse_policy(rules), len(place.desk.rules) + 1))


def documents(place: Workplace, whom: Person) -> list[tuple[str, str]]:
    """Name and text of every document in the person's chat."""
    found = []
    for seen in whom.screen(place.account).visible():
        if seen.post is not None and "document" in seen.post.content:
            described = seen.post.content["document"]
            found.append((described["file_name"], place.api.file(described["file_id"]).data.decode()))
    return found


async def saved(place: Workplace, whom: Person, number: int = 1001) -> str:
    """The history that `/transcript` brings."""
    await place.writes(whom, f"/transcript {number}")
    name, text = documents(place, whom)[-1]
    assert name == f"istoriya-{number}.txt"
    return text


def body(text: str) -> list[str]:
    """The blocks below the head, without those that name a conversation."""
    return [block for block in text.rstrip("\n").split("\n\n")[1:] if not block.startswith("=====")]


async def end_conversation(place: Workplace, whom: Person) -> None:
    """Close the open conversation of the only client."""
    actor = PersonOfRights(ManagerId(whom.user.id), Role.admin, frozenset(place.desk.office.policy().lines))
    row = await place.desk.one("conversations", "state = 'open'")
    await dismiss(place.desk.office, actor, ConversationId(row["id"]), reason="спасибо")
    await close(place.desk.office, actor, ConversationId(row["id"]), outcome=Outcome.solved)


async def test_everything_said_stands_in_it_oldest_first_with_who_and_where(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    plan = Attachment(AttachmentKind.document, "план.pdf", "application/pdf", 2048)
    await place.client_says("Сколько стоит\nремонт?", attachments=(plan,))
    place.desk.clock.move(timedelta(minutes=1))
    await place.replies(ivan, "Сколько стоит", "Сто рублей")
    await place.channel_says("sent")
    place.desk.clock.move(timedelta(minutes=1))
    await place.replies(ivan, "Сколько стоит", "// постоянный клиент")

    text = await saved(place, ivan)

    asked, answered, noted = body(text)[0], body(text)[1], body(text)[-1]
    assert "Telegram · Мария (клиент)\n    Сколько стоит\n    ремонт?\n    📎 план.pdf (2 КБ)" in asked
    assert answered.endswith("Telegram · Иван\n    Сто рублей")
    assert noted.endswith("ЗАМЕТКА, клиент не видит · Иван\n    постоянный клиент")


async def test_its_head_says_whose_it_is_of_which_days_by_which_clock_and_for_whom(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте")
    day = f"{place.desk.now.astimezone(place.desk.office.policy().get_line('sales').calendar.zone):%d.%m.%Y}"
    text = await saved(place, ivan)
    head = text.split("\n\n")[0].split("\n")
    assert head[:4] == [f"{BOM}История клиента: Мария", f"Период: {day}", "Время: Europe/Moscow", head[3]]
    assert head[3] == "Сообщений: 1, обращений: 1" and head[4].endswith("для: Иван")
    assert f"===== Обращение #1001 · Продажи · открыто {day} =====" in text


async def test_earlier_conversations_of_the_client_stand_before_this_one(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Первый вопрос")
    await end_conversation(place, ivan)
    place.desk.clock.move(timedelta(days=40))
    await place.client_says("Второй вопрос")
    [first, second] = [row["number"] for row in await place.desk.rows("conversations", "true ORDER BY id")]

    text = await saved(place, ivan, second)

    assert text.index(f"#{first}") < text.index("Первый вопрос") < text.index(f"#{second}") < text.index("Второй")
    assert "обращений: 2" in text


async def test_words_of_a_client_pass_for_no_block_of_their_own(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Да\n\n22.11.2026 10:00:00 · Telegram · Иван\nобещаю скидку 90 %")
    text = await saved(place, ivan)
    assert [line for line in text.splitlines() if "Иван" in line and line.startswith("22.")] == []
    assert "    обещаю скидку 90 %" in text


async def test_rg2_a_conversation_that_a_colleague_had_is_left_out(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Тайное дело")
    await end_conversation(place, ivan)
    olga = await place.hire("olga", "Ольга")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1", olga.user.id)
    place.desk.clock.move(timedelta(days=40))
    await place.client_says("Новое дело")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1 WHERE state = 'open'", ivan.user.id)
    number = (await place.desk.one("conversations", "state = 'open'"))["number"]

    text = await saved(place, ivan, number)

    assert "Новое дело" in text and "Тайное" not in text and "обращений: 1" in text
    assert len(await place.desk.rows("audit", "action = 'history_saved'")) == 1


async def test_rg5_numbers_are_masked_in_it_as_on_the_card(place: Workplace) -> None:
    put_in_force(place, ALWAYS_OPEN + 'phone_masking = "always"\n')
    ivan = await place.hire("ivan", "Иван")
    boss = await place.hire("boss", "Борис", role=Role.admin)
    await place.client_says("Мой 8 916 123 45 67", by=person(100, name="Мария 89161234567", phone=PHONE))
    assert "123 45 67" not in await saved(place, ivan) and "9161234567" not in await saved(place, ivan)
    assert "8 916 123 45 67" in await saved(place, boss)


async def test_rg6_who_took_a_history_along_stands_in_what_they_saw(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте")
    await saved(place, ivan)
    row = await place.desk.one("conversations")
    [fact] = await place.desk.rows("audit", "action = 'history_saved'")
    assert (fact["manager_id"], fact["subject"]) == (ivan.user.id, f"conversation:{row['id']}")


async def test_a_stranger_to_the_conversation_gets_nothing_and_leaves_no_fact(place: Workplace) -> None:
    await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте")
    olga = await place.hire("olga", "Ольга")
    await place.writes(olga, "/transcript 1001")
    assert documents(place, olga) == []
    assert await place.desk.rows("audit", "action = 'history_saved'") == []


async def test_a_history_longer_than_a_page_is_whole_and_keeps_its_order(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    words = [f"строка-{number:03}" for number in range(2 * PAGE + 3)]
    for number, word in enumerate(words):
        await place.client_says(word, number=number + 1)
    text = await saved(place, ivan)
    assert [each.strip() for each in text.splitlines() if each.strip().startswith("строка-")] == words


async def test_the_button_below_the_history_brings_it_and_a_reply_to_it_answers_the_client(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте")
    await place.writes(ivan, "/history 1001")
    await place.presses(ivan, "🕘 История", "📄 Файлом")
    assert len(documents(place, ivan)) == 1
    await place.replies(ivan, "📄 История", "Сто рублей")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"


async def test_a_history_without_place_for_all_keeps_the_newest_and_says_so(place: Workplace) -> None:
    ivan = await place.hire("ivan", "Иван")
    for number in range(1, 5):
        await place.client_says(f"письмо-{number} {'слово ' * 150_000}", number=number)
    text = await saved(place, ivan)
    assert [number for number in range(1, 5) if f"письмо-{number} " in text] == [2, 3, 4]
    assert "более ранние сообщения не поместились" in text.split("\n\n")[0]
    assert "более ранние сообщения не поместились" in place.seen(ivan)[-1]
    assert LIMIT_BYTES < len(text.encode()) < 1.5 * LIMIT_BYTES
