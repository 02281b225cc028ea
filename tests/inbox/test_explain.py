"""«Почему так?» read by a person."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import merge
from hub.inbox.assignment import release
from hub.inbox.queries import explain_conversation
from hub.inbox.waits import dismiss
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.test_merge import PHONE, three_cards
from tests.inbox.test_queries import only, other, owner

HEAD_OF_ALL = Person(ManagerId(0), Role.admin, frozenset())


async def test_invariant12_the_story_names_client_choice_events_and_deadline(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(100, phone="+79161234567")))
    desk.clock.move(timedelta(minutes=2))
    await desk.receive(says("Ау", at=desk.now, by=person(100)))
    me, conversation = await owner(desk), await only(desk)

    story = await explain_conversation(desk.office, me, conversation)

    assert story[0] == "Клиент известен по: Telegram (подтверждён), телефон +79161234567 (подтверждён)"
    assert story[1:3] == ["Видят обращение: Анна", "Время: Europe/Moscow"]
    assert [line.split(" ", 2)[2].split(",")[0].split(";")[0] for line in story[3:9]] == [
        "чья карточка: новый клиент: такого адреса ещё не было",
        "клиент ждёт ответа",
        "маршрут: Анна: очередь по кругу",
        "назначено: Анна",
        "лид начат на этапе «Новый» (новое обращение)",
        "клиент написал ещё",
    ]
    assert story[-1].startswith("Срок: 15 мин рабочего времени с ")
    assert story[-1].endswith("(правило line:sales, редакция 1)")


async def test_the_story_speaks_the_viewers_language(desk: Desk) -> None:
    await desk.receive(says("How much?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.execute("UPDATE managers SET language = 'en'")

    story = await explain_conversation(desk.office, me, conversation)

    assert story[0] == "The client is known by: Telegram (proven)"
    assert story[-1].startswith("Deadline: 15 min of open time from ")
    assert not any("а" <= letter <= "я" for line in story for letter in line.replace("Анна", "").replace("Иван", ""))


async def test_rg2_the_story_of_a_colleague_does_not_exist(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    with pytest.raises(NotFound):
        await explain_conversation(desk.office, await other(desk), await only(desk))


async def test_giving_back_is_told_with_the_name(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await release(desk.office, me, conversation)
    story = await explain_conversation(desk.office, await owner(desk), conversation)
    assert any("возвращает в очередь" in line for line in story)


async def story_of(desk: Desk, actor: Person, conversation_id: int) -> list[str]:
    """Return the events of a conversation without their times, proven to stand in order."""
    story = await explain_conversation(desk.office, actor, ConversationId(conversation_id))
    events = [line for line in story if re.match(r"\d\d\.\d\d \d\d:\d\d ", line)]
    times = [line[3:5] + line[:2] + line[6:11] for line in events]
    assert times == sorted(times)
    return [line[12:] for line in events]


async def test_m5_m10_a_question_its_merge_and_taking_it_back_are_told_with_names(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    kept = await desk.one("conversations", "state = 'open'")
    desk.clock.move(timedelta(minutes=5))

    told = await story_of(desk, anna, kept["id"])
    await merge.undo_merge(desk.office, anna, merge_id)
    after = await story_of(desk, anna, kept["id"])

    asked = next(line for line in told if line.startswith("вопрос: один ли это клиент с «"))
    assert "Маша" in asked and PHONE in asked
    assert [line for line in told if "карточки объединены" in line] == [
        "Анна: карточки объединены: «Мария» и «Мария П., Маша»"
    ]
    assert "присоединено ожидание другой карточки" in told
    assert [line for line in after if "отменено" in line] == ["Анна: объединение с «Мария П., Маша» отменено"]


async def test_m5_cards_that_were_kept_apart_are_told(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    await merge.keep_apart(desk.office, anna, question["id"])
    asked = await desk.one("conversations", "contact_id = $1", question["contact_id"])

    told = await story_of(desk, anna, asked["id"])

    assert told[-1] == "Анна: с «Мария, Мария П.» это разные клиенты"


async def test_rg5_numbers_in_questions_are_hidden_from_whoever_may_not_see_them(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    desk.rules.append(to_policy(parse_policy(ALWAYS_OPEN + 'phone_masking = "always"\n'), 2))
    manager = Person(anna.manager_id, Role.manager, anna.lines)
    await desk.pool.execute("UPDATE managers SET role = 'manager' WHERE key = 'anna'")
    asked = await desk.one("conversations", "contact_id = $1", question["contact_id"])

    story = await explain_conversation(desk.office, manager, ConversationId(asked["id"]))

    assert "Анна (телефон скрыт)" in story[1]
    assert [line for line in story if PHONE in line] == []


@pytest.mark.parametrize(
    ("role", "said"),
    [("head", "Анна: напоминание, прошло 80 % срока"), ("manager", "прошло 80 % срока, напомнить некому")],
)
async def test_b2_an_escalation_says_whom_it_told_and_how_much_of_the_time_was_gone(
    desk: Desk, role: str, said: str
) -> None:
    await desk.pool.execute("UPDATE managers SET role = $1 WHERE key = 'anna'", role)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    for _ in range(7):
        desk.clock.move(timedelta(minutes=2))
        await ClockWatch(desk.office).fire_due()

    assert said in await story_of(desk, HEAD_OF_ALL, await only(desk))


@pytest.mark.parametrize(
    ("lane", "state", "said"),
    [
        ("notify", "parked", "Анна: уведомление не доставлено (отложено). bot blocked"),
        ("reply", "failed", "сообщение клиенту не доставлено (отказ). bot blocked"),
        ("crm", "unknown", "не доставлено: crm (неизвестно, дошло ли). bot blocked"),
        ("notify", "sent", None),
    ],
)
async def test_what_could_not_be_delivered_is_told(desk: Desk, lane: str, state: str, said: str | None) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.execute(
        "INSERT INTO deliveries (id, lane, key, order_hash, due_at, created_at, finished_at, payload, state, reason, "
        "conversation_id, manager_id) VALUES (1, $1, 'k', 1, $3, $3, $3, '{}', $2, 'bot blocked', $4, $5)",
        lane,
        state,
        desk.now,
        conversation,
        me.manager_id,
    )

    told = await story_of(desk, me, conversation)

    assert [line for line in told if "bot blocked" in line] == ([said] if said else [])


async def test_an_answer_that_failed_is_told_once(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.execute(
        "INSERT INTO deliveries (id, lane, key, order_hash, due_at, created_at, payload, state, reason, "
        "conversation_id, message_id) VALUES (1, 'reply', 'k', 1, $1, $1, '{}', 'failed', 'gone', $2, 77)",
        desk.now,
        conversation,
    )
    await desk.pool.execute(
        "INSERT INTO ledger (id, conversation_id, kind, occurred_at, recorded_at, actor, manager_id, facts) "
        "VALUES (1, $2, 'send_failed', $1, $1, 'hub', $3, '{\"message_id\": 77, \"reason\": \"gone\"}')",
        desk.now,
        conversation,
        me.manager_id,
    )

    told = await story_of(desk, me, conversation)

    assert [line for line in told if "gone" in line] == ["Анна: ответ не отправлен. gone"]


async def test_the_story_is_told_in_the_language_that_is_asked_for(desk: Desk) -> None:
    await desk.receive(says("How much?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)

    story = await explain_conversation(desk.office, me, conversation, language="en")

    assert story[1:3] == ["Seen by: Анна", "Times: Europe/Moscow"]


SHORT_HOURS = ALWAYS_OPEN.replace(
    "always_open = true", 'hours = { mon = ["10:00-10:05"], tue = ["10:00-10:05"], wed = ["10:00-10:05"] }'
)


@pytest.mark.parametrize(
    ("days", "said"), [(7, r"(, \d\d\.\d\d 10:00–10:05){2}"), (14, r"(, \d\d\.\d\d 10:00–10:05){3}, и ещё 2")]
)
async def test_the_open_hours_that_were_counted_are_named(desk: Desk, days: int, said: str) -> None:
    desk.rules.append(to_policy(parse_policy(SHORT_HOURS), 2))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = HEAD_OF_ALL, await only(desk)
    sunday = datetime(2026, 11, 22, tzinfo=UTC)
    await desk.pool.execute("UPDATE waits SET started_at = $1, deadline_at = $2", sunday, sunday + timedelta(days=days))

    counted = (await explain_conversation(desk.office, me, conversation))[-1]

    assert re.fullmatch(rf"Считались часы работы: \d\d\.\d\d 10:00–10:05{said}", counted)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("has_no_open_time", "Рабочих часов впереди не было: срок посчитан по обычным часам"),
        ("is_late_delivery", "Обращение дошло до нас уже после срока"),
    ],
)
async def test_what_is_odd_about_a_deadline_is_said(desk: Desk, column: str, said: str) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.pool.execute(f"UPDATE waits SET {column} = true")

    story = await explain_conversation(desk.office, HEAD_OF_ALL, await only(desk))

    assert story[-1] == said


async def test_an_answer_is_told_with_how_long_it_took(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    conversation = await only(desk)
    await desk.pool.execute(
        "INSERT INTO ledger (id, conversation_id, kind, occurred_at, recorded_at, actor, facts) "
        'VALUES (1, $2, \'answered\', $1, $1, \'manager\', \'{"seconds": 42, "channel": "telegram", "to": null}\')',
        desk.now,
        conversation,
    )

    assert "ответ через 42 с (telegram)" in await story_of(desk, HEAD_OF_ALL, conversation)


async def test_m10_a_merge_that_was_taken_back_is_told_where_nobody_noted_by_whom(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    merge_id = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    kept = await desk.one("conversations", "state = 'open'")
    await merge.undo_merge(desk.office, anna, merge_id)
    await desk.pool.execute("DELETE FROM ledger WHERE kind = 'unjoined'")
    await desk.pool.execute("UPDATE contacts SET name = '' WHERE name = 'Маша'")

    told = await story_of(desk, anna, kept["id"])

    assert any(re.fullmatch(r"объединение с «Мария П\., №\d+» отменено", line) for line in told)


async def test_a_client_known_by_nothing_whom_nobody_sees_is_told_of_all_the_same(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.pool.execute("DELETE FROM identities")
    await desk.pool.execute("UPDATE managers SET is_active = false")

    story = await explain_conversation(desk.office, HEAD_OF_ALL, await only(desk))

    assert story[0] == "Время: Europe/Moscow"


async def test_s7_the_story_of_a_client_who_comes_back_to_their_manager_is_told(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await dismiss(desk.office, me, conversation, reason="ответили")
    await desk.receive(says("А с доставкой?", at=desk.now))
    assert any("клиент ждёт ответа" in line for line in await explain_conversation(desk.office, me, conversation))
