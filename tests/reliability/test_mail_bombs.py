"""Letters made to hang or burst a parser, among ordinary ones (cases 41, 51, 53 and 54)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hub.channels.email.child import ChildLimits, LetterPool
from hub.channels.email.events import Mailbox, Payload
from hub.domain.errors import PayloadInvalid
from tests.channels.email.letters import letter
from tests.channels.email.servers import NOW, only_message
from tests.channels.email.test_mime import nested

GOOD = letter("Subject: 1", body="Сколько стоит?")
BOMBS = {
    "50,000 parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50_000,
    "1,000 levels": nested(1_000),
    "a To of quoted escapes": b"From: a@b.ru\nTo: " + b'"' + b'\\"' * 32_000 + b"\n\nx",
    "a To of 5,000 addresses": b"From: a@b.ru\nTo: " + b", ".join(b"u%d@b.ru" % n for n in range(5_000)) + b"\n\nx",
    "a To of brackets": b"From: a@b.ru\nTo: " + b"(" * 3_000 + b"\n\nx",
    "200,000 fields": b"X-A: b\n" * 200_000 + b"\nx",
    "a page of 100,000 levels": letter("Content-Type: text/html", body="<div>" * 100_000 + "x"),
    "a page of one endless tag": letter("Content-Type: text/html", body="<a " + "b='" * 500_000),
    "100,000 quotation marks": letter(body="> " * 100_000 + "\n" + ">" * 100_000),
    "20 MB of base64": letter("Content-Transfer-Encoding: base64", body="QUJD" * 5_000_000),
    "a charset of 60 KB": letter("Content-Type: text/plain; charset=" + "x" * 60_000, body="x"),
}


@pytest.fixture
async def pool() -> AsyncIterator[LetterPool]:
    pool = LetterPool(limits=ChildLimits(cpu=timedelta(seconds=2)))
    yield pool
    await pool.close()


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
async def test_case41_case54_a_bomb_is_read_or_parked_and_its_neighbours_come_while_the_hub_goes_on(
    pool: LetterPool, bomb: bytes
) -> None:
    turns = 0

    async def go_on() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    others = asyncio.create_task(go_on())
    async with asyncio.timeout(60):
        before, found, after = await pool.parse([Payload(raw, NOW, {}) for raw in (GOOD, bomb, GOOD)], Mailbox())
    others.cancel()

    assert only_message(before).text == only_message(after).text == "Сколько стоит?"
    assert isinstance(found, PayloadInvalid) or only_message(found).external_id
    assert turns > 3, "the loop had turns of its own: the parser runs elsewhere"


SENDERS = [
    b"X-Nobody: here",
    b"From:",
    b"From: <>",
    b"From: undisclosed-recipients:;",
    b"From: Friends: a@b.ru, c@d.ru;",
    b"From: a@b.ru, c@d.ru",
    b"From: a@b.ru\nFrom: c@d.ru",
    b"From: A B C a@b.ru",
    b"From: a b@c.ru",
    b'From: "a@b.ru" <c@d.ru>',
    b"From: a@b@c.ru",
    b"From: =?utf-8?B?0J/RkdGC0YA=?= <a@\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84>",
    "From: Пётр <a@b.ru>".encode("koi8-r"),
    b"From: " + b"a" * 5_000 + b"@b.ru",
    b"From: a@b.ru\0",
]


@pytest.mark.parametrize("sender", SENDERS)
async def test_case53_whatever_stands_in_from_the_letter_is_a_message(pool: LetterPool, sender: bytes) -> None:
    raw = sender + b"\nSubject: x\nMessage-ID: <1@x.ru>\n\nhello"
    (found,) = await pool.parse([Payload(raw, NOW, {})], Mailbox())

    assert only_message(found).text == "hello"


CHARSETS = [
    *(
        "windows-874",
        "cp-850",
        "iso-8859-8-i",
        "utf-8 euao",
        "utf-7",
        "unknown-8bit",
        "x-unknown",
        "default",
        "_iso-2022-jp$ESC",
    ),
    *(
        "koi8-r",
        "koi8-u",
        "windows-1251",
        "cp1251",
        "x-cp1251",
        "cp866",
        "ibm866",
        "iso-8859-5",
        "maccyrillic",
        "x-mac-cyrillic",
    ),
    *(
        "ansi_x3.110-1983",
        "us-ascii",
        "ascii",
        "utf8",
        "utf-8",
        "utf_8",
        "UTF-8;",
        '"utf-8',
        "utf-16",
        "utf-16le",
        "utf-32",
        "ucs-2",
    ),
    *(
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "big5-hkscs",
        "euc-kr",
        "ks_c_5601-1987",
        "iso-2022-jp",
        "shift_jis",
        "euc-jp",
        "tis-620",
    ),
    *(
        "hex",
        "base64",
        "rot13",
        "bz2",
        "zlib",
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "oem",
    ),
    *(
        "",
        " ",
        "0",
        "../../etc",
        "a" * 300,
        "utf-8\0",
        "кодировка",
        "latin-1",
        "windows-1252",
        "macintosh",
        "hz",
        "iso-2022-kr",
    ),
]


@pytest.mark.parametrize("encoded", ["utf-8", "cp1251", "latin-1"])
async def test_case51_no_name_of_a_charset_costs_a_letter(pool: LetterPool, encoded: str) -> None:
    said = "Ça coûte cher" if encoded == "latin-1" else "Сколько стоит доставка в Казань?"
    letters = [
        letter(
            f"Content-Type: text/plain; charset={name}",
            f"Subject: =?{name}?B?0J/RgNC40LLQtdGC?=",
            body=said.encode(encoded),
        )
        for name in CHARSETS
    ]
    found = await pool.parse([Payload(raw, NOW, {}) for raw in letters], Mailbox())

    assert [name for name, events in zip(CHARSETS, found, strict=True) if isinstance(events, PayloadInvalid)] == []
    assert all(only_message(events).text.strip() for events in found if not isinstance(events, PayloadInvalid))
