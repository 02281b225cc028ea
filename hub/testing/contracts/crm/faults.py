"""Checks of faults: whatever the CRM answers, or does not, comes back as one of the closed set, the right one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.crm_sync.base import Crm
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import (
    AuthenticationFailed,
    HubError,
    OutcomeUnknown,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
)
from hub.testing.contracts.bench import secret_values
from hub.testing.contracts.crm.samples import KEY, PERSON, outcome, private_words, write, written_kinds
from hub.testing.contracts.crm.suite import CrmSuite, Scene
from hub.testing.crm.kit import Fault, Strike
from hub.testing.crm.surface import SendsHooks

_SHORT, _LONG = timedelta(seconds=1), timedelta(seconds=20)
_MANY = 20
_LATER, _UNKNOWN = (TemporaryFailure,), (OutcomeUnknown,)


@dataclass(frozen=True, slots=True)
class Expected:
    """A fault and what may be made of it, by a read and by a write. `body` empty: the vendor's own refusal."""

    fault: Fault
    read: tuple[type, ...]
    write: tuple[type, ...]
    wait: int | None = None


def _status(status: int, *may_be: type, wait: int | None = None, write: tuple[type, ...] = ()) -> Expected:
    return Expected(Fault(Strike.answer, status=status), may_be, write or may_be, wait)


def _odd(body: bytes) -> Expected:
    return Expected(Fault(Strike.answer, status=200, body=body), (TemporaryFailure, list, tuple), _UNKNOWN)


FAULTS: Mapping[str, Expected] = {
    "400": _status(400, PermanentFailure),
    "401": _status(401, AuthenticationFailed),
    "403": _status(403, PermanentFailure, AuthenticationFailed, TemporaryFailure),
    "404": _status(404, PermanentFailure),
    "409": _status(409, PermanentFailure, TemporaryFailure),
    "413": _status(413, PermanentFailure),
    "429": _status(429, TemporaryFailure),
    "429 with a wait": _status(429, TemporaryFailure, wait=7),
    "500": _status(500, TemporaryFailure, write=_UNKNOWN),
    "502": _status(502, TemporaryFailure, write=_UNKNOWN),
    "503": _status(503, TemporaryFailure, write=(TemporaryFailure, OutcomeUnknown)),
    "504": _status(504, TemporaryFailure, write=_UNKNOWN),
    "redirect": _status(302, PermanentFailure, TemporaryFailure),
    "malformed": Expected(Fault(Strike.malformed), _LATER, _UNKNOWN),
    "slow": Expected(Fault(Strike.slow), _LATER, _UNKNOWN),
    "dropped before": Expected(Fault(Strike.drop_before), _LATER, _UNKNOWN),
    "dropped after": Expected(Fault(Strike.drop_after), _LATER, _UNKNOWN),
    "empty": _odd(b""),
    "a page": _odd(b"<html>maintenance</html>"),
    "null": _odd(b"null"),
    "an array": _odd(b"[7, null]"),
    "a text": _odd(b'"text"'),
    "an empty object": _odd(b"{}"),
    "other kinds of values": _odd(b'{"result": 7, "items": "x", "results": {"a": []}, "data": null, "id": []}'),
    "bad encoding": _odd(b"\xff\xfe\x00\xd8"),
    "nested deeply": _odd(b"[" * 100_000),
    "huge": _odd(b'{"a": "' + b"x" * 5_000_000),
}


