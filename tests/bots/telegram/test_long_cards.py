"""A card of a long form takes several messages: each is the card's, and all of them change, move and go together."""

from typing import Any

import pytest

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, FormSubmission, Sender
from hub.testing.telegram.people import Person
from hub.testing.telegram.screen import Seen
from tests.bots.telegram.workplace import Workplace

FIRST, LAST = "Вопрос 1", "Вопрос 30"
FIELDS = tuple((f"Вопрос {number}", "Подробный ответ клиента. " * 7) for number in range(1, 31))


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with the client of a form of thirty long fields."""
    ivan = await place.hire("ivan", "Иван")
    await place.desk.receive(form(place, "f1", "Нужна смета", fields=FIELDS), connection=3)
    await place.work()
    return ivan


def form(place: Workplace, key: str, text: str, **more: Any) -> FormSubmission:
    address = Address(IdentityType.email, "m@romashka.ru", "m@romashka.ru", ProofLevel.claimed)
    return FormSubmission(key, "calc", Sender((address,), "Мария"), place.desk.now, text=text, **more)


def card(place: Workplace, ivan: Person) -> list[Seen]:
    """The messages of the card, in order."""
    visible = ivan.screen(place.account).visible()
    return [each for each in visible if each.is_from_bot and ("Подробный" in each.text or "#1001" in each.text)]


async def refresh(place: Workplace) -> None:
    await place.desk.pool.execute("UPDATE contacts SET company_id = NULL, version = version + 1, name = 'Мария Б.'")
    await place.desk.pool.execute(
        "UPDATE deliveries SET state = 'queued', payload = payload || '{\"notice\": \"card_changed\"}' "
        "WHERE payload->>'notice' = 'new_lead'"
    )
    await place.work()


async def test_a_redraw_keeps_every_field_in_its_place(place: Workplace, ivan: Person) -> None:
    before = card(place, ivan)
    assert len(before) > 1
    await refresh(place)
    after = card(place, ivan)
    assert [each.message_id for each in after] == [each.message_id for each in before]
    assert "Мария Б." in after[0].text
    assert [text.count("Подробный") for text in (each.text for each in after)] == [
        each.text.count("Подробный") for each in before
    ]
    assert [bool(each.buttons) for each in after] == [False] * (len(after) - 1) + [True]


@pytest.mark.parametrize("part", [FIRST, LAST])
async def test_a_reply_to_any_part_of_it_is_for_its_client(place: Workplace, ivan: Person, part: str) -> None:
    await place.replies(ivan, part, "// перезвонить")
    assert (await place.desk.one("messages", "direction = 'note'"))["text"] == "перезвонить"


async def test_a_card_that_comes_anew_leaves_one_line_of_the_one_before(place: Workplace, ivan: Person) -> None:
    before = card(place, ivan)
    await place.writes(ivan, "/card 1001")
    left = [each for each in card(place, ivan) if each.message_id <= before[-1].message_id]
    assert [each.text for each in left] == ["#1001 ↓ карточка ниже"]


async def test_a_card_that_became_short_leaves_no_end_behind(place: Workplace, ivan: Person) -> None:
    await place.desk.pool.execute("UPDATE messages SET fields = '[]'")
    await refresh(place)
    [short] = card(place, ivan)
    assert "Нужна смета" in short.text and short.buttons
    assert "…" not in place.seen(ivan)
    await refresh(place)
    assert [each.message_id for each in card(place, ivan)] == [short.message_id]


async def test_who_loses_the_client_keeps_no_part_of_the_card(place: Workplace, ivan: Person) -> None:
    boris = await place.desk.hire("boris", "Борис")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1", boris)
    await refresh(place)
    assert "Подробный" not in "\n".join(place.seen(ivan))


async def test_a_page_of_history_that_is_turned_to_in_its_place_is_there_whole(place: Workplace, ivan: Person) -> None:
    for number in range(2, 7):
        await place.desk.receive(form(place, f"f{number}", f"Ещё {number}"), connection=3)
    await place.work()
    await place.writes(ivan, "/history 1001")
    page = place.post(ivan, "Ещё 2")
    await place.presses(ivan, "Ещё 2", "⟨ Раньше")
    turned = [each for each in ivan.screen(place.account).visible() if each.message_id >= page.message_id]
    assert "".join(each.text for each in turned).count("Вопрос") == len(FIELDS)
    assert turned[-1].buttons
