"""What leaves: a message for a client, and what the channel says became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.enclosures import Enclosure
from hub.domain.message import Attachment


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """What a letter needs beside its text: the ids are without angle brackets and stay the same for every attempt."""

    message_id: str
    subject: str
    to: str
    to_name: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A button below a message: what stands on it, and what comes back when it is pressed (64 bytes at most)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message for one thread.

    `thread` is the provider's conversation id. `key` is the delivery's identity, the same for every attempt; a channel
    whose provider knows idempotency passes it on. `part` is the number of parts already accepted of a message that was
    split: sending resumes there. `author_name` is the manager's public name for channels that sign. `html` is the same
    as `text`, for letters alone. `buttons` stand under the client's input field and say their own words, after one that
    shares the client's number if `contact_button` is its label; `choices` stand below the message.
    `enclosure` is what the text says in words, for channels that have a kind of their own for it.
    """

    thread: str
    key: str
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    part: int = 0
    author_name: str = ""
    buttons: tuple[str, ...] = ()
    contact_button: str = ""
    choices: tuple[Choice, ...] = ()
    enclosure: Enclosure | None = None
    mail: MailHeaders | None = None
    html: str = ""


class ChangeKind(StrEnum):
    """What happens to a message that is at the client already."""

    edit = "edit"
    delete = "delete"
    react = "react"


@dataclass(frozen=True, slots=True)
class OutboundChange:
    """A change of one message of a thread: of ours, or, with `react`, of the client's.

    `external_ids` are the provider's ids of its parts. `text` is the new whole text, of a reaction its picture, empty
    to take it away; `has_files`: the text stands below files. `choices` are the buttons that stand below it from then
    on; `press` is the press of one of them that the change answers, which the provider hears of first.
    """

    kind: ChangeKind
    thread: str
    external_ids: tuple[str, ...]
    text: str = ""
    has_files: bool = False
    choices: tuple[Choice, ...] = ()
    press: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted by the channel. `external_ids` in sending order; `accepted_at`: start of the accepted attempt (S3)."""

    external_ids: tuple[str, ...]
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: try again after `retry_after` (None: the usual backoff). `part` parts are already accepted."""

    reason: str
    retry_after: timedelta | None = None
    part: int = 0
    external_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """Never: a stable word (`blocked`, `not_found`, `too_large`, `refused`, `moved`) and words for people."""

    reason: str
    explanation: str
    moved_to: str = ""
    is_connection_fault: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent, and no answer: it may have arrived. Tried once more at most, with the same identity."""

    reason: str
    part: int = 0
    external_ids: tuple[str, ...] = ()


SendResult = Sent | Later | Failed | Unknown
