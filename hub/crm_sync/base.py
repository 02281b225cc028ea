"""The contract of a CRM connector: a pure translator between a CRM's API and the words of the hub.

A connector is a channel in the sense of `hub.channels.base`: its settings, secrets, webhook address, `verify`, `peek`,
`parse` (which returns `CrmHint`s), `check`, `subscribe` and `setup_steps` work the same way. Beyond that it carries out
what `Crm` names; what only some CRMs can do are the Protocols below, found by `isinstance`. It never sees SQL, rules or
another CRM, keeps nothing that must survive a restart, and decides nothing: values arrive mapped to the CRM's own ids.

Every write takes a `key`, a UUID that is stored here before the call and is the same for every attempt. A connector
puts it where its CRM keeps it, and where the CRM refuses or joins a repetition, that is the answer. After an outcome
that nobody knows, `FindsByKey.find_by_key` is asked before anything is written again.

Faults are a closed set of `hub.domain.errors`:
- `TemporaryFailure`: not applied; again later, not before `retry_after` (limits, overload, no connection);
- `OutcomeUnknown`: may have been applied (a write without an answer, a 5xx to a write);
- `AuthenticationFailed`: the credentials are refused; the account is paused and people are told;
- `PermanentFailure`: this record is refused, others pass; `reason` is a `Refused`, the text the vendor's own words;
- `TokenExpired`: the access token has run out; `hub.crm_sync.calling` renews it once and asks again.
"""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from hub.channels.base import Capabilities, Channel, ChannelSettings
from hub.domain.crm import CrmRef, Entity
from hub.domain.inbound import CrmAnswer, CrmHint


class CrmSettings(ChannelSettings):
    """Base of every connector's settings."""

    @property
    def tells_apart(self) -> str:
        """Return what no two accounts of this kind share, empty if the settings do not say: one is connected once."""
        return ""


class Refused(StrEnum):
    """Why a CRM will never take a record as it is: the `reason` of a `PermanentFailure`."""

    invalid = "invalid"
    missing = "missing"
    conflict = "conflict"
    forbidden = "forbidden"
    plan = "plan"
    unsupported = "unsupported"


class EntryKind(StrEnum):
    """What an entry of a client's history is."""

    message = "message"
    call = "call"
    form = "form"
    note = "note"


