"""Brings letters out: aiosmtplib in phases, so that "not accepted" and "nobody knows" are never mixed up.

RFC 5321 §4.2, §4.5.3.2 (timeouts), RFC 1047 (the reply after the final dot may be lost). Until DATA begins a failure
means "not sent", `Later` or `Failed`. From there on only an answer of the server decides, and silence is `Unknown`
(reliability B0 m). TLS always, unless the settings exempt the host; AUTH never before TLS (B0 o). One recipient a
transaction (B0 n); SIZE is compared before MAIL (B0 p). Idle connections are kept, proved by NOOP after 30 s (B0 s).
"""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiosmtplib
import structlog

from hub.channels.email.composing import Composed
from hub.channels.email.settings import EmailSettings
from hub.crash import crash_point
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown

MAX_CONNECTIONS = 3
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: for the connection with TLS and login, for a reply, for the reply after the final dot."""

    connect: timedelta = timedelta(seconds=30)
    reply: timedelta = timedelta(seconds=60)
    accepted: timedelta = timedelta(minutes=10)
    idle: timedelta = timedelta(seconds=30)


class _NoTlsError(Exception):
    """The server offers no TLS or no login, so nothing secret may be told to it."""


@dataclass(slots=True)
class _Line:
    """An open connection and when it was used last (loop time)."""

    client: aiosmtplib.SMTP
    used_at: float
    is_fresh: bool = True


class SmtpSender:
    """Sends composed letters of one connection. Safe for concurrent use; `close` ends the kept connections."""

    def __init__(self, settings: EmailSettings, name: str, patience: Patience | None = None) -> None:
        self._settings = settings
        self._patience = patience or Patience()
        self._idle: list[_Line] = []
        self._is_closed = False
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)
        self._log = log.bind(connection=name)

    async def send(self, letter: Composed, started_at: datetime) -> SendResult:
        """Hand one letter over; never raises for what the server does. `started_at` is the instant of this attempt."""
        async with self._places:
            line = await self._ready_line()
            if not isinstance(line, _Line):
                return line
            result = await self._transact(line, letter, started_at)
            await self._give_back(line, is_good=isinstance(result, (Sent, Failed)))
            return result

    async def check(self) -> str:
        """Connect and log in; return empty if that works, else why not."""
        line = await self._ready_line()
        if not isinstance(line, _Line):
            return line.explanation if isinstance(line, Failed) else line.reason
        await self._give_back(line, is_good=False)
        return ""

    async def close(self) -> None:
        """Say goodbye on the kept connections, and on those in use as soon as their letter is through."""
        self._is_closed = True
        while self._idle:
            await self._quit(self._idle.pop())

    async def _transact(self, line: _Line, letter: Composed, started_at: datetime) -> SendResult:
        limit = _announced_limit(line.client)
        if limit and len(letter.data) > limit:
            return Failed("too_large", f"письмо {len(letter.data)} байт, сервер принимает до {limit}")
        crash_point("mail.line_ready")
        refusal = await self._envelope(line, letter)
        if refusal is not None:
            return refusal
        crash_point("mail.envelope_accepted")
        return await self._data(line, letter, started_at)

    async def _envelope(self, line: _Line, letter: Composed) -> SendResult | None:
        """Say MAIL and RCPT; return None when both are accepted."""
        reply = self._patience.reply.total_seconds()
        try:
            await self._mail(line, letter)
            crash_point("mail.sender_accepted")
            await line.client.rcpt(letter.recipient, timeout=reply)
        except aiosmtplib.SMTPSenderRefused as error:
            return _refused(error.code, error.message, is_recipient=False)
        except aiosmtplib.SMTPRecipientRefused as error:
            return _refused(error.code, error.message, is_recipient=True)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Later(f"почтовый сервер оборвал связь: {type(error).__name__}")
        return None

    async def _mail(self, line: _Line, letter: Composed) -> None:
        """Say MAIL; a kept connection that turns out dead is replaced once, nothing has been sent yet."""
        reply = self._patience.reply.total_seconds()
        try:
            await line.client.mail(letter.sender, timeout=reply)
        except (aiosmtplib.SMTPServerDisconnected, OSError):
            if line.is_fresh:
                raise
            line.client, line.is_fresh = await self._connect(), True
            await line.client.mail(letter.sender, timeout=reply)

    async def _data(self, line: _Line, letter: Composed, started_at: datetime) -> SendResult:
        """Send the letter; from here on silence means that nobody knows."""
        try:
            crash_point("mail.sending")
            await line.client.data(letter.data, timeout=self._patience.accepted.total_seconds())
            crash_point("mail.accepted")
        except aiosmtplib.SMTPDataError as error:
            return _refused(error.code, error.message, is_recipient=False)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Unknown(f"сервер не подтвердил приём письма: {type(error).__name__}")
        return Sent((letter.message_id,), started_at)

    async def _ready_line(self) -> _Line | Later | Failed:
        """Return an open connection, or what it means for the letter that there is none."""
        if self._idle and (line := await self._kept_line()) is not None:
            return line
        try:
            return _Line(await self._connect(), _now())
        except aiosmtplib.SMTPAuthenticationError as error:
            return _login_refused(error.code, error.message)
        except _NoTlsError as error:
            return Failed("refused", str(error), is_connection_fault=True)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return self._unreachable(error)

    async def _kept_line(self) -> _Line | None:
        line = self._idle.pop()
        line.is_fresh = False
        if _now() - line.used_at < self._patience.idle.total_seconds():
            return line
        try:
            await line.client.noop(timeout=self._patience.reply.total_seconds())
        except (aiosmtplib.SMTPException, OSError):
            line.client.close()
            return None
        return line

    def _unreachable(self, error: Exception) -> Later | Failed:
        self._log.warning("mail.server_unreachable", error=type(error).__name__)
        if isinstance(error, ssl.SSLCertVerificationError) or isinstance(error.__cause__, ssl.SSLCertVerificationError):
            words = "сертификат почтового сервера не подходит: проверьте адрес сервера или укажите ca_file"
            return Failed("refused", words, is_connection_fault=True)
        return Later(f"почтовый сервер недоступен: {type(error).__name__}")

    async def _connect(self) -> aiosmtplib.SMTP:
        """Return a connection after TLS and login, within one deadline."""
        client = self._client()
        try:
            async with asyncio.timeout(self._patience.connect.total_seconds()):
                await client.connect()
                await self._secure_and_log_in(client)
        except BaseException:
            client.close()
            raise
        return client

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        is_plain = settings.smtp_host in settings.plain_hosts
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            timeout=self._patience.reply.total_seconds(),
            local_hostname=settings.address.rpartition("@")[2].encode("idna").decode("ascii"),
            use_tls=settings.smtp_port == 465 and not is_plain,
            start_tls=False,
            tls_context=None if is_plain else ssl.create_default_context(cafile=settings.ca_file or None),
        )

    async def _secure_and_log_in(self, client: aiosmtplib.SMTP) -> None:
        settings = self._settings
        is_plain = settings.smtp_host in settings.plain_hosts
        await client.ehlo()
        if not is_plain and not client.use_tls:
            if not client.supports_extension("starttls"):
                raise _NoTlsError("сервер не предлагает шифрование (STARTTLS): пароль ему не передан")
            await client.starttls()
            await client.ehlo()
        if not client.supports_extension("auth"):
            if is_plain:
                return
            raise _NoTlsError("сервер не предлагает вход по паролю (AUTH): проверьте адрес и порт SMTP")
        await client.login(
            settings.smtp_user or settings.user,
            settings.smtp_password.get_secret_value() or settings.password.get_secret_value(),
        )

    async def _give_back(self, line: _Line, *, is_good: bool) -> None:
        """Keep a good connection for the next letter, in the state after RSET; drop any other."""
        if not is_good or self._is_closed or not line.client.is_connected:
            await self._quit(line)
            return
        try:
            await line.client.rset(timeout=self._patience.reply.total_seconds())
        except (aiosmtplib.SMTPException, OSError):
            line.client.close()
            return
        line.used_at = _now()
        self._idle.append(line)

    async def _quit(self, line: _Line) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            if line.client.is_connected:
                await line.client.quit(timeout=2)
        line.client.close()


def _announced_limit(client: aiosmtplib.SMTP) -> int:
    """Return the SIZE the server announced (RFC 1870), 0 without one."""
    announced = client.esmtp_extensions.get("size", "")
    return int(announced) if announced.isdigit() else 0


def _refused(code: int, message: str, *, is_recipient: bool) -> SendResult:
    """Return what a refusal means: 4xx later, 5xx never."""
    words = f"{code} {' '.join(message.split())}"[:300]
    if code < 500:
        return Later(f"сервер просит повторить позже: {words}")
    if code == 552 or "5.3.4" in message:
        return Failed("too_large", f"сервер не принимает такое большое письмо: {words}")
    if is_recipient:
        return Failed("not_found", f"сервер не принимает письма для этого адреса: {words}")
    return Failed("refused", f"сервер отказал: {words}", is_connection_fault=code in {530, 535, 553})


def _login_refused(code: int, message: str) -> Later | Failed:
    if code < 500:
        return Later(f"сервер временно не пускает: {code}")
    words = f"сервер отправки не принимает логин и пароль: {code} {' '.join(message.split())}"[:300]
    return Failed("refused", words, is_connection_fault=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
