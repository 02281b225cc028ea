"""Chats of a colleague's own account: what comes in from them, what may go out, and what is changed there."""

import json
from datetime import timedelta

import pytest

from hub.channels.base import Raw
from hub.channels.telegram import CHANNEL
from hub.domain.account import AccountState, account_of, chat_of, thread_over
from hub.domain.inbound import AccountChanged, InboundMessage, MessageDeleted, MessageEdited
from hub.domain.outbound import ChangeKind, Failed, OutboundChange, OutboundMessage, Sent
from hub.testing.telegram.business import connect_account


@pytest.fixture
def anna(world):
    return world.person("Анна", username="anna_sales")


@pytest.fixture
def account(bot, anna):
    bot.updates.allowed = tuple(CHANNEL.wanted)
    return connect_account(bot, anna)


@pytest.fixture
def heard(bot, channel, clock):
    """Everything that came in since the last look."""

    def look():
        updates = bot.updates.pending(clock.now())
        bot.updates.clear()
        return [
            event
            for update in updates
            for event in channel.parse(Raw(json.dumps(update.as_json()).encode(), clock.now()))
        ]

    return look


def thread(maria) -> str:
    return f"{maria.user.id}@Bc7x"


async def send(channel, maria, text: str = "Да, ждём", **more):
    return await channel.send(OutboundMessage(thread=thread(maria), key="1", text=text, **more))


def test_a_thread_names_its_chat_and_its_account():
    assert thread_over("5", "Bc_7x") == "5@Bc_7x" and thread_over("5", "") == "5"
    assert (chat_of("5@Bc_7x"), account_of("5@Bc_7x")) == ("5", "Bc_7x")
    assert (chat_of("5"), account_of("5")) == ("5", "")


def test_an_account_tells_whose_it_is_and_what_the_bot_may_do(account, heard, clock):
    account.forbids("can_reply")
    account.allows("can_reply")
    account.disconnects()

    events = heard()
    assert [event.state for event in events] == [
        AccountState.open,
        AccountState.mute,
        AccountState.open,
        AccountState.off,
    ]
    first = events[0]
    assert isinstance(first, AccountChanged)
    assert (first.account, first.owner.name, first.owner.username) == ("Bc7x", "Анна", "anna_sales")
    assert first.owner.addresses[0].value == str(account.owner.user.id)


def test_the_right_of_the_api_before_9_counts_too(account, channel, bot, clock):
    [update] = [each.as_json() for each in bot.updates.pending(clock.now())]
    del update["business_connection"]["rights"]
    update["business_connection"]["can_reply"] = True

    [event] = channel.parse(Raw(json.dumps(update).encode(), clock.now()))
    assert event.state is AccountState.open


def test_news_of_one_account_keep_their_order(account, channel, bot, clock):
    account.disconnects()
    keys = {
        channel.peek(Raw(json.dumps(each.as_json()).encode(), clock.now())).order_key
        for each in bot.updates.pending(clock.now())
    }
    assert keys == {"account:Bc7x"}


def test_edge16_client_owner_and_the_apps_own_texts_are_told_apart(account, maria, heard):
    account.hears(maria, "Здравствуйте")
    account.answers(maria, "Да, ждём")
    account.answers(maria, "Сейчас нас нет", is_offline=True)

    said = [event for event in heard() if isinstance(event, InboundMessage) and event.automatic != "start_command"]
    assert [(each.text, each.is_staff, each.automatic) for each in said] == [
        ("Здравствуйте", False, ""),
        ("Да, ждём", True, ""),
        ("Сейчас нас нет", True, "auto_reply"),
    ]
    assert {each.thread for each in said} == {thread(maria)}


def test_fr1_a_clients_message_that_was_put_off_is_a_request(account, maria, heard):
    account.hears(maria, "Напишите мне в десять", is_offline=True)

    said = [event for event in heard() if isinstance(event, InboundMessage)][-1]
    assert (said.text, said.is_staff, said.automatic) == ("Напишите мне в десять", False, "")


async def test_an_answer_goes_out_as_the_owner_and_its_echo_is_nothing(account, channel, maria, heard):
    account.hears(maria, "Здравствуйте")
    heard()

    assert isinstance(await send(channel, maria), Sent)
    last = account.screen(maria).visible()[-1]
    assert (last.text, last.author, last.is_from_bot) == ("Да, ждём", "Анна", False)
    assert heard() == []


async def test_buttons_are_left_out_where_there_are_none(account, channel, maria, bot):
    account.hears(maria, "Здравствуйте")
    await send(channel, maria, buttons=("Да", "Нет"))

    assert bot.calls_of("sendMessage")[-1].text("reply_markup") == ""


async def test_after_24_hours_the_answer_is_refused_with_its_reason(account, channel, maria, clock):
    account.hears(maria, "Здравствуйте")
    clock.advance(hours=24)
    assert isinstance(await send(channel, maria), Sent)

    clock.advance(seconds=1)
    result = await send(channel, maria)
    assert isinstance(result, Failed) and result.reason == "window_closed"
    assert CHANNEL.capabilities.account_reply_window == timedelta(hours=24)


async def test_without_the_right_or_the_account_an_answer_is_refused_with_its_reason(account, channel, maria):
    account.hears(maria, "Здравствуйте")
    account.forbids("can_reply")
    refused = await send(channel, maria)
    account.disconnects()
    gone = await send(channel, maria)

    assert [each.reason for each in (refused, gone)] == ["window_closed", "account_off"]


async def test_an_answer_is_edited_and_taken_back_in_the_account_too(account, channel, maria, heard):
    account.hears(maria, "Сколько стоит?")
    sent = await send(channel, maria, "1500 рублей")
    edit = OutboundChange(ChangeKind.edit, thread(maria), sent.external_ids, "1600 рублей")
    assert isinstance(await channel.change(edit), Sent)
    assert account.screen(maria).visible()[-1].text == "1600 рублей"

    delete = OutboundChange(ChangeKind.delete, thread(maria), sent.external_ids)
    for _ in range(2):
        assert isinstance(await channel.change(delete), Sent)
    assert [each.text for each in account.screen(maria).visible()] == ["Сколько стоит?"]


async def test_taking_back_needs_the_right_to(account, channel, maria):
    account.hears(maria, "Сколько стоит?")
    sent = await send(channel, maria)
    account.forbids("can_delete_sent_messages")

    result = await channel.change(OutboundChange(ChangeKind.delete, thread(maria), sent.external_ids))
    assert isinstance(result, Failed)


def test_edits_and_deletions_of_both_come_in(account, maria, heard, clock):
    asked, said = account.hears(maria, "Сколько?"), account.answers(maria, "1500")
    heard()
    account.edits(asked, "Сколько стоит?")
    account.edits(said, "1600")
    account.deletes(asked, said)

    events = heard()
    assert [type(each) for each in events] == [MessageEdited, MessageEdited, MessageDeleted, MessageDeleted]
    assert [each.external_id for each in events] == ["1", "2", "1", "2"]
    assert {each.thread for each in events} == {thread(maria)}
