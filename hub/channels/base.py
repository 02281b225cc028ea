"""The contract of a channel: a pure translator between a provider and the words of the hub.

A channel gets bytes and headers and returns events (`hub.domain.inbound`); it gets an outbound message and returns a
result (`hub.domain.outbound`). It never sees aiohttp requests, SQL, the clock of the machine or routing. Its module is
named after its kind and exports `CHANNEL`, a subclass of `Channel`. Whatever a provider cannot do, the class leaves
out: the parts are the Protocols below, found by `isinstance`.

To add one: the file, a test class that inherits `hub.testing.contracts.ChannelContract`, fixtures with their
`SOURCE.md`, one line in `docs/channels.md`. A package outside this tree names its class in the entry point group
`hub.channels`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundEvent
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import OutboundChange, OutboundMessage, SendResult
from hub.domain.ports import Clock, RateBuckets
from hub.domain.replacing import replace
from hub.domain.words import Words
from hub.net.http import Http
from hub.net.masking import mask, mask_bytes, secret_forms

DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024


class Evidence(StrEnum):
    """How we know that an adapter is right."""

    live = "live"
    recorded = "recorded"
    documented = "documented"


class ChannelSettings(BaseModel):
    """Base of every settings model: frozen, unknown names refused, secrets typed `SecretStr`, every field described.

    A refusal does not repeat what was given: a mistyped token is a token all the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What people and the hub may expect of a channel.

    `text_limit` counts characters of one provider message, 0 if the channel sends no text; longer texts are split.
    `media` are the kinds that can be sent; `media_limit_bytes` the largest file. `reply_window` is how long after the
    client's last message we may write, None for ever; `account_reply_window` the same in chats of people's own accounts
    (`hub.domain.account`), None for a channel that has none. `is_send_idempotent`: a repeated send with the same key
    gives one message at the client. `can_write_first`: we may begin (FR-5), to addresses of the type `writes_to`.
    `original_suffix`: the ending of the file that a stored payload is, where people can open it as it came (a letter).
    """

    text_limit: int = 0
    media: frozenset[AttachmentKind] = frozenset()
    media_limit_bytes: int = 0
    reply_window: timedelta | None = None
    account_reply_window: timedelta | None = None
    is_send_idempotent: bool = False
    can_write_first: bool = False
    writes_to: IdentityType | None = None
    needs_public_url: bool = False
    has_buttons: bool = False
    original_suffix: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """One inbound payload as it came: a webhook request, an update of a poll, a letter.

    `headers` have lower-case names. `suffix` is the path after the connection's key, without leading slash; `query` is
    the raw query string. `method` is empty for polled payloads. `remote` is the sender's address as our proxy vouches
    for it, shown in the attempts list only.
    """

    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    suffix: str = ""
    query: str = ""
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Peek:
    """What accepting needs to know at once.

    `event_id` empty: the provider names none (`unkeyed`); `join_window` is how
    long an equal body of this connection is taken for a repetition then. `order_key` is the thread whose order counts.
    """

    event_id: str
    order_key: str
    join_window: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider wants to hear."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a look at the provider showed (case 12): how many events wait there, how many only this look has found.

    `trouble` says why they do not come by themselves, empty if they do; the consumer treats it as a failure.
    """

    waiting: int = 0
    overlooked: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PollBatch:
    """Payloads in received order and the cursor that may be stored together with them, never before.

    `is_history` marks what is older than the connection: imported without waits, leads, texts or notices (FR-7).
    `compared` is there when what is stored was held against what the provider has.
    """

    raws: Sequence[Raw]
    cursor: Mapping[str, object]
    is_history: bool = False
    compared: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Responsible:
    """Answer to a ring-time question: who should get the call. Empty fields mean unknown."""

    extension: str = ""
    manager_name: str = ""
    contact_name: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a test of a connection found, line by line, for the person who sets it up.

    A plain line is the vendor's own or is read as it stands in either language.
    """

    is_ok: bool
    lines: tuple[str | Words, ...]

    def say(self, language: str) -> tuple[str, ...]:
        """Return the lines in `ru` or `en`."""
        return tuple(line if isinstance(line, str) else line.say(language) for line in self.lines)


async def know_all(ids: Sequence[str]) -> frozenset[str]:
    """Call every id known."""
    return frozenset(ids)


@dataclass(frozen=True, slots=True)
class Context:
    """What an adapter may use. One object per connection, built by `hub.app`.

    `read_file` yields the bytes of a stored file by its hash. `public_url` is the address providers reach us at for
    this connection, empty without one. `name` is the connection's name for log lines. `prove` gives a digest that only
    this installation can make of a text; None where nothing is sent. `find_known` returns which ids of events or calls
    this connection has brought already; where nothing is stored nothing can be missed. `connected_at` is when the
    connection was saved, None for one that is not.
    """

    connection_id: ConnectionId
    name: str
    clock: Clock
    http: Http
    rates: RateBuckets
    read_file: Callable[[str], Awaitable[bytes]]
    public_url: str = ""
    prove: Callable[[str], bytes] | None = None
    find_known: Callable[[Sequence[str]], Awaitable[frozenset[str]]] = know_all
    connected_at: datetime | None = None


SettingsT = TypeVar("SettingsT", bound=ChannelSettings)


class Channel(Generic[SettingsT]):
    """Base of every adapter: holds its validated settings and its context, and nothing that must survive a restart.

    `body_limit_bytes` is the largest webhook body the entrance reads for it; an adapter that takes files sets its own.
    `kept_headers` (lower case) and `keeps_query` name what `parse` reads: nothing else of a request's head is stored.
    `is_spooled`: the sender gives up within seconds or minutes, so while the database is away its webhooks are kept in
    the spool (reliability case 10); without it they are refused and have to come again.
    """

    settings_model: ClassVar[type[ChannelSettings]]
    capabilities: ClassVar[Capabilities]
    evidence: ClassVar[Evidence]
    kept_headers: ClassVar[frozenset[str]] = frozenset({"content-type"})
    keeps_query: ClassVar[bool] = False
    is_spooled: ClassVar[bool] = False
    body_limit_bytes: int = DEFAULT_BODY_LIMIT_BYTES

    def __init__(self, settings: SettingsT, context: Context) -> None:
        self.settings = settings
        self.context = context
        self._secrets = secret_forms(settings)

    def to_store(self, raw: Raw) -> Raw:
        """Return a verified payload as it is kept: what `parse` needs, without the secrets of this connection."""
        return replace(
            raw,
            body=mask_bytes(raw.body, self._secrets),
            headers={name: mask(raw.headers[name], self._secrets) for name in self.kept_headers & raw.headers.keys()},
            query=mask(raw.query, self._secrets) if self.keeps_query else "",
        )


@runtime_checkable
class Parses(Protocol):
    """Understands payloads. Every channel that receives anything has this part."""

    def peek(self, raw: Raw) -> Peek:
        """Return id and order key of an authenticated payload; cheap, and never raises whatever the bytes are."""
        ...

    def to_store(self, raw: Raw) -> Raw:
        """Return a payload as it is kept (`Channel` has it): `peek` and `parse` give the same for it."""
        ...

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return the events of a payload; pure and deterministic, empty if it is deliberately ignored.

        Raises:
            PayloadInvalid: it cannot be understood; the receipt is parked. Nothing else is ever raised.
        """
        ...


