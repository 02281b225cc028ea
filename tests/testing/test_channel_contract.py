"""The contract suite itself: a small channel that keeps the contract passes, and every way to break it is caught."""

import inspect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from hub.channels.base import Channel, Peek, Raw, Reply
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType
from hub.domain.inbound import Address, InboundEvent, InboundMessage, Sender
from hub.domain.outbound import Failed, Later, OutboundMessage, SendResult, Sent
from hub.testing.contracts import ChannelContract
from hub.testing.faulty_http import Answer, Seen
from hub.testing.fixture_files import Mark
from tests.testing.echo import Echo, EchoSettings, sign

FIXTURES = Path(__file__).parent / "fixtures" / "echo"


class EchoSuite(ChannelContract):
    channel = Echo
    settings = {"secret": "s3cret-of-echo"}
    rotated = {"secret": "n3w-of-echo", "previous_secret": "s3cret-of-echo"}
    sign = staticmethod(sign)
    signs_body = True
    fixtures = FIXTURES

    def send_settings(self, base_url: str) -> Mapping[str, object]:
        return {**self.settings, "base_url": base_url}

    def sent_answer(self, request: Seen) -> Answer:
        return Answer(body=b'{"id": "%d"}' % len(request.body))


class TestEcho(EchoSuite):
    """Keeps the contract."""


# ------------------------------------------------------------------ planted defects


class Forgetful(Echo):
    """Makes another id each time."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        return [replace(event, external_id=f"{id(object())}-{len(_made)}") for event in _remember(super().parse(raw))]


class Nameless(Echo):
    """Leaves the id out."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        return [replace(event, external_id="") for event in _messages(super().parse(raw))]


class Zoneless(Echo):
    """Reads times without a zone."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        naive = datetime(2026, 11, 21, 12, 0)
        return [replace(event, occurred_at=naive) for event in _messages(super().parse(raw))]


class Careless(Echo):
    """Takes a number as it is written."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        sender = Sender((Address(IdentityType.phone, "8 916 123-45-67"),))
        return [replace(event, sender=sender) for event in _messages(super().parse(raw))]


class Fragile(Echo):
    """Lets errors of others out of parse and peek."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        if not raw.body:
            raise IndexError
        return super().parse(raw)

    def peek(self, raw: Raw) -> Peek:
        return Peek(raw.body.decode("ascii"), "")


class Swallowing(Echo):
    """Drops what it does not understand."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        try:
            return super().parse(raw)
        except PayloadInvalid:
            return ()


class Chatty(Echo):
    """Logs what clients write, and its secret."""

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        events = super().parse(raw)
        structlog.get_logger().info("echo.parsed", texts=[getattr(event, "text", "") for event in events])
        return events


class Open(Echo):
    """Asks for no proof."""

    def verify(self, raw: Raw) -> None:
        del raw


class Stubborn(Echo):
    """Knows one secret only."""

    def verify(self, raw: Raw) -> None:
        Echo(self.settings.model_copy(update={"previous_secret": self.settings.secret}), self.context).verify(raw)


class Refusing(Echo):
    """Answers an error for what is stored."""

    def acknowledge(self, raw: Raw) -> Reply:
        del raw
        return Reply(400)


class Optimist(Echo):
    """Says sent whatever the provider says."""

    async def send(self, message: OutboundMessage) -> SendResult:
        await super().send(message)
        return Sent(("1",), self.context.clock.now())


class Impatient(Echo):
    """Forgets how long the provider wants to be left alone."""

    async def send(self, message: OutboundMessage) -> SendResult:
        result = await super().send(message)
        return replace(result, retry_after=None) if isinstance(result, Later) else result


class Repeating(Echo):
    """Begins a split message from the start each time."""

    async def send(self, message: OutboundMessage) -> SendResult:
        return await super().send(replace(message, part=0))


class Blaming(Echo):
    """Takes a refused secret for a refused message."""

    async def send(self, message: OutboundMessage) -> SendResult:
        result = await super().send(message)
        return replace(result, is_connection_fault=False) if isinstance(result, Failed) else result


