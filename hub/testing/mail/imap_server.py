"""A small IMAP server on loopback (RFC 9051, the commands a reader needs) that can fail in every way there is.

Letters are delivered by `deliver` and pushed to whoever idles. Faults are scripted by command: each entry of
`faults["UID FETCH"]` is used up by one command of that name; asking for the body of `fatal_uid` always breaks the
connection. A deaf server takes IDLE and pushes nothing. It keeps a list of what it was asked, so a test can prove that
no flag was touched.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_SINCE = re.compile(r"SINCE (\d{1,2})-(\w{3})-(\d{4})")
_TRICKLE_SECONDS = 0.02
_PIECE_BYTES = 64 * 1024


class Fault(StrEnum):
    """How a command fails."""

    bye = "bye"  # says BYE and closes
    drop = "drop"  # closes without a word
    hang = "hang"  # never answers
    trickle = "trickle"  # answers one byte at a time
    no = "no"  # answers NO
    huge = "huge"  # announces a literal of 2 GB
    flood = "flood"  # announces a literal of 2 GB and pours it as fast as it is read
    endless_line = "endless_line"  # pours a line that never ends
    endless_lines = "endless_lines"  # pours lines that never end
    crowded = "crowded"  # has no place for one more connection, and closes
    reset = "reset"  # resets the connection in the middle of the answer


_POURED: Mapping[Fault, tuple[bytes, bytes]] = {
    Fault.flood: (b"* 1 FETCH (UID 1 BODY[] {2000000000}\r\n", b"x" * _PIECE_BYTES),
    Fault.endless_line: (b"* OK ", b"x" * _PIECE_BYTES),
    Fault.endless_lines: (b"", b"* 1 FETCH (FLAGS (\\Seen))\r\n" * (_PIECE_BYTES // 28)),
}


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter in the folder."""

    uid: int
    raw: bytes
    arrived_at: datetime


