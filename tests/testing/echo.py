"""A provider that does not exist, small enough to read at once: both ways, signed, with a limit of 50 characters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import Field, SecretStr

from hub.channels.base import Capabilities, Channel, ChannelSettings, Evidence, Peek, Raw, Reply
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadInvalid,
    ProviderError,
    TemporaryFailure,
    WebhookRejected,
)
from hub.domain.identity import IdentityType
from hub.domain.inbound import Address, InboundEvent, InboundMessage, Sender
from hub.domain.outbound import Failed, Later, OutboundMessage, SendResult, Sent, Unknown
from hub.net.http import HttpAnswer
from hub.net.payloads import read_json_object
from hub.net.signatures import hmac_hex, is_same_secret


class EchoSettings(ChannelSettings):
    """Settings of the sample."""

    secret: SecretStr = Field(description="Secret of the signature.")
    previous_secret: SecretStr = Field(default=SecretStr(""), description="The one before, while it is changed.")
    base_url: str = Field(default="http://127.0.0.1:9", description="Where the provider listens.")


class Echo(Channel[EchoSettings]):
    """The smallest provider that has both ways."""

    settings_model = EchoSettings
    capabilities = Capabilities(text_limit=50)
    evidence = Evidence.documented

    def verify(self, raw: Raw) -> None:
        secrets = (self.settings.secret, self.settings.previous_secret)
        valid = [hmac_hex(s.get_secret_value(), raw.body) for s in secrets if s.get_secret_value()]
        if not is_same_secret(raw.headers.get("x-sign", ""), *valid):
            raise WebhookRejected("x-sign differs; computed over the body as received")

    def peek(self, raw: Raw) -> Peek:
        try:
            payload = read_json_object(raw.body)
        except PayloadInvalid:
            return Peek("", "")
        return Peek(str(payload.get("id", "")), str(payload.get("from", "")))

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        payload = read_json_object(raw.body)
        try:
            if payload["kind"] == "echo":
                return ()
            sender = Sender((Address(IdentityType.phone, str(payload["from"])),))
            at = datetime.fromtimestamp(int(payload["at"]), UTC)
            return (InboundMessage(str(payload["id"]), sender.addresses[0].value, sender, at, text=payload["text"]),)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise PayloadInvalid("not a message of echo") from error

    def acknowledge(self, raw: Raw) -> Reply:
        del raw
        return Reply(body=b"ok")

    async def send(self, message: OutboundMessage) -> SendResult:
        if message.attachments:
            return Failed("unsupported_media", "echo takes no files")
        parts = [message.text[n : n + 50] for n in range(0, len(message.text), 50)]
        ids: list[str] = []
        for number, part in enumerate(parts[message.part :], message.part):
            result = await self._send_part(part)
            if not isinstance(result, str):
                return replace(result, part=number, external_ids=tuple(ids)) if isinstance(result, Later) else result
            ids.append(result)
        return Sent(tuple(ids), self.context.clock.now())

    async def _send_part(self, text: str) -> str | Later | Failed | Unknown:
        try:
            answer = await self.context.http.request("POST", self.settings.base_url, data=text.encode())
            return _result(answer)
        except AuthenticationFailed:
            return Failed("refused", "the secret is refused", is_connection_fault=True)
        except TemporaryFailure as failure:
            return Later("no connection", failure.retry_after)
        except OutcomeUnknown:
            return Unknown("no answer")
        except ProviderError:
            return Failed("refused", "echo refuses the message")


def _result(answer: HttpAnswer) -> str:
    if answer.status == 401:
        raise AuthenticationFailed("401", 401)
    if answer.status == 429 or answer.status >= 500:
        raise TemporaryFailure("busy", answer.status, answer.retry_after())
    if answer.status != 200:
        raise ProviderError("refused", answer.status)
    try:
        return str(read_json_object(answer.body)["id"])
    except (PayloadInvalid, KeyError) as error:
        raise OutcomeUnknown("the answer cannot be read", 200) from error


def sign(raw: Raw, settings: Mapping[str, object]) -> Raw:
    """Sign as the provider does."""
    return replace(raw, headers={**raw.headers, "x-sign": hmac_hex(str(settings["secret"]), raw.body)})
