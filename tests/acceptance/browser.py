"""A headless browser of the system, with a list of what its page complained of."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PICTURES = Path(__file__).parents[2] / "build/pictures"
"""Where tests leave what they saw; git does not look there."""


@dataclass(frozen=True, slots=True)
class Glass:
    """What somebody looks at the page through: a screen of so many CSS pixels and what its system wishes."""

    width: int = 1280
    height: int = 800
    theme: Literal["light", "dark"] = "light"


COMMON, WIDE, NARROW = Glass(), Glass(1440, 900), Glass(360, 740, "dark")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Run the browser while the block runs."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        yield browser
        await browser.close()


@asynccontextmanager
async def open_page(browser: Browser, address: str, glass: Glass = COMMON) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open an address; give its page and what it complains of: console warnings, errors, failures of scripts."""
    complaints: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            complaints.append(said.text)

    viewport: ViewportSize = {"width": glass.width, "height": glass.height}
    page = await browser.new_page(viewport=viewport, locale="ru-RU", color_scheme=glass.theme)
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    try:
        yield page, complaints
    except Exception as error:
        error.add_note(f"the page complained of {complaints}; it shows:\n{await page.locator('body').inner_text()}")
        raise
    await page.close()


async def take_picture(page: Page, file: Path) -> None:
    """Write what is on the screen as WebP, which is a third of a PNG's size."""
    session = await page.context.new_cdp_session(page)
    shot = await session.send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    await session.detach()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(base64.b64decode(shot["data"]))
