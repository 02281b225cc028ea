"""Checks of webhooks: who may send them, what they hint at, and that no bytes do harm."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hub.channels.base import Parses, Raw, Receives
from hub.crm_sync.base import Crm
from hub.domain.crm import Entity
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import CrmHint
from hub.testing.contracts.bench import io_watch, secret_values
from hub.testing.contracts.crm.looking import schema_of
from hub.testing.contracts.crm.samples import private_words
from hub.testing.contracts.crm.suite import CrmSuite, Scene
from hub.testing.contracts.parsing import JUNK, assert_storable
from hub.testing.crm.surface import SendsHooks

_MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


def _near(secret: str) -> list[str]:
    """Return secrets that are nearly right."""
    middle = len(secret) // 2
    other = "a" if secret[middle] != "a" else "b"
    head, tail = secret[:middle], secret[middle + 1 :]
    return ["", head + other + tail, secret.swapcase(), secret[:-4], f"{head}aaaa{secret[middle:]}"]


def _flipped(body: bytes, bit: int) -> bytes:
    place = bit // 8 % len(body)
    return body[:place] + bytes([body[place] ^ (1 << bit % 8)]) + body[place + 1 :]


class HookChecks(CrmSuite):
    """For connectors that take webhooks."""

    async def test_what_a_person_changed_is_hinted_at(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            card = scene.card()
            request = scene.fake.human_adds_request(card, "Диван")
            stage = next(stage for stage in (await schema_of(crm)).stages if stage.outcome == "won")
            renamed = _edit(scene, fake, lambda: scene.fake.human_renames(card, "Анна Новая"))
            moved = _edit(scene, fake, lambda: scene.fake.human_moves(request, stage.id))

        assert (Entity.contact, card) in {(hint.entity, hint.ref) for hint in _hints(crm, renamed)}
        assert (Entity.request, request) in {(hint.entity, hint.ref) for hint in _hints(crm, moved)}

    async def test_a_webhook_without_the_secret_is_rejected(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            secret, receiver = fake.hook_secret, _receiver(crm)
            for wrong in _near(secret):
                fake.hook_secret = wrong
                for raw in await sent(scene, fake):
                    with pytest.raises(WebhookRejected) as rejected:
                        receiver.verify(raw)
                    assert str(rejected.value), "the attempts list shows the reason"
                    assert secret not in str(rejected.value)
            fake.hook_secret = secret
            for raw in await sent(scene, fake):
                receiver.verify(raw)

    async def test_odd_requests_are_rejected_and_raise_nothing_else(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws, receiver = await sent(scene, fake), _receiver(crm)
            names = {name for raw in raws for name in raw.headers}

        @_MANY
        @given(body=st.binary(max_size=200), query=st.text(max_size=40), value=st.text(max_size=40))
        def verify(body: bytes, query: str, value: str) -> None:
            raw = Raw(body, raws[0].received_at, dict.fromkeys(names, value), "POST", value, query)
            with pytest.raises(WebhookRejected):
                receiver.verify(raw)

        verify()

    async def test_a_webhook_that_comes_again_has_the_id_of_the_first(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws, reader = await sent(scene, fake), _reader(crm)
            others = await sent(scene, fake)

        for raw in (*raws, *others):
            later = replace(raw, received_at=raw.received_at + timedelta(minutes=7))
            assert reader.peek(raw).event_id, "name one: the vendor's, or a digest of what never repeats"
            assert reader.peek(later) == reader.peek(raw)
            assert [hint.external_id for hint in _hints(crm, [later])] == [e.external_id for e in _hints(crm, [raw])]
        ids = [reader.peek(raw).event_id for raw in (*raws, *others)]
        assert len(ids) == len(set(ids)), "different webhooks have different ids"

    async def test_parse_is_deterministic_does_no_io_and_gives_hints_alone(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws = await sent(scene, fake)

        for raw in raws:
            with io_watch() as operations:
                first, second = _hints(crm, [raw]), _hints(crm, [raw])
            assert first == second
            assert operations == []
            assert all(hint.external_id and hint.ref.id for hint in first)
            assert all(hint.occurred_at.utcoffset() == timedelta(0) for hint in first)

    async def test_what_is_stored_holds_no_secret_and_reads_the_same(self, caplog: pytest.LogCaptureFixture) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws, reader = await sent(scene, fake), _reader(crm)
            secrets = [*secret_values(crm.settings), fake.hook_secret]

        with caplog.at_level("DEBUG"), capture_logs() as lines:
            for raw in raws:
                kept = reader.to_store(raw)
                assert [secret for secret in secrets if secret in f"{kept}"] == []
                assert reader.to_store(kept) == kept
                assert reader.peek(kept) == reader.peek(raw)
                assert _hints(crm, [kept]) == _hints(crm, [raw])
        assert [word for word in (*secrets, *private_words()) if word in f"{lines} {caplog.text}"] == []

    async def test_parse_raises_nothing_but_payload_invalid(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws, reader = await sent(scene, fake), _reader(crm)

        @_MANY
        @given(
            body=st.binary(max_size=300) | st.sampled_from(list(JUNK.values())),
            query=st.text(max_size=40),
            which=st.integers(0, len(raws) - 1),
            bit=st.integers(0, 100_000),
        )
        def read(body: bytes, query: str, which: int, bit: int) -> None:
            near = _flipped(raws[which].body or b"x", bit)
            for raw in (replace(raws[which], body=body, query=query), replace(raws[which], body=near)):
                assert_storable(reader.peek(raw))
                assert reader.peek(raw) == reader.peek(raw)
                try:
                    reader.parse(raw)
                except PayloadInvalid:
                    continue

        read()

    async def test_the_success_answer_is_a_success(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws, receiver = await sent(scene, fake), _receiver(crm)

        assert all(200 <= receiver.acknowledge(raw).status < 300 for raw in raws)


class SignedChecks(CrmSuite):
    """For vendors that sign what they send."""

    async def test_one_changed_bit_of_what_is_signed_is_rejected(self) -> None:
        async with self.subscribed() as (scene, crm, fake):
            raws, receiver = await sent(scene, fake), _receiver(crm)

        @_MANY
        @given(bit=st.integers(0, 100_000), which=st.integers(0, len(raws) - 1))
        def change(bit: int, which: int) -> None:
            with pytest.raises(WebhookRejected):
                receiver.verify(replace(raws[which], body=_flipped(raws[which].body, bit)))

        change()


async def sent(scene: Scene, fake: SendsHooks) -> Sequence[Raw]:
    """Return what the vendor sends when a person makes a card and renames it."""
    card = scene.card()
    return [*fake.hooks(), *_edit(scene, fake, lambda: scene.fake.human_renames(card, "Анна Новая"))]


def _edit(scene: Scene, fake: SendsHooks, edit: Any) -> Sequence[Raw]:
    """Return what the vendor sends for one edit; what it sent before is forgotten."""
    scene.later()
    fake.hooks()
    edit()
    raws = fake.hooks()
    assert raws, "an edit by hand is told by webhook"
    return raws


def _receiver(crm: Crm[Any]) -> Receives:
    assert isinstance(crm, Receives)
    return crm


def _reader(crm: Crm[Any]) -> Parses:
    assert isinstance(crm, Parses)
    return crm


def _hints(crm: Crm[Any], raws: Sequence[Raw]) -> list[CrmHint]:
    """Return what webhooks hint at; a connector reports nothing else."""
    events = [event for raw in raws for event in _reader(crm).parse(raw)]
    hints = [event for event in events if isinstance(event, CrmHint)]
    assert len(hints) == len(events)
    return hints
