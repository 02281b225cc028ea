"""Polling and webhooks of the fake Telegram behave as programs must expect of the real one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from hub.testing.telegram.state import Json


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(world, bot, program):
    world.person("Мария").writes(bot, "Здравствуйте")

    first = await program.result("getUpdates")
    again = await program.result("getUpdates", offset=first[0]["update_id"])
    after = await program.result("getUpdates", offset=first[0]["update_id"] + 1)

    assert first == again
    assert first[0]["message"]["text"] == "Здравствуйте"
    assert after == []


async def test_a_long_poll_ends_when_somebody_writes(world, bot, program):
    maria = world.person("Мария")
    poll = asyncio.create_task(program.result("getUpdates", timeout=30))
    await world.wait_until(lambda: bot.poll_number == 1)

    maria.writes(bot, "Есть кто?")

    assert [update["message"]["text"] for update in await poll] == ["Есть кто?"]


async def test_a_second_poller_ends_the_first_with_409(world, bot, program):
    first = asyncio.create_task(program.refusal("getUpdates", timeout=30))
    await world.wait_until(lambda: bot.poll_number == 1)

    assert await program.result("getUpdates") == []
    code, words = await first
    assert (code, "other getUpdates" in words) == (409, True)


async def test_polling_with_a_webhook_set_gives_409(program):
    await program.result("setWebhook", url="http://127.0.0.1:9/nobody")

    code, words = await program.refusal("getUpdates")

    assert (code, "webhook is active" in words) == (409, True)


async def test_kinds_not_asked_for_are_lost_and_the_wish_is_sticky(world, bot, program):
    maria = world.person("Мария")
    post = maria.writes(bot, "раз")
    await program.result("getUpdates", allowed_updates=["edited_message"])
    maria.writes(bot, "два")
    maria.edits(bot, post, "раз, два")

    kinds = [sorted(update)[0] for update in await program.result("getUpdates")]

    assert kinds == ["message", "edited_message"]


async def test_a_press_is_forgotten_after_150_seconds_and_a_message_after_a_day(world, bot, program, clock):
    maria = world.person("Мария")
    maria.writes(bot, "Здравствуйте")
    await program.result("sendMessage", chat_id=maria.user.id, text="?", reply_markup=_button("Взять", "take"))
    maria.presses(bot, maria.screen(bot).last_with("?"), "Взять")

    assert len(await program.result("getUpdates")) == 2
    clock.advance(seconds=151)
    assert len(await program.result("getUpdates")) == 1
    clock.advance(hours=24)
    assert await program.result("getUpdates") == []


async def test_a_webhook_gets_a_chat_in_order_with_the_secret_and_again_after_a_failure(world, bot, program):
    seen, answers = [], [503, 200, 200]

    async def receive(request: web.Request) -> web.Response:
        seen.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], (await request.json())["message"]["text"]))
        return web.Response(status=answers.pop(0), headers={"Retry-After": "0"})

    async with _serving(receive) as url:
        await program.result("setWebhook", url=url, secret_token="s3cret")
        maria = world.person("Мария")
        maria.writes(bot, "раз")
        maria.writes(bot, "два")
        await world.wait_until(lambda: not bot.updates.pending(bot.now()))

    assert seen == [("s3cret", "раз"), ("s3cret", "раз"), ("s3cret", "два")]
    assert "503" in (await program.result("getWebhookInfo"))["last_error_message"]


def _button(label: str, data: str) -> Json:
    return {"inline_keyboard": [[{"text": label, "callback_data": data}]]}


@asynccontextmanager
async def _serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()
