"""A mail server that falls silent, drips or stops reading in any phase of a letter (cases 61, 62 and 71)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from hub.channels.email.composing import Composed
from hub.channels.email.smtp import Patience, SmtpSender
from hub.domain.outbound import Later, SendResult, Sent, Unknown
from tests.channels.email.servers import NOW, mailbox_settings

SHORT = Patience(connect=timedelta(seconds=1), reply=timedelta(seconds=0.5), accepted=timedelta(seconds=1))
REPLIES = {
    "EHLO": "250 me",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "RSET": "250 ok",
}
BEFORE = ["greeting", "EHLO", "MAIL", "RCPT"]
AFTER = ["DATA", "."]


@dataclass
class StubbornServer:
    """An SMTP server that stops being one at `phase`: silent, or with a reply that goes on for ever.

    At "body" it stops reading in the middle of a letter.
    """

    phase: str
    is_dripping: bool = False
    port: int = 0
    letters: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def run(self) -> AsyncIterator["StubbornServer"]:
        served: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            served.add(asyncio.current_task())  # type: ignore[arg-type]
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()
        for task in served:
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say("greeting", "220 mx", writer)
        while line := await reader.readline():
            name = line.split()[0].decode().upper()
            await self._say(name, REPLIES.get(name, "221 bye"), writer)
            if name == "DATA":
                await self._take(reader)
                await self._say(".", REPLIES["."], writer)

    async def _take(self, reader: asyncio.StreamReader) -> None:
        if self.phase == "body":
            await asyncio.Event().wait()
        self.letters.append(await reader.readuntil(b"\r\n.\r\n"))

    async def _say(self, phase: str, reply: str, writer: asyncio.StreamWriter) -> None:
        if phase != self.phase:
            writer.write(f"{reply}\r\n".encode())
            return
        while self.is_dripping:
            writer.write(f"{reply[:3]}-one moment\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.05)
        await asyncio.Event().wait()


async def send(server: StubbornServer, *, size_bytes: int = 100) -> SendResult:
    """Try one letter; a minute is far more than the sender's own deadlines add up to."""
    sender = SmtpSender(mailbox_settings(smtp_port=server.port), "sales", SHORT)
    body = (b"x" * 70 + b"\r\n") * (size_bytes // 72 + 1)
    letter = Composed("sales@example.com", "ivan@example.ru", "hub.7@example.com", b"Subject: 1\r\n\r\n" + body)
    async with asyncio.timeout(60):
        result = await sender.send(letter, NOW)
    await sender.close()
    return result


@pytest.mark.parametrize("is_dripping", [False, True])
@pytest.mark.parametrize("phase", BEFORE)
async def test_case71_a_server_that_stops_before_the_letter_means_later(phase: str, is_dripping: bool) -> None:
    async with StubbornServer(phase, is_dripping).run() as server:
        assert isinstance(await send(server), Later)
        assert server.letters == []


@pytest.mark.parametrize("is_dripping", [False, True])
@pytest.mark.parametrize("phase", AFTER)
async def test_case62_case71_a_server_that_stops_at_the_letter_leaves_it_unknown(phase: str, is_dripping: bool) -> None:
    async with StubbornServer(phase, is_dripping).run() as server:
        assert isinstance(await send(server), Unknown)


async def test_case71_a_server_that_stops_reading_in_the_middle_leaves_it_unknown() -> None:
    async with StubbornServer("body").run() as server:
        assert isinstance(await send(server, size_bytes=20_000_000), Unknown)


@pytest.mark.parametrize("is_dripping", [False, True])
async def test_case61_what_happens_after_the_letter_was_taken_does_not_undo_it(is_dripping: bool) -> None:
    async with StubbornServer("RSET", is_dripping).run() as server:
        assert isinstance(await send(server), Sent)
        assert len(server.letters) == 1
