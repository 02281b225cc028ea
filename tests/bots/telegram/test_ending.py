"""Ending by command: a refusal asks for its reason, a waiting client comes first, notes are kept once."""

import pytest


@pytest.fixture
async def ivan(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    return ivan


async def number_of(place):
    return (await place.desk.one("conversations"))["number"]


async def answered(place, ivan):
    """The client has got an answer."""
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("sent")


@pytest.mark.parametrize("command", ["/close {} refused", "/close {} Refused  "])
async def test_l5_closing_as_refused_without_a_reason_asks_for_it(place, ivan, command):
    await answered(place, ivan)
    await place.writes(ivan, command.format(await number_of(place)))
    assert "Почему отказ" in place.seen(ivan)[-1]
    await place.presses(ivan, "Почему отказ", "Дорого")
    closed = await place.desk.one("conversations")
    assert (closed["state"], closed["outcome_note"]) == ("closed", "Дорого")


async def test_l5_another_reason_is_written_in_ones_own_words(place, ivan):
    await answered(place, ivan)
    await place.writes(ivan, f"/close {await number_of(place)} refused")
    await place.presses(ivan, "Почему отказ", "Другое")
    await place.writes(ivan, "Переехали в другой город")
    assert (await place.desk.one("conversations"))["outcome_note"] == "Переехали в другой город"


async def test_l5_the_reason_may_stand_behind_the_command(place, ivan):
    await answered(place, ivan)
    await place.writes(ivan, f"/close {await number_of(place)} refused нашли дешевле")
    assert (await place.desk.one("conversations"))["outcome_note"] == "нашли дешевле"


async def test_s9_a_refusal_with_its_reason_still_waits_for_an_answer_first(place, ivan):
    await place.writes(ivan, f"/close {await number_of(place)} refused дорого")
    assert "Клиент ждёт ответа" in place.seen(ivan)[-1]


async def test_s8_a_late_dismissal_asks_for_its_reason(place, ivan):
    await place.desk.pool.execute("UPDATE waits SET deadline_at = started_at")
    number = await number_of(place)
    await place.writes(ivan, f"/dismiss {number}")
    assert "нужна причина" in place.seen(ivan)[-1]


async def test_s2_a_note_is_kept_once_though_its_update_comes_twice(place, ivan):
    ivan.writes(place.account, f"/note {await number_of(place)} просит скидку")
    [update] = await place.waiting.claim()
    await place.intake.run_once()
    await place.intake._carry_out([update])
    assert len(await place.desk.rows("messages", "direction = 'note'")) == 1


async def test_a_text_left_as_a_note_is_kept_once_though_the_press_comes_twice(place, ivan):
    await place.writes(ivan, "Перезвонить завтра")
    number = await number_of(place)
    ivan.writes(place.account, f"/memo {number}")
    [update] = await place.waiting.claim()
    await place.intake._carry_out([update])
    await place.intake._carry_out([update])
    assert [row["text"] for row in await place.desk.rows("messages", "direction = 'note'")] == ["Перезвонить завтра"]


async def test_undo_without_a_merge_says_so(place, ivan):
    await place.writes(ivan, "/undo")
    assert "отменять нечего" in place.seen(ivan)[-1]


async def test_an_answer_that_failed_is_offered_again_by_command(place, ivan):
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("failed", "refused")
    await place.writes(ivan, f"/resend {await number_of(place)}")
    assert "Не доставлено: Мария" in place.seen(ivan)[-1]
