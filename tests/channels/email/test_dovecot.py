"""The poller against the real server of Debian's dovecot-imapd."""

import asyncio
import imaplib
import shutil
import tempfile
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from hub.channels.email.child import LetterPool
from hub.channels.email.events import MAILBOX_HEADER, Payload
from hub.channels.email.imap import ImapPoller, Suspects
from hub.domain.errors import TemporaryFailure
from hub.testing.mail.dovecot import PASSWORD, USER, run_dovecot
from tests.channels.email.letters import letter
from tests.channels.email.servers import CONTEXT, mailbox_settings, make_certificate, only_message

pytestmark = pytest.mark.needs_dovecot
CODECS = ["utf-8", "koi8-r", "cp1251", "cp866", "iso8859-5"]


@pytest.fixture
def base():
    """A folder that Dovecot's own users may traverse; pytest's belongs to the tester alone."""
    path = Path(tempfile.mkdtemp(prefix="hub-dovecot-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def dovecot(base):
    async with run_dovecot(base, make_certificate(base)) as server:
        yield server


def batches_of(server, cursor, **changes):
    settings = mailbox_settings(
        imap_port=server.tls_port,
        user=USER,
        password=PASSWORD,
        plain_hosts=(),
        ca_file=str(server.certificate),
        **changes,
    )
    poller = ImapPoller(settings, CONTEXT, suspects=Suspects(), patience=timedelta(seconds=10))
    return aclosing(poller.batches(cursor))


async def begin(server):
    async with batches_of(server, {}) as batches:
        return (await anext(batches)).cursor


def text_of(number):
    return f"Здравствуйте! Сколько стоит доставка заказа номер {number} в Казань?"


def mixed_letter(number):
    codec = CODECS[number % len(CODECS)]
    label = "" if number % 2 else f"Content-Type: text/plain; charset={codec}"
    subject = f"Subject: Вопрос о доставке {number}".encode(codec)
    return letter(
        subject, f"Message-ID: <{number}@example.ru>", *filter(None, [label]), body=text_of(number).encode(codec)
    )


async def test_case51_500_letters_of_mixed_charsets_survive_a_restart_of_the_server_in_the_middle(dovecot):
    cursor = await begin(dovecot)
    for number in range(500):
        dovecot.deliver(mixed_letter(number))
    found = []
    async with batches_of(dovecot, cursor) as batches:
        batch = await anext(batches)
        found, cursor = list(batch.raws), batch.cursor
        await dovecot.stop()
        with pytest.raises(TemporaryFailure):
            await anext(batches)
    await dovecot.start()
    async with batches_of(dovecot, cursor) as batches:
        while len(found) < 500:
            found += (await anext(batches)).raws

    assert len({raw.headers[MAILBOX_HEADER] for raw in found}) == 500
    pool = LetterPool()
    parsed = await pool.parse(
        [Payload(raw.body, raw.received_at, raw.headers) for raw in found], mailbox_settings().mailbox
    )
    await pool.close()
    messages = [only_message(events) for events in parsed]
    assert [message.text for message in messages] == [text_of(number) for number in range(500)]
    assert {message.thread_title for message in messages} == {f"Вопрос о доставке {number}" for number in range(500)}


async def test_a_letter_is_pushed(dovecot):
    async with batches_of(dovecot, await begin(dovecot)) as batches:
        waiting = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0)
        dovecot.deliver(mixed_letter(1))
        batch = await asyncio.wait_for(waiting, 20)
    assert len(batch.raws) == 1


async def test_fr7_5000_old_letters_on_first_contact_bring_no_letter(dovecot):
    for number in range(5000):
        dovecot.deliver(mixed_letter(number))
    async with batches_of(dovecot, {}) as batches:
        first = await anext(batches)
        waiting = asyncio.ensure_future(anext(batches))
        dovecot.deliver(mixed_letter(5000))
        second = await asyncio.wait_for(waiting, 20)
    assert list(first.raws) == []
    assert len(second.raws) == 1
    assert b"<5000@" in second.raws[0].body


async def test_fr7_case43_no_letter_is_marked_read(dovecot):
    cursor = await begin(dovecot)
    dovecot.deliver(mixed_letter(1))
    async with batches_of(dovecot, cursor) as batches:
        await anext(batches)
    marks = [path.name.rpartition(",")[2] for path in (dovecot.base / "mail/cur").iterdir()]
    assert not any("S" in mark for mark in marks)


def read_all(server):
    """Open every letter as a mail program does, which marks it read."""
    with imaplib.IMAP4("127.0.0.1", server.port) as program:
        program.login(USER, PASSWORD)
        program.select("INBOX")
        program.store("1:*", "+FLAGS", "\\Seen \\Flagged \\Answered")
        _, found = program.search(None, "UNSEEN")
    assert found == [b""]


async def test_case43_what_another_program_marked_read_is_fetched_all_the_same(dovecot):
    cursor = await begin(dovecot)
    for number in range(30):
        dovecot.deliver(mixed_letter(number))
    await asyncio.to_thread(read_all, dovecot)
    async with batches_of(dovecot, cursor) as batches:
        first = await anext(batches)
        waiting = asyncio.ensure_future(anext(batches))
        dovecot.deliver(mixed_letter(30))
        await asyncio.to_thread(read_all, dovecot)
        second = await asyncio.wait_for(waiting, 20)

    assert (len(first.raws), len(second.raws)) == (30, 1)


async def test_the_cursor_passes_only_what_was_given_out(dovecot):
    cursor = await begin(dovecot)
    for number in range(150):
        dovecot.deliver(mixed_letter(number))
    async with batches_of(dovecot, cursor) as batches:
        lost = await anext(batches)
    async with batches_of(dovecot, cursor) as batches:
        again = await anext(batches)
    assert [raw.headers for raw in again.raws] == [raw.headers for raw in lost.raws]
