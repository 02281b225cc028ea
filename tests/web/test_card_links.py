"""The page behind a link of a letter: opening it does nothing, its button does, and it is safe to show."""

import pytest

from tests.web.conftest import Client
from tests.web.door import Memory

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
