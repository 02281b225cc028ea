"""The channel `email`: a mailbox at any provider, read by IMAP and answered by SMTP.

Sources (hosts, ports, passwords for applications; read 2026-11-21 as far as `docs/email.md` says, otherwise from
general knowledge, hence evidence `documented`): https://yandex.ru/support/yandex-360, https://help.mail.ru/mail,
https://support.google.com/mail. Surprising: Yandex closes IDLE after 6 to 45 minutes, Gmail and Mail.ru refuse the main
password, and no server tells reliably what it did with a letter whose last reply was lost.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from hub.channels.base import Capabilities, Channel, CheckResult, Context, Evidence, Peek, PollBatch, Raw
from hub.channels.email.composing import Enclosure, Seals, compose_letter
from hub.channels.email.events import MAILBOX_HEADER, Mailbox, Payload, content_key, letter_events, peek_order_key
from hub.channels.email.imap import ImapPoller, Suspects
from hub.channels.email.imap_session import ImapSession
from hub.channels.email.mime import read_files
from hub.channels.email.settings import MEGABYTE, EmailSettings
from hub.channels.email.setup import SETUP_STEPS
from hub.channels.email.smtp import SmtpSender
from hub.channels.email.threading import make_reply_token
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure
from hub.domain.identity import IdentityType
from hub.domain.inbound import InboundEvent
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, OutboundMessage, SendResult, Sent

_KINDS = frozenset(AttachmentKind) - {AttachmentKind.sticker, AttachmentKind.recording}


class EmailChannel(Channel[EmailSettings]):
    """One mailbox. `parse` is pure; `hub.inbox` runs it in limited processes because letters are hostile."""

    settings_model = EmailSettings
    capabilities = Capabilities(
        text_limit=200_000,
        media=_KINDS,
        media_limit_bytes=20 * MEGABYTE,
        can_write_first=True,
        writes_to=IdentityType.email,
        original_suffix=".eml",
    )
    evidence = Evidence.documented
    parses_in_child: ClassVar[bool] = True

    def __init__(self, settings: EmailSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._mark_key = context.prove("mail.mark") if context.prove is not None else b""
        self._sender = SmtpSender(settings, context.name)
        self._suspects = Suspects()

    @property
    def mailbox(self) -> Mailbox:
        """Return what the parser needs of this connection, wherever it runs."""
        return replace(self.settings.mailbox, mark_key=self._mark_key)

    def to_store(self, raw: Raw) -> Raw:
        """Return the letter as it is: nobody sent it to us with a secret, and its head is what the poller wrote."""
        return raw

    def peek(self, raw: Raw) -> Peek:
        """Return UIDVALIDITY and UID as the id, or the content's hash where the server has no UIDVALIDITY (case 45)."""
        place = raw.headers.get(MAILBOX_HEADER, "")
        event_id = place if place and not place.startswith("0:") else f"letter:{content_key(raw.body)}"
        our_domain = self.settings.address.rpartition("@")[2].lower()
        return Peek(event_id, peek_order_key(raw.body, our_domain), timedelta(0))

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        return letter_events(payload_of(raw), self.mailbox)

    def embedded_files(self, raw: Raw) -> Mapping[str, bytes]:
        return {f"part:{number}": content for number, content in enumerate(read_files(raw.body), 1)}

    async def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        poller = ImapPoller(self.settings, self.context, suspects=self._suspects)
        async with aclosing(poller.batches(cursor)) as found:
            async for batch in found:
                yield batch

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send one letter to one recipient; `key` is not used, the Message-ID is the identity of all attempts.

        Its reply token is one more id under which an answer finds it.
        """
        started_at = self.context.clock.now()
        refusal = self._refusal(message)
        if refusal is not None:
            return refusal
        try:
            files = [await self._enclosure(attachment) for attachment in message.attachments]
            token = self._reply_token(message)
            seals = Seals(token, self._mark_key)
            letter = compose_letter(message, self.settings, files=files, at=started_at, seals=seals)
        except PermanentFailure as error:
            return Failed(error.reason, str(error))
        except TemporaryFailure as error:
            return Later(str(error))
        result = await self._sender.send(letter, started_at)
        return (
            replace(result, external_ids=(*result.external_ids, token))
            if token and isinstance(result, Sent)
            else result
        )

    async def check(self) -> CheckResult:
        """Log in on both sides and open the folder; nothing is read, marked or sent."""
        lines = []
        is_ok = True
        try:
            session = await ImapSession.open(self.settings)
            push = "сообщает о новых письмах сам" if session.can_idle else "не сообщает сам, проверка раз в минуту"
            lines.append(f"IMAP {self.settings.imap_host}: вход выполнен, папка открыта, сервер {push}")
            await session.close()
        except (TemporaryFailure, AuthenticationFailed) as error:
            is_ok = False
            lines.append(f"IMAP {self.settings.imap_host}: {error}")
        problem = await self._sender.check()
        lines.append(f"SMTP {self.settings.smtp_host}: {problem or 'вход выполнен'}")
        return CheckResult(is_ok and not problem, tuple(lines))

    def setup_steps(self, language: str) -> Sequence[str]:
        return SETUP_STEPS["en" if language == "en" else "ru"]

    async def close(self) -> None:
        """Close kept SMTP connections; call when the connection is stopped."""
        await self._sender.close()

    def _reply_token(self, message: OutboundMessage) -> str:
        """Return the token of this letter, the same for all attempts; empty where no plus-address works."""
        if not self.settings.has_plus_addresses or self.context.prove is None:
            return ""
        return make_reply_token(self.context.prove(f"mail.reply:{message.key}"))

    def _refusal(self, message: OutboundMessage) -> Failed | None:
        """Refuse before anything is sent what the capabilities say we cannot send."""
        if len(message.text) > self.capabilities.text_limit:
            return Failed("too_large", f"текст длиннее {self.capabilities.text_limit} знаков: отправьте его файлом")
        if any(attachment.kind not in _KINDS for attachment in message.attachments):
            return Failed("refused", "такой вид вложения по почте не отправить")
        if sum(attachment.size_bytes for attachment in message.attachments) > self.capabilities.media_limit_bytes:
            return Failed("too_large", "вложения больше 20 МБ: отправьте ссылку")
        return None

    async def _enclosure(self, attachment: Attachment) -> Enclosure:
        if not attachment.sha256:
            raise PermanentFailure(f"файл «{attachment.name}» ещё не загружен")
        content = await self.context.read_file(attachment.sha256)
        return Enclosure(attachment.name, attachment.mime, content)


def payload_of(raw: Raw) -> Payload:
    """Return what the parser, and the child process it runs in, needs of a stored letter."""
    return Payload(raw.body, raw.received_at, raw.headers)
