"""What telephony providers share: settings of a PBX account, reading of its fields, click-to-call, recordings.

PBX accounts differ in three ways that no payload tells, so they are settings of the connection: the zone of times
without offset, the country of numbers without plus, and which numbers are the business's own. Everything a provider
sends goes through the readers below; whatever is wrong in it raises `PayloadInvalid` and nothing else. A provider's
own signature, fields and commands stand in its module. Folding stages into a call is `hub.domain.call`.
"""

import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator

from hub.channels.base import Capabilities, Channel, ChannelSettings, Evidence, Peek, Raw, Reply
from hub.domain.errors import OutcomeUnknown, PayloadInvalid, PermanentFailure, TemporaryFailure, WebhookRejected
from hub.domain.identity import IdentityType, Phone, canonical_phone
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.message import Attachment
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown
from hub.net.http import HttpAnswer
from hub.net.payloads import Json, read_form
from hub.net.signatures import is_same_secret

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=7)
_LATEST_ARRIVAL = timedelta(hours=1)
RECORDING_LIMIT_BYTES = 50 * 1024 * 1024
"""What people are sent in a messenger is no longer than that: some ten hours of talk."""
RECORDING_DEADLINE = timedelta(minutes=2)
_EXPIRED = frozenset({401, 403, 404, 410})
_LONGEST_WORDS = 120
_NUMBER = re.compile(r"\+?\d(?:[\s()-]*\d){6,}")


class NumberFormat(StrEnum):
    """How a PBX writes numbers without plus: with the country's code, or as they are dialled inside the country."""

    international = "international"
    national = "national"


class TelephonySettings(ChannelSettings):
    """What every PBX account has."""

    zone: str = Field("Europe/Moscow", description="IANA zone of the account, for times without offset.")
    region: str = Field("RU", pattern="^[A-Z]{2}$", description="Country of numbers without plus (ISO 3166), e.g. RU.")
    number_format: NumberFormat = Field(
        NumberFormat.international, description="international: 79161234567; national: 89161234567 or 9161234567."
    )
    own_numbers: tuple[str, ...] = Field((), description="Numbers of the business: calls between them make no items.")
    extensions: tuple[str, ...] = Field((), description="Short numbers of employees, e.g. 101.")
    networks: tuple[str, ...] = Field(
        (), description="Networks the provider calls from, e.g. 192.0.2.0/24; empty: any."
    )

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is no IANA zone; write it like Europe/Moscow") from error
        return value

    @field_validator("networks")
    @classmethod
    def _networks_are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value


SettingsT = TypeVar("SettingsT", bound=TelephonySettings)
Refusal = Callable[[HttpAnswer], SendResult | None]


