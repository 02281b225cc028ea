"""What a newcomer does in the sandbox's page, by pressing and typing; the tests and the pictures share it.

On a narrow screen one thing is shown at a time, so its tab comes first, as under a thumb.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from playwright.async_api import Locator, Page

Deed = Callable[[Page], Awaitable[None]]


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
    await page.set_viewport_size({"width": width, "height": 740})
    tabs = page.locator("#tabs button")
    wide = []
    for place in range(await tabs.count()):
        await tabs.nth(place).click()
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(await tabs.nth(place).inner_text())
    return wide


async def turn_to(page: Page, pane: str) -> Locator:
    """Bring a thing before one's eyes and return it."""
    tab = page.locator(f"#tabs [data-pane={pane}]")
    if await tab.is_visible():
        await tab.click()
    return page.locator(f"#{pane}")


def writes(text: str) -> Deed:
    """Write to the shop in Telegram, as whoever holds the telephone."""

    async def deed(page: Page) -> None:
        pane = await turn_to(page, "client")
        await pane.get_by_role("textbox").fill(text)
        await pane.get_by_role("textbox").press("Enter")

    return deed


def answers(who: str, words: str, text: str) -> Deed:
    """Choose the newest message of the bot about the story's client with these words and answer it."""

    async def deed(page: Page) -> None:
        pane = await _as_manager(page, who)
        card = (await _of_story(page, pane)).filter(has_text=words).last
        await card.locator(".bubble").click(position={"x": 30, "y": 12})
        await pane.get_by_role("textbox").fill(text)
        await pane.get_by_role("button", name="Отправить").click()

    return deed


def presses(who: str, *labels: str) -> Deed:
    """Press a button of the story's client in a manager's chat, and then those that the bot offers next."""

    async def deed(page: Page) -> None:
        pane = await _as_manager(page, who)
        await (await _of_story(page, pane)).locator(".keys button", has_text=labels[0]).last.click()
        for label in labels[1:]:
            await pane.locator(".keys button", has_text=label).last.click()

    return deed


def presses_on_the_phone(label: str) -> Deed:
    """Press something on the telephone on the desk."""

    async def deed(page: Page) -> None:
        await (await turn_to(page, "phone")).get_by_role("button", name=label).first.click()

    return deed


async def _as_manager(page: Page, who: str) -> Locator:
    pane = await turn_to(page, "manager")
    await pane.locator(".who button", has_text=who).click()
    return pane


async def _of_story(page: Page, pane: Locator) -> Locator:
    """Return what the bot says of the conversation that the story is about."""
    number = await page.locator("#tale .telling").get_attribute("data-number")
    return pane.locator(".message.theirs", has_text=f"#{number}")


async def _sends_the_form(page: Page) -> None:
    pane = await turn_to(page, "form")
    await pane.get_by_label("Чем помочь").fill("Нужны восемь светильников над барной стойкой")
    await pane.get_by_role("button", name="Отправить заявку").click()


async def _replies_to_the_letter(page: Page) -> None:
    pane = await turn_to(page, "mail")
    await pane.get_by_role("button", name="Ответить").first.click()
    await pane.get_by_role("textbox").last.fill("Спасибо! А выключатель подойдёт обычный?")
    await pane.get_by_role("button", name="Отправить").click()


async def _moves_the_clock(page: Page) -> None:
    await page.get_by_role("button", name="+5 мин").click()


async def _talks_and_hangs_up(page: Page) -> None:
    pane = await turn_to(page, "phone")
    await pane.locator(".since", has_text="4 с").wait_for()
    await pane.get_by_role("button", name="Положить трубку").click()


async def _writes_a_letter_as_anna(page: Page) -> None:
    await presses("Анна", "Написать на")(page)
    await answers("Анна", "Напишите одним сообщением", "Хватит восьми подвесов «Капля»")(page)


