"""One IMAP connection under supervision: aioimaplib with every await bounded and every doubt fatal.

RFC 9051. What aioimaplib 2.0.3 does not do, checked 2026-11-21 (reliability B0 a–j): it tells nobody when a TLS
connection is lost, waits for ever when the server says BYE instead of "+", recurses once per line, takes literals of
any size, counts a trickle as life, and poisons a connection after a timeout. So the protocol is ours where it reads,
each step races the loss and a total deadline, and a connection that failed once is never used again. Only literals and
numbers are fetched, because the library mangles "* " inside lines. Its log shows passwords: it is pinned to WARNING.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aioimaplib
from aioimaplib.aioimaplib import Abort, Command, IncompleteRead, literal_data_re, quoted

from hub.channels.email.settings import EmailSettings
from hub.domain.errors import AuthenticationFailed, TemporaryFailure

STEP_DEADLINE = timedelta(seconds=30)
CLOSE_DEADLINE = timedelta(seconds=3)
SLOWEST_BYTES_PER_SECOND = 50_000
_LITERAL_SLACK_BYTES = 1_000_000
# The numbers of a million letters come in one line; a window of letters in one answer.
_LINE_LIMIT_BYTES = 8_000_000
_ANSWER_SLACK_BYTES = 16_000_000
_FOREIGN_ERRORS = (aioimaplib.AioImapException, OSError, TimeoutError, ValueError, LookupError, AttributeError)
_BUSY = re.compile(rb"UNAVAILABLE|INUSE|LIMIT|too many|try again|temporar|internal", re.IGNORECASE)
_UIDVALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]", re.IGNORECASE)
_UIDNEXT = re.compile(rb"\[UIDNEXT (\d+)\]", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_INTERNALDATE = re.compile(rb'\bINTERNALDATE "([^"]{10,40})"', re.IGNORECASE)
_ITEM = re.compile(rb"\d+ FETCH \(", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Folder:
    """State of the opened folder; 0 where the server does not tell."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a letter before it is fetched."""

    uid: int
    size_bytes: int
    arrived_at: datetime | None


class _Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """Reads in a loop instead of by recursion, with limits for all that grows, and tells when it is lost (case 50)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, lost: asyncio.Event, literal_limit_bytes: int) -> None:
        super().__init__(loop, lambda _error: lost.set())
        self._lost = lost
        self._literal_limit_bytes = literal_limit_bytes
        self._answer_bytes = 0

    def data_received(self, d: bytes) -> None:
        """Take bytes of the server; a line or an answer without end costs it the connection."""
        self._answer_bytes += len(d)
        is_too_much = self._answer_bytes > self._literal_limit_bytes + _ANSWER_SLACK_BYTES
        if is_too_much or len(self.incomplete_line) > _LINE_LIMIT_BYTES:
            self._lost.set()
            self.transport.abort()
            return
        super().data_received(d)

    def send(self, line: str, scrub: str | None = None) -> None:
        """Say something; what is heard from here on is the answer to it."""
        self._answer_bytes = 0
        super().send(line, scrub)

    async def welcome(self, line: bytes) -> None:
        """Take the greeting; BYE or nonsense instead of one counts as a loss."""
        try:
            await super().welcome(line)
        except _FOREIGN_ERRORS:
            self._lost.set()

    def _handle_responses(
        self, data: bytes, line_handler: Callable[[bytes, Any], Any], current_cmd: Any = None
    ) -> None:
        while data:
            if current_cmd is not None and current_cmd.wait_literal_data():
                data = current_cmd.append_literal_data(data)
                if current_cmd.wait_literal_data():
                    raise IncompleteRead(current_cmd)
            line, separator, rest = data.partition(b"\r\n")
            if not separator:
                raise IncompleteRead(current_cmd, data)
            data = rest
            current_cmd = self._after_line(line, line_handler(line, current_cmd))
        if self.pending_sync_command is not None:
            self.pending_sync_command.flush()
        if current_cmd is not None and current_cmd.wait_data():
            raise IncompleteRead(current_cmd)

    def _after_line(self, line: bytes, command: Any) -> Any:
        """Return the command that the next bytes belong to, None if they begin anew."""
        announced = literal_data_re.match(line)
        if announced is None:
            return command if command is not None and command.wait_data() else None
        size = int(announced["size"])
        if size > self._literal_limit_bytes:
            raise Abort(f"the server announced a literal of {size} bytes")
        if size == 0:
            return command
        command = command or Command("NIL", "unused")
        command.begin_literal_data(size)
        return command


class _Client(aioimaplib.IMAP4):  # type: ignore[misc]
    """The library's client over our protocol, with TLS or, for exempt hosts, without."""

    def __init__(self, settings: EmailSettings, lost: asyncio.Event) -> None:
        self._limit_bytes = settings.size_limit_bytes + _LITERAL_SLACK_BYTES
        self._lost = lost
        context = None if settings.imap_host in settings.plain_hosts else _tls(settings.ca_file)
        super().__init__(settings.imap_host, settings.imap_port, ssl_context=context)

    def create_client(self, host: str, port: int, loop: Any, _lost_cb: Any = None, ssl_context: Any = None) -> None:
        running = loop or asyncio.get_running_loop()
        self.protocol = _Protocol(running, lost=self._lost, literal_limit_bytes=self._limit_bytes)
        self._client_task = running.create_task(
            running.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        )


