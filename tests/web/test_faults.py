"""Case 11: providers give up for good on 4xx, so only who proves nothing or calls nobody gets one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from hub.channels.base import ChannelSettings, Raw, Reply
from hub.domain import errors
from hub.domain.errors import HubError
from hub.net.http import Http
from hub.testing.contracts.bench import make_context
from hub.web.entrance import Connected
from hub.web.server import make_app
from tests.web.door import DOOR, SECRET, Bell, Memory, make_entrance

FOREIGN = (
    *(ZeroDivisionError, KeyError, ValueError, TypeError, UnicodeDecodeError, RecursionError, MemoryError),
    *(TimeoutError, ConnectionResetError, FileNotFoundError, PermissionError),
    *(asyncpg.DiskFullError, asyncpg.UniqueViolationError, asyncpg.DataError, asyncpg.InterfaceError),
)
NO_PROOF = {errors.WebhookRejected: 401, errors.UnknownConnection: 404, errors.RateExceeded: 429}


def kinds_of(kind: type[HubError] = HubError) -> list[type[HubError]]:
    return [kind, *(inner for direct in kind.__subclasses__() for inner in kinds_of(direct))]


OURS = [kind for kind in kinds_of() if kind.__module__ == "hub.domain.errors"]


@dataclass
class Fault:
    """What goes wrong next, and where."""

    place: str
    kind: type[Exception] = HubError

    def strike(self, place: str) -> None:
        if place == self.place:
            error = self.kind.__new__(self.kind)
            error.__dict__["retry_after"] = timedelta(seconds=1)
            raise error


class Fragile(Bell):
    """A channel each part of which may raise anything."""

    fault: Fault

    def handshake(self, raw: Raw) -> Reply | None:
        self.fault.strike("handshake")
        return super().handshake(raw)

    def verify(self, raw: Raw) -> None:
        self.fault.strike("verify")
        super().verify(raw)

    def question(self, raw: Raw) -> str | None:
        self.fault.strike("question")
        return super().question(raw)

    def acknowledge(self, raw: Raw) -> Reply:
        self.fault.strike("acknowledge")
        return super().acknowledge(raw)


async def answers_to(aiohttp_client, fault: Fault) -> dict[type[Exception], int]:
    """Return by kind of error which status the sender gets if it is raised at the place of `fault`."""

    class Failing(Memory):
        async def accept(self, connected: Connected, raws: Sequence[Raw]) -> None:
            fault.strike("accept")
            await super().accept(connected, raws)

    channel = Fragile(ChannelSettings(), make_context(Http()))
    channel.fault = fault
    entrance = make_entrance(Failing(), channel=channel)

    async def find_connection(kind: str, key: str) -> Connected | None:
        fault.strike("find_connection")
        return await entrance.find_connection(kind, key)

    door = await aiohttp_client(make_app(replace(entrance, find_connection=find_connection)))
    answers = {}
    with capture_logs():
        for fault.kind in (*OURS, *FOREIGN):
            answer = await door.post(DOOR, data=b"x", headers=SECRET)
            answers[fault.kind] = answer.status
            assert answer.status < 500 or int(answer.headers["Retry-After"]) > 0
    return answers


@pytest.mark.parametrize("place", ["find_connection", "handshake", "question", "accept", "acknowledge"])
async def test_case11_whatever_goes_wrong_on_our_side_the_sender_comes_again(aiohttp_client, place):
    answers = await answers_to(aiohttp_client, Fault(place))

    assert {kind: status for kind, status in answers.items() if status < 500} == {}


async def test_case11_of_what_the_proof_raises_only_a_refusal_is_a_4xx(aiohttp_client):
    answers = await answers_to(aiohttp_client, Fault("verify"))

    assert {kind: status for kind, status in answers.items() if status < 500} == NO_PROOF


def test_case11_errors_of_every_kind_are_tried():
    assert len(OURS) > 20
