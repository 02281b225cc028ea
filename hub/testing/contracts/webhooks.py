"""Checks of the parts that stand at the web entrance: signatures, handshakes, questions, acknowledgements."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from hub.channels.base import Asks, Handshakes, Parses, Raw, Reply, Responsible
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import InboundEvent
from hub.testing.contracts.bench import secret_values
from hub.testing.contracts.facts import E164
from hub.testing.contracts.parsing import JUNK
from hub.testing.contracts.suite import Suite
from hub.testing.fixture_files import RECEIVED_AT, Fixture, Mark


class WebhookChecks(Suite):
    """For channels that take webhooks, signed or not."""

    def test_the_success_answer_is_a_success(self, stored: Fixture) -> None:
        reply = self.receiver().acknowledge(stored.raw)

        assert isinstance(reply, Reply)
        assert 200 <= reply.status < 400

    @pytest.mark.parametrize("junk", JUNK)
    def test_junk_is_acknowledged_too_since_it_is_stored(self, junk: str) -> None:
        assert self.receiver().acknowledge(Raw(JUNK[junk], RECEIVED_AT, method="POST")).status < 400

    def test_pings_are_answered_and_payloads_are_no_pings(self) -> None:
        channel = self.make()
        if not isinstance(channel, Handshakes):
            assert self.marked(Mark.ping) == []
            return
        assert self.marked(Mark.ping), "a channel with handshakes has a file NAME.ping.http"
        for fixture in self.load_fixtures():
            assert (channel.handshake(fixture.raw) is not None) == (fixture.mark is Mark.ping), fixture.name

    def test_handshakes_stand_junk(self) -> None:
        channel = self.make()

        @given(body=st.binary(max_size=200), query=st.text(max_size=40), method=st.sampled_from(["GET", "POST"]))
        def shake(body: bytes, query: str, method: str) -> None:
            raw = Raw(body, RECEIVED_AT, method=method, query=query)
            assert not isinstance(channel, Handshakes) or isinstance(channel.handshake(raw), (Reply, type(None)))

        shake()

    def test_questions_get_an_answer_with_and_without_a_responsible(self) -> None:
        channel = self.make()
        if not isinstance(channel, Asks):
            assert self.marked(Mark.question) == []
            return
        assert self.marked(Mark.question), "a channel that asks has a file NAME.question.http"
        for fixture in self.marked(Mark.question):
            assert E164.fullmatch(channel.question(fixture.raw) or ""), fixture.name
            for responsible in (None, Responsible(), Responsible("101", "Анна", "Иван Петров")):
                assert channel.answer(fixture.raw, responsible).status < 400

    def test_what_is_no_question_is_not_taken_for_one(self) -> None:
        channel = self.make()
        for fixture in self.load_fixtures():
            if isinstance(channel, Asks) and fixture.mark not in {Mark.question, Mark.ping}:
                assert channel.question(fixture.raw) is None, fixture.name


class SignatureChecks(Suite):
    """For channels whose provider proves who it is; the others say in `unsigned` why theirs does not."""

    def test_a_signed_request_passes(self, stored: Fixture) -> None:
        self.receiver().verify(self._signed(stored.raw))

    def test_an_empty_request_is_rejected(self) -> None:
        for method in ("POST", "GET"):
            with pytest.raises(WebhookRejected):
                self.receiver().verify(Raw(b"", RECEIVED_AT, method=method))

    def test_a_request_signed_with_another_secret_is_rejected(self, stored: Fixture) -> None:
        with pytest.raises(WebhookRejected):
            self.receiver().verify(self.sign(stored.raw, self._other_secrets()))

    def test_a_changed_body_is_rejected(self, stored: Fixture) -> None:
        signed = self._signed(stored.raw)
        if self.signs_body and signed.body:
            with pytest.raises(WebhookRejected):
                self.receiver().verify(replace(signed, body=signed.body + b" "))

    def test_both_secrets_pass_while_one_is_being_changed(self, stored: Fixture) -> None:
        assert self.rotated, "say in `rotated` which settings hold the new and the previous secret"
        during = self.receiver(self.rotated)

        during.verify(self._signed(stored.raw))
        during.verify(self.sign(stored.raw, {**self.settings, **self.rotated}))
        with pytest.raises(WebhookRejected):
            during.verify(self.sign(stored.raw, self._other_secrets()))

    def test_odd_requests_are_rejected_and_raise_nothing_else(self) -> None:
        channel = self.receiver()

        @given(body=st.binary(max_size=200), query=st.text(max_size=40), value=st.text(max_size=40))
        def verify(body: bytes, query: str, value: str) -> None:
            names = {name for fixture in self.load_fixtures() for name in self._signed(fixture.raw).headers}
            raw = Raw(body, RECEIVED_AT, dict.fromkeys(names, value), "POST", "", query)
            with pytest.raises(WebhookRejected):
                channel.verify(raw)

        verify()

    def test_a_rejection_tells_no_secret(self, stored: Fixture, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG"), capture_logs() as lines, pytest.raises(WebhookRejected) as rejected:
            self.receiver().verify(self.sign(stored.raw, self._other_secrets()))

        printed = f"{lines} {caplog.text} {rejected.value}"
        secrets = [*secret_values(self.make().settings), *self._other_texts()]
        assert [secret for secret in secrets if secret in printed] == []
        assert str(rejected.value), "the attempts list shows the reason"

    def test_what_is_stored_holds_no_secret_and_reads_the_same(self, stored: Fixture) -> None:
        settings = {**self.settings, **self._canaries()}
        channel, came = self.make(settings), self.sign(stored.raw, settings)
        assert isinstance(channel, Parses)
        kept = channel.to_store(came)

        assert [canary for canary in secret_values(channel.settings) if canary in f"{kept}"] == []
        assert channel.peek(kept) == channel.peek(came)
        assert channel.to_store(kept) == kept
        assert _told(channel, kept) == _told(channel, came)

    def _canaries(self) -> Mapping[str, str]:
        """Return long values for the secrets of the settings, odd in JSON and in forms."""
        model = self.channel.settings_model.model_validate(dict(self.settings))
        names = [name for name in type(model).model_fields if isinstance(getattr(model, name), SecretStr)]
        canaries = {name: f"canary/{name}+0123456789" for name in names}
        return {name: canary for name, canary in canaries.items() if self._is_accepted(name, canary)}

    def _is_accepted(self, name: str, value: str) -> bool:
        try:
            self.channel.settings_model.model_validate({**self.settings, name: value})
        except ValidationError:
            return False
        return True

    def _signed(self, raw: Raw) -> Raw:
        return self.sign(raw, self.settings)

    def _other_secrets(self) -> Mapping[str, object]:
        """Return the settings as somebody would have them who knows everything but the secrets."""
        model = self.channel.settings_model.model_validate(dict(self.settings))
        secret = [name for name in type(model).model_fields if isinstance(getattr(model, name), SecretStr)]
        return {**self.settings, **{name: f"other-{self.settings[name]}" for name in secret if name in self.settings}}

    def _other_texts(self) -> list[str]:
        return [str(value) for value in self._other_secrets().values() if str(value).startswith("other-")]


def _told(channel: Parses, raw: Raw) -> Sequence[InboundEvent] | str:
    """Return the events of a payload, or why it is refused."""
    try:
        return list(channel.parse(raw))
    except PayloadInvalid as error:
        return str(error)
