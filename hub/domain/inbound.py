"""What a channel may report: facts from outside in the words of the hub.

A channel's `parse` returns these; nothing here says what the hub will do about them. All instants are aware UTC, as the
provider gave them; `hub.inbox` decides whether to believe them (semantics §1). Ids are the provider's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.account import AccountState
from hub.domain.crm import CrmRef, Entity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.message import Attachment, MessageKind


@dataclass(frozen=True, slots=True)
class Address:
    """An identity a payload speaks of.

    `value` is already canonical (`hub.domain.identity`), `original` as received. `scope` is empty for identities that
    are global (phone, e-mail, Telegram user id); a channel whose ids hold only inside one connection sets
    `is_scoped` and the hub puts the connection in.
    """

    type: IdentityType
    value: str
    original: str = ""
    level: ProofLevel = ProofLevel.claimed
    is_scoped: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks. The first address is the one the channel itself vouches for; the others were typed, shared or quoted.

    `name` and `username` are hints and never keys (M-6). `language` is an IETF tag, empty if unknown.
    """

    addresses: tuple[Address, ...]
    name: str = ""
    username: str = ""
    language: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: `source` (deep link, form name, dialled number), campaign marks, pages, consent (L-1).

    `marks` holds utm_*, click ids, roistat, referrer, landing_page, consent_version, consent_at … as given.
    """

    source: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


def origin_of_link(payload: str) -> Origin:
    """Return where a client comes from who pressed «Start» behind a link with this payload.

    It names the campaign, `s_` in front of it or not; the number of an order (`o_…`) is none.
    """
    campaign = "" if payload.startswith("o_") else payload.removeprefix("s_")
    return Origin(payload, {"utm_campaign": campaign} if campaign else {})


@dataclass(frozen=True, slots=True)
class MailHints:
    """What helps to find the thread of a letter (semantics §10): ids without angle brackets, newest reference last."""

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_token: str = ""
    subject: str = ""
    normal_subject: str = ""
    recipients: tuple[str, ...] = ()
    is_sender_verified: bool = False


START_COMMAND = "start_command"
"""The `automatic` of a bare `/start`: no words of a person, but the person is there (FR-2)."""

STOP_COMMAND = "stop_command"
PRIVACY_COMMAND = "privacy_command"
COMMANDS = frozenset({START_COMMAND, STOP_COMMAND, PRIVACY_COMMAND})
"""What a person says to the bot rather than to the business: it opens no wait, and the hub answers."""

TOPIC_CHOSEN = "topic_chosen"
"""The `automatic` of a topic that asks a question of its own: the client's answer will be the request."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A client said something, or a letter of any kind arrived.

    `thread` is the provider's conversation id (chat id; for mail the hub picks it by `mail`). `automatic` is empty for
    words of a person, else the reason why they open no wait: auto_reply, bounce, list, service, one of `COMMANDS`.
    `quoted` are the words it answers. `group_key` joins parts of one album. `html` is already safe to show.
    `is_staff` marks an answer typed by the business itself outside the hub (Telegram Business, mail in copy): it
    never opens a wait and may stop one (S4). `forwarded` is who wrote a letter that the sender passes on: the
    client, if the sender is one of us (case 40). `speaker` is set in a group, which is itself the client and the
    `sender`: who of its members wrote (case 39).
    """

    external_id: str
    thread: str
    sender: Sender
    occurred_at: datetime
    kind: MessageKind = MessageKind.text
    text: str = ""
    html: str = ""
    visible_length: int = -1
    reply_to: str = ""
    quoted: str = ""
    group_key: str = ""
    thread_title: str = ""
    automatic: str = ""
    is_staff: bool = False
    attachments: tuple[Attachment, ...] = ()
    origin: Origin = Origin()
    mail: MailHints | None = None
    speaker: Sender | None = None
    forwarded: Sender | None = None


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The sender changed an earlier message; the wait stays as it is (FR-2, case 6). `text` is the new whole text."""

    external_id: str
    thread: str
    text: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """The sender took an earlier message back; the wait stays (P-6)."""

    external_id: str
    thread: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A form was sent. `fields` are in form order with their labels; what identifies the sender is in `sender`.

    `external_id` is the idempotency key of the page or the provider's lead id; `form` names the form.
    """

    external_id: str
    form: str
    sender: Sender
    occurred_at: datetime
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    origin: Origin = Origin()


class CallStage(StrEnum):
    """A step of a call as a provider tells it."""

    ringing = "ringing"
    answered = "answered"
    ended = "ended"
    recording = "recording"


class CallDirection(StrEnum):
    """Who called whom; `internal` calls never make items (C-9)."""

    inbound = "inbound"
    outbound = "outbound"
    internal = "internal"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One stage of one leg of a call; `hub.domain.call` folds the set of them into a session (C-1).

    `call` is the provider's id of the whole session. `external_id` is unique per event. `client` is the outside number
    in E.164, empty when hidden (C-8); `line_number` is ours that was dialled or shown; `extension` names the employee's
    phone. `talk` is the time spoken where the provider says it in the final event; `is_missed` is its own verdict,
    None if it gives none. `reason` is its word for the end (`busy`, `no_answer`, `abandoned_in_menu`, `out_of_hours`).
    """

    external_id: str
    call: str
    stage: CallStage
    direction: CallDirection
    occurred_at: datetime
    client: str = ""
    client_original: str = ""
    line_number: str = ""
    extension: str = ""
    leg: str = ""
    talk: timedelta | None = None
    is_missed: bool | None = None
    reason: str = ""
    recording: str = ""
    command: str = ""
    origin: Origin = Origin()


