"""A message: one utterance in a conversation, and the files that hang on it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import ContactId, ConversationId, IdentityId, ManagerId, MessageId, ThreadId


class Direction(StrEnum):
    """Which way an utterance went. `note` and `activity` never leave the hub (S2)."""

    inbound = "inbound"
    outbound = "outbound"
    note = "note"
    activity = "activity"


class MessageKind(StrEnum):
    """What an utterance is made of."""

    text = "text"
    media = "media"
    call = "call"
    form = "form"
    location = "location"
    contact = "contact"


class Author(StrEnum):
    """Who made it. Only `person` stops a clock (S1); `bot` is an assistant that talks by itself (FR-6)."""

    client = "client"
    person = "person"
    automation = "automation"
    bot = "bot"


class AttachmentKind(StrEnum):
    """How people see a file."""

    photo = "photo"
    video = "video"
    audio = "audio"
    voice = "voice"
    video_note = "video_note"
    sticker = "sticker"
    document = "document"
    recording = "recording"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message: stored (`sha256` set), still at the provider (`provider_ref` set), or only announced.

    `size_bytes` is 0 when unknown. `note` says in words why a file is only announced ("over 20 MB, Telegram does not
    give it to bots"). `name` is shown, never used as a path.
    """

    kind: AttachmentKind
    name: str = ""
    mime: str = "application/octet-stream"
    size_bytes: int = 0
    provider_ref: str = ""
    sha256: str = ""
    note: str = ""


class DeliveryState(StrEnum):
    """State of an outgoing effect, as people see it."""

    queued = "queued"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    unknown = "unknown"
    cancelled = "cancelled"
    parked = "parked"


@dataclass(frozen=True, slots=True)
class Message:
    """One stored utterance.

    `external_id` is the provider's id within the thread, empty for notes and until an outbound one is accepted.
    `occurred_at` is the provider's instant as semantics §1 accepts it, `received_at` ours; both UTC.
    `automatic` names why an inbound one opens no wait (`auto_reply`, `bounce`, `list`, …), else empty (FR-2).
    `identity_id` is the address an inbound one came from, which it keeps through merges (M-10).
    `visible_length` is the number of characters of `text` before quoted history; -1 means all of it.
    """

    id: MessageId
    contact_id: ContactId | None
    conversation_id: ConversationId | None
    thread_id: ThreadId | None
    direction: Direction
    kind: MessageKind
    author: Author
    text: str
    occurred_at: datetime
    received_at: datetime
    manager_id: ManagerId | None = None
    identity_id: IdentityId | None = None
    external_id: str = ""
    reply_to: MessageId | None = None
    group_key: str = ""
    subject: str = ""
    html: str = ""
    automatic: str = ""
    visible_length: int = -1
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