@dataclass(frozen=True, slots=True)
class Person:
    """A client's card to be written.

    `phones` in E.164, the most certain first; `messengers` as (kind, handle) for people to read. `owner` is the CRM's
    user id, empty for none. `marks` are campaign marks (`utm_source` …). `fields` are values by the CRM's own codes.
    `link` is where the client is in the hub, empty without a public address.
    """

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    messengers: tuple[tuple[str, str], ...] = ()
    company: str = ""
    owner: str = ""
    source: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    link: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A sales chance to be written: a lead, deal or order there.

    `stage` is the CRM's stage id, empty for its first one. `phone` is the client's for CRMs that place by number.
    `amount` is a decimal number with a dot, empty for none.
    """

    title: str
    contact: CrmRef
    person: Person
    opened_at: datetime
    owner: str = ""
    stage: str = ""
    pipeline: str = ""
    source: str = ""
    channel: str = ""
    amount: str = ""
    text: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance, call or form of a client's history, written once and never changed (conflict rules: hub's own).

    `at` UTC. `text` is for people, without markup. `author` is the name of whoever spoke, `user` the CRM's user id of
    our own person, empty for the client or an unknown one. `files` are names; `link` leads to the place in the hub.
    A call has `seconds` of talk, `phone` in E.164 and a `recording` address that its provider gave (may be empty).
    """

    kind: EntryKind
    at: datetime
    text: str
    is_inbound: bool
    channel: str
    author: str = ""
    user: str = ""
    files: tuple[str, ...] = ()
    link: str = ""
    phone: str = ""
    seconds: int = 0
    is_missed: bool = False
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """A task to be written. `due_at` UTC. `owner` is the CRM's user id."""

    text: str
    due_at: datetime
    owner: str = ""
    is_done: bool = False
    result: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry or task belongs: the client's card, and the sales chance it is about, if there is one."""

    contact: CrmRef
    request: CrmRef | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """What changes of a record.

    `values` by `CrmField` name, `fields` by the CRM's own codes; `phones` and `emails` are added to those it has and
    take none away.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write.

    `url` opens the record for people. `is_existing`: it was there, with this key or for this person, and nothing was
    made. `rev` is whatever the CRM calls the state after it, empty if it says nothing.
    """

    ref: CrmRef
    url: str = ""
    rev: str = ""
    is_existing: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A card there that has one of the addresses asked for. `matched` are those of ours it has, in canonical form."""

    ref: CrmRef
    name: str = ""
    owner: str = ""
    matched: tuple[str, ...] = ()
    has_open_request: bool = False
    active_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A record as the CRM has it now.

    `values` by `CrmField` name: `amount` a decimal number with a dot, `due_at` ISO 8601 in UTC, `done` `yes` or empty,
    `owner` and `stage` the CRM's ids; one left out is not known. `fields` by its own codes (only those asked for), as
    text. `phones` in E.164 where they can be read as such, else as they stand. `outcome` is `open`, `won` or `lost` for
    a request. `contact` is whose it is. `changed_by` is the CRM's user id of the last change, `is_own` whether that was
    this connection itself as far as the CRM says. `requests` are the sales chances of a contact, newest first, where
    the CRM gives them along.
    """

    ref: CrmRef
    entity: Entity
    values: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    outcome: str = ""
    contact: CrmRef | None = None
    requests: tuple[CrmRef, ...] = ()
    changed_by: str = ""
    changed_at: datetime | None = None
    is_own: bool = False
    rev: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The record is not there any more."""

    ref: CrmRef


@dataclass(frozen=True, slots=True)
class MergedInto:
    """The record was joined with another one there."""

    ref: CrmRef
    into: CrmRef


@dataclass(frozen=True, slots=True)
class CrmUser:
    """A person of the CRM. `also` are further ids of the same person there: chats may know people by other ones."""

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrmStage:
    """A stage of a pipeline. `outcome` is `open`, `won` or `lost`."""

    id: str
    name: str
    outcome: str = "open"
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field the business made, or one of the CRM's beyond `CrmField`. `entity` says of which record."""

    entity: Entity
    code: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class CrmSchema:
    """What the CRM consists of: who works there, which stages there are, which fields can be written."""

    users: tuple[CrmUser, ...] = ()
    stages: tuple[CrmStage, ...] = ()
    fields: tuple[OwnField, ...] = ()
    own_user: str = ""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Hints of what changed since a cursor, and the cursor to store once they are. `has_more`: ask again now."""

    hints: tuple[CrmHint, ...]
    cursor: Mapping[str, object]
    has_more: bool = False


SettingsT = TypeVar("SettingsT", bound=CrmSettings)


class Crm(Channel[SettingsT]):
    """Base of every connector.

    `keyed` are the entities of which the CRM makes one for a key that is repeated, or finds by key: for others a write
    whose outcome is unknown is repeated once at most and shown as such. `own_source` is the name under which records we
    made are filed there. `card_kind` is what it calls a client's card, `card_id` how the number of one is written.
    """

    card_kind: ClassVar[str] = "contact"
    card_id: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{1,18}")
    capabilities: ClassVar[Capabilities] = Capabilities()
    keyed: ClassVar[frozenset[Entity]] = frozenset()

    @abstractmethod
    async def describe(self) -> CrmSchema:
        """Return users, stages and fields as they are now."""

    @abstractmethod
    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        """Return the cards that have one of these phones (E.164) or e-mails; nothing found is an empty answer.

        Phones are stored there in whatever form people typed, so the connector asks for the variants of its CRM and
        accepts a card only if the canonical numbers are equal.
        """

    @abstractmethod
    async def create_contact(self, person: Person, *, key: str) -> Written:
        """Make a card."""

    @abstractmethod
    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a card; a patch that changes nothing is no error."""

    @abstractmethod
    async def create_request(self, request: Request, *, key: str) -> Written:
        """Make a sales chance of a card."""

    @abstractmethod
    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a sales chance: `stage`, `owner`, `amount`, own fields."""

    @abstractmethod
    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        """Write one entry of the history at a card or sales chance."""

    @abstractmethod
    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        """Return a record as it is now, with the own `fields` asked for."""


@runtime_checkable
class FindsByKey(Protocol):
    """Can say whether a write with a key was applied."""

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        """Return the record made with `key`, None if there is none; `place` is where it would be."""
        ...


@runtime_checkable
class KeepsTasks(Protocol):
    """Has tasks (T-4)."""

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        """Make a task with its deadline."""
        ...

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        """Bring a task to this state, done or not."""
        ...


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation of the hub that a chat in the CRM shows: `conversation` comes back in a `CrmAnswer`."""

    conversation: str
    person: Person
    place: Place


@runtime_checkable
class Talks(Protocol):
    """Has chats of its own where the hub can stand as a channel, so that people may answer from the CRM.

    `is_talking`: this connection is set up so; messages go into the chat then and not into the card's history. What is
    written there comes as `CrmAnswer`s from `parse`.
    """

    @property
    def is_talking(self) -> bool:
        """Tell whether the settings ask for it."""
        ...

    async def say(self, said: Entry, talk: Talk, *, key: str) -> Written:
        """Show one message of the client, or an answer given elsewhere, in the chat."""
        ...

    async def confirm(self, answer: CrmAnswer, problem: str) -> None:
        """Tell that an answer is taken, or with `problem`, a sentence for its author, that it is not."""
        ...


@runtime_checkable
class TellsChanges(Protocol):
    """Can be asked what changed, for webhooks get lost."""

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        """Return the next page since `cursor`; an empty cursor means now: nothing, and a cursor to begin with."""
        ...


@runtime_checkable
class Expires(Protocol):
    """Its credentials run out and nothing renews them: a person has to give new ones, and is told a month before."""

    def ends_at(self) -> datetime | None:
        """Return when they run out, None if they do not or if that is not known. Asks nobody."""
        ...
