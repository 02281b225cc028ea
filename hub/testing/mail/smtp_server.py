"""An SMTP server on loopback (aiosmtpd) whose every phase can be scripted to fail (RFC 5321).

`script` names what happens at the next phases: `replies["RCPT"] = ["450 later"]` answers one RCPT so. `ends` tells how
the reply after the final dot is withheld. Accepted letters are in `letters`; all that was heard in `wire`, so a test
can prove that no password crossed it.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_GONE_SECONDS = 2


class DataEnd(StrEnum):
    """What becomes of the reply after the final dot; the letter is accepted all the same."""

    cut = "cut"  # the connection closes instead of 250
    silent = "silent"  # 250 never comes


@dataclass(frozen=True, slots=True)
class ReceivedLetter:
    """A letter the server took."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


@dataclass(slots=True)
class FakeSmtp:
    """The server. Change its fields at any time."""

    user: str = "sales@example.com"
    password: str = "app-password-1"
    size_limit: int = 20_000_000
    letters: list[ReceivedLetter] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    ends: list[DataEnd] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)
    port: int = 0
    connections: int = 0
    protocols: list["_Scripted"] = field(default_factory=list)

    @asynccontextmanager
    async def run(
        self, tls: ssl.SSLContext | None = None, *, has_starttls: bool = False, has_auth: bool = True
    ) -> AsyncIterator["FakeSmtp"]:
        """Serve on a free port of loopback; `tls` speaks at once, or after STARTTLS if that is offered."""

        def protocol() -> "_Scripted":
            self.connections += 1
            options: dict[str, Any] = {"tls_context": tls} if has_starttls else {}
            if has_auth:
                options |= {"authenticator": self._authenticate, "auth_require_tls": False}
            self.protocols.append(_Scripted(self, data_size_limit=self.size_limit, **options))
            return self.protocols[-1]

        loop = asyncio.get_running_loop()
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=None if has_starttls else tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await self._end_connections()

    def drop_connections(self) -> None:
        """Close every connection without a word, as a server does that was restarted."""
        for protocol in self.protocols:
            _abort(protocol)
        self.protocols.clear()

    async def _end_connections(self) -> None:
        """Drop every connection and let its handler end, so that nothing outlives the loop."""
        gone = [protocol.gone.wait() for protocol in self.protocols]
        self.drop_connections()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*gone), _GONE_SECONDS)

    def next_reply(self, phase: str) -> str | None:
        """Use up the next scripted reply of a phase."""
        script = self.replies.get(phase)
        return script.pop(0) if script else None

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            self.user.encode(),
            self.password.encode(),
        )
        return AuthResult(success=is_right, handled=False)


class _Handler:
    """Answers each phase by the script, else as a good server."""

    def __init__(self, server: FakeSmtp) -> None:
        self._server = server

    async def handle_MAIL(  # noqa: N802 -- the name aiosmtpd calls
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._server.next_reply("MAIL")
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802 -- the name aiosmtpd calls
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self._server.next_reply("RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self._server.next_reply("DATA")
        if reply is not None:
            return reply
        data = envelope.content if isinstance(envelope.content, bytes) else b""
        self._server.letters.append(ReceivedLetter(str(envelope.mail_from), tuple(envelope.rcpt_tos), data))
        if self._server.ends:
            await self._withhold(smtp, self._server.ends.pop(0))
        return "250 OK"

    async def _withhold(self, smtp: SMTP, end: DataEnd) -> None:
        if end is DataEnd.cut:
            _abort(smtp)
        await asyncio.Event().wait()


class _Scripted(SMTP):
    """Keeps what the client says."""

    def __init__(self, server: FakeSmtp, **options: Any) -> None:
        self._fake = server
        self.gone = asyncio.Event()
        super().__init__(_Handler(server), hostname="smtp.example.com", **options)

    def data_received(self, data: bytes) -> None:
        self._fake.wire += data
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.gone.set()


def _abort(protocol: SMTP) -> None:
    if isinstance(protocol.transport, asyncio.WriteTransport):
        protocol.transport.abort()
