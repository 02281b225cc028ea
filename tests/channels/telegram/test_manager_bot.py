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


def test_even_junk_is_no_event(manager_bot, clock):
    assert manager_bot.parse(Raw(b"junk", clock.now())) == ()
