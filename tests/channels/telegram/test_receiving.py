"""Polling confirms only what was handed over; webhooks prove themselves; files are fetched or honestly refused."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from hub.channels.base import Raw
from hub.channels.telegram.wire import ALLOWED_UPDATES
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure, WebhookRejected
from hub.domain.message import Attachment, AttachmentKind
from hub.net.payloads import read_json_object
from hub.testing.faulty_http import Answer, faulty_server
from hub.testing.telegram import Media
from hub.testing.telegram.faults import Fault, bad_gateway, refused, reset_before
from hub.testing.telegram.state import Webhook
from tests.channels.telegram.conftest import SECRET

HEADER = "x-telegram-bot-api-secret-token"


def texts(batch):
    return [read_json_object(raw.body)["message"]["text"] for raw in batch.raws]


async def test_case1_case13_an_update_is_confirmed_only_when_the_next_batch_is_asked_for(channel, bot, maria, clock):
    maria.writes(bot, "раз")
    batches = channel.batches({})

    first = await anext(batches)
    assert texts(first) == ["/start", "раз"]
    assert len(bot.updates.pending(clock.now())) == 2

    maria.writes(bot, "два")
    assert texts(await anext(batches)) == ["два"]
    assert len(bot.updates.pending(clock.now())) == 1
    await batches.aclose()


async def test_a_stored_cursor_goes_on_where_it_stopped(channel, bot, maria):
    batches = channel.batches({})
    first = await anext(batches)
    await batches.aclose()
    maria.writes(bot, "после перезапуска")

    assert texts(await anext(channel.batches(first.cursor))) == ["после перезапуска"]


async def test_case1_case13_without_the_commit_the_same_updates_come_again(channel, bot, maria):
    first = await anext(channel.batches({}))
    again = await anext(channel.batches({}))

    assert [raw.body for raw in first.raws] == [raw.body for raw in again.raws]


async def test_fr7_what_was_written_before_the_first_contact_is_history(channel, bot, maria, clock):
    maria.writes(bot, "вчерашнее")
    clock.advance(hours=5)
    maria.writes(bot, "только что")
    batches = channel.batches({})

    old, new = await anext(batches), await anext(batches)

    assert (texts(old)[-1], old.is_history) == ("вчерашнее", True)
    assert (texts(new), new.is_history) == (["только что"], False)


async def test_fr7_who_wrote_while_a_just_connected_hub_was_down_is_waiting(channel, bot, maria, clock):
    connected = type(channel)(channel.settings, replace(channel.context, connected_at=clock.now()))
    clock.advance(hours=1)
    maria.writes(bot, "пока хаб лежал")
    clock.advance(hours=6)

    first = await anext(connected.batches({}))

    assert (texts(first)[-1], first.is_history) == ("пока хаб лежал", False)


async def test_fr7_the_first_contact_is_remembered_in_the_cursor(channel, bot, maria, clock):
    clock.advance(hours=1)
    first = await anext(channel.batches({}))
    maria.writes(bot, "пока хаб лежал")
    clock.advance(hours=6)

    later = await anext(channel.batches(first.cursor))

    assert (first.is_history, later.is_history) == (True, False)


async def test_lower_numbers_after_a_quiet_week_are_not_confirmed_unread(channel, bot, maria, clock):
    first = await anext(channel.batches({}))
    clock.advance(days=8)
    maria.writes(bot, "через неделю")

    assert texts(await anext(channel.batches(first.cursor))) == ["через неделю"]


async def test_an_offset_that_has_done_its_work_is_not_sent_again(channel, bot, maria):
    batches = channel.batches({})
    await anext(batches)
    bot.faults.add("getUpdates", Fault(200, b'{"ok": true, "result": []}'))
    await anext(batches)

    assert [call.number("offset") for call in bot.calls_of("getUpdates")] == [None, None]


async def test_every_poll_names_the_kinds_it_wants(channel, bot, maria):
    await anext(channel.batches({}))

    assert bot.updates.allowed == ALLOWED_UPDATES


@pytest.mark.parametrize(
    "fault",
    [
        bad_gateway(),
        reset_before(),
        refused(429, retry_after=3),
        refused(409),
        refused(400),
        Fault(200, b'{"ok": true, "result": {}}'),
    ],
)
async def test_a_fault_of_the_provider_is_temporary(channel, bot, fault):
    bot.faults.add("getUpdates", fault)

    with pytest.raises(TemporaryFailure):
        await anext(channel.batches({}))


async def test_a_refused_token_stops_the_poll(make_channel):
    with pytest.raises(AuthenticationFailed):
        await anext(make_channel(token="9:gone").batches({}))


async def test_a_second_poller_is_told_to_the_first(channel, make_channel, bot, world):
    first = asyncio.ensure_future(anext(channel.batches({})))
    await world.wait_until(lambda: bot.poll_number == 1)
    second = asyncio.ensure_future(anext(make_channel().batches({})))

    with pytest.raises(TemporaryFailure, match="409"):
        await first
    second.cancel()


async def test_a_bot_with_a_webhook_is_not_polled(make_channel, bot):
    channel = make_channel(mode="webhook", webhook_secret=SECRET)

    assert [batch async for batch in channel.batches({})] == []
    assert not bot.calls


def test_webhook_mode_requires_a_secret(make_channel):
    with pytest.raises(ValidationError, match="webhook_secret"):
        make_channel(mode="webhook")


@pytest.mark.parametrize("given", ["", "wrong", SECRET + "x", "секрет", "\udcff"])
def test_a_wrong_secret_is_rejected(make_channel, clock, given):
    channel = make_channel(mode="webhook", webhook_secret=SECRET)

    with pytest.raises(WebhookRejected):
        channel.verify(Raw(b"{}", clock.now(), {HEADER: given} if given else {}))


def test_without_a_secret_nothing_is_let_in(channel, clock):
    with pytest.raises(WebhookRejected):
        channel.verify(Raw(b"{}", clock.now(), {HEADER: ""}))


async def test_a_file_is_fetched_by_its_reference(channel, bot, maria):
    maria.writes(bot, files=[Media("document", "a.txt", b"hello")])
    file_id = maria.screen(bot).visible()[-1].files[0][1]

    assert await _fetch(channel, file_id) == b"hello"


async def test_case73_a_file_that_is_too_large_is_refused_in_words(channel, bot, maria):
    maria.writes(bot, files=[Media("video", size=25 * 1024 * 1024)])

    with pytest.raises(PermanentFailure, match="20 МБ") as refusal:
        await _fetch(channel, maria.screen(bot).visible()[-1].files[0][1])
    assert refusal.value.reason == "too_large"


async def test_a_file_nobody_has_is_refused(channel):
    with pytest.raises(PermanentFailure):
        await _fetch(channel, "no-such-file")


@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_a_file_may_be_had_later(channel, bot, maria, method):
    maria.writes(bot, files=[Media("document")])
    bot.faults.add(method, bad_gateway())

    with pytest.raises(TemporaryFailure):
        await _fetch(channel, maria.screen(bot).visible()[-1].files[0][1])


async def _fetch(channel, file_id: str) -> bytes:
    file = Attachment(AttachmentKind.document, provider_ref=file_id)
    return b"".join([chunk async for chunk in channel.fetch_media(file)])


async def test_the_check_names_the_bot(channel):
    found = await channel.check()

    assert (found.is_ok, "@shop_bot" in found.lines[0]) == (True, True)


async def test_the_check_tells_what_is_lost_and_what_failed(channel, bot, clock):
    bot.updates.allowed = ("message",)
    bot.webhook.last_error, bot.webhook.last_error_at = "Wrong response from the webhook: 503", clock.now()

    lines = " ".join((await channel.check()).lines)

    assert "edited_message" in lines
    assert "503" in lines


async def test_the_check_says_that_updates_go_elsewhere(channel, bot):
    bot.webhook.url = "https://other.example/hook"

    found = await channel.check()

    assert not found.is_ok
    assert "webhook" in " ".join(found.lines)


@pytest.mark.parametrize("fault", [refused(401), bad_gateway(), reset_before()])
async def test_the_check_explains_what_is_wrong_without_the_token(channel, bot, fault):
    bot.faults.add("getMe", fault)

    found = await channel.check()

    assert not found.is_ok
    assert "AAE" not in " ".join(found.lines)


async def test_a_bot_may_have_a_proxy_of_its_own(make_channel):
    answer = Answer(body=b'{"ok": true, "result": {"username": "far_bot"}}')
    async with faulty_server(lambda _: answer) as proxy:
        found = await make_channel(proxy=proxy.url, base_url="http://bot-api.invalid").check()

    assert (found.is_ok, "@far_bot" in found.lines[0], len(proxy.seen)) == (True, True, 2)


async def test_subscribing_sets_address_secret_and_kinds(make_channel, bot):
    channel = make_channel("https://hub.example/in/telegram/key", mode="webhook", webhook_secret=SECRET)

    assert (await channel.subscribe()).is_ok
    assert (bot.webhook.url, bot.webhook.secret) == ("https://hub.example/in/telegram/key", SECRET)
    assert bot.updates.allowed == ALLOWED_UPDATES


async def test_subscribing_without_an_address_says_what_to_do(make_channel):
    found = await make_channel(mode="webhook", webhook_secret=SECRET).subscribe()

    assert not found.is_ok
    assert "public_url" in found.lines[0]


async def test_subscribing_a_polled_bot_takes_the_webhook_away_and_keeps_what_waits(channel, bot, maria, clock):
    bot.webhook.url = "http://127.0.0.1:9/elsewhere"

    assert (await channel.subscribe()).is_ok
    assert bot.webhook.url == ""
    assert bot.updates.pending(clock.now() + timedelta(minutes=1))


async def test_what_telegram_posts_passes_verify_and_parse(make_channel, bot, maria, world):
    channel = make_channel(mode="webhook", webhook_secret=SECRET)
    events = []

    async def receive(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = Raw(await request.read(), bot.now(), headers, request.method)
        channel.verify(raw)
        events.extend(channel.parse(raw))
        return web.Response(status=channel.acknowledge(raw).status)

    async with TestServer(_application(receive)) as server:
        hook = make_channel(str(server.make_url("/hook")), mode="webhook", webhook_secret=SECRET)
        assert (await hook.subscribe()).is_ok
        maria.writes(bot, "Здравствуйте")
        await world.wait_until(lambda: not bot.updates.pending(bot.now()))

    assert [event.text for event in events] == ["/start", "Здравствуйте"]


def _application(handler) -> web.Application:
    app = web.Application()
    app.router.add_post("/hook", handler)
    return app


OUR_ADDRESS = "https://hub.example/in/telegram/present-key"


async def look(make_channel):
    channel = make_channel(OUR_ADDRESS, mode="webhook", webhook_secret=SECRET)
    batches = channel.batches({"offset": 5})
    try:
        return await anext(batches)
    finally:
        await batches.aclose()


async def test_case12_what_waits_at_telegram_is_known_and_the_cursor_stays(make_channel, bot, maria):
    bot.webhook = Webhook(OUR_ADDRESS, SECRET)
    found = await look(make_channel)
    assert (list(found.raws), found.cursor, found.compared.waiting) == ([], {"offset": 5}, 1)


@pytest.mark.parametrize("before", ["", "https://hub.example/in/telegram/former-key"])
async def test_case12_a_webhook_that_was_taken_away_or_has_a_former_key_is_set_again(make_channel, bot, before):
    bot.webhook = Webhook(before, SECRET)
    await look(make_channel)
    assert bot.webhook.url == OUR_ADDRESS


async def test_case15_a_webhook_with_too_few_kinds_of_updates_is_set_again(make_channel, bot):
    bot.webhook = Webhook(OUR_ADDRESS, SECRET)
    bot.updates.allowed = ("message",)
    await look(make_channel)
    assert set(bot.updates.allowed) == set(ALLOWED_UPDATES)


async def test_case14_the_webhook_of_another_program_is_told_of_and_not_fought_over(make_channel, bot):
    bot.webhook = Webhook("https://elsewhere.example/bot", "another")
    assert "на другой адрес" in (await look(make_channel)).compared.trouble
    assert bot.webhook.url == "https://elsewhere.example/bot"


async def test_case48_a_webhook_that_telegram_cannot_reach_is_a_trouble_with_its_words(make_channel, bot, maria, clock):
    bot.webhook = Webhook(OUR_ADDRESS, SECRET, "Connection refused", clock.now() - timedelta(minutes=1))
    found = (await look(make_channel)).compared
    assert found.waiting == 1
    assert "1 ждут" in found.trouble
    assert "Connection refused" in found.trouble


async def test_case15_a_webhook_that_telegram_does_not_take_is_a_trouble_with_its_reason(make_channel, bot):
    bot.faults.add("setWebhook", refused(400, "Bad Request: bad webhook: HTTPS url must be provided"))
    with pytest.raises(TemporaryFailure, match="HTTPS url must be provided"):
        await look(make_channel)


async def test_case48_an_error_of_long_ago_is_no_trouble(make_channel, bot, maria, clock):
    bot.webhook = Webhook(OUR_ADDRESS, SECRET, "Connection refused", clock.now() - timedelta(hours=1))
    found = (await look(make_channel)).compared
    assert (found.waiting, found.trouble) == (1, "")
