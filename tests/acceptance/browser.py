"""A headless browser of the system, with a list of what its page complained of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import ConsoleMessage, Page, async_playwright

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
async def open_page(address: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open an address; give its page and what it complains of: console warnings, errors, failures of scripts."""
    complaints: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            complaints.append(said.text)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="ru-RU")
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            await page.goto(address)
            yield page, complaints
        finally:
            await browser.close()
