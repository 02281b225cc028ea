"""What keeps people from using a page: its look (`audit.js`), what those hear who do not see it, the keyboard, axe.

Checks of our own over the page and over the accessibility tree of the DevTools protocol (names, contrast, targets,
headings, lists, focus), and all that axe-core calls serious or critical.
"""

from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
_TO_BE_NAMED = {"button", "link", "textbox", "combobox", "image", "dialog", "log", "region", "navigation", "searchbox"}
_SERIOUS = {"serious", "critical"}
_FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const { top, left, bottom, right, width } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const isSeen = width > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  const label = element.getAttribute('aria-label') ?? element.textContent.trim() ?? '';
  const isMarked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return { name: `${element.tagName} ${label.slice(0, 40)}`, isSeen, isMarked };
}"""


async def list_faults(page: Page) -> list[str]:
    """Return a sentence for everything that keeps somebody from using what is shown now."""
    seen: list[str] = await page.evaluate(_AUDIT)
    return [*seen, *await _list_unnamed(page), *await _list_serious(page)]


async def _list_unnamed(page: Page) -> list[str]:
    """Return what a screen reader would meet and could not name."""
    session = await page.context.new_cdp_session(page)
    tree: dict[str, Any] = await session.send("Accessibility.getFullAXTree")
    await session.detach()
    return [
        f"no name: {node['role']['value']} {node.get('backendDOMNodeId')}"
        for node in tree["nodes"]
        if not node["ignored"]
        and node["role"]["value"] in _TO_BE_NAMED
        and not str(node.get("name", {}).get("value", "")).strip()
    ]


async def _list_serious(page: Page) -> list[str]:
    """Return what axe-core calls serious or critical, an element a sentence."""
    found = (await Axe().run(page)).response["violations"]
    return [
        f"axe {each['id']}: {node['html'][:140]}"
        for each in found
        if each["impact"] in _SERIOUS
        for node in each["nodes"]
    ]


async def walk_by_keyboard(page: Page, *, at_most: int) -> tuple[list[str], list[str]]:
    """Press Tab until the page has been left; return what got the focus, and what is wrong about it.

    Wrong is a focus that cannot be seen, and a page that does not let go within `at_most` presses.
    """
    names: list[str] = []
    faults: list[str] = []
    await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(at_most):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUS)
        if focused is None:
            return names, faults
        names.append(focused["name"])
        if not (focused["isSeen"] and focused["isMarked"]):
            faults.append(f"focus not seen: {focused}")
    return names, [*faults, f"no end after {at_most} presses"]
