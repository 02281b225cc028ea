"""A headless browser of the system, with a page that remembers what it complained of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTH, HEIGHT = 1280, 800


@asynccontextmanager
async def open_page(address: str) -> AsyncIterator[Any]:
    """Open an address; `complaints` of the page are its console errors and failures."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - a second to import, needed by one test

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="ru-RU")
        page.complaints = []
        page.on(
            "console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        try:
            await page.goto(address)
            yield page
        finally:
            await browser.close()
