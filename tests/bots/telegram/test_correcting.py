"""Reactions, edits, deletions over the wire: two bots, one fake Telegram, what both people see in the end (case 46)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hub.channels.base import Raw
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId
from hub.domain.inbound import Address, InboundMessage, Sender
from hub.domain.manager import Role
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.bots.telegram.clients_bot import ClientsBot, open_clients_bot
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN

TAKES = ALWAYS_OPEN.replace('name = "Продажи"', 'name = "Продажи"\nreaction_answers = true')


@pytest.fixture
async def brand(place: Workplace) -> AsyncIterator[ClientsBot]:
    async with open_clients_bot(place) as brand:
        yield brand


@pytest.fixture
async def ivan(place: Workplace, brand: ClientsBot):
    """Ivan has answered Maria."""
    place.account.updates.allowed = ("message", "edited_message", "callback_query", "message_reaction")
    await place.desk.pool.execute("UPDATE managers SET is_active = false")
    ivan = await place.hire("ivan1", "Иван")
    brand.maria.writes(brand.account, "Сколько стоит?")
    await brand.work()
    return ivan


async def answered(brand: ClientsBot, ivan, text: str = "1500"):
    post = ivan.replies(brand.place.account, text, to=brand.place.post(ivan, "Сколько стоит?"))
    await brand.work()
    assert brand.visible()[-1] == text
    return post


def mark_of(person, account, text: str) -> tuple[str, ...]:
    return next(each.reactions for each in person.screen(account).visible() if each.text == text)


async def test_edge46_a_clients_reaction_is_shown_below_the_managers_answer_and_opens_no_wait(place, brand, ivan):
    await answered(brand, ivan)
    assert mark_of(ivan, place.account, "1500") == ("👌",)

    brand.maria.reacts(brand.account, brand.maria.screen(brand.account).last_with("1500"), "🔥")
    await brand.work()

    assert mark_of(ivan, place.account, "1500") == ("🔥",)
    assert [row["state"] for row in await place.desk.rows("waits")] == ["answered"]


async def test_edge6_many_changes_of_one_message_in_a_batch_are_one_redraw(place, brand, ivan):
    receipts = brand.maria.screen(brand.account).last_with("Сколько стоит?")
    for words in ("Сколько", "Сколько стоит?!", "Сколько стоит с доставкой?"):
        brand.maria.edits(brand.account, receipts, words)
        [update] = brand.account.updates.pending(brand.account.now())
        brand.account.updates.remove(update)
        [event] = brand.channel.parse(Raw(json.dumps(update.as_json()).encode(), place.desk.now))
        await place.desk.accept(event, event_id=str(update.update_id))
        place.desk.clock.move(timedelta(seconds=1))
    await place.desk.process()

    assert len(await place.desk.rows("deliveries", "state = 'queued' AND payload->>'only_files' = 'true'")) == 1
    await place.work()
    assert "Сколько стоит с доставкой?" in place.post(ivan, "Сколько стоит").text


async def test_edge46_a_reaction_to_an_answer_from_elsewhere_is_told_in_words(place, brand, ivan):
    await answered(brand, ivan)
    await place.desk.pool.execute("DELETE FROM links WHERE purpose = 'answer'")

    brand.maria.reacts(brand.account, brand.maria.screen(brand.account).last_with("1500"), "🔥")
    await brand.work()

    assert place.seen(ivan)[-1].startswith("🔥 Мария (#") and "1500" in place.seen(ivan)[-1]


async def test_edge46_a_managers_reaction_goes_to_the_client_and_is_no_answer(place, brand, ivan):
    brand.maria.writes(brand.account, "И когда?")
    await brand.work()

    ivan.reacts(place.account, place.post(ivan, "И когда?"), "👍")
    await brand.work()

    assert mark_of(brand.maria, brand.account, "И когда?") == ("👍",)
    assert [row["state"] for row in await place.desk.rows("waits")] == ["open"]


async def test_edge46_where_the_line_takes_it_a_managers_reaction_answers(place, brand, ivan):
    place.desk.rules.append(to_policy(parse_policy(TAKES), 2))
    brand.maria.writes(brand.account, "Подтвердите")
    await brand.work()

    ivan.reacts(place.account, place.post(ivan, "Подтвердите"), "👍")
    await brand.work()

    wait = await place.desk.one("waits")
    assert (wait["state"], wait["responder_id"]) == ("answered", ivan.user.id)


async def test_a_reaction_that_bots_may_not_set_is_refused_in_silence(place, brand, ivan):
    brand.maria.writes(brand.account, "И когда?")
    await brand.work()
    before = place.seen(ivan)

    ivan.reacts(place.account, place.post(ivan, "И когда?"), "🥦")
    await brand.work()

    assert mark_of(brand.maria, brand.account, "И когда?") == ()
    assert place.seen(ivan) == before


async def test_an_edited_answer_changes_at_the_client_and_a_note_keeps_the_earlier_words(place, brand, ivan):
    post = await answered(brand, ivan)

    ivan.edits(place.account, post, "1600")
    await brand.work()

    assert brand.visible()[-1] == "1600" and "1500" not in brand.visible()
    assert mark_of(ivan, place.account, "1600") == ("✍",)
    assert [row["text"] for row in await place.desk.rows("messages", "direction = 'note'")] == ["✏️ 1500"]
    [said] = await place.desk.rows("messages", "direction = 'outbound'")
    assert (said["text"], said["edited_at"] is not None) == ("1600", True)


async def test_an_edit_after_two_days_says_that_the_client_has_the_earlier_text(place, brand, ivan):
    post = await answered(brand, ivan)
    place.desk.clock.move(timedelta(hours=49))

    ivan.edits(place.account, post, "1600")
    await brand.work()

    assert brand.visible()[-1] == "1500"
    assert place.seen(ivan)[-1].startswith("У клиента прежний текст")


async def test_an_edit_that_telegram_refuses_is_told(place, brand, ivan):
    post = await answered(brand, ivan)
    brand.maria.deletes(brand.account, brand.maria.screen(brand.account).last_with("1500"))

    ivan.edits(place.account, post, "1600")
    await brand.work()

    assert place.seen(ivan)[-1].startswith("У клиента прежний текст")


async def test_s10_edge45_delete_takes_the_answer_back_at_the_client_and_the_wait_returns(place, brand, ivan):
    post = await answered(brand, ivan, "Иван, договор готов")
    before = await place.desk.one("waits")
    place.desk.clock.move(timedelta(seconds=30))

    ivan.replies(place.account, "/delete", to=post)
    await brand.work()

    assert "Иван, договор готов" not in brand.visible()
    wait = await place.desk.one("waits")
    assert (wait["state"], wait["deadline_at"]) == ("open", before["deadline_at"])
    assert "🗑 Удалено у клиента." in place.seen(ivan)
    [said] = await place.desk.rows("messages", "direction = 'outbound'")
    assert said["text"] == "Иван, договор готов" and said["deleted_at"] is not None


async def test_s10_edge45_an_answer_deleted_later_stays_an_answer(place, brand, ivan):
    post = await answered(brand, ivan)
    place.desk.clock.move(timedelta(seconds=90))

    ivan.replies(place.account, "/delete", to=post)
    await brand.work()

    assert "1500" not in brand.visible()
    assert (await place.desk.one("waits"))["state"] == "answered"


async def test_delete_without_an_own_answer_says_how(place, brand, ivan):
    await place.writes(ivan, "/delete")
    assert place.seen(ivan)[-1].startswith("Ответьте командой /delete")
    await place.replies(ivan, "Сколько стоит?", "/delete")
    assert place.seen(ivan)[-1].startswith("Ответьте командой /delete")


async def test_what_a_letter_says_cannot_be_edited_and_the_manager_reads_so(place, brand, ivan):
    address = Address(IdentityType.email, "anna@example.org", "anna@example.org", ProofLevel.proven)
    letter = InboundMessage("1@mail", "letters", Sender((address,), name="Анна"), place.desk.now, text="Письмо")
    await place.desk.receive(letter, connection=ConnectionId(2))
    await place.work()
    post = await place.replies(ivan, "Письмо", "Ответ")
    await place.desk.pool.execute("UPDATE deliveries SET state = 'sent' WHERE lane = 'reply'")

    ivan.edits(place.account, post, "Другой ответ")
    await place.work()

    assert place.seen(ivan)[-1].startswith("У клиента прежний текст")
    assert [row["text"] for row in await place.desk.rows("messages", "direction = 'outbound'")] == ["Ответ"]


async def test_who_reads_along_sees_an_answer_changed_and_taken_back(place, brand, ivan):
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, f"/read {(await place.desk.one('conversations'))['number']}")
    post = await answered(brand, ivan)
    ivan.edits(place.account, post, "1600")
    await brand.work()
    [overheard] = [text for text in place.seen(olga) if text.startswith("👁 Иван")]
    assert "1600" in overheard and "1500" not in overheard

    await place.replies(ivan, "1600", "/delete")
    await brand.work()
    [overheard] = [text for text in place.seen(olga) if text.startswith("👁 Иван")]
    assert "🗑 удалено у клиента" in overheard