class ReportState(StrEnum):
    """What became of something we sent."""

    delivered = "delivered"
    read = "read"
    failed = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """Later news of a message we sent; `message` is its id at the provider (for mail the Message-ID)."""

    external_id: str
    message: str
    state: ReportState
    occurred_at: datetime
    thread: str = ""
    reason: str = ""


class ReachState(StrEnum):
    """Whether we can write to a thread."""

    open = "open"
    blocked = "blocked"
    moved = "moved"


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """The client blocked or unblocked us, or the chat moved to another id (`moved_to`).

    `sender` is a group that moved: its address before comes first, then the new one.
    """

    thread: str
    state: ReachState
    occurred_at: datetime
    moved_to: str = ""
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class ReactionSet:
    """Somebody marked a message, whose id is `external_id`, with a picture. Never a request (FR-2).

    `emoji` is empty where the mark was taken away, or has no picture of its own.
    """

    external_id: str
    thread: str
    sender: Sender
    occurred_at: datetime
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """A person let a connection answer for their own account, changed what it may do there, or ended that.

    `account` is the provider's id of the access, which keys of threads end with (`hub.domain.account`).
    """

    account: str
    owner: Sender
    state: AccountState
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceMade:
    """Somebody pressed a button below a message of ours, whose id is `message`. Never a request (FR-2).

    `external_id` names the press; `data` is what the button was given, as far as the sender's app can be trusted.
    """

    external_id: str
    thread: str
    sender: Sender
    occurred_at: datetime
    message: str
    data: str


@dataclass(frozen=True, slots=True)
class CrmHint:
    """A CRM says that a record changed. Never the truth itself: what it is now is read again through the API.

    `external_id` names the notification, for repetitions. `changed_by` is the CRM's user id, empty if it does not say.
    """

    external_id: str
    entity: Entity
    ref: CrmRef
    occurred_at: datetime
    changed_by: str = ""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class CrmAnswer:
    """Somebody answered a client in the CRM's own chat, where the hub stands as a channel.

    `conversation` is ours, as it was given to the CRM; `user` the CRM's user id. `echo` is what the CRM wants to see
    again when it is told that the answer is taken.
    """

    external_id: str
    conversation: str
    user: str
    text: str
    occurred_at: datetime
    echo: Mapping[str, str] = field(default_factory=dict)


InboundEvent = (
    InboundMessage
    | MessageEdited
    | MessageDeleted
    | FormSubmission
    | CallEvent
    | DeliveryReport
    | ReachChanged
    | ReactionSet
    | ChoiceMade
    | AccountChanged
    | CrmHint
    | CrmAnswer
)
