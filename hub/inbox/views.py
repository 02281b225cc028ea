"""What people see of the work: plain values made by `hub.inbox.queries`, shown by bot, console and API alike.

They hold everything a screen needs, so that drawing one is pure. Instants are UTC; the screen turns them into the
line's zone. Phone numbers come masked already where the policy says so (RG-5).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.ids import ContactId, ConversationId, IdentityId, LineKey, ManagerId, MessageId, ThreadId, WaitId
from hub.domain.message import Attachment, Author, DeliveryState, Direction, MessageKind


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address of the contact: `can_reply` if an answer could go there now, `note` says why not.

    `identity_id` is set where the client never wrote from it and a person may choose to write there first (M-16).
    `key` is the address itself, for what a person says about it; `is_shared`: several people use it, so it tells nobody
    apart (M-7).
    """

    type: str
    text: str
    level: str
    can_reply: bool
    thread_id: ThreadId | None = None
    channel: str = ""
    note: str = ""
    identity_id: IdentityId | None = None
    key: IdentityId | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class NumberView:
    """A telephone number that changed hands (M-8), as the viewer may read it; `other` is the client it was of before.

    `other` is empty where it left: whose it is now concerns those who have that client.
    """

    number: str
    at: datetime
    has_come: bool
    other: str = ""


class CrmCardState(StrEnum):
    """What became of a client's card in a CRM. `missing`: not yet there; `unsure`: no answer said whether it is."""

    linked = "linked"
    missing = "missing"
    refused = "refused"
    unsure = "unsure"
    gone = "gone"


@dataclass(frozen=True, slots=True)
class CrmCardView:
    """A client's card in the CRM named `crm`: where to open it, and the vendor's words where it took something not.

    Both are empty for who may not read the client's number: they lead to it, or repeat it (RG-5).
    """

    crm: str
    state: CrmCardState
    url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """One utterance as shown. `delivery` is set for outbound ones; `author_name`: the manager's there and in notes."""

    id: MessageId
    direction: Direction
    kind: MessageKind
    author: Author
    author_name: str
    channel: str
    text: str
    occurred_at: datetime
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    delivery: DeliveryState | None = None
    delivery_reason: str = ""
    is_edited: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class WaitView:
    """The open wait of a conversation. `may_give_up`: the line's number of vain calls is reached (C-6)."""

    id: WaitId
    kind: str
    started_at: datetime
    deadline_at: datetime
    target_seconds: int
    requests: int
    needs_callback: bool
    callback_due_at: datetime | None
    missed_calls: int
    last_missed_at: datetime | None
    call_attempts: int
    breached_at: datetime | None
    may_give_up: bool = False


@dataclass(frozen=True, slots=True)
class CardView:
    """A conversation with its client, as one manager may see it.

    `number` is what people say (#1042). `state` is `open` or `closed`. `recent` are the newest messages, oldest first.
    `reply_channel` is the kind an answer would go to now, empty if there is none; `reply_hint` its address in words;
    `reply_until`: the channel lets nobody answer later, `None` for ever. `reply_sender` is our mailbox that an answer
    leaves from, empty elsewhere; `chosen_thread_id` is set where people have chosen the way that it takes.
    `reasons` say why this manager has it, in Russian and English by `language` of the viewer. `client_zone` is set
    where the client's clock is known to show another time than the line's (case 23). `new_subject` is that of the
    letter the client waits for an answer to, if it is another than the conversation's: a person may split it off.
    `matter_due_at` is until when the whole matter is to be closed, `None` where the line has no such time or it stands
    (`is_matter_paused`); `may_wait_for_client`: a person may say now that the client has to act (P-2).
    `rating` is the mark of 1 to 5 that the client gave since the close.
    `may_read_along`: the viewer leads the line and a colleague has the client; `reads_along`: everything said is
    mirrored to the viewer today. `own_extension` is the viewer's telephone that a call of this client would ring first,
    empty if none can be ordered; `calling` the one that an ordered call rings now.
    """

    id: ConversationId
    number: int
    line: LineKey
    line_name: str
    zone: ZoneInfo
    state: str
    contact_id: ContactId
    contact_name: str
    company: str
    addresses: tuple[AddressView, ...]
    is_regular: bool
    channel: str
    source: str
    subject: str
    assignee_id: ManagerId | None
    assignee_name: str
    offered_to_viewer: bool
    transfer_to_viewer: bool
    wait: WaitView | None
    recent: tuple[MessageView, ...]
    reply_channel: str
    reply_hint: str
    reasons: tuple[str, ...]
    snoozed_until: datetime | None
    closed_at: datetime | None
    outcome: str
    candidate_id: int | None
    lead_stage: str
    version: int
    client_zone: ZoneInfo | None = None
    new_subject: str = ""
    matter_due_at: datetime | None = None
    is_matter_paused: bool = False
    may_wait_for_client: bool = False
    reply_until: datetime | None = None
    reply_sender: str = ""
    chosen_thread_id: ThreadId | None = None
    may_read_along: bool = False
    reads_along: bool = False
    rating: int | None = None
    own_extension: str = ""
    calling: str = ""

    @property
    def only_address(self) -> AddressView | None:
        """Return the address to begin writing to where no channel carries text and there is just one (M-16)."""
        found = [] if self.reply_channel else [each for each in self.addresses if each.identity_id is not None]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of a list: mine, queue, overdue, found. Its times are read in `zone`, the line's.

    Of a search, `found_by` is the way (`hub.store.search.Way`) and `found` what fits: an address, a name, words said.
    """

    id: ConversationId
    number: int
    contact_name: str
    channel: str
    line_name: str
    zone: ZoneInfo
    assignee_name: str
    deadline_at: datetime | None
    last_text: str
    last_message_at: datetime
    is_waiting: bool
    is_overdue: bool
    needs_callback: bool
    snoozed_until: datetime | None
    assignee_id: ManagerId | None = None
    found_by: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class CandidateView:
    """«Это один клиент?»: the provisional card and the possible ones, with the reasons (M-5)."""

    id: int
    name: str
    addresses: tuple[str, ...]
    others: tuple[tuple[ContactId, str, tuple[str, ...]], ...]
    reasons: tuple[str, ...]
    state: str
    conversation_id: ConversationId | None


@dataclass(frozen=True, slots=True)
class ManagerView:
    """A colleague to transfer to. `why_not` is empty if eligible, else the reason in words (R-6)."""

    id: ManagerId
    name: str
    is_on_shift: bool
    open_waits: int
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """Another line to hand a conversation to (R-12).

    `later_due_at` is when its rules would want the answer, if that is later than promised now; only who `may_agree` to
    that can have it so, for others the present deadline stays (D-7).
    """

    key: LineKey
    name: str
    later_due_at: datetime | None = None
    may_agree: bool = False


@dataclass(frozen=True, slots=True)
class DeskView:
    """The counts of a manager's day. Times are read in `zone`, that of the first line the manager works on."""

    name: str
    zone: ZoneInfo
    presence: str
    is_on_shift: bool
    mine: int
    waiting: int
    overdue: int
    queue: int
    next_deadline_at: datetime | None
