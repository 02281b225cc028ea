"""The page behind a link of a letter: opening it does nothing, its button does, and it is safe to show."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.web.server import make_app, serve
from tests.web.conftest import Client
from tests.web.door import Memory, make_entrance

PAGE = "/card/take.7.1042.1"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_page_does_nothing(door: Client, memory: Memory, method: str) -> None:
    answer = await door.request(method, PAGE)
    assert (answer.status, memory.done) == (200, [])


async def test_the_button_does_it_once_a_press(door: Client, memory: Memory) -> None:
    answer = await door.post(PAGE, data={"choice": "solved", "note": "Да", "more": "x"})
    assert memory.done == [("take.7.1042.1", {"choice": "solved", "note": "Да"})]
    assert "Готово" in await answer.text()


async def test_a_refusal_keeps_its_status(door: Client) -> None:
    assert (await door.post(PAGE, data={"choice": "late"})).status == 409


async def test_what_the_page_says_is_never_markup(door: Client, memory: Memory) -> None:
    memory.choices = (("deal", "<b>Сделка</b>"),)
    text = await (await door.get(PAGE)).text()
    assert "&lt;take.7.1042.1&gt;?" in text
    assert "&lt;b&gt;Сделка&lt;/b&gt;" in text


async def test_the_page_loads_nothing_and_is_kept_by_nobody(door: Client) -> None:
    headers = (await door.get(PAGE)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


async def test_a_flood_in_the_form_is_not_read(door: Client, memory: Memory) -> None:
    answer = await door.post(PAGE, data={"note": "x" * 20_000})
    assert (answer.status, memory.done) == (413, [])


async def test_a_flood_that_does_not_say_its_length_is_not_read_either(door: Client, memory: Memory) -> None:
    async def flood() -> AsyncIterator[bytes]:
        yield b"choice=solved&note="
        yield b"x" * 20_000

    answer = await door.post(PAGE, data=flood(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, memory.done) == (413, [])


async def test_a_press_that_does_not_come_to_its_end_is_given_up_in_time(memory: Memory) -> None:
    entrance = replace(make_entrance(memory), body_deadline=timedelta(milliseconds=50))
    async with serve(make_app(entrance), host="127.0.0.1", port=0) as address:
        host, _, port = address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST {PAGE} HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\nchoice=".encode())
        assert b"503" in await reader.readline()
        writer.close()
        await writer.wait_closed()
    assert memory.done == []


async def test_a_press_without_a_field_is_a_press_and_what_cannot_be_stored_is_replaced(
    door: Client, memory: Memory
) -> None:
    assert (await door.post(PAGE)).status == 200
    await door.post(PAGE, data={"choice": "solved", "note": "a\x00b"})
    assert [given for _, given in memory.done] == [{}, {"choice": "solved", "note": "a\ufffdb"}]
