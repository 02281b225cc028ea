"""What a newcomer does in the sandbox's page, as steps that the test takes and the README picture is taken after."""

from playwright.async_api import Page


async def ask_and_answer(page: Page) -> None:
    """Ask as Denis in Telegram, choose the card as Anna, answer, and wait until Denis sees it."""
    client, manager = page.locator("#client"), page.locator("#manager")
    await page.locator("body[data-ready=true]").wait_for()
    await client.get_by_role("button", name="Денис").click()
    await client.get_by_role("textbox").fill("Есть лампочки E14 на <40 Вт>?")
    await client.get_by_role("textbox").press("Enter")

    card = manager.locator(".message", has_text="лампочки E14 на <40 Вт>?").last
    await card.locator(".bubble").click()
    await manager.get_by_role("textbox").fill("Да, тёплые и холодные, по 120 ₽")
    await manager.get_by_role("textbox").press("Enter")
    await client.locator(".theirs", has_text="тёплые и холодные").wait_for()


async def let_an_hour_pass(page: Page) -> None:
    """Press «+1 ч» and wait until the manager is told of what is late."""
    await page.get_by_role("button", name="+1 ч").click()
    await page.locator(".chip[data-light=late]").first.wait_for()
    await page.locator("#manager .theirs", has_text="🔴").last.wait_for()


async def list_wide_panes(page: Page, *, width: int) -> list[str]:
    """Return the panes that do not fit a screen of this width, going through them as on a telephone."""
    await page.set_viewport_size({"width": width, "height": 800})
    tabs = page.locator("#tabs button")
    wide = []
    for place in range(await tabs.count()):
        await tabs.nth(place).click()
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(await tabs.nth(place).inner_text())
    return wide
