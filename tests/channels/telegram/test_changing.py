"""What is at the client already changes as the person sees it; every refusal has its meaning."""

from datetime import timedelta

import pytest

from hub.domain.outbound import ChangeKind, Failed, Later, OutboundChange, OutboundMessage, Sent, Unknown
from hub.testing.telegram.faults import bad_gateway, refused, reset_after, too_many_requests


@pytest.fixture
def screen(maria, bot):
    return maria.screen(bot)


@pytest.fixture
async def sent(channel, maria):
    result = await channel.send(OutboundMessage(thread=str(maria.user.id), key="1", text="1500 рублей"))
    assert isinstance(result, Sent)
    return result.external_ids


def wanted(maria, kind: ChangeKind, ids, text: str = "", *, business: str = "") -> OutboundChange:
    return OutboundChange(kind, f"{maria.user.id}{business}", tuple(ids), text)


async def test_an_edit_replaces_the_text_and_may_come_twice(channel, maria, screen, sent):
    for _ in range(2):
        assert isinstance(await channel.change(wanted(maria, ChangeKind.edit, sent, "1600 рублей")), Sent)
    assert screen.visible()[-1].text == "1600 рублей"


async def test_a_deletion_takes_all_parts_and_may_come_twice(channel, maria, screen, sent):
    more = await channel.send(OutboundMessage(thread=str(maria.user.id), key="2", text="и доставка"))
    for _ in range(2):
        change = wanted(maria, ChangeKind.delete, (*sent, *more.external_ids))
        assert isinstance(await channel.change(change), Sent)
    assert not [seen for seen in screen.visible() if seen.is_from_bot]


async def test_edge46_a_reaction_stands_below_the_clients_message_until_it_is_taken_away(channel, maria, screen, bot):
    post = maria.writes(bot, "Спасибо!")
    ids = (str(post.message_id),)
    assert isinstance(await channel.change(wanted(maria, ChangeKind.react, ids, "👍")), Sent)
    assert screen.visible()[-1].reactions == ("👍",)

    assert isinstance(await channel.change(wanted(maria, ChangeKind.react, ids)), Sent)
    assert screen.visible()[-1].reactions == ()


async def test_edge46_a_picture_that_bots_may_not_set_is_refused(channel, maria, bot):
    post = maria.writes(bot, "Спасибо!")
    result = await channel.change(wanted(maria, ChangeKind.react, (str(post.message_id),), "🥦"))
    assert isinstance(result, Failed) and result.reason == "refused"


@pytest.mark.parametrize(("ids", "text"), [(("1", "2"), "коротко"), (("1",), "а" * 5000)])
async def test_an_answer_of_several_messages_is_not_edited(channel, maria, bot, ids, text):
    assert isinstance(await channel.change(wanted(maria, ChangeKind.edit, ids, text)), Failed)
    assert bot.calls_of("editMessageText") == []


async def test_what_a_business_chat_cannot_is_refused_before_it_is_asked(channel, maria):
    result = await channel.change(wanted(maria, ChangeKind.react, ("1",), business="@Bc7x"))
    assert isinstance(result, Failed) and result.reason == "unsupported"


async def test_an_answer_of_three_days_ago_is_not_deleted(channel, maria, sent, clock):
    clock.advance(hours=72)
    assert isinstance(await channel.change(wanted(maria, ChangeKind.delete, sent)), Failed)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(too_many_requests(7), Later), (bad_gateway(), Later), (reset_after(), Unknown), (refused(401), Failed)],
)
async def test_a_fault_has_its_meaning(channel, maria, bot, sent, fault, kind):
    bot.faults.add("deleteMessage", fault)
    result = await channel.change(wanted(maria, ChangeKind.delete, sent))
    assert isinstance(result, kind)
    if isinstance(result, Later) and result.retry_after:
        assert result.retry_after == timedelta(seconds=7)