class Telephony(Channel[SettingsT]):
    """Base of the providers: each gives `parse`, most `verify`, some the parts of `hub.channels.base`."""

    capabilities = Capabilities(needs_public_url=True)
    evidence = Evidence.documented
    keeps_query = True
    is_spooled = True
    staff_address: ClassVar[IdentityType] = IdentityType.pbx_extension
    """By which address of its people the PBX rings them and names them in events."""
    staff_form: ClassVar[re.Pattern[str]] = re.compile(r"\d{1,10}", re.ASCII)
    """How that address is written."""

    @abstractmethod
    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages a payload tells (see `hub.channels.base.Parses`)."""

    def peek(self, raw: Raw) -> Peek:
        """Return the id of the first stage, and the call as the thread; both empty for what is ignored or broken."""
        try:
            events = self.parse(raw)
        except PayloadInvalid:
            return Peek("", "")
        return Peek(events[0].external_id, events[0].call) if events else Peek("", "")

    def handshake(self, raw: Raw) -> Reply | None:
        """Answer a look at the address, by a browser or a monitor: it carries nothing."""
        is_look = raw.method in {"GET", "HEAD"} and not raw.query and not raw.body
        return Reply() if is_look else None

    def acknowledge(self, raw: Raw) -> Reply:
        """Return a bare success: only the status counts for most providers."""
        del raw
        return Reply()

    def check_network(self, raw: Raw) -> None:
        """Refuse callers outside `networks`, where the connection names some (reliability case 87)."""
        if not self.settings.networks:
            return
        try:
            caller = ip_address(raw.remote)
        except ValueError as error:
            raise WebhookRejected("the caller's address is unknown, and the connection lists networks") from error
        if not any(caller in ip_network(network) for network in self.settings.networks):
            raise WebhookRejected("the caller's address is in none of the networks of the connection")

    def client_number(self, text: str) -> str:
        """Return a caller's number in E.164, empty for hidden, short and impossible ones (C-8)."""
        digits = text.strip().lstrip("*")
        is_bare = digits.isascii() and digits.isdigit() and 11 <= len(digits) <= 15
        if is_bare and self.settings.number_format is NumberFormat.international:
            phone = self._national_eight(digits) or canonical_phone(f"+{digits}", region=self.settings.region)
            if phone is not None:
                return phone.e164
        found = canonical_phone(digits, region=self.settings.region)
        return found.e164 if found else ""

    def line_number(self, text: str) -> str:
        """Return our own number in E.164, as it came where it is none (a SIP login, a name)."""
        return self.client_number(text) or text

    def is_own(self, text: str) -> bool:
        """Tell whether a number is one of the business's own or of its employees (C-9)."""
        own = {self.line_number(number) for number in self.settings.own_numbers}
        return bool(text) and (text in self.settings.extensions or self.line_number(text) in own)

    def direction_of(self, direction: CallDirection, outside: str) -> CallDirection:
        """Return `direction`, `internal` where the other side is our own as well: a forwarding loop, a colleague."""
        return CallDirection.internal if self.is_own(outside) else direction

    def ringing(self, call: str, client: str, direction: CallDirection, at: datetime) -> CallEvent:
        """Return the first stage of a call; the provider adds its id of it, line, extension, command."""
        return CallEvent(
            external_id=f"{call}:ringing",
            call=call,
            stage=CallStage.ringing,
            direction=self.direction_of(direction, client),
            occurred_at=at,
            client=self.client_number(client),
            client_original=client,
        )

    def local_instant(self, text: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> datetime:
        """Return the UTC instant of a wall clock time of the account; of a doubled hour the first.

        Raises:
            PayloadInvalid: it is not written like `pattern`.
        """
        try:
            return self._utc(datetime.strptime(text, pattern))  # noqa: DTZ007
        except (ValueError, OverflowError) as error:
            raise PayloadInvalid(f"a time is not written like {pattern}") from error

    def iso_instant(self, text: str) -> datetime:
        """Return the UTC instant of an ISO 8601 time; without offset it is the account's wall clock.

        Raises:
            PayloadInvalid: it is no such time.
        """
        try:
            return self._utc(datetime.fromisoformat(text))
        except (ValueError, OverflowError) as error:
            raise PayloadInvalid("a time is not written like ISO 8601") from error

    async def command(
        self, request: Awaitable[HttpAnswer], command: str, *, refusal: Refusal = lambda _: None
    ) -> SendResult:
        """Return what became of a click-to-call request, never raising for what a provider may do.

        `refusal` reads a no from an answer of success, and better words from one of refusal; None leaves it as it is.
        """
        started_at = self.context.clock.now()
        try:
            answer = await request
            failure = judge(answer)
            if failure is None or (isinstance(failure, Failed) and not failure.is_connection_fault):
                failure = refusal(answer) or failure
        except TemporaryFailure as error:
            return Later(str(error), error.retry_after)
        except PermanentFailure as error:
            return Failed("not_configured", str(error), is_connection_fault=True)
        except (OutcomeUnknown, PayloadInvalid) as error:
            return Unknown(str(error))
        return failure or Sent((command,), started_at)

    async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a recording from the address it has now, through the SSRF guard (C-12).

        Raises:
            PermanentFailure: `expired` where the address no longer works and none is to be had in its place.
        """
        address = await self.recording_address(attachment.provider_ref)
        if not address.startswith(("https://", "http://")):
            raise PermanentFailure("the provider gave no address of the recording", reason="not_found")
        try:
            async for chunk in self.context.http.get_untrusted(
                address, limit_bytes=RECORDING_LIMIT_BYTES, deadline=RECORDING_DEADLINE
            ):
                yield chunk
        except PermanentFailure as error:
            if error.status not in _EXPIRED:
                raise
            yield await self.recording_again(attachment.provider_ref)

    async def recording_address(self, reference: str) -> str:
        """Return the address of a recording; most providers send it as the reference itself."""
        return reference

    async def recording_again(self, reference: str) -> bytes:
        """Return a recording whose address has expired, where the provider has another way to it.

        Raises:
            PermanentFailure: it has none (`expired`).
        """
        del reference
        raise PermanentFailure("the provider's address of the recording has expired", reason="expired")

    def _utc(self, when: datetime) -> datetime:
        aware = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(self.settings.zone))
        return sane(aware.astimezone(UTC))

    def _national_eight(self, digits: str) -> Phone | None:
        if len(digits) == 11 and digits.startswith("8"):
            return canonical_phone(digits, region=self.settings.region)
        return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went by the provider's record of the whole: `talk` zero means that nobody spoke."""

    ended_at: datetime
    talk: timedelta
    reason: str = ""
    recording: str = ""


def whole_call(ringing: CallEvent, outcome: Outcome) -> tuple[CallEvent, ...]:
    """Return the stages a final record proves: the ring, the answer if there was talk, the end with the verdict.

    `ringing.external_id` ends in `:ringing`; the others get their own word there.
    """
    ended = replace(
        ringing,
        external_id=ringing.external_id.removesuffix("ringing") + "ended",
        stage=CallStage.ended,
        occurred_at=outcome.ended_at,
        talk=outcome.talk,
        is_missed=not outcome.talk if ringing.direction is CallDirection.inbound else None,
        reason=outcome.reason,
        recording=outcome.recording,
    )
    if not outcome.talk:
        return replace(ringing, extension=""), ended
    answered = replace(
        ringing,
        external_id=ringing.external_id.removesuffix("ringing") + "answered",
        stage=CallStage.answered,
        occurred_at=outcome.ended_at - outcome.talk,
    )
    return replace(ringing, extension=""), answered, ended


def judge(answer: HttpAnswer) -> SendResult | None:
    """Return what a status means for a request that is not idempotent, None for success."""
    if answer.status in {429, 503}:
        return Later(f"the provider answered {answer.status}", answer.retry_after())
    if answer.status in {401, 403}:
        return Failed("credentials", f"the provider refused our key ({answer.status})", is_connection_fault=True)
    if answer.status >= 500:
        return Unknown(f"the provider answered {answer.status}")
    if answer.status >= 400:
        return Failed("refused", f"the provider answered {answer.status}")
    return None


def told_in(answer: HttpAnswer) -> Mapping[str, Json]:
    """Return the object that a provider answered with, empty where an answer of refusal holds none.

    Raises:
        PayloadInvalid: an answer of success that is no JSON: nobody knows what became of the request.
    """
    try:
        told = answer.json()
    except PayloadInvalid:
        if answer.status < 300:
            raise
        return {}
    return told if isinstance(told, dict) else {}


def refused(words: Json) -> Failed:
    """Return the refusal of a provider in its own words or code, on one line, not too long, and without numbers.

    Some repeat the number that was to be dialled, which not everybody who reads the words may see (RG-5).
    """
    said = " ".join(clean(words).split()) if isinstance(words, str | int) else ""
    return Failed("refused", _NUMBER.sub("…", said)[:_LONGEST_WORDS] or "no reason given")


def check_secret(given: str, name: str, *valid: SecretStr) -> None:
    """Refuse a request whose secret `name` is absent or none of the valid ones, in constant time."""
    if not given:
        raise WebhookRejected(f"no {name} in the request")
    if not is_same_secret(given, *(secret.get_secret_value() for secret in valid)):
        raise WebhookRejected(f"{name} differs from the one of this connection")


def proof_of(raw: Raw) -> dict[str, str]:
    """Return the fields of a form exactly as they came, for signatures.

    Raises:
        WebhookRejected: it is no form.
    """
    try:
        return dict(read_form(raw.body or raw.query.encode()))
    except PayloadInvalid as error:
        raise WebhookRejected("the body is no form") from error


def form_of(raw: Raw) -> dict[str, str]:
    """Return the fields of a form body, of the query where there is no body; the last of repeated names counts.

    Raises:
        PayloadInvalid: it is no form.
    """
    return {name: clean(value) for name, value in read_form(raw.body or raw.query.encode())}


def clean(value: Json) -> str:
    """Return a field as text: absent is empty; NUL and lone surrogates, which no database takes, are gone.

    Raises:
        PayloadInvalid: it is a list or an object.
    """
    if isinstance(value, (dict, list)):
        raise PayloadInvalid("a field holds a structure where a value should be")
    text = "" if value is None else str(value)
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def need(fields: Mapping[str, Json], name: str) -> str:
    """Return a field that must be there.

    Raises:
        PayloadInvalid: absent, empty or a structure.
    """
    value = clean(fields.get(name))
    if not value:
        raise PayloadInvalid(f"field {name} is missing or empty")
    return value


def sane(instant: datetime) -> datetime:
    """Return `instant` if calls can have happened then.

    Raises:
        PayloadInvalid: before the year 2000 or after 2100: another unit, or no time at all.
    """
    if not _EARLIEST <= instant < _EARLIEST.replace(year=2100):
        raise PayloadInvalid("a time lies outside 2000 to 2100: is its unit right?")
    return instant


def unix_instant(text: str, per_second: int = 1) -> datetime:
    """Return the instant of a count since 1970 in units of 1/`per_second` s.

    Raises:
        PayloadInvalid: no number, or no instant a call can have.
    """
    try:
        return sane(datetime.fromtimestamp(0, UTC) + timedelta(seconds=float(text) / per_second))
    except (ValueError, OverflowError) as error:
        raise PayloadInvalid("a time is no unix time") from error


def seconds(text: str) -> timedelta:
    """Return a length given in seconds; empty is zero.

    Raises:
        PayloadInvalid: no number, negative, or longer than a week.
    """
    try:
        length = timedelta(seconds=float(text or "0"))
    except (ValueError, OverflowError) as error:
        raise PayloadInvalid("a length is no number of seconds") from error
    if not timedelta(0) <= length <= _LONGEST:
        raise PayloadInvalid("a length is negative or longer than a week")
    return length


def arrival(raw: Raw, not_before: datetime) -> datetime:
    """Return when a stage without a time of its own happened: on arrival, unless that is too late to be true."""
    return raw.received_at if not_before <= raw.received_at <= not_before + _LATEST_ARRIVAL else not_before