@dataclass(slots=True)
class FakeImap:
    """The server. Change its fields at any time; `letters` are ascending by UID."""

    user: str = "sales@example.com"
    password: str = "app-password-1"
    uidvalidity: int = 1700000000
    has_idle: bool = True
    wrong_uidnext: int = 0
    letters: list[StoredLetter] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fatal_uid: int = 0
    is_deaf: bool = False
    port: int = 0
    connections: int = 0
    open_now: int = 0
    most_at_once: int = 0
    poured_bytes: int = 0
    _next_uid: int = 1
    _idlers: set[asyncio.Queue[str]] = field(default_factory=set)

    def deliver(self, raw: bytes, at: datetime) -> int:
        """Put a letter into the folder, tell whoever idles, and return its UID."""
        uid = self._next_uid
        self._next_uid += 1
        self.letters.append(StoredLetter(uid, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), at))
        for queue in () if self.is_deaf else self._idlers:
            queue.put_nowait(f"* {len(self.letters)} EXISTS\r\n")
        return uid

    def renumber(self, uidvalidity: int) -> None:
        """Rebuild the folder: new UIDVALIDITY, UIDs from 1."""
        self.uidvalidity = uidvalidity
        self.letters = [StoredLetter(at, old.raw, old.arrived_at) for at, old in enumerate(self.letters, 1)]
        self._next_uid = len(self.letters) + 1

    @asynccontextmanager
    async def run(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["FakeImap"]:
        """Serve on a free port of loopback until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_at_once = max(self.most_at_once, self.open_now)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _Session(self, reader, writer).run()
        self.open_now -= 1
        with suppress(ConnectionError, OSError):
            writer.close()
            await writer.wait_closed()

    def uidnext(self) -> int:
        """Return what the server claims its next UID to be."""
        return self.wrong_uidnext or self._next_uid

    def next_fault(self, command: str) -> Fault | None:
        """Use up the next scripted fault of a command."""
        script = self.faults.get(command)
        return script.pop(0) if script else None

    @asynccontextmanager
    async def idling(self) -> AsyncIterator[asyncio.Queue[str]]:
        """Register someone who wants to be told of new letters."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._idlers.add(queue)
        try:
            yield queue
        finally:
            self._idlers.discard(queue)


class _Session:
    """One connection of a client."""

    def __init__(self, server: FakeImap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._is_open = True
        self._told = 0

    async def run(self) -> None:
        if not await self._fails("GREETING", ""):
            await self._say(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        while self._is_open and (line := await self._reader.readline()):
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            name, arguments = _command(rest)
            self._server.asked.append(f"{name} {arguments}" if name != "LOGIN" else name)
            if not await self._fails(name, tag):
                await self._answer(name, tag, arguments)

    async def _answer(self, name: str, tag: str, arguments: str) -> None:
        match name:
            case "CAPABILITY":
                idle = " IDLE" if self._server.has_idle else ""
                await self._say(f"* CAPABILITY IMAP4rev1{idle}\r\n{tag} OK done\r\n".encode())
            case "LOGIN":
                await self._log_in(tag, arguments)
            case "LOGOUT":
                await self._say(f"* BYE bye\r\n{tag} OK done\r\n".encode())
                self._is_open = False
            case _:
                await self._answer_folder(name, tag, arguments)

    async def _answer_folder(self, name: str, tag: str, arguments: str) -> None:
        match name:
            case "EXAMINE" | "SELECT":
                await self._say(self._folder(tag, name))
            case "UID SEARCH":
                found = " ".join(str(letter.uid) for letter in self._found(arguments))
                await self._say(f"* SEARCH {found}\r\n{tag} OK done\r\n".encode())
            case "UID FETCH" if "BODY" in arguments and self._server.fatal_uid in self._uids(arguments):
                self._is_open = False
            case "UID FETCH":
                await self._say(b"".join(self._items(arguments)) + f"{tag} OK done\r\n".encode())
            case "IDLE":
                await self._idle(tag)
            case "NOOP":
                self._told = len(self._server.letters)
                await self._say(f"* {self._told} EXISTS\r\n{tag} OK done\r\n".encode())
            case _:
                await self._say(f"{tag} BAD unknown command\r\n".encode())

    async def _log_in(self, tag: str, arguments: str) -> None:
        words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', arguments)
        given = [re.sub(r"\\(.)", r"\1", quoted or bare) for quoted, bare in words]
        is_right = given == [self._server.user, self._server.password]
        await self._say(f"{tag} {'OK logged in' if is_right else 'NO [AUTHENTICATIONFAILED] wrong'}\r\n".encode())

    def _folder(self, tag: str, name: str) -> bytes:
        server = self._server
        self._told = len(server.letters)
        mode = "READ-ONLY" if name == "EXAMINE" else "READ-WRITE"
        return (
            f"* FLAGS (\\Seen)\r\n* {len(server.letters)} EXISTS\r\n* OK [UIDVALIDITY {server.uidvalidity}] ok\r\n"
            f"* OK [UIDNEXT {server.uidnext()}] ok\r\n{tag} OK [{mode}] done\r\n"
        ).encode()

    def _found(self, criteria: str) -> list[StoredLetter]:
        words = criteria.split()
        since = _SINCE.search(criteria)
        first = (
            datetime(int(since[3]), _MONTHS.index(since[2]) + 1, int(since[1]), tzinfo=UTC)
            if since
            else datetime.min.replace(tzinfo=UTC)
        )
        return [letter for letter in self._in_set(words[1]) if letter.arrived_at >= first]

    def _in_set(self, sequence: str) -> list[StoredLetter]:
        letters = self._server.letters
        last = letters[-1].uid if letters else 0
        wanted: set[int] = set()
        for piece in sequence.split(","):
            ends = [last if end == "*" else int(end) for end in piece.split(":")]
            wanted |= {letter.uid for letter in letters if min(ends) <= letter.uid <= max(ends)}
        return [letter for letter in letters if letter.uid in wanted]

    def _uids(self, arguments: str) -> set[int]:
        return {letter.uid for letter in self._in_set(arguments.partition(" ")[0])}

    def _items(self, arguments: str) -> Iterable[bytes]:
        sequence, _, items = arguments.partition(" ")
        for place, letter in enumerate(self._in_set(sequence), 1):
            if "BODY" in items:
                data = letter.raw if "BODY.PEEK[]" in items else _HEADER_END.split(letter.raw)[0] + b"\r\n\r\n"
                section = "" if "BODY.PEEK[]" in items else "HEADER"
                yield (
                    f"* {place} FETCH (UID {letter.uid} BODY[{section}] {{{len(data)}}}\r\n".encode() + data + b")\r\n"
                )
                continue
            at = letter.arrived_at.astimezone(UTC)
            date = f"{at.day:02}-{_MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"
            size = f'RFC822.SIZE {len(letter.raw)} INTERNALDATE "{date}"'
            yield f"* {place} FETCH (UID {letter.uid} {size})\r\n".encode()

    async def _idle(self, tag: str) -> None:
        await self._say(b"+ idling\r\n")
        async with self._server.idling() as queue:
            if self._told != len(self._server.letters) and not self._server.is_deaf:
                queue.put_nowait(f"* {len(self._server.letters)} EXISTS\r\n")
            done = asyncio.ensure_future(self._reader.readline())
            while not done.done():
                push = asyncio.ensure_future(queue.get())
                await asyncio.wait({push, done}, return_when=asyncio.FIRST_COMPLETED)
                if push.done():
                    await self._say(push.result().encode())
                push.cancel()
        await done
        await self._say(f"{tag} OK done\r\n".encode())

    async def _fails(self, name: str, tag: str) -> bool:
        """Play the next scripted fault of a command, if there is one."""
        match self._server.next_fault(name):
            case None:
                return False
            case Fault.bye:
                await self._say(b"* BYE going down\r\n")
                self._is_open = False
            case Fault.drop:
                self._is_open = False
            case Fault.reset:
                await self._say(b"* 1 FETCH (UID 1 BODY[] {500}\r\nhalf of")
                self._writer.transport.abort()
                self._is_open = False
            case Fault.hang:
                await self._reader.read()
                self._is_open = False
            case Fault.trickle:
                await self._trickle()
            case Fault.no:
                await self._say(f"{tag} NO [SERVERBUG] not now\r\n".encode())
            case Fault.huge:
                await self._say(b"* 1 FETCH (UID 1 BODY[] {2000000000}\r\n")
                await self._reader.read()
                self._is_open = False
            case Fault.crowded:
                await self._say(f"{tag or '*'} NO [ALERT] Too many simultaneous connections. (Failure)\r\n".encode())
                self._is_open = False
            case pouring:
                await self._pour(*_POURED[pouring])
        return True

    async def _pour(self, begin: bytes, piece: bytes) -> None:
        """Send without end, as fast as the client reads."""
        self._is_open = False
        await self._say(begin)
        while not self._reader.at_eof():
            await self._say(piece)
            self._server.poured_bytes += len(piece)
            await asyncio.sleep(0)

    async def _trickle(self) -> None:
        """Send an endless line byte by byte until the client has had enough."""
        await self._say(b"* OK ")
        while not self._reader.at_eof():
            await self._say(b"x")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._reader.read(1), _TRICKLE_SECONDS)
        self._is_open = False

    async def _say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


def _command(rest: str) -> tuple[str, str]:
    """Return the upper-case name of a command (`UID FETCH` is one) and its arguments."""
    name, _, arguments = rest.partition(" ")
    if name.upper() == "UID":
        second, _, arguments = arguments.partition(" ")
        return f"UID {second.upper()}", arguments
    return name.upper(), arguments
