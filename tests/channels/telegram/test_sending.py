"""What leaves, as the person sees it in the fake Telegram, and what becomes of every way to fail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, OutboundMessage, Sent, Unknown
from hub.testing.telegram.faults import bad_gateway, garbled, refused, reset_after, reset_before, too_many_requests

PDF = Attachment(AttachmentKind.document, "счёт «май».pdf", "application/pdf", 4, sha256="a" * 64)
ONE = Attachment(AttachmentKind.photo, "1.jpg", "image/jpeg", 8, sha256="b" * 64)
TWO = Attachment(AttachmentKind.photo, "2.jpg", "image/jpeg", 8, sha256="c" * 64)


@pytest.fixture
def outbound(maria):
    return OutboundMessage(thread=str(maria.user.id), key="delivery-1", text="Добрый день! Доставим завтра.")


@pytest.fixture
def screen(maria, bot):
    return maria.screen(bot)


async def test_s3_a_text_arrives_and_the_attempt_is_dated(channel, outbound, screen, clock):
    result = await channel.send(outbound)

    seen = screen.visible()[-1]
    assert result == Sent((str(seen.message_id),), clock.now())
    assert (seen.text, seen.is_from_bot) == ("Добрый день! Доставим завтра.", True)


@pytest.mark.parametrize("text", ["<b>5 < 6 & 7</b>", "*звёзды* _и_ [скобки](", "&lt;как есть&gt;", "`код` ~~ ||"])
async def test_case68_markup_in_a_text_arrives_as_it_was_typed(channel, outbound, screen, text):
    await channel.send(replace(outbound, text=text))

    assert screen.visible()[-1].text == text


async def test_case67_a_long_text_arrives_in_order_and_the_reply_mark_is_on_the_first_part(channel, outbound, screen):
    text = " ".join(f"слово{n} 😀" for n in range(1200))

    result = await channel.send(replace(outbound, text=text, reply_to="1"))

    parts = [seen for seen in screen.visible() if seen.is_from_bot]
    assert isinstance(result, Sent) and len(result.external_ids) == len(parts) > 2
    assert " ".join(part.text for part in parts) == text
    assert [part.reply_to for part in parts][:2] == [1, 0]


async def test_a_reply_to_a_deleted_message_arrives_without_the_mark(channel, outbound, screen):
    assert isinstance(await channel.send(replace(outbound, reply_to="999")), Sent)
    assert screen.visible()[-1].reply_to == 0


async def test_a_file_carries_a_short_text_as_its_caption(channel, outbound, screen, bot):
    await channel.send(replace(outbound, text="Ваш счёт", attachments=(PDF,)))

    seen = screen.visible()[-1]
    assert (seen.text, seen.files[0][0]) == ("Ваш счёт", "document")
    assert seen.post.content["document"]["file_name"] == "счёт «май».pdf"
    assert bot.stage.files.get(seen.files[0][1]).media.data == b"%PDF"


async def test_a_text_too_long_for_a_caption_follows_the_file(channel, outbound, screen):
    result = await channel.send(replace(outbound, text="я" * 1025, attachments=(PDF,)))

    assert [len(seen.text) for seen in screen.visible()[-2:]] == [0, 1025]
    assert isinstance(result, Sent) and len(result.external_ids) == 2


async def test_photos_go_as_one_album_and_other_files_apart(channel, outbound, screen):
    result = await channel.send(replace(outbound, text="Смотрите", attachments=(ONE, TWO, PDF)))

    first, second, third = screen.visible()[-3:]
    assert isinstance(result, Sent) and len(result.external_ids) == 3
    assert first.post.content["media_group_id"] == second.post.content["media_group_id"]
    assert (first.text, second.text, third.files[0][0]) == ("Смотрите", "", "document")


@pytest.mark.parametrize(
    "kind", [AttachmentKind.voice, AttachmentKind.video, AttachmentKind.audio, AttachmentKind.video_note]
)
async def test_every_kind_goes_by_its_own_method(channel, outbound, screen, kind):
    await channel.send(replace(outbound, text="", attachments=(replace(PDF, kind=kind),)))

    assert screen.visible()[-1].files[0][0] == kind


async def test_the_contact_button_stands_under_the_last_part(channel, outbound, maria, bot, screen):
    await channel.send(replace(outbound, text="Оставьте номер, пожалуйста", contact_button="📱 Мой номер"))

    assert screen.keyboard() == ["📱 Мой номер"]
    assert maria.taps(bot, "📱 Мой номер").content["contact"]["user_id"] == maria.user.id


async def test_buttons_of_an_album_follow_with_the_text(channel, outbound, screen):
    await channel.send(replace(outbound, text="Подходит?", attachments=(ONE, TWO), buttons=("Да", "Нет")))

    assert (screen.visible()[-1].text, screen.keyboard()) == ("Подходит?", ["Да", "Нет"])


async def test_edge11_case66_a_client_who_blocked_the_bot_is_told_as_blocked(channel, outbound, maria, bot):
    maria.blocks(bot)

    result = await channel.send(outbound)

    assert isinstance(result, Failed)
    assert (result.reason, result.is_connection_fault) == ("blocked", False)


async def test_a_chat_nobody_opened_is_not_found(channel, outbound):
    result = await channel.send(replace(outbound, thread="424242"))

    assert isinstance(result, Failed) and result.reason == "not_found"


async def test_a_migrated_group_tells_its_new_id(channel, outbound, world, bot, maria):
    group = world.group(bot, "Закупки")
    world.migrate(bot, group, -100500)

    result = await channel.send(replace(outbound, thread=str(group.id)))

    assert isinstance(result, Failed)
    assert (result.reason, result.moved_to) == ("moved", "-100500")


async def test_an_address_nobody_can_ask_is_a_fault_of_the_connection(make_channel, outbound):
    result = await make_channel(base_url="http://[::1").send(outbound)

    assert isinstance(result, Failed) and result.is_connection_fault


async def test_a_closed_business_chat_is_told_as_such(channel, outbound, bot):
    bot.faults.add("sendMessage", refused(400, "Bad Request: BUSINESS_PEER_INVALID"))

    result = await channel.send(outbound)

    assert isinstance(result, Failed) and result.reason == "window_closed"


async def test_a_large_photo_goes_as_a_document(channel, outbound, screen):
    await channel.send(replace(outbound, attachments=(replace(ONE, size_bytes=11 * 1024 * 1024),)))

    assert screen.visible()[-1].files[0][0] == "document"


async def test_a_refused_token_is_a_fault_of_the_connection(make_channel, outbound):
    result = await make_channel(token="9:gone").send(outbound)

    assert isinstance(result, Failed) and result.is_connection_fault


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (too_many_requests(7), Later("rate_limited", timedelta(seconds=7))),
        (too_many_requests(), Later("rate_limited")),
        (refused(500), Later("provider_down")),
        (bad_gateway(), Later("provider_down")),
        (garbled(), Unknown("unreadable_answer")),
        (reset_before(), Unknown("no_answer")),
        (reset_after(), Unknown("no_answer")),
        (refused(413), Failed("too_large", "Файл больше, чем принимает Telegram (50 МБ).")),
    ],
)
async def test_case66_a_fault_becomes_the_right_result(channel, outbound, bot, fault, expected):
    bot.faults.add("sendMessage", fault)

    assert await channel.send(outbound) == expected


async def test_sending_goes_on_behind_the_accepted_part(channel, outbound, bot, screen):
    bot.faults.add("sendMessage", too_many_requests(3), on_call=2)
    long = replace(outbound, text="А" * 4096 + " " + "Б" * 100)

    first = await channel.send(long)
    rest = await channel.send(replace(long, part=1))

    assert isinstance(first, Later) and (first.part, len(first.external_ids)) == (1, 1)
    assert isinstance(rest, Sent) and len(rest.external_ids) == 1
    assert [seen.text[0] for seen in screen.visible() if seen.is_from_bot] == ["А", "Б"]


async def test_case63_429_closes_the_bucket_of_the_chat_and_of_the_bot_when_two_chats_meet_it(
    channel, outbound, bot, world, rates
):
    pavel = world.person("Павел")
    pavel.starts(bot)
    bot.faults.add("sendMessage", too_many_requests(7), times=2)

    await channel.send(outbound)
    assert rates.blocked == {f"telegram:7:{outbound.thread}": timedelta(seconds=7)}
    await channel.send(replace(outbound, thread=str(pavel.user.id)))
    assert rates.blocked["telegram:7"] == timedelta(seconds=7)


async def test_case63_a_closed_bucket_means_later_without_a_call(channel, outbound, bot, rates):
    rates.waits[f"telegram:7:{outbound.thread}"] = timedelta(seconds=40)

    assert await channel.send(outbound) == Later("rate_limited", timedelta(seconds=40))
    assert bot.calls_of("sendMessage") == []
    assert "telegram:7" not in rates.taken


async def test_nothing_to_send_is_refused_before_any_call(channel, outbound, bot):
    result = await channel.send(replace(outbound, text=" \n "))

    assert isinstance(result, Failed) and result.reason == "refused"
    assert not bot.calls


async def test_a_business_chat_is_written_to_over_its_connection(channel, outbound, bot):
    await channel.send(replace(outbound, thread=f"{outbound.thread}@Bc7x"))

    (call,) = bot.calls_of("sendMessage")
    assert (call.text("chat_id"), call.text("business_connection_id")) == (outbound.thread, "Bc7x")
