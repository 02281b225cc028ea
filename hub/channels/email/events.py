"""A letter in the words of the hub: `InboundMessage`, `DeliveryReport`, or nothing for an echo of our own.

Pure and light: runs in the parse children. The id of a message is its Message-ID with a hash of its bytes: a reused
Message-ID never swallows a letter (case 21), and after the server renumbers a mailbox the same letter is known again
(case 44). Choosing the conversation is left to `hub.inbox`, which gets all it needs in `MailHints`.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub.channels.email.classify import Automatic, Report, automatic_kind, read_reports
from hub.channels.email.forwards import find_original_sender
from hub.channels.email.headers import MailAddress
from hub.channels.email.mime import Letter, LetterFile, parse_letter
from hub.channels.email.threading import (
    external_id,
    find_reply_token,
    has_passed_dmarc,
    is_own_mark,
    thread_root,
)
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType, ProofLevel, canonical_email
from hub.domain.inbound import Address, DeliveryReport, InboundEvent, InboundMessage, MailHints, Sender
from hub.domain.mail_subject import normal_subject
from hub.domain.message import Attachment, AttachmentKind, MessageKind

MAILBOX_HEADER = "x-hub-mailbox"
ARRIVED_HEADER = "x-hub-arrived"
STUB_HEADER = "x-hub-stub"
OWN_MARK = "x-hub-message"
_PARTIES = re.compile(rb"^(from|to|cc)[ \t]*:((?:[^\n]|\n[ \t])*)", re.M)
_ADDRESS = re.compile(rb"[^\s<>\"(),:;\[\]@]{1,200}@[^\s<>\"(),:;\[\]@]{1,200}")
_HEAD_BYTES = 64 * 1024
_FIELD_BYTES = 4 * 1024
_KINDS = {"image": AttachmentKind.photo, "video": AttachmentKind.video, "audio": AttachmentKind.audio}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What the parser must know of the connection: our addresses (canonical) and the receiver we trust (RFC 8601).

    `mark_key` is the key of the mark on our own letters, and of nothing else; without one no letter is an echo.
    """

    addresses: frozenset[str] = frozenset()
    authserv_id: str = ""
    mark_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Payload:
    """One stored letter: bytes, the `Raw.headers` of the poller, and when we received it."""

    body: bytes
    received_at: datetime
    headers: Mapping[str, str]


def content_key(body: bytes) -> str:
    """Return the key of a letter's bytes: the same letter under another UID has the same one."""
    return hashlib.sha256(body).hexdigest()[:40]