@runtime_checkable
class Receives(Protocol):
    """Takes webhooks."""

    def verify(self, raw: Raw) -> None:
        """Prove the sender in constant time, before anything is parsed.

        Raises:
            WebhookRejected: with the reason for the attempts list ("sign mismatch; computed over json as received").
        """
        ...

    def acknowledge(self, raw: Raw) -> Reply:
        """Return what the provider wants to hear after the commit."""
        ...


@runtime_checkable
class Handshakes(Protocol):
    """Answers pings and handshakes that carry no event."""

    def handshake(self, raw: Raw) -> Reply | None:
        """Return the answer if `raw` is such a ping, else None. Called before `verify`, so it must reveal nothing."""
        ...


@runtime_checkable
class Asks(Protocol):
    """Has webhooks that want an answer now: who should get this ringing call?"""

    def question(self, raw: Raw) -> str | None:
        """Return the client's number in E.164 if `raw` is a question, else None."""
        ...

    def answer(self, raw: Raw, responsible: Responsible | None) -> Reply:
        """Return the provider's form of the answer; `None` is the neutral one."""
        ...


@runtime_checkable
class Polls(Protocol):
    """Fetches by itself: long polling, IMAP; or looks at the provider whether its webhooks brought everything."""

    def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        """Yield batches for ever. An empty `cursor` means first contact: begin at now (FR-7).

        The consumer stores a batch and its cursor in one commit before it asks for the next one; asking for the next is
        therefore the permission to confirm the previous to the provider. Read marks are never touched.

        Raises:
            TemporaryFailure, AuthenticationFailed: the consumer waits or pauses the connection.
        """
        ...


