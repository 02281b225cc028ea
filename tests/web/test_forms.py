"""The form page and the embedded script, as a browser and a site of others meet them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from hub.channels.webform import CHANNEL, WebForm
from hub.domain.inbound import FormSubmission
from hub.net.http import Http
from hub.testing.contracts.bench import make_channel
from hub.web.server import make_app, serve
from tests.web.door import KEY, Memory, make_entrance

FORM = f"/form/{KEY}"
CONSENT = {"consent_text": "Согласен на обработку <данных>", "consent_version": "2026-09"}


def make_form_app(memory: Memory, **settings: object) -> web.Application:
    channel = make_channel(CHANNEL, {"signing_key": "k" * 32, "min_fill_seconds": 0, **settings})
    return make_app(make_entrance(memory, kind="webform", channel=channel))


class Fields(HTMLParser):
    """Collects names and values of the fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"input", "textarea"} and given.get("name"):
            self.values[str(given["name"])] = given.get("value") or ""


async def test_the_page_shows_the_fields_of_the_connection(aiohttp_client, memory):
    door = await aiohttp_client(make_form_app(memory, page_fields=["email", "file"], page_title="Вопрос <б>"))
    page = await (await door.get(FORM)).text()

    assert {"email", "file"} <= set(Fields(page).values)
    assert "phone" not in Fields(page).values
    assert "Вопрос &lt;б&gt;" in page


@pytest.mark.parametrize(
    ("query", "header", "button"),
    [("", "", "Отправить"), ("", "en-GB,en", "Send"), ("?lang=en", "ru", "Send"), ("?lang=ru", "en", "Отправить")],
)
async def test_the_page_speaks_russian_and_english(aiohttp_client, memory, query, header, button):
    door = await aiohttp_client(make_form_app(memory))
    page = await (await door.get(FORM + query, headers={"Accept-Language": header})).text()

    assert f">{button}</button>" in page


async def test_the_page_lets_in_nothing_of_others(aiohttp_client, memory):
    door = await aiohttp_client(make_form_app(memory, allowed_origins=["https://shop.example"]))
    answer = await door.get(FORM)
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self' https://shop.example" in policy
    assert "//" not in (await answer.text()).replace("<!doctype", "")


async def test_an_unknown_form_is_404(aiohttp_client, memory):
    door = await aiohttp_client(make_form_app(memory))

    assert (await door.get("/form/0000")).status == 404


@pytest.mark.parametrize(("name", "kind"), [("hub-form.js", "text/javascript"), ("form.css", "text/css")])
async def test_assets_may_be_loaded_by_any_site(door, name, kind):
    answer = await door.get(f"/forms/{name}")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content_type == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["pages.py", "form.html", "..%2Fserver.py", "nothing.js"])
async def test_nothing_else_is_served(door, name):
    assert (await door.get(f"/forms/{name}")).status == 404


async def test_the_page_can_be_sent_as_a_browser_without_script_does(memory):
    async with serve(make_form_app(memory, **CONSENT), host="127.0.0.1", port=0) as address:
        http = Http()
        page = (await http.request("GET", address + FORM)).body.decode()
        fields = {**Fields(page).values, "name": "Анна", "phone": "8 916 123-45-67", "consent": "yes"}
        headers = {"Origin": address, "Accept": "text/html"}
        answer = await http.request("POST", f"{address}/in/webform/{KEY}", data=fields, headers=headers)
        await http.close()

    (submission,) = parse(memory)
    assert answer.status == 200
    assert submission.origin.marks["receipt"] in answer.body.decode()
    assert submission.sender.addresses[0].value == "+79161234567"
    assert (submission.origin.marks["consent"], submission.origin.marks["consent_version"]) == ("given", "2026-09")


async def test_a_page_of_a_site_that_is_not_allowed_cannot_send(aiohttp_client, memory):
    door = await aiohttp_client(make_form_app(memory))
    answer = await door.post(f"/in/webform/{KEY}", data={"name": "Анна"}, headers={"Origin": "https://evil.example"})

    assert answer.status == 401
    assert memory.stored == []


