"""Mixed letters a second from a real Dovecot, two cores: fetched, stored, parsed in child processes, matched, routed.

The mailbox is empty at first contact; then all letters are moved into it at once, as after a night. The clock runs from
the first move to the last processed receipt.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from bench.child import running
from bench.installation import Business, Installation, fresh_installation, make_config
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from hub.app.connecting import create_connection
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.store.pool import connect
from hub.testing.mail.dovecot import PASSWORD, SEARCH_PATH, USER, Dovecot, run_dovecot

_CHARSETS = ("utf-8", "koi8-r", "cp1251", "utf-8", "iso8859-5")
_ROLES = ("poll", "work")
_FIRST_LOOK = "SELECT cursor::text <> '{}' FROM connections WHERE kind = 'email'"
_DONE = "SELECT count(*) FROM receipts WHERE state IN ('done', 'parked')"
_LOOK_EVERY_SECONDS = 0.02


class MailServerMissing(Exception):
    """Dovecot is not on this machine."""


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Take in the letters, each round with a mailbox and a database of its own."""
    if shutil.which("dovecot", path=SEARCH_PATH) is None:
        raise MailServerMissing("dovecot is not on this machine: apt-get install dovecot-imapd")
    machine.pin_database(ALL_CORES)
    rates = []
    for number in range(sizes.rounds):
        rates.append(await _round(machine, sizes.letters))
        progress(f"letters {number + 1}: {rates[-1]:.0f}/s")
    return Report("letters", [Figure("letters_per_s", rates, Target(least=300))], {"letters": sizes.letters})


async def _round(machine: Machine, letters: int) -> float:
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(_open_folder())
        server = await stack.enter_async_context(run_dovecot(base))
        installation = await stack.enter_async_context(fresh_installation(machine, Business(greets=False)))
        await _connect(installation, server)
        database = await stack.enter_async_context(connect(installation.dsn))
        given = {**installation.parameters(), "roles": _ROLES}
        hub = await stack.enter_async_context(running("whole", cores=ALL_CORES, **given))
        await hub.hear()
        await _until(database, _FIRST_LOOK, True)
        bodies = [make_letter(number) for number in range(letters)]
        began = time.perf_counter()
        for body in bodies:
            server.deliver(body)
        await _until(database, _DONE, letters)
        return letters / (time.perf_counter() - began)


async def _until(database: asyncpg.Connection, question: str, answer: object) -> None:
    while await database.fetchval(question) != answer:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


@asynccontextmanager
async def _open_folder() -> AsyncIterator[Path]:
    """Give a folder that Dovecot's own users may traverse."""
    base = Path(tempfile.mkdtemp(prefix="hub-bench-mail-"))
    await asyncio.to_thread(base.chmod, 0o755)
    try:
        yield base
    finally:
        shutil.rmtree(base)


async def _connect(installation: Installation, server: Dovecot) -> None:
    config = make_config(installation.dsn, installation.data)
    settings = {
        "address": USER,
        "imap_host": "127.0.0.1",
        "imap_port": server.port,
        "smtp_host": "127.0.0.1",
        "user": USER,
        "password": PASSWORD,
        "plain_hosts": ("127.0.0.1",),
    }
    async with open_ground(config) as ground, open_hints(config):
        await create_connection(ground, "email", name="mail", settings=settings)


def make_letter(number: int) -> bytes:
    """Return a letter: five charsets, half of them undeclared, HTML beside the text, a quoted answer, an attachment."""
    charset = _CHARSETS[number % len(_CHARSETS)]
    text = (
        f"Здравствуйте! Сколько стоит доставка заказа номер {number} в Казань, и когда её ждать?\n\n"
        "1 марта в 10:00 Лампа и Полка пишет:\n> Добрый день!\n> Ваш заказ собран и ждёт отправки.\n"
    )
    head = (
        f"From: client{number % 97}@example.com\r\nTo: {USER}\r\nMessage-ID: <{number}@example.com>\r\n"
        f"Date: Sun, 22 Nov 2026 00:{number % 60:02}:00 +0300\r\nMIME-Version: 1.0\r\nSubject: "
    ).encode() + f"Вопрос о доставке {number}".encode(charset)
    declared = f"Content-Type: text/plain; charset={charset}\r\n".encode() if number % 2 else b""
    if number % 3:
        return head + b"\r\n" + declared + b"\r\n" + text.replace("\n", "\r\n").encode(charset)
    return head + b"\r\n" + _mixed(declared or b"Content-Type: text/plain\r\n", text.encode(charset), text)


def _mixed(declared: bytes, body: bytes, text: str) -> bytes:
    html = f'<html><body><p>{text.replace(chr(10), "<br>")}</p><img src="cid:logo"></body></html>'.encode()
    parts = (
        declared + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + body,
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + html,
        b'Content-Type: application/pdf; name="order.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n',
    )
    joined = b"".join(b"--part\r\n" + part + b"\r\n" for part in parts)
    return b"Content-Type: multipart/mixed; boundary=part\r\n\r\n" + joined + b"--part--\r\n"
