"""The form behind a link to connect: opening it does nothing, only a page of ours can send it, no text is markup."""

import re
from collections.abc import AsyncIterator

import pytest

from hub.web.connect_form import COOKIE
from hub.web.connect_page import ConnectField, Input
from tests.web.conftest import Client
from tests.web.door import Memory

PAGE = "/connect/t0ken"


async def proof_of(door: Client) -> str:
    """Open the page as a browser does, which keeps the cookie, and return what its form carries."""
    found = re.search(r'name="proof" value="([^"]+)"', await (await door.get(PAGE)).text())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_form_does_nothing_however_often(door: Client, memory: Memory, method: str) -> None:
    for _ in range(3):
        assert (await door.request(method, PAGE)).status == 200
    assert memory.done == []


async def test_what_was_typed_is_sent_once_a_press(door: Client, memory: Memory) -> None:
    answer = await door.post(PAGE, data={"proof": await proof_of(door), "s.token": " 1:a "})
    assert "Подключено" in await answer.text()
    assert memory.done == [("t0ken", {"s.token": " 1:a ", "remote": "127.0.0.1"})]


async def test_a_form_of_another_site_is_refused_for_want_of_the_cookie(door: Client, memory: Memory) -> None:
    proof = await proof_of(door)
    door.session.cookie_jar.clear()
    answer = await door.post(PAGE, data={"proof": proof, "s.token": "1:a"})
    assert (answer.status, memory.done) == (403, [])


@pytest.mark.parametrize("proof", ["", "x", "ы"])
async def test_a_form_without_the_pages_own_proof_is_refused(door: Client, memory: Memory, proof: str) -> None:
    await door.get(PAGE)
    answer = await door.post(PAGE, data={"proof": proof, "s.token": "1:a"})
    assert (answer.status, memory.done) == (403, [])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
async def test_a_browser_that_says_it_comes_from_elsewhere_is_refused(
    door: Client, memory: Memory, headers: dict[str, str]
) -> None:
    answer = await door.post(PAGE, data={"proof": await proof_of(door)}, headers=headers)
    assert (answer.status, memory.done) == (403, [])


async def test_a_browser_that_says_it_comes_from_here_is_let_in(door: Client, memory: Memory) -> None:
    proof = await proof_of(door)
    origin = f"http://{door.host}:{door.port}"
    answer = await door.post(PAGE, data={"proof": proof}, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    assert (answer.status, len(memory.done)) == (200, 1)


async def test_behind_a_proxy_that_names_another_host_the_public_address_counts(door: Client, memory: Memory) -> None:
    memory.public_host = "hub.example.ru"
    data = {"proof": await proof_of(door)}
    for origin, status in (("https://hub.example.ru", 200), ("https://evil.example", 403)):
        assert (await door.post(PAGE, data=data, headers={"Origin": origin})).status == status
    assert len(memory.done) == 1


@pytest.mark.parametrize("body", [b"proof=%FF", b"junk", b"--x\r\n\r\nproof"])
async def test_a_body_that_is_no_form_is_refused_in_its_words(door: Client, memory: Memory, body: bytes) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"):
        answer = await door.post(PAGE, data=body, headers={"Content-Type": kind})
        assert (answer.status, memory.done) == (400, [])


async def test_the_proof_is_kept_from_scripts_other_sites_and_caches(door: Client) -> None:
    answer = await door.get(PAGE)
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/connect")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_over_https_the_proof_never_travels_in_the_clear(door: Client, memory: Memory) -> None:
    assert not (await door.get(PAGE)).cookies[COOKIE]["secure"]
    memory.is_secure = True
    assert (await door.get(PAGE)).cookies[COOKIE]["secure"]


async def test_two_tabs_of_one_browser_do_not_end_each_other(door: Client, memory: Memory) -> None:
    first = await proof_of(door)
    assert await proof_of(door) == first
    await door.post(PAGE, data={"proof": first})
    assert len(memory.done) == 1


async def test_nothing_on_the_page_is_markup_and_secrets_are_hidden(door: Client, memory: Memory) -> None:
    memory.fields = (
        ConnectField("s.a", "<b>Вопрос</b>", value='"><script>', fault="<i>нет</i>"),
        ConnectField("s.token", "Токен", Input.hidden, is_required=True),
        ConnectField("s.on", "Включить", Input.check, value="on"),
        ConnectField("line", "Линия", Input.choice, "sales", (("sales", "<u>Продажи</u>"),)),
    )
    text = await (await door.get(PAGE)).text()
    assert "&lt;b&gt;Вопрос&lt;/b&gt;" in text
    assert 'value="&#34;&gt;&lt;script&gt;"' in text
    assert "&lt;i&gt;нет&lt;/i&gt;" in text
    assert "&lt;u&gt;Продажи&lt;/u&gt;" in text
    assert '<input type="password" name="s.token" value="" autocomplete="off"' in text
    assert "<script" not in text


async def test_a_flood_in_the_form_is_not_read(door: Client, memory: Memory) -> None:
    answer = await door.post(PAGE, data={"proof": await proof_of(door), "s.token": "x" * 70_000})
    assert (answer.status, memory.done) == (413, [])


async def test_a_flood_that_does_not_say_its_length_is_not_read_either(door: Client, memory: Memory) -> None:
    proof = await proof_of(door)

    async def flood() -> AsyncIterator[bytes]:
        yield f"proof={proof}&s.token=".encode()
        yield b"x" * 70_000

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await door.post(PAGE, data=flood(), headers=kind)
    assert (answer.status, memory.done) == (413, [])
