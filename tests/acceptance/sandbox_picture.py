"""Takes the pictures of the READMEs: `.venv/bin/python -m tests.acceptance.sandbox_picture`.

They show what the tests play: a story at its last step on a wide screen, its end on a narrow one. Needs chromium and,
for the signs on the buttons, a font with emoji (Debian: fonts-noto-color-emoji).
"""

import asyncio
from pathlib import Path

from hub.testing.sandbox.running import open_sandbox
from tests.acceptance.browser import NARROW, WIDE, open_browser, open_page, take_picture
from tests.acceptance.sandbox_play import STORIES, begin_story, turn_to

PICTURES = Path(__file__).parents[2] / "docs/pictures"
TITLE = "Передача клиента"


async def take_pictures() -> None:
    async with open_sandbox(data=None, host="127.0.0.1", port=0) as sandbox, open_browser() as browser:
        async with open_page(browser, sandbox.address, WIDE) as (page, _):
            await page.emulate_media(reduced_motion="reduce")
            await page.locator("body[data-ready=true]").wait_for()
            await begin_story(page, TITLE)
            for done, deed in enumerate(STORIES[TITLE][:-1], start=1):
                await deed(page)
                await page.locator(f"#tale .steps .done:nth-child({done}) .did").wait_for(state="attached")
            await page.locator("#tale .told .news-line", has_text="Иван: берёт в работу").wait_for(state="attached")
            await page.mouse.move(0, 0)
            await take_picture(page, PICTURES / "sandbox-wide.webp")
        async with open_page(browser, sandbox.address, NARROW) as (page, _):
            await page.emulate_media(reduced_motion="reduce")
            pane = await turn_to(page, "manager")
            await pane.locator(".who button", has_text="Иван").click()
            await pane.locator(".aim").last.wait_for(state="attached")
            await take_picture(page, PICTURES / "sandbox-narrow-dark.webp")


if __name__ == "__main__":
    asyncio.run(take_pictures())
