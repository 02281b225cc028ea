"""The managers' bot is a source of receipts: everything comes, nothing is understood here."""

import pytest

from hub.channels.base import Raw
from hub.channels.telegram.manager_bot import WANTED, ManagerBotChannel


@pytest.fixture
def manager_bot(channel):
    return ManagerBotChannel(channel.settings, channel.context)


async def test_old_presses_and_words_of_managers_are_still_to_be_done(manager_bot, bot, maria, clock):
    clock.advance(hours=5)

    batch = await anext(manager_bot.batches({}))

    assert (len(batch.raws), batch.is_history) == (1, False)
    assert bot.updates.allowed == WANTED


async def test_updates_have_their_chat_and_no_events(manager_bot, maria):
    (raw,) = (await anext(manager_bot.batches({}))).raws

    assert manager_bot.peek(raw).order_key == str(maria.user.id)
    assert manager_bot.parse(raw) == ()


async def test_a_press_keeps_the_order_of_its_chat_and_holds_up_no_other(manager_bot, bot, maria):
    """All presses of all managers had one empty key: a slow one held up everybody's."""
    post = bot.post(bot.private_chat(maria.user), bot.user, {"text": "карточка"})
    post.keyboard = {"inline_keyboard": [[{"text": "Взять", "callback_data": "h1:take:1:1"}]]}
    maria.presses(bot, post, "Взять")

    raws = (await anext(manager_bot.batches({}))).raws

    assert {manager_bot.peek(raw).order_key for raw in raws} == {str(maria.user.id)}


async def test_a_search_is_in_the_order_of_its_person(manager_bot, bot, maria):
    bot.has_inline_mode = True
    bot.updates.allowed = WANTED
    maria.searches(bot, "доставка")

    raws = (await anext(manager_bot.batches({}))).raws

    assert {manager_bot.peek(raw).order_key for raw in raws} == {str(maria.user.id)}


def test_even_junk_is_no_event(manager_bot, clock):
    assert manager_bot.parse(Raw(b"junk", clock.now())) == ()
