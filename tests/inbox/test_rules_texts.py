"""What the hub itself says to clients: once, in their language, with times in words, and never in a loop (S1, FR-2)."""

from dataclasses import replace

import pytest

from hub.domain.conversation import Outcome
from hub.inbox import conversations
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import DAY, MINUTE, OFFICE, answer, line_says, put_in_force, stand_at
from tests.inbox.test_calls import PHONE, miss
from tests.inbox.test_matching import letter
from tests.inbox.test_queries import only, owner

CLOSED = (
    OFFICE
    + """
[lines.sales.texts.ru]
out_of_hours = "Сейчас закрыто, {{client.first_name|друг}}. Ответим {{expected_time}}."
[lines.sales.texts.en]
out_of_hours = "We are closed. We will answer {{expected_time}}."
"""
)
WELCOME = ("[lines.sales.texts.ru]", 'welcome = "Здравствуйте! Это {{business.name}}."')


async def told(desk: Desk) -> list[str]:
    rows = await desk.pool.fetch("SELECT text FROM messages WHERE author = 'automation' ORDER BY id")
    return [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("weekday", "clock", "language", "words"),
    [
        (1, "21:00", "ru", "Сейчас закрыто, Мария. Ответим завтра в 9:00."),
        (1, "06:00", "", "Сейчас закрыто, Мария. Ответим сегодня в 9:00."),
        (4, "20:00", "ru", "Сейчас закрыто, Мария. Ответим в понедельник в 9:00."),
        (1, "21:00", "en-GB", "We are closed. We will answer tomorrow at 9:00."),
        (1, "21:00", "de", "Сейчас закрыто, Мария. Ответим завтра в 9:00."),
    ],
)
async def test_d3_in_closed_hours_the_client_reads_when_we_answer(
    desk: Desk, weekday: int, clock: str, language: str, words: str
) -> None:
    put_in_force(desk, CLOSED)
    asked = stand_at(desk, weekday, clock)
    sender = replace(person(100, name="Мария Петрова"), language=language)
    await desk.receive(says("Вы работаете?", at=asked, by=sender))

    assert await told(desk) == [words]


async def test_s1_the_out_of_hours_text_is_not_repeated_within_its_interval(desk: Desk) -> None:
    put_in_force(desk, CLOSED)
    stand_at(desk, 5, "10:00")
    for _ in range(4):
        await desk.receive(says("Алло", at=desk.now))
        desk.clock.move(4 * 60 * MINUTE)

    assert len(await told(desk)) == 2


async def test_s1_a_client_is_welcomed_once_even_when_he_comes_back(desk: Desk) -> None:
    put_in_force(desk, line_says(*WELCOME))
    await desk.receive(says("Здравствуйте", at=desk.now))
    desk.clock.move(MINUTE)
    await answer(desk)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)
    desk.clock.move(8 * DAY)
    await desk.receive(says("Снова я", at=desk.now))

    assert await told(desk) == ["Здравствуйте! Это Ромашка."]


async def test_s1_case55_automatic_mail_is_never_answered_so_two_robots_never_talk(desk: Desk) -> None:
    put_in_force(desk, line_says(*WELCOME))
    await desk.receive(replace(letter(desk), automatic="auto_reply"), connection=2)
    await desk.receive(letter(desk, number=2), connection=2)
    for number in range(3, 6):
        await desk.receive(replace(letter(desk, number=number), automatic="auto_reply"), connection=2)

    assert len(await told(desk)) == 1


async def test_s1_a_name_that_looks_like_a_template_stays_a_name(desk: Desk) -> None:
    put_in_force(desk, line_says("[lines.sales.texts.ru]", 'welcome = "Здравствуйте, {{client.name}}!"'))
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(100, name="{{business.name}}")))

    assert await told(desk) == ["Здравствуйте, {{business.name}}!"]


async def test_a_text_may_name_the_manager_who_has_the_client(desk: Desk) -> None:
    put_in_force(desk, line_says("[lines.sales.texts.ru]", 'welcome = "Вами займётся {{manager.first_name|коллега}}."'))
    await desk.receive(says("Здравствуйте", at=desk.now))
    manager = await desk.one("managers", "id = (SELECT assignee_id FROM conversations)")

    assert await told(desk) == [f"Вами займётся {manager['name']}."]


CALLED = CLOSED + '[lines.sales.texts.ru]\nmissed_call = "Видим ваш звонок. Перезвоним {{expected_time}}."\n'


async def calls_after_hours(desk: Desk, *, shares_phone: bool) -> None:
    """A client who wrote in Telegram by day calls at night."""
    put_in_force(desk, CALLED.replace("[lines.sales.texts.ru]\nout_of_hours", "[lines.sales.texts.de]\nout_of_hours"))
    at = stand_at(desk, 1, "12:00")
    await desk.receive(says("Добрый день", at=at, by=person(100, phone=PHONE if shares_phone else "")))
    stand_at(desk, 1, "21:00")
    await miss(desk)


async def test_c7_who_calls_in_closed_hours_reads_when_we_call_back_where_they_wrote_before(desk: Desk) -> None:
    await calls_after_hours(desk, shares_phone=True)

    assert await told(desk) == ["Видим ваш звонок. Перезвоним завтра в 9:00."]
    await miss(desk, "c2")
    assert len(await told(desk)) == 1
    assert (await desk.one("waits"))["state"] == "open"


async def test_s1_a_missed_call_is_not_excused_in_a_persons_name(desk: Desk) -> None:
    put_in_force(desk, CALLED.replace("[lines.sales.texts.ru]\nout_of_hours", "[lines.sales.texts.de]\nout_of_hours"))
    asked = says("Добрый день", at=stand_at(desk, 1, "12:00"), by=person(100, phone=PHONE))
    await desk.receive(replace(asked, thread="100@anna"))
    stand_at(desk, 1, "21:00")
    await miss(desk)

    assert await told(desk) == []


async def test_c7_who_only_ever_called_is_told_nothing(desk: Desk) -> None:
    await calls_after_hours(desk, shares_phone=False)

    assert await told(desk) == []