async def test_too_many_from_one_address_are_429_with_the_wait(aiohttp_client, memory):
    door = await aiohttp_client(make_form_app(memory, accepts_unsigned=True, per_address_per_minute=2))
    answers = [await door.post(f"/in/webform/{KEY}", data={"name": "Анна"}) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0


def parse(memory: Memory, settings: Mapping[str, object] | None = None) -> list[FormSubmission]:
    channel = make_channel(CHANNEL, {"signing_key": "k" * 32, "min_fill_seconds": 0, **(settings or {})})
    assert isinstance(channel, WebForm)
    return [event for raw in memory.stored for event in channel.parse(raw) if isinstance(event, FormSubmission)]


@dataclass
class Shop:
    """A site of others that embeds our script, open in a browser."""

    page: Page
    memory: Memory


SHOP_PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8">
<form action="{hub}/in/webform/{key}" method="post" enctype="multipart/form-data" data-hub-form>
<input name="name"><input name="phone"><input type="file" name="plan"><button type="submit">Отправить</button>
<p data-hub-status></p></form>
<script type="module" src="{hub}/forms/hub-form.js"></script></html>"""


@pytest.fixture
async def shop(memory: Memory) -> AsyncIterator[Shop]:
    hub_address = ""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=SHOP_PAGE.format(hub=hub_address, key=KEY), content_type="text/html")

    site = web.Application()
    site.router.add_get("/", show)
    async with serve(site, host="127.0.0.1", port=0) as shop_address:
        app = make_form_app(memory, allowed_origins=[shop_address])
        async with serve(app, host="127.0.0.1", port=0) as hub_address, async_playwright() as play:
            browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = await browser.new_page()
            await page.goto(f"{shop_address}/?utm_source=yandex&yclid=77")
            yield Shop(page, memory)
            await browser.close()


@pytest.mark.needs_chromium
async def test_an_embedded_form_sends_without_leaving_the_page(shop):
    await shop.page.fill("[name=name]", "Анна")
    await shop.page.fill("[name=phone]", "8 916 123-45-67")
    await shop.page.set_input_files("[name=plan]", {"name": "план.txt", "mimeType": "text/plain", "buffer": b"plan"})
    await shop.page.click("button")
    await shop.page.wait_for_function("document.querySelector('[data-hub-status]').textContent.includes('Номер')")

    (submission,) = parse(shop.memory)
    marks = submission.origin.marks
    assert (marks["utm_source"], marks["yclid"]) == ("yandex", "77")
    assert marks["receipt"] in await shop.page.inner_text("[data-hub-status]")
    assert (submission.sender.name, submission.attachments[0].name) == ("Анна", "план.txt")
    assert await shop.page.input_value("[name=name]") == ""


@pytest.mark.needs_chromium
async def test_edge31_case18_a_double_click_is_one_submission(shop):
    shop.memory.commit.clear()
    await shop.page.fill("[name=name]", "Анна")
    await shop.page.evaluate("() => { const f = document.forms[0]; f.requestSubmit(); f.requestSubmit(); }")
    await shop.page.wait_for_function("document.querySelector('[data-hub-status]').textContent.length > 0")
    shop.memory.commit.set()
    await shop.page.wait_for_function("document.querySelector('[data-hub-status]').textContent.includes('Номер')")

    assert len({submission.external_id for submission in parse(shop.memory)}) == 1


@pytest.mark.needs_chromium
async def test_a_form_is_sent_again_under_the_same_id_when_the_hub_was_away(shop):
    shop.memory.is_storage_down = True
    await shop.page.fill("[name=name]", "Анна")
    await shop.page.click("button")
    await shop.memory.was_refused.wait()
    shop.memory.is_storage_down = False
    await shop.page.wait_for_function("document.querySelector('[data-hub-status]').textContent.includes('Номер')")

    assert [submission.sender.name for submission in parse(shop.memory)] == ["Анна"]
