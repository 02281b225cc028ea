"""What the class of an adapter's author says, and how the checks get at it. The words are in `contracts.channel`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hub.channels.base import Channel, Parses, Raw, Receives
from hub.domain.inbound import InboundEvent
from hub.domain.outbound import OutboundMessage
from hub.testing.contracts.bench import make_channel
from hub.testing.faulty_http import Answer, Seen
from hub.testing.fixture_files import Fixture, Mark, list_fixtures


class Adapted:
    """What the checks of settings need: the adapter, built from the settings of the author's class."""

    channel: ClassVar[type[Channel[Any]]]

    @classmethod
    def plain_settings(cls) -> Mapping[str, object]:
        """Return the settings as a person would give them."""
        raise AssertionError("say the settings of a connection")

    @classmethod
    def make(cls) -> Channel[Any]:
        """Return the adapter."""
        return make_channel(cls.channel, cls.plain_settings())


class Suite(Adapted):
    """Names without a value are for the author to give; the rest may be overridden."""

    settings: ClassVar[Mapping[str, object]]
    fixtures: ClassVar[Path]
    kind: ClassVar[str]

    rotated: ClassVar[Mapping[str, object]] = {}
    unsigned: ClassVar[str] = ""
    signs_body: ClassVar[bool] = False
    any_bytes_parse: ClassVar[str] = ""
    sends_without_http: ClassVar[str] = ""
    patience: ClassVar[timedelta] = timedelta(seconds=20)

    @staticmethod
    def sign(raw: Raw, settings: Mapping[str, object]) -> Raw:
        """Return `raw` as a provider that knows the secrets of `settings` sends it."""
        raise AssertionError("a channel that takes webhooks: give sign(raw, settings), or say why not in unsigned")

    @classmethod
    def load_fixtures(cls) -> Sequence[Fixture]:
        """Return the payloads of this channel; override it for a transport with a form of its own."""
        return list_fixtures(cls.fixtures)

    @classmethod
    def marked(cls, mark: Mark) -> list[Fixture]:
        """Return the payloads that carry a mark."""
        return [fixture for fixture in cls.load_fixtures() if fixture.mark is mark]

    @classmethod
    def plain_settings(cls) -> Mapping[str, object]:
        return cls.settings

    @classmethod
    def make(cls, changes: Mapping[str, object] | None = None) -> Channel[Any]:
        """Return the adapter with the settings of the class, some of them changed."""
        return make_channel(cls.channel, {**cls.settings, **(changes or {})})

    @classmethod
    def reader(cls) -> Parses:
        """Return the adapter as one that understands payloads."""
        channel = cls.make()
        assert isinstance(channel, Parses)
        return channel

    @classmethod
    def receiver(cls, changes: Mapping[str, object] | None = None) -> Receives:
        """Return the adapter as one that takes webhooks."""
        channel = cls.make(changes)
        assert isinstance(channel, Receives)
        return channel

    @classmethod
    def parse(cls, raw: Raw) -> Sequence[InboundEvent]:
        """Return the events of a payload, by a fresh adapter."""
        return cls.reader().parse(raw)

    def send_settings(self, base_url: str) -> Mapping[str, object]:
        """Return the settings that make the channel send to `base_url`."""
        raise AssertionError(f"{self.kind} sends: give send_settings(base_url), or say why not in sends_without_http")

    def sent_answer(self, request: Seen) -> Answer:
        """Return what the provider answers when it took the message."""
        raise AssertionError(f"{self.kind} sends: give sent_answer(request), the provider's answer of success")

    def refusal(self, status: int, retry_after: int | None) -> Answer:
        """Return the provider's answer of failure; override it where the wait stands in the body."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return Answer(status, b'{"error": "refused"}', headers)

    def sample_message(self) -> OutboundMessage:
        """Return a text message that the channel can send."""
        return OutboundMessage(thread="42", key="delivery-7", text="Ваш заказ готов, приезжайте")