class FaultChecks(CrmSuite):
    """Every connector has these."""

    @pytest.mark.parametrize("name", FAULTS)
    async def test_a_fault_of_a_read_is_told_as_what_it_is(self, name: str) -> None:
        expected = FAULTS[name]
        async with self.scene(_patience(expected)) as scene:
            crm = scene.connect()
            scene.fake.faults = self._faults(expected, lambda called: not scene.fake.is_write(called))
            told = await outcome(crm.find_contacts(list(PERSON.phones), list(PERSON.emails)))

        self._judge(told, name, expected.read)

    @pytest.mark.parametrize("name", FAULTS)
    async def test_a_fault_of_a_write_is_told_as_what_it_is(self, name: str) -> None:
        expected = FAULTS[name]
        async with self.scene(_patience(expected)) as scene:
            crm = scene.connect()
            scene.fake.faults = self._faults(expected, scene.fake.is_write)
            told = await outcome(crm.create_contact(PERSON, key=KEY))
            made = len(scene.fake.records(Entity.contact))

        self._judge(told, name, expected.write)
        assert made <= 1, "a connector does not send a write again by itself"

    async def test_nobody_at_the_address_means_later(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            settings = dict(type(self).settings(scene.fake))
        async with self.scene() as gone:
            gone.settings = lambda _: settings
            crm = gone.connect()

            assert isinstance(await outcome(crm.find_contacts(list(PERSON.phones), [])), TemporaryFailure)
            assert isinstance(await outcome(crm.create_contact(PERSON, key=KEY)), TemporaryFailure)

    async def test_a_fault_is_over_when_it_is_over(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            scene.fake.is_away = True
            assert isinstance(await outcome(crm.find_contacts(list(PERSON.phones), [])), TemporaryFailure)
            scene.fake.is_away = False

            assert list(await crm.find_contacts(list(PERSON.phones), [])) == []

    async def test_neither_logs_nor_errors_tell_a_secret_or_who_the_client_is(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level("DEBUG"), capture_logs() as lines:
            async with self.scene() as scene:
                crm, card = scene.connect(), scene.card()
                told = [await self._fail(scene, crm, card, name) for name in ("400", "401", "500", "dropped after")]
                told += [[await outcome(write(crm, kind, card, KEY)) for kind in written_kinds(self.channel)]]
                secrets = [*secret_values(crm.settings), *_hook_secret(scene)]

        errors = [error for each in told for error in each if isinstance(error, HubError)]
        printed = f"{lines} {caplog.text} {''.join(_chain(error) for error in errors)}"
        assert errors
        assert [word for word in (*secrets, *private_words()) if word in printed] == []

    async def _fail(self, scene: Scene, crm: Crm[Any], card: CrmRef, name: str) -> list[object]:
        found: list[object] = []
        for kind in written_kinds(self.channel):
            scene.fake.faults = self._faults(FAULTS[name], lambda _: True)
            found.append(await outcome(write(crm, kind, card, KEY)))
            found.append(await outcome(crm.find_contacts(list(PERSON.phones), list(PERSON.emails))))
        scene.fake.faults = []
        return found

    def _faults(self, expected: Expected, at: Any) -> list[Fault]:
        fault = expected.fault
        if fault.strike is not Strike.answer:
            return [Fault(fault.strike, at=at)]
        body, headers = (fault.body, {}) if fault.status == 200 else self.refusal(fault.status, expected.wait)
        return [Fault(Strike.answer, at, fault.status, body, headers) for _ in range(_MANY)]

    def _judge(self, told: object, name: str, expected: tuple[type, ...]) -> None:
        assert isinstance(told, (*expected, *self.also.get(name, ()))), repr(told)
        if isinstance(told, ProviderError):
            assert str(told), "the administrator reads this"
        if isinstance(told, TemporaryFailure) and FAULTS[name].wait:
            assert told.retry_after == timedelta(seconds=FAULTS[name].wait or 0)
        if isinstance(told, PermanentFailure):
            assert told.reason


def _patience(expected: Expected) -> timedelta:
    """Return how long a call may take: short where the fault is that no answer comes."""
    return _SHORT if expected.fault.strike is Strike.slow else _LONG


def _hook_secret(scene: Scene) -> list[str]:
    return [scene.fake.hook_secret] if isinstance(scene.fake, SendsHooks) else []


def _chain(error: BaseException | None) -> str:
    """Return what a log line with the traceback would say of an error and of what caused it."""
    return f"{error!r} {error} {_chain(error.__cause__ or error.__context__)}" if error is not None else ""
