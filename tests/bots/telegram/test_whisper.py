"""A head reads along and notes something below the card: whoever has the client reads it at once (telegram 7.12)."""

import pytest

from hub.domain.manager import Role
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace

ASKED = "Сколько стоит?"


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with a client."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(ASKED)
    return ivan


@pytest.fixture
async def olga(place: Workplace, ivan: Person) -> Person:
    """A head who has opened the card of Ivan's client."""
    olga = await place.hire("olga", "Ольга", role=Role.head)
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(olga, f"/card {number}")
    return olga


async def test_a_heads_note_comes_to_the_owner_at_once_and_nobody_takes_anything(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.replies(olga, ASKED, "// предложи скидку")
    assert "📝 Ольга: предложи скидку" in place.seen(ivan)[-1]
    row = await place.desk.one("conversations")
    assert row["assignee_id"] == ivan.user.id


async def test_s2_the_client_reads_nothing_of_it_and_waits_on(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.replies(olga, ASKED, "// предложи скидку")
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []
    assert (await place.desk.one("waits"))["state"] == "open"


async def test_the_owner_answers_below_the_note(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.replies(olga, ASKED, "// предложи скидку")
    await place.replies(ivan, "предложи скидку", "Пять тысяч, для вас со скидкой")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Пять тысяч, для вас со скидкой"


async def test_ones_own_note_is_told_to_nobody(place: Workplace, ivan: Person, olga: Person) -> None:
    before = place.seen(olga)
    await place.replies(ivan, ASKED, "// просил перезвонить")
    assert await place.desk.rows("deliveries", "payload->>'notice' = 'whisper'") == []
    assert place.seen(olga) == before


async def test_a_note_about_a_free_client_is_told_to_nobody(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await place.replies(olga, ASKED, "// кто возьмёт?")
    assert await place.desk.rows("deliveries", "payload->>'notice' = 'whisper'") == []


async def test_rg1_a_manager_cannot_whisper_about_a_colleagues_client(place: Workplace, ivan: Person) -> None:
    anna = await place.hire("anna", "Анна")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(anna, f"/note {number} привет")
    await place.writes(anna, "привет")
    assert await place.desk.rows("messages", "direction = 'note'") == []
