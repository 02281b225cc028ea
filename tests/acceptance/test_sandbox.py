"""The sandbox, played over HTTP by what its page asks for, and in a real browser by what a newcomer presses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from hub.testing.sandbox.running import open_sandbox
from tests.acceptance.browser import open_browser, open_page
from tests.acceptance.sandbox_play import ask_and_answer, let_an_hour_pass, list_wide_panes

PATIENCE_SECONDS = 30
Look = dict[str, Any]


class Player:
    """Somebody with the page open: does deeds, watches the stream of looks."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self.session = session

    async def does(self, deed: str, **values: Any) -> int:
        async with self.session.post(f"{self.address}/deeds", json={"deed": deed, **values}) as answer:
            return answer.status

    async def sees(self, is_reached: Callable[[Look], Any]) -> Look:
        """The first look of the stream for which `is_reached` holds."""
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            self.session.get(f"{self.address}/events", timeout=aiohttp.ClientTimeout(total=None)) as stream,
        ):
            async for line in stream.content:
                if line.startswith(b"data:") and is_reached(look := _look(line)):
                    return look
        raise AssertionError("the stream ended")

    async def why(self, number: int) -> str:
        async with self.session.get(f"{self.address}/why/{number}") as answer:
            return "\n".join((await answer.json())["lines"])


def _look(line: bytes) -> Look:
    look: Look = json.loads(line[5:])["look"]
    return look


@pytest.fixture
async def stranger() -> AsyncIterator[Player]:
    """Somebody at the page the moment it is served."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with (
        open_sandbox(data=None, host="127.0.0.1", port=0) as sandbox,
        aiohttp.ClientSession(read_bufsize=2**22, timeout=timeout) as session,
    ):
        yield Player(sandbox.address, session)


@pytest.fixture
async def player(stranger):
    """Somebody who comes when the opening has been played."""
    await stranger.sees(lambda look: look["isSet"])
    return stranger


def message(look: Look, side: str, key: str, words: str) -> Look:
    """The newest message with these words that somebody sees in Telegram, empty if there is none."""
    [chat] = [chat for chat in look[side] if chat["key"] == key]
    return next((each for each in reversed(chat["messages"]) if words in each["text"]), {})


async def test_the_opening_leaves_no_pane_empty_and_a_day_can_be_played(player):
    look = await player.sees(lambda look: len(look["conversations"]) == 4)
    assert message(look, "clients", "maria", "Белый есть")
    assert [len(look["forms"]), len(look["phone"]["calls"]), len(look["mail"]["boxes"][0]["letters"]) > 0] == [
        1,
        1,
        True,
    ]
    assert [each["dueAt"] is None for each in look["conversations"]] == [False, False, False, True]

    await player.does("writes", who="denis", text="Есть лампочки E14?")
    look = await player.sees(lambda look: message(look, "managers", "anna", "лампочки E14"))
    card = message(look, "managers", "anna", "лампочки E14")
    await player.does("writes", who="anna", text="Есть, тёплые и холодные", reply_to=card["id"])
    await player.sees(lambda look: message(look, "clients", "denis", "тёплые и холодные"))
    await player.sees(lambda look: look["conversations"][0]["assignee"] == "Анна")

    await player.does("moves_clock", minutes=60)
    await player.sees(lambda look: message(look, "managers", "anna", "🔴"))
    assert "срок ответа нарушен" in await player.why(1002)


async def test_what_a_newcomer_writes_at_once_is_a_card_of_its_own(player):
    await player.does("writes", who="denis", text="Есть лампочки E14?")
    look = await player.sees(lambda look: message(look, "managers", "anna", "лампочки E14"))
    card = message(look, "managers", "anna", "лампочки E14")
    assert "✋ Взять" in [button["text"] for row in card["buttons"] for button in row]


async def test_a_call_from_marias_number_joins_what_she_wrote_in_telegram(player):
    await player.does("rings", who="maria")
    await player.sees(lambda look: look["phone"]["calls"][-1]["state"] == "ringing")
    await player.does("moves_clock", minutes=1)
    await player.does("hangs_up")
    look = await player.sees(lambda look: message(look, "managers", "anna", "📵 Пропущенный звонок #1001"))
    assert len(look["conversations"]) == 4
    assert "+79161234567" in await player.why(1001)


async def test_c5_a_press_on_the_card_lets_the_pbx_call_the_client_and_the_talk_ends_the_wait(player):
    await player.does("rings", who="maria")
    await player.does("moves_clock", minutes=1)
    await player.does("hangs_up")
    look = await player.sees(lambda look: message(look, "managers", "anna", "📵 Пропущенный звонок #1001"))
    card = message(look, "managers", "anna", "📵 Пропущенный звонок #1001")
    await player.does("presses", who="anna", message=card["id"], label="📞 Перезвонить")
    await player.sees(lambda look: look["phone"]["calls"][-1]["state"] == "talking")
    await player.does("moves_clock", minutes=2)
    await player.does("hangs_up")
    await player.sees(lambda look: message(look, "managers", "anna", "#1001 Мария Петрова: чем закончился разговор?"))
    look = await player.sees(lambda look: message(look, "managers", "anna", "💬 Обращение #1001"))
    assert "Звоним" not in message(look, "managers", "anna", "💬 Обращение #1001")["text"]


async def test_a_letter_is_answered_into_the_mailbox_and_a_call_taken_by_ivan_is_his(player):
    look = await player.sees(lambda look: message(look, "managers", "ivan", "царапиной"))
    card = message(look, "managers", "ivan", "царапиной")
    await player.does("writes", who="ivan", text="Привезём новую", reply_to=card["id"])
    await player.sees(
        lambda look: any("Привезём новую" in letter["text"] for letter in look["mail"]["boxes"][0]["letters"])
    )

    await player.does("rings", who="stranger")
    await player.sees(lambda look: look["phone"]["calls"][-1]["state"] == "ringing")
    await player.does("picks_up", extension="102")
    await player.does("moves_clock", minutes=2)
    await player.does("hangs_up")
    await player.sees(lambda look: look["conversations"][1]["dueAt"] is None)
    assert "Иван: ответ" in await player.why(1003)


async def test_what_is_no_deed_is_refused_and_only_the_own_page_may_act(stranger):
    assert await stranger.does("flies") == 400
    assert await stranger.does("writes", who="nobody", text="?") == 400
    assert await stranger.does("presses", who="anna", message=999, label="✋ Взять") == 400
    async with stranger.session.post(f"{stranger.address}/deeds", data='{"deed": "hangs_up"}') as plain:
        assert plain.status == 415
    async with stranger.session.get(stranger.address, headers={"Host": "rebound.example"}) as rebound:
        assert rebound.status == 403
    async with stranger.session.get(f"{stranger.address}/files/none") as missing:
        assert missing.status == 404


@pytest.mark.needs_chromium
async def test_a_newcomer_plays_in_a_browser(player, tmp_path):
    async with open_browser() as browser, open_page(browser, player.address) as (page, complaints):
        await ask_and_answer(page)
        picture = await page.screenshot(path=tmp_path / "sandbox.png")
        await let_an_hour_pass(page)
        await page.locator(".chip", has_text="Денис").click()
        await page.locator("#why", has_text="Анна: ответ").wait_for()
        await page.keyboard.press("Escape")
        await page.goto(f"{player.address}/?lang=en")
        await page.get_by_role("heading", name="Client in Telegram").wait_for()
        assert await list_wide_panes(page, width=360) == []
    assert complaints == []
    assert len(picture) <= 500_000
