"""«Почему так?» read by a person."""

from datetime import timedelta

import pytest

from hub.domain.errors import NotFound
from hub.inbox.assignment import release
from hub.inbox.queries import explain_conversation
from tests.inbox.desk import Desk, person, says
from tests.inbox.test_queries import only, other, owner


async def test_invariant12_the_story_names_client_choice_events_and_deadline(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(100, phone="+79161234567")))
    desk.clock.move(timedelta(minutes=2))
    await desk.receive(says("Ау", at=desk.now, by=person(100)))
    me, conversation = await owner(desk), await only(desk)

    story = await explain_conversation(desk.office, me, conversation)

    assert story[0] == "Клиент известен по: Telegram 100 (подтверждён), телефон +79161234567 (подтверждён)"
    assert "маршрут: " in story[1]
    assert [line.split(" ", 2)[2].split(",")[0] for line in story[2:6]] == [
        "чья карточка: новый клиент: такого адреса ещё не было",
        "клиент ждёт ответа",
        "назначено: Анна",
        "клиент написал ещё",
    ]
    assert story[-1].startswith("Срок: 15 мин рабочего времени с ")
    assert story[-1].endswith("(правило line:sales, редакция 1)")


async def test_the_story_speaks_the_viewers_language(desk: Desk) -> None:
    await desk.receive(says("How much?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.execute("UPDATE managers SET language = 'en'")

    story = await explain_conversation(desk.office, me, conversation)

    assert story[0] == "The client is known by: Telegram 100 (proven)"
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
