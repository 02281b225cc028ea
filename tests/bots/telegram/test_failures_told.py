"""What goes wrong is said: an update set aside, an old answer that failed, a database that is away."""

from datetime import timedelta

import pytest
from aiogram.types import Message, User

from bots.telegram import messages, presses
from bots.telegram.entrance import admit
from hub.domain.errors import StorageUnavailable
from hub.domain.manager import Role
from tests.inbox.desk import says


async def test_case66_the_failure_of_an_older_answer_is_told_too(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    for number in range(21):
        place.desk.clock.move(timedelta(seconds=1))
        await place.desk.receive(says(f"ещё {number}", at=place.desk.now))
    await place.channel_says("failed", "blocked")
    assert "клиент заблокировал бота" in place.post(ivan, "Не доставлено").text
    assert "Ждёт ответа #" in "\n".join(place.seen(ivan))


async def test_r9_what_a_head_gives_back_is_declined_for_its_owner_who_is_told(place):
    ivan = await place.hire("ivan", "Иван")
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.client_says("Сколько стоит?")
    owned = await place.desk.one("conversations")
    assert owned["assignee_id"] == ivan.user.id
    await place.writes(olga, f"/release {owned['number']}")
    assert (await place.desk.one("waits"))["declined"] == [ivan.user.id]
    assert "Ведёт: Иван" not in place.seen(ivan)[-1]
    told = await place.desk.rows("deliveries", "lane = 'notify' AND payload->>'notice' = 'taken_away'")
    assert [row["payload"]["manager_id"] for row in told] == [ivan.user.id]


async def test_a_database_that_is_away_makes_the_update_come_again(place):
    ivan = await place.hire("ivan", "Иван")
    user = User(id=ivan.user.id, is_bot=False, first_name="Иван")
    turn = await admit(place.office, place.bot, user, key="desk:1")
    assert turn is not None
    written = Message.model_validate(
        {"message_id": 1, "date": 0, "chat": {"id": ivan.user.id, "type": "private"}, "text": "/my"}
    )
    held = [await place.desk.pool.acquire() for _ in range(place.desk.pool.get_max_size())]
    with pytest.raises(StorageUnavailable):
        await presses.press(turn, "h1:my:0:0")
    with pytest.raises(StorageUnavailable):
        await messages.receive(turn, written)
    for connection in held:
        await place.desk.pool.release(connection)
