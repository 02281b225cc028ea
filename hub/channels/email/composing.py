"""An answer as bytes of a letter: the same for every attempt, safe against header injection.

Built with `EmailMessage` and the SMTP policy, which refuse line breaks in headers; the id fields are written by us
after a strict check, because CPython 3.11 folds long ids into encoded words that no mail program finds again. Marks:
`X-Hub-Message` proves to us that a letter is our own (a keyed digest of its Message-ID), `X-Loop` says so unproven,
`Auto-Submitted` tells other robots not to answer (RFC 3834).
"""

import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.headerregistry import Address as MailboxName
from email.message import EmailMessage
from email.utils import format_datetime

import idna

from hub.channels.email.settings import EmailSettings
from hub.channels.email.threading import SYNTHETIC_DOMAIN, bare_message_id, make_own_mark, reply_address
from hub.domain.errors import PermanentFailure
from hub.domain.outbound import MailHeaders, OutboundMessage

MAX_REFERENCES = 20
_POLICY = email.policy.SMTP.clone(cte_type="7bit")
_ID = re.compile(r"[!-;=?-~]{1,900}")
_UNSAFE = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to send with its content."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Seals:
    """What only this installation can put into a letter: the token in its reply address, the key of its own mark."""

    reply_token: str = ""
    mark_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter ready to send: envelope addresses in ASCII and the bytes."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


def compose_letter(
    message: OutboundMessage,
    settings: EmailSettings,
    *,
    files: Sequence[Enclosure],
    at: datetime,
    seals: Seals,
) -> Composed:
    """Return the letter of an outbound message; `at` becomes its Date, our domain completes an id without one.

    With a reply token answers go to an address of ours that carries it, with a key the letter is marked as ours.

    Raises:
        PermanentFailure: it has no address or id, or they cannot be carried (`reason` is `refused`).
    """
    mail = message.mail
    if mail is None or _ID.fullmatch(mail.message_id) is None:
        raise PermanentFailure("письмо без адреса или идентификатора: ответ нужно создать заново")
    sender, recipient = ascii_address(settings.address), ascii_address(mail.to)
    message_id = mail.message_id if "@" in mail.message_id else f"{mail.message_id}@{sender.rpartition('@')[2]}"
    if "@" not in mail.message_id:
        mail = replace(mail, message_id=f"{mail.message_id}@{sender.rpartition('@')[2]}")
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = _mailbox(_from_name(message, settings), sender)
    letter["To"] = _mailbox(mail.to_name, recipient)
    letter["Subject"] = _one_line(mail.subject) or "Без темы"
    letter["Date"] = format_datetime(at)
    if seals.reply_token:
        letter["Reply-To"] = _mailbox(settings.from_name, reply_address(sender, seals.reply_token))
    if seals.mark_key:
        letter["X-Hub-Message"] = make_own_mark(seals.mark_key, message_id)
    _mark(letter, sender, is_automatic=mail.is_automatic)
    _write(letter, message)
    for file in files:
        _enclose(letter, file)
    return Composed(sender, recipient, message_id, _id_fields(message_id, mail) + letter.as_bytes())


def ascii_address(address: str) -> str:
    """Return an address whose domain is an A-label, since a foreign domain alone needs no SMTPUTF8 (reliability B0 q).

    Raises:
        PermanentFailure: it is no address, or its local part is not ASCII, which few servers take.
    """
    local, _, domain = address.rpartition("@")
    try:
        encoded = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise PermanentFailure("в адресе получателя нет такого домена: проверьте адрес") from error
    if not re.fullmatch(r"[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]{1,64}", local, re.ASCII) or not local.isascii():
        raise PermanentFailure("адрес получателя записан не латиницей или с ошибкой: такой почте не отправить")
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", encoded):
        raise PermanentFailure("в адресе получателя ошибка в домене: проверьте адрес")
    return f"{local}@{encoded}"


def _mailbox(name: str, address: str) -> MailboxName:
    local, _, domain = address.rpartition("@")
    return MailboxName(_one_line(name), local, domain)


def _from_name(message: OutboundMessage, settings: EmailSettings) -> str:
    return ", ".join(filter(None, (message.author_name, settings.from_name)))


def _one_line(text: str) -> str:
    """Return text without controls and direction marks, which could forge what a reader sees (case 106)."""
    return " ".join(_UNSAFE.sub(" ", text).split())[:300]


def _write(letter: EmailMessage, message: OutboundMessage) -> None:
    letter.set_content(message.text or "\n", charset="utf-8", cte="quoted-printable" if message.text else "7bit")
    if message.html:
        letter.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")


def _mark(letter: EmailMessage, sender: str, *, is_automatic: bool) -> None:
    letter["X-Loop"] = sender
    if is_automatic:
        letter["Auto-Submitted"] = "auto-replied"
        letter["X-Auto-Response-Suppress"] = "All"


def _enclose(letter: EmailMessage, file: Enclosure) -> None:
    mime = (
        file.mime
        if _MIME.fullmatch(file.mime) and not file.mime.startswith(("text/", "multipart/", "message/"))
        else ""
    )
    main, _, sub = (mime or "application/octet-stream").partition("/")
    letter.add_attachment(file.content, maintype=main, subtype=sub, filename=_one_line(file.name) or "file")


def _id_fields(message_id: str, mail: MailHeaders) -> bytes:
    """Return Message-ID, In-Reply-To and References; ids that are malformed or made up by us are left out."""
    answered = _known_ids(mail.in_reply_to)
    references = _known_ids(*mail.references)
    if answered and answered[0] not in references:
        references += answered
    if len(references) > MAX_REFERENCES:
        references = references[:1] + references[1 - MAX_REFERENCES :]
    fields = [f"Message-ID: <{message_id}>"]
    fields += [f"In-Reply-To: <{found}>" for found in answered]
    if references:
        fields.append("References: " + "\r\n ".join(f"<{found}>" for found in references))
    return "".join(f"{field}\r\n" for field in fields).encode("ascii")


def _known_ids(*kept: str) -> list[str]:
    """Return the Message-IDs a client's mail program knows, each once, in order."""
    bare = dict.fromkeys(map(bare_message_id, kept))
    return [found for found in bare if _ID.fullmatch(found) and not found.endswith(f"@{SYNTHETIC_DOMAIN}")]