def peek_order_key(body: bytes, our_domain: str) -> str:
    """Return whose letters must stay in order, cheaply: the first address outside our domain in From, To and Cc.

    That is the client, whether he wrote or a colleague answered him with us in copy. Ids would not do: a program that
    names only the letter it answers (In-Reply-To) gives no id that all letters of a thread share.
    """
    head = body[:_HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    fields: dict[bytes, bytes] = {}
    for name, value in _PARTIES.findall(head):
        fields.setdefault(name, value[:_FIELD_BYTES])
    found = [address for name in (b"from", b"to", b"cc") for address in _ADDRESS.findall(fields.get(name, b""))]
    outside = (address for address in found if not address.endswith(b"@" + our_domain.encode()))
    client = next(outside, next(iter(found), b""))
    return client.decode("latin-1").replace("\0", "") or content_key(body)


def letter_events(payload: Payload, mailbox: Mailbox) -> Sequence[InboundEvent]:
    """Return the events of a stored letter; empty for an echo of a letter the hub itself sent.

    Raises:
        PayloadInvalid: the letter exceeds a limit of the parser, or holds nothing at all.
    """
    if not payload.body.strip():
        raise PayloadInvalid("the letter is empty")
    letter = parse_letter(payload.body)
    if _is_echo(letter, mailbox):
        return ()
    at = _occurred_at(letter, payload)
    key = content_key(payload.body)
    reports = [report for report in read_reports(letter) if report.message_id]
    if reports:
        return tuple(_report(report, f"{key}:{place}", at) for place, report in enumerate(reports))
    return (_message(letter, payload, mailbox, at),)


def _is_echo(letter: Letter, mailbox: Mailbox) -> bool:
    """Tell whether we wrote it: one of our addresses as its sender, and on it the mark that only we can make."""
    mark = letter.headers.text(OWN_MARK)
    return bool(mark) and _is_ours(letter, mailbox) and is_own_mark(mark, mailbox.mark_key, letter.message_id)


def _is_ours(letter: Letter, mailbox: Mailbox) -> bool:
    return any(_canonical(sender) in mailbox.addresses for sender in letter.senders)


def _message(letter: Letter, payload: Payload, mailbox: Mailbox, at: datetime) -> InboundMessage:
    automatic = automatic_kind(letter, mailbox.addresses)
    hints = _hints(letter, mailbox)
    attachments = tuple(_attachment(file, number) for number, file in enumerate(letter.files, 1))
    return InboundMessage(
        external_id=external_id(letter.message_id, payload.body),
        thread=thread_root(hints.message_id, hints.in_reply_to, hints.references),
        sender=_sender(letter, is_verified=hints.is_sender_verified),
        occurred_at=at,
        kind=MessageKind.media if attachments and not letter.body_text.strip() else MessageKind.text,
        text=letter.body_text,
        html=letter.html,
        visible_length=letter.visible_length,
        thread_title=hints.normal_subject,
        automatic=automatic.value,
        is_staff=automatic is Automatic.none and hints.is_sender_verified and _is_ours(letter, mailbox),
        attachments=attachments + _stub_note(payload),
        mail=hints,
        forwarded=find_original_sender(letter) if automatic is Automatic.none else None,
    )


def _hints(letter: Letter, mailbox: Mailbox) -> MailHints:
    recipients = tuple(filter(None, map(_canonical, letter.to + letter.cc)))
    delivered = letter.headers.addresses("delivered-to") + letter.headers.addresses("x-original-to")
    domain = _canonical(letter.senders[0]).rpartition("@")[2] if letter.senders else ""
    results = letter.headers.all_text("authentication-results")
    return MailHints(
        message_id=letter.message_id,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        reply_token=find_reply_token([*recipients, *(address.address for address in delivered)]),
        subject=letter.subject,
        normal_subject=normal_subject(letter.subject),
        recipients=recipients,
        is_sender_verified=len(letter.senders) == 1 and has_passed_dmarc(results, mailbox.authserv_id, domain),
    )


def _sender(letter: Letter, *, is_verified: bool) -> Sender:
    """Return who wrote: From vouched for by the receiver or not, then Reply-To as claimed; empty without an address."""
    level = ProofLevel.proven if is_verified else ProofLevel.claimed
    first = letter.senders[:1]
    found = {address.value: address for box in first if (address := _address(box, level)) is not None}
    for box in letter.reply_to[:1]:
        address = _address(box, ProofLevel.claimed)
        if address is not None:
            found.setdefault(address.value, address)
    return Sender(tuple(found.values()), name=first[0].name if first else "")


def _address(box: MailAddress, level: ProofLevel) -> Address | None:
    email = canonical_email(box.address)
    return Address(IdentityType.email, email.value, email.original, level) if email else None


def _canonical(box: MailAddress) -> str:
    email = canonical_email(box.address)
    return email.value if email else ""


def _attachment(file: LetterFile, number: int) -> Attachment:
    kind = _KINDS.get(file.mime.partition("/")[0], AttachmentKind.document)
    return Attachment(kind, file.name, file.mime, file.size, provider_ref=f"part:{number}")


def _stub_note(payload: Payload) -> tuple[Attachment, ...]:
    """Return the announcement of a letter that was too big to fetch; the poller left its size in a header."""
    if STUB_HEADER not in payload.headers:
        return ()
    size = int(json.loads(payload.headers[STUB_HEADER])["size_bytes"])
    note = f"Письмо целиком {size // 1_000_000} МБ: больше предела, откройте его в почтовом ящике"
    return (Attachment(AttachmentKind.document, "письмо.eml", "message/rfc822", size, note=note),)


def _occurred_at(letter: Letter, payload: Payload) -> datetime:
    """Return when the mailbox got the letter; else its Date, which anybody may write; else when we got it."""
    arrived = payload.headers.get(ARRIVED_HEADER, "")
    if arrived:
        return datetime.fromisoformat(arrived).astimezone(UTC)
    return letter.sent_at or payload.received_at


def _report(report: Report, key: str, at: datetime) -> DeliveryReport:
    return DeliveryReport(key, report.message_id, report.state, at, reason=report.reason)
