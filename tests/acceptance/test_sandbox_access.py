"""Who sees little, hears the page, or has only a keyboard plays in the sandbox like everybody."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from hub.testing.sandbox.running import open_sandbox
from tests.acceptance.browser import Glass, open_browser, open_page
from tests.acceptance.sandbox_audit import list_faults, walk_by_keyboard
from tests.acceptance.sandbox_play import STORIES, begin_story, turn_to

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="module")]
PANES = ("tale", "client", "phone", "mail", "form", "manager")
TITLE = "Два менеджера"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address() -> AsyncIterator[str]:
    """The address of a sandbox in the middle of a story: a card is there, a step is done, the next is told."""
    async with (
        open_sandbox(data=None, host="127.0.0.1", port=0) as sandbox,
        open_browser() as browser,
        open_page(browser, sandbox.address) as (page, _),
    ):
        await page.locator("body[data-ready=true]").wait_for()
        await begin_story(page, TITLE)
        await STORIES[TITLE][0](page)
        await page.locator("#tale .steps .done").wait_for()
        yield sandbox.address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as running:
        yield running


async def _look_at(page: Page, pane: str) -> list[str]:
    await turn_to(page, pane)
    return await list_faults(page)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1000, 800), (360, 740)])
async def test_nothing_keeps_anybody_from_playing(
    browser: Browser, address: str, width: int, height: int, theme, language
):
    async with open_page(browser, f"{address}/?lang={language}", Glass(width, height, theme)) as (page, _):
        await page.emulate_media(reduced_motion="reduce")
        await page.locator("#tale .told li").first.wait_for()
        panes = PANES if width < 900 else PANES[:1]  # a wide screen shows everything at once
        faults = {pane: await _look_at(page, pane) for pane in panes}
    assert {pane: found for pane, found in faults.items() if found} == {}


async def test_what_the_hub_says_of_a_conversation_opens_and_closes_by_keyboard(browser: Browser, address: str):
    async with open_page(browser, address, Glass(1440, 900)) as (page, _):
        await page.emulate_media(reduced_motion="reduce")  # nothing is looked at while it fades in
        await page.locator(".chip", has_text="Светлана").focus()
        await page.keyboard.press("Enter")
        assert await page.locator("#why-title").text_content()  # a dialog has its name before its words
        await page.locator("#why:focus", has_text="Почему так?").wait_for()
        faults = await list_faults(page)
        await page.keyboard.press("Escape")
        await page.locator(".chip:focus", has_text="Светлана").wait_for()
    assert faults == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (360, 740)])
async def test_tab_leads_through_the_page_in_its_order_and_out_of_it(
    browser: Browser, address: str, width: int, height
):
    async with open_page(browser, address, Glass(width, height)) as (page, _):
        await page.locator("#tale .told li").first.wait_for()
        names, faults = await walk_by_keyboard(page, at_most=150)
    assert faults == []
    assert names[:4] == ["BUTTON +5 мин", "BUTTON +1 ч", "BUTTON До утра", "BUTTON Тёмная тема"]
    assert next(name for name in names if name.startswith("BUTTON Все истории"))
    assert names[-1].startswith("BUTTON" if width == 1440 else "BUTTON 🧑‍💼")