@runtime_checkable
class Sends(Protocol):
    """Brings messages to clients."""

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send one message; never raises for what a provider may do, returns Sent, Later, Failed or Unknown."""
        ...


@runtime_checkable
class Changes(Protocol):
    """Changes messages that are at the client already, and marks those of the client with a reaction."""

    async def change(self, wanted: OutboundChange) -> SendResult:
        """Carry out one change; repeating it changes nothing. Never raises for what a provider may do."""
        ...


@runtime_checkable
class Closes(Protocol):
    """Keeps connections to its provider open between messages."""

    async def close(self) -> None:
        """End them; what is being sent is finished first. Never raises."""
        ...


@runtime_checkable
class FetchesMedia(Protocol):
    """Fetches files that a payload only names."""

    def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield the bytes of `attachment.provider_ref`, through the SSRF guard where it is an address.

        Raises:
            TemporaryFailure, PermanentFailure: the second one's message is shown beside the file's name.
        """
        ...


@runtime_checkable
class EmbedsFiles(Protocol):
    """Has files inside its payloads: parts of a multipart form, of a letter."""

    def embedded_files(self, raw: Raw) -> Mapping[str, bytes]:
        """Return all files by the `provider_ref` that `parse(raw)` gave them; pure like `parse`, run in a thread.

        Raises:
            PayloadInvalid: as `parse`.
        """
        ...


@runtime_checkable
class LinksToItself(Protocol):
    """Can be opened by a link that hands something back with the first press."""

    async def start_link(self, payload: str) -> str:
        """Return such a link; `payload` has at most 64 letters, digits, `_` and `-`.

        Raises: ProviderError: the provider did not say how we are called there.
        """
        ...


@runtime_checkable
class Checks(Protocol):
    """Tests a connection before it is saved."""

    async def check(self) -> CheckResult:
        """Try the credentials without any effect that people would see."""
        ...


@runtime_checkable
class Subscribes(Protocol):
    """Sets our address at the provider."""

    async def subscribe(self) -> CheckResult:
        """Make the provider send to `context.public_url`; repeating it changes nothing."""
        ...


@runtime_checkable
class Originates(Protocol):
    """Click-to-call: rings the manager first, then the client."""

    @property
    def can_call(self) -> bool:
        """Tell whether the settings hold what calls need."""
        ...

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        """Start a call, `phone` in E.164; `command` comes back in the events where the provider can carry it.

        Never raises for what a provider may do. `Failed.reason` is `bad_extension`, `bad_number`, `no_money`,
        `forbidden`, `credentials`, `not_configured` or `refused`, the last with the provider's words or code. `Later`
        means that no phone rings; what may have been placed is `Unknown`, and nobody asks for it again.
        """
        ...


@runtime_checkable
class Explains(Protocol):
    """Tells a person what to press in the provider's cabinet."""

    def setup_steps(self, language: str) -> Sequence[str]:
        """Return numbered steps with the exact address and field names; `language` is `ru` or `en`.

        Asked also before anything is known: settings then have their defaults, and nothing useful where they have none.
        """
        ...
