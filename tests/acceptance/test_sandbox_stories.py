"""The five stories of the sandbox, played in a real browser by pressing what a person would press.

Every story is played on a wide light and on a narrow dark screen; pictures of its end in both themes are left in
`build/pictures`. All share one sandbox, as a newcomer's do, in whatever order comes.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from hub.testing.sandbox.looks import show
from hub.testing.sandbox.running import Sandbox, open_sandbox
from hub.testing.sandbox.stories import StoryKey
from tests.acceptance.browser import NARROW, PICTURES, WIDE, Glass, open_browser, open_page, take_picture
from tests.acceptance.sandbox_play import (
    STORIES,
    begin_story,
    follow_story,
    play_story,
    presses,
    presses_on_the_phone,
    turn_to,
    writes,
)

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox that all stories share."""
    async with open_sandbox(data=None, host="127.0.0.1", port=0) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(sandbox: Sandbox) -> str:
    """Its page."""
    return sandbox.address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all; every test has a page of its own in a profile of its own."""
    async with open_browser() as running:
        yield running


@pytest.mark.parametrize("glass", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("title", STORIES)
async def test_a_story_is_played_to_its_end_by_pressing(browser: Browser, address: str, title: str, glass: Glass):
    async with open_page(browser, address, glass) as (page, complaints):
        await play_story(page, title)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await take_picture(page, PICTURES / f"{title}, {glass.width}, {theme}.webp")
        assert await page.locator("#tale .told li").count() > 5
        assert await page.evaluate("document.documentElement.scrollWidth") <= glass.width
    assert complaints == []


@pytest.mark.parametrize("glass", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("title", STORIES)
async def test_whoever_only_follows_the_page_by_keyboard_comes_to_the_end(
    browser: Browser, address: str, title: str, glass: Glass
):
    async with open_page(browser, address, glass) as (page, complaints):
        await follow_story(page, title)
        assert await page.evaluate("document.documentElement.scrollWidth") <= glass.width
    assert complaints == []


async def test_a_story_that_went_another_way_says_so_and_begins_again(browser: Browser, address: str):
    async with open_page(browser, address, WIDE) as (page, _):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, "Два менеджера")
        await writes("Есть зеркало?")(page)
        await page.locator("#tale .done").wait_for()
        await presses("Иван", "✋ Взять")(page)
        await page.locator("#tale .astray", has_text="Клиента взял другой: Иван").wait_for()
        await page.get_by_role("button", name="Начать сначала").click()
        await page.locator("#tale", has_text="Шаг 1 из 4").wait_for()


async def test_the_page_leads_to_the_next_press_and_fills_in_what_to_write(browser: Browser, address: str):
    async with open_page(browser, address, NARROW) as (page, _):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, "Два менеджера")
        await page.get_by_role("button", name="Подставить текст").click()
        await page.locator("#client textarea:focus").press("Enter")
        await page.locator("#hint", has_text="Взять").get_by_role("button", name="Показать").click()
        await page.locator("#manager .aim:focus", has_text="✋ Взять").press("Enter")
        await page.locator("#hint", has_text="Иван не заметил").wait_for()


async def test_a_story_is_begun_and_left_by_keyboard_without_losing_the_place(browser: Browser, address: str):
    async with open_page(browser, address, WIDE) as (page, _):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, "Два менеджера")
        await page.get_by_role("button", name="Все истории").press("Enter")
        await page.locator("#tale .tales button:focus").wait_for()
        await page.get_by_role("button", name="Закрытие с причиной").press("Enter")
        await page.locator("#tale .now button:focus", has_text="Показать").press("Enter")
        await page.locator("#client textarea:focus").wait_for()


async def test_the_hub_says_why_while_the_story_goes_on(browser: Browser, address: str):
    async with open_page(browser, address, WIDE) as (page, _):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, "Передача клиента")
        await writes("Нужен счёт")(page)
        await page.locator("#tale .told .news-line", has_text="предложено взять: Анна, Иван").wait_for()
        await presses("Анна", "✋ Взять")(page)
        await page.locator("#tale .told .news-line", has_text="берёт в работу").wait_for()


async def test_another_page_tells_the_same_story_in_english(browser: Browser, address: str):
    async with open_page(browser, address, WIDE) as (page, complaints):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, "Лид с сайта")
        await page.goto(f"{address}/?lang=en")
        await page.get_by_role("heading", name="A lead from the site").wait_for()
        await page.get_by_role("button", name="Fill in the text").click()
        await page.get_by_role("button", name="Send the request").click()
        await page.locator("#manager .aim", has_text="✋ Take").wait_for()
        await page.locator("#manager .below button", has_text="Mine").wait_for()
        await page.goto(f"{address}/?lang=ru")
        await (await turn_to(page, "tale")).get_by_role("heading", name="Лид с сайта").wait_for()
    assert complaints == []


async def test_the_theme_is_the_systems_until_the_player_chooses(browser: Browser, address: str):
    async with open_page(browser, address, NARROW) as (page, _):
        ground = "getComputedStyle(document.body).backgroundColor"
        dark = await page.evaluate(ground)
        await page.get_by_role("button", name="Тёмная тема", pressed=True).click()
        light = await page.evaluate(ground)
        await page.reload()
        await page.get_by_role("button", name="Тёмная тема", pressed=False).wait_for()
        assert dark != light == await page.evaluate(ground)


async def test_a_look_that_was_asked_for_before_a_story_shows_all_of_the_story_or_nothing(sandbox: Sandbox):
    looking = asyncio.create_task(show(sandbox.play))
    await asyncio.sleep(0)  # the look waits for the hub's answer now
    assert not looking.done()
    sandbox.play.begin_story(StoryKey.missed, last_number=10**6)
    look = await looking
    assert look["story"] is None or look["phone"]["callers"][0]["name"] == look["story"]["client"]["name"]


async def test_a_call_of_somebody_else_is_no_step_of_the_story(browser: Browser, address: str):
    async with open_page(browser, address, WIDE) as (page, _):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, "Пропущенный звонок")
        caller = page.get_by_label("Кто звонит")
        await caller.select_option(label="Скрытый номер")
        await presses_on_the_phone("Позвонить")(page)
        await presses_on_the_phone("Положить трубку")(page)
        await caller.select_option(index=0)
        await page.locator("#tale", has_text="Шаг 1 из 5").wait_for()
        await presses_on_the_phone("Позвонить")(page)
        await page.locator("#tale", has_text="Шаг 2 из 5").wait_for()
        await presses_on_the_phone("Положить трубку")(page)
        await page.locator("#tale", has_text="Шаг 3 из 5").wait_for()


async def test_the_client_of_a_story_comes_a_minute_after_whoever_came_before(sandbox: Sandbox, address: str):
    before = sandbox.play.now()
    async with aiohttp.ClientSession(address) as http:
        answer = await http.post("/deeds", json={"deed": "begins_story", "story": "two"})
        assert answer.status < 300, await answer.text()
    assert sandbox.play.now() - before >= timedelta(minutes=1)


_LIST = """async (shown) => {
    const { el, sync } = await import('/static/dom.js');
    const log = document.body.appendChild(el('div'));
    const draw = (keys) => sync(log, keys, {
        key: (key) => key, make: (key) => el('article', { tabIndex: -1 }, el('button', {}, `press ${key}`)),
    });
    draw([1, 2, 3]);
    log.children[1].firstChild.focus();
    draw(shown);
    return document.activeElement.textContent;
}"""


@pytest.mark.parametrize(
    ("shown", "focused"),
    [([2, 3], "press 2"), ([0, 1, 2, 3], "press 2"), ([1, 3], "press 3"), ([1], "press 1")],
    ids=["an earlier one goes", "an earlier one comes", "it goes itself", "it goes with all below"],
)
async def test_whoever_goes_by_keyboard_keeps_the_place_when_messages_come_and_go(
    browser: Browser, address: str, shown: list[int], focused: str
):
    async with open_page(browser, address, WIDE) as (page, _):
        assert await page.evaluate(_LIST, shown) == focused
