"""Takes the picture of the sandbox for the README: `.venv/bin/python -m tests.acceptance.sandbox_picture`.

Needs chromium and, for the signs on the buttons, a font with emoji (Debian: fonts-noto-color-emoji).
"""

import asyncio
from pathlib import Path

from hub.testing.sandbox.running import open_sandbox
from tests.acceptance.browser import open_page
from tests.acceptance.sandbox_play import ask_and_answer

PICTURE = Path(__file__).parents[2] / "docs/sandbox.png"


async def take_picture() -> None:
    async with (
        open_sandbox(data=None, host="127.0.0.1", port=0) as sandbox,
        open_page(sandbox.address) as (page, _),
    ):
        await ask_and_answer(page)
        await page.locator("#client .who button", has_text="Мария").click()
        await page.mouse.move(0, 0)
        await page.screenshot(path=PICTURE, animations="disabled")


if __name__ == "__main__":
    asyncio.run(take_picture())