class ImapSession:
    """An open folder. Make it with `open`, give it back with `close`; after any error only `close` is allowed.

    Every method raises `TemporaryFailure` when the server fails, hangs past its deadline or goes away.
    """

    def __init__(self, settings: EmailSettings, patience: timedelta) -> None:
        pin_library_log()
        self._settings = settings
        self._patience = patience
        self._lost = asyncio.Event()
        self._client = _Client(settings, self._lost)
        self.folder = Folder(0, 0)

    @classmethod
    async def open(cls, settings: EmailSettings, patience: timedelta = STEP_DEADLINE) -> "ImapSession":
        """Connect, log in and open the folder read-only; `patience` is the deadline of every step.

        Raises:
            TemporaryFailure: no connection, or the server cannot now.
            AuthenticationFailed: it refuses login and password.
        """
        session = cls(settings, patience)
        try:
            await session._step(session._client._wait_connection_and_hello())
            await session._log_in()
            session.folder = await session._examine()
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def can_idle(self) -> bool:
        """Tell whether the server pushes news (RFC 2177)."""
        return bool(self._client.has_capability("IDLE"))

    async def close(self) -> None:
        """Log out if the connection is still good, and drop it. Never raises, repeating it is harmless."""
        if not self._lost.is_set() and self._client.get_state() in {"AUTH", "SELECTED"}:
            with suppress(TemporaryFailure):
                await self._step(self._client.protocol.logout(), CLOSE_DEADLINE)
        await self._abort()

    async def find_uids(self, criteria: str) -> list[int]:
        """Return the UIDs a SEARCH finds, ascending."""
        lines = await self._command(lambda: self._client.protocol.search(criteria, charset=None, by_uid=True))
        words = b" ".join(bytes(line) for line in lines[:-1]).split()
        return sorted({int(word) for word in words if word.isdigit()})

    async def look(self) -> None:
        """Let the server show what is new in the folder (NOOP)."""
        await self._command(lambda: self._client.protocol.simple_command("NOOP"))

    async def fetch_envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """Return size and arrival of letters, ascending by UID; expunged ones are missing."""
        found = []
        for line, _literal in await self._fetch(uids, "(UID RFC822.SIZE INTERNALDATE)", size_bytes=0):
            uid, size, date = _UID.search(line), _SIZE.search(line), _INTERNALDATE.search(line)
            if uid and int(uid[1]) in set(uids):
                found.append(Envelope(int(uid[1]), int(size[1]) if size else 0, _instant(date[1]) if date else None))
        return sorted(found, key=lambda envelope: envelope.uid)

    async def fetch_bodies(self, uids: Sequence[int], *, section: str = "", size_bytes: int) -> dict[int, bytes]:
        """Return whole letters (or a section of them) by UID, flags untouched; missing ones are left out."""
        found: dict[int, bytes] = {}
        for line, literal in await self._fetch(uids, f"(UID BODY.PEEK[{section}])", size_bytes=size_bytes):
            uid = _UID.search(line)
            if uid and literal is not None:
                found[int(uid[1])] = literal
        return found

    async def wait_for_news(self, longest: timedelta) -> None:
        """Return when the server pushes anything, or after `longest` (IDLE; without it only the time)."""
        if not self.can_idle:
            await self._until(asyncio.ensure_future(asyncio.sleep(longest.total_seconds())), longest + self._patience)
            return
        protocol = self._client.protocol
        idle = asyncio.ensure_future(self._idle())
        try:
            await self._step(self._acknowledged(idle))
            await self._pushed(longest)
            protocol.idle_done()
            await self._until(idle, self._patience)
        finally:
            if not idle.done():
                await self._abort()
            await _cancel(idle)

    async def _idle(self) -> None:
        response = await self._client.protocol.idle()
        if response.result != "OK":
            raise Abort("the server refuses IDLE")

    async def _acknowledged(self, idle: "asyncio.Future[None]") -> None:
        """Wait for the "+"; an answer that ends the command instead of it is an error."""
        plus = asyncio.ensure_future(self._client.protocol.wait_for_idle_response())
        try:
            await asyncio.wait({plus, idle}, return_when=asyncio.FIRST_COMPLETED)
            if not plus.done():
                raise Abort("the server ended IDLE before it began")
        finally:
            await _cancel(plus)

    async def _pushed(self, longest: timedelta) -> None:
        queue = self._client.protocol.idle_queue
        push = asyncio.ensure_future(queue.get())
        lost = asyncio.ensure_future(self._lost.wait())
        await asyncio.wait({push, lost}, timeout=longest.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        await _cancel(push, lost)
        if self._lost.is_set():
            raise TemporaryFailure("the mail server closed the connection")
        while not queue.empty():
            queue.get_nowait()

    async def _log_in(self) -> None:
        user, password = self._settings.user, self._settings.password.get_secret_value()
        try:
            response = await self._step(self._client.protocol.login(quoted(user), password))
        except TemporaryFailure as error:
            if isinstance(error.__cause__, ValueError):
                raise AuthenticationFailed("login or password holds a character that IMAP cannot carry") from error
            raise
        if response.result != "OK":
            answer = b" ".join(bytes(line) for line in response.lines)
            if _BUSY.search(answer):
                raise TemporaryFailure(f"the mail server refuses logins now: {_printable(answer)}")
            raise AuthenticationFailed(f"the mail server refuses login and password: {_printable(answer)}")
        if not self.can_idle:
            await self._step(self._client.protocol.capability())

    async def _examine(self) -> Folder:
        """Open the folder read-only, so that nothing we do can set a flag (FR-7)."""
        folder = quoted(self._settings.folder)
        lines = b"\n".join(await self._command(lambda: self._client.protocol.simple_command("EXAMINE", folder)))
        self._client.protocol.state = "SELECTED"
        validity, following = _UIDVALIDITY.search(lines), _UIDNEXT.search(lines)
        return Folder(int(validity[1]) if validity else 0, int(following[1]) if following else 0)

    async def _fetch(self, uids: Sequence[int], items: str, *, size_bytes: int) -> list[tuple[bytes, bytes | None]]:
        """Return pairs of response line and literal."""
        protocol = self._client.protocol
        deadline = self._patience + timedelta(seconds=size_bytes / SLOWEST_BYTES_PER_SECOND)

        def start() -> Any:
            arguments = (compact_set(uids), items)
            return protocol.execute(Command("FETCH", protocol.new_tag(), *arguments, prefix="UID", loop=protocol.loop))

        return list(_items(await self._command(start, deadline)))

    async def _command(
        self, start: Callable[[], Awaitable[Any]], deadline: timedelta | None = None
    ) -> list[bytes | bytearray]:
        """Run one command to its OK and return its lines, the tagged one last."""
        response = await self._step(start(), deadline)
        if response.result != "OK":
            text = bytes(response.lines[-1]) if response.lines else b""
            await self._abort()
            raise TemporaryFailure(f"the mail server answered {response.result}: {_printable(text)}")
        return list(response.lines)

    async def _step(self, work: Awaitable[T], deadline: timedelta | None = None) -> T:
        return await self._until(asyncio.ensure_future(work), deadline or self._patience)

    async def _until(self, task: "asyncio.Future[T]", deadline: timedelta) -> T:
        """Await `task`, the loss of the connection or the deadline; after the last two the connection is dropped."""
        lost: asyncio.Future[Any] = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({task, lost}, timeout=deadline.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        except _FOREIGN_ERRORS as error:
            await self._abort()
            raise TemporaryFailure(f"the mail server failed: {type(error).__name__}") from error
        finally:
            await _cancel(lost, *(() if task.done() else (task,)))
        was_lost = self._lost.is_set()
        await self._abort()
        seconds = int(deadline.total_seconds())
        raise TemporaryFailure(
            "the mail server closed the connection" if was_lost else f"no answer from the mail server in {seconds} s"
        )

    async def _abort(self) -> None:
        """Drop the transport and end what the library started; it would wait for ever."""
        client = self._client
        await _cancel(client._client_task, *client.tasks, *client.protocol.tasks)
        if client.protocol.transport is not None:
            client.protocol.transport.abort()
        self._lost.set()


def pin_library_log() -> None:
    """Keep the library from logging traffic, whatever level the rest of the program logs at (reliability B0 i)."""
    logging.getLogger("aioimaplib").setLevel(logging.WARNING)


def compact_set(uids: Sequence[int]) -> str:
    """Return a sequence set such as `5:7,9` of UIDs in any order."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def _items(lines: Sequence[bytes | bytearray]) -> Iterator[tuple[bytes, bytes | None]]:
    """Join the lines of FETCH responses to one (line, literal) an item; what follows a literal belongs to its item."""
    line, literal = b"", None
    for piece in lines:
        if isinstance(piece, bytearray):
            literal = bytes(piece)
        elif _ITEM.match(piece):
            if line:
                yield line, literal
            line, literal = piece, None
        elif line:
            line += piece
    if line:
        yield line, literal


def _instant(text: bytes) -> datetime | None:
    """Return an INTERNALDATE (`21-Nov-2025 10:15:00 +0300`) in UTC, None if it is malformed; locale-independent."""
    words = text.decode("ascii", "replace").split()
    try:
        day, month, year = words[0].split("-")
        iso = f"{year}-{_MONTHS.index(month.title()) + 1:02}-{int(day):02}T{words[1]}{words[2][:3]}:{words[2][3:]}"
        return datetime.fromisoformat(iso).astimezone(UTC)
    except (ValueError, IndexError):
        return None


def _tls(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)


def _printable(answer: bytes) -> str:
    return " ".join(answer.decode("utf-8", "replace").split())[:200]


async def _cancel(*tasks: "asyncio.Future[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