DEFECTS: list[tuple[type[Channel[Any]], str]] = [
    (Forgetful, "test_parse_is_deterministic_and_does_no_io"),
    (Forgetful, "test_a_repeated_delivery_has_the_ids_of_the_first"),
    (Nameless, "test_external_ids_are_never_empty"),
    (Zoneless, "test_times_are_aware_and_utc"),
    (Careless, "test_phones_are_e164_and_addresses_canonical"),
    (Fragile, "test_parse_raises_nothing_but_payload_invalid"),
    (Fragile, "test_peek_never_raises_and_repeats_itself"),
    (Swallowing, "test_junk_raises_payload_invalid_and_nothing_else"),
    (Swallowing, "test_a_refused_payload_raises_payload_invalid"),
    (Chatty, "test_parse_logs_no_secret_and_no_client_words"),
    (Open, "test_an_empty_request_is_rejected"),
    (Open, "test_a_request_signed_with_another_secret_is_rejected"),
    (Open, "test_a_changed_body_is_rejected"),
    (Stubborn, "test_both_secrets_pass_while_one_is_being_changed"),
    (Refusing, "test_the_success_answer_is_a_success"),
    (Optimist, "test_a_refusal_becomes_the_right_result"),
    (Optimist, "test_a_success_that_cannot_be_read_is_unknown"),
    (Optimist, "test_a_dropped_connection_is_unknown"),
    (Optimist, "test_nobody_at_the_address_means_later"),
    (Optimist, "test_media_that_cannot_be_sent_is_refused_before_sending"),
    (Impatient, "test_a_refusal_becomes_the_right_result"),
    (Repeating, "test_a_split_message_goes_on_behind_the_accepted_part"),
    (Blaming, "test_a_refusal_becomes_the_right_result"),
]

_made: list[object] = []


def _messages(events: Sequence[InboundEvent]) -> list[InboundMessage]:
    return [event for event in events if isinstance(event, InboundMessage)]


def _remember(events: Sequence[InboundEvent]) -> list[InboundMessage]:
    _made.append(events)
    return _messages(events)


async def failures_of(channel: type[Channel[Any]], test: str, caplog: pytest.LogCaptureFixture) -> int:
    """Run one test of the suite against a channel, all its cases, and return how many fail."""

    class Suite(EchoSuite):
        pass

    setattr(Suite, "channel", channel)  # noqa: B010 - narrower type in the base
    failures = 0
    for arguments in cases_of(Suite, test, caplog):
        try:
            outcome = getattr(Suite(), test)(**arguments)
            if inspect.isawaitable(outcome):
                await outcome
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - any error fails a test
            failures += 1
    return failures


def cases_of(suite: type[ChannelContract], test: str, caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """Return the arguments of every case of a test, as pytest would."""
    function = getattr(suite, test)
    names = list(inspect.signature(function).parameters)[1:]
    given: dict[str, Sequence[object]] = {
        "caplog": [caplog],
        "fixture": [f for f in suite.load_fixtures() if f.mark in {None, Mark.repeat}],
        "stored": [f for f in suite.load_fixtures() if f.mark is not Mark.ping],
    }
    for mark in getattr(function, "pytestmark", []):
        given[mark.args[0]] = list(mark.args[1])
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*(given[name] for name in names))]


@pytest.mark.parametrize(("channel", "test"), DEFECTS, ids=lambda value: getattr(value, "__name__", value))
async def test_a_planted_defect_is_caught(channel, test, caplog):
    assert await failures_of(Echo, test, caplog) == 0
    assert await failures_of(channel, test, caplog) > 0


def test_checks_of_parts_that_a_channel_lacks_are_not_there():
    class Deaf(Channel[EchoSettings]):
        settings_model = EchoSettings
        capabilities = Echo.capabilities
        evidence = Echo.evidence

    class Suite(ChannelContract):
        channel = Deaf
        settings = {"secret": "s3cret-of-echo"}

    collected = {name for name in dir(Suite) if name.startswith("test_") and getattr(Suite, name) is not None}
    assert "test_every_setting_is_described" in collected
    assert not [name for name in collected if any(word in name for word in ("parse", "sent", "rejected", "fault"))]


def test_a_folder_without_payloads_fails():
    class Suite(EchoSuite):
        fixtures = FIXTURES / "nowhere"

    with pytest.raises(AssertionError, match="no payload files"):
        Suite().test_there_are_fixtures_and_their_source_is_told()