STORIES: Mapping[str, Sequence[Deed]] = {
    "Лид с сайта": (
        _sends_the_form,
        presses("Анна", "✋ Взять"),
        _writes_a_letter_as_anna,
        _replies_to_the_letter,
        answers("Анна", "выключатель", "Подойдёт любой"),
    ),
    "Пропущенный звонок": (
        presses_on_the_phone("Позвонить"),
        presses_on_the_phone("Положить трубку"),
        _moves_the_clock,
        presses_on_the_phone("Перезвонить"),
        _talks_and_hangs_up,
    ),
    "Два менеджера": (
        writes("Добрый день! Зеркало 80 см есть в наличии?"),
        presses("Анна", "✋ Взять"),
        answers("Иван", "взял(а) Анна", "Есть, приезжайте!"),
        answers("Анна", "Зеркало 80 см", "Есть две штуки, отложить вам одну?"),
    ),
    "Передача клиента": (
        writes("Нужен счёт на юрлицо за полку «Дуб»"),
        presses("Анна", "✋ Взять"),
        presses("Анна", "➡️ Передать", "🟢 Иван", "Без заметки"),
        presses("Иван", "✅ Принять"),
        answers("Иван", "полку «Дуб»", "Счёт пришлю через пять минут"),
    ),
    "Закрытие с причиной": (
        writes("Сколько стоит «Лебедь» с доставкой в Тверь?"),
        answers("Анна", "доставкой в Тверь", "7 900 ₽ и 1 200 ₽ доставка"),
        presses("Анна", "✅ Закрыть", "🙅 Отказ", "Дорого"),
        writes("А если заберу сам, скидка будет?"),
    ),
}


async def begin_story(page: Page, title: str) -> None:
    """Choose a story from the list."""
    pane = await turn_to(page, "tale")
    back = pane.get_by_role("button", name="Все истории")
    if await back.is_visible():
        await back.click()
    await pane.get_by_role("button", name=title).click()
    await pane.get_by_role("heading", name=title).wait_for()


_DONE = "document.querySelectorAll('#tale .done').length"
_AIM = "[...document.querySelectorAll('button.aim:not(.who button)')].map((button) => button.textContent).join()"


async def follow_story(page: Page, title: str) -> None:
    """Play a story by keyboard alone, doing nothing but what the page points at, to its end."""
    await page.locator("body[data-ready=true]").wait_for()
    await begin_story(page, title)
    for done in range(len(STORIES[title])):
        pressed: list[str] = []
        while await page.evaluate(_DONE) == done:
            pressed.append(await _follow(page))
            is_on = f"([done, pressed]) => {_DONE} > done || (pressed && {_AIM} && !pressed.includes({_AIM}))"
            await page.wait_for_function(is_on, arg=[done, pressed if pressed[-1] else None])
    await turn_to(page, "tale")
    await page.locator("#tale .ending").wait_for()


async def _follow(page: Page) -> str:
    """Go where the page points, write what it proposes, press Enter there; return the button, empty for a text."""
    await _press_in_the_step(page, "Показать")
    writes_here = bool(await page.locator(":focus").evaluate("element => element.matches('textarea')"))
    if writes_here:
        await _press_in_the_step(page, "Подставить текст")
        if await page.locator("#mail :focus, #form :focus").count():
            await page.keyboard.press("Tab")
    elif await page.locator(".going.talking").count():
        await page.locator(".since", has_text="4 с").wait_for()
    aim: str = await page.evaluate(_AIM)
    await page.keyboard.press("Enter")
    return "" if writes_here else aim


async def _press_in_the_step(page: Page, name: str) -> None:
    pane = await turn_to(page, "tale")
    await pane.locator(".now").get_by_role("button", name=name).focus()
    await page.keyboard.press("Enter")


async def play_story(page: Page, title: str) -> None:
    """Play a story from the list to its end; each step has to be followed by the next without more."""
    await page.locator("body[data-ready=true]").wait_for()
    await begin_story(page, title)
    for done, deed in enumerate(STORIES[title], start=1):
        await deed(page)
        await page.locator(f"#tale .steps .done:nth-child({done}) .did").wait_for(state="attached")
    await turn_to(page, "tale")
    await page.get_by_text("История сыграна", exact=True).last.wait_for()
