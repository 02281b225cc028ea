"""Calls whose notifications never came are found in the history of the account, and take the usual way."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.channels.base import PollBatch
from hub.channels.telephony.zadarma import sign
from hub.domain.call import CallState, fold_call
from hub.domain.errors import TemporaryFailure
from hub.net.http import Http
from tests.channels.telephony.bench import RECEIVED_AT, make

FIRST_CONTACT = {"since": "2026-11-20T00:00:00+00:00", "compared_to": "2026-11-21T11:50:00+00:00"}


@dataclass
class Account:
    """The provider's side: its history, and what was asked of it."""

    stats: list[dict[str, Any]] = field(default_factory=list)
    status: str = "success"
    asked: list[web.Request] = field(default_factory=list)

    async def statistics(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        skip, limit = int(request.query["skip"]), int(request.query["limit"])
        return web.json_response({"status": self.status, "stats": self.stats[skip : skip + limit]})


@pytest.fixture
async def account() -> AsyncIterator[tuple[Account, str]]:
    told = Account()
    app = web.Application()
    app.router.add_get("/v1/statistics/pbx/", told.statistics)
    async with TestServer(app) as server:
        yield told, f"http://{server.host}:{server.port}"


def leg(call: str, at: str = "2026-11-21 14:45:00", **told: Any) -> dict[str, Any]:
    """Return a row of the statistics; 14:45 in Moscow is a quarter to twelve in UTC."""
    usual = {"sip": "12345", "clid": "79161234567", "destination": "74951234567", "disposition": "no answer"}
    return {"pbx_call_id": call, "callstart": at, "seconds": 0, "is_recorded": "false", **usual, **told}


async def look(base: str, known: Sequence[str] = (), cursor: Any = FIRST_CONTACT) -> PollBatch:
    """Return what the first look of a connection finds that has brought the calls `known`."""

    async def find_known(ids: Sequence[str]) -> frozenset[str]:
        return frozenset(known) & frozenset(ids)

    http = Http()
    channel = make("zadarma", http, api_key="k3y", api_secret="s3cret", api_url=base)
    channel.context = replace(channel.context, find_known=find_known)
    try:
        async with aclosing(channel.batches(cursor)) as batches:
            found: PollBatch = await anext(batches)
            return found
    finally:
        await http.close()


def session(batch: PollBatch) -> Any:
    """Return the call that the only payload of a batch tells."""
    (raw,) = batch.raws
    channel = make("zadarma", api_key="k3y", api_secret="s3cret")
    return fold_call(channel.parse(channel.to_store(raw)), now=RECEIVED_AT + timedelta(hours=1))


async def test_case12_a_missed_call_whose_notification_was_lost_is_found_with_its_own_time(account: Any) -> None:
    told, base = account
    told.stats = [leg("in_1"), leg("in_2")]

    found = await look(base, known=["in_1"])

    call = session(found)
    assert (call.call, call.state, call.client) == ("in_2", CallState.missed, "+79161234567")
    assert call.ended_at == datetime.fromisoformat("2026-11-21T11:45:00+00:00")
    assert found.compared is not None
    assert found.compared.overlooked == 1


async def test_case12_legs_of_a_call_are_one_call_and_the_talk_decides(account: Any) -> None:
    told, base = account
    told.stats = [
        leg("in_1", disposition="cancel", sip="12345-101"),
        leg("in_1", disposition="answered", seconds=75, sip="12345-102", clid="Иван <79161234567>"),
    ]

    call = session(await look(base))

    assert (call.state, call.answered_by, call.talk) == (CallState.answered, "102", timedelta(seconds=75))


async def test_case12_a_call_back_that_was_not_told_of_is_found_too(account: Any) -> None:
    told, base = account
    told.stats = [
        leg("out_1", clid="74951234567", destination="79161234567", disposition="answered", seconds=30, sip="1-101")
    ]

    call = session(await look(base))

    assert (call.direction.value, call.client, call.talk) == ("outbound", "+79161234567", timedelta(seconds=30))


async def test_case12_calls_of_the_last_minutes_may_still_be_told_of(account: Any) -> None:
    told, base = account
    told.stats = [leg("in_1", at="2026-11-21 14:58:00")]

    assert list((await look(base)).raws) == []


async def test_fr7_at_first_contact_nothing_of_the_past_is_asked_for(account: Any) -> None:
    told, base = account
    told.stats = [leg("in_1")]

    found = await look(base, cursor={})

    assert (list(found.raws), told.asked) == ([], [])
    assert found.cursor["since"] == RECEIVED_AT.isoformat()


async def test_case12_after_a_silence_the_whole_of_it_is_read_page_by_page(account: Any) -> None:
    told, base = account
    told.stats = [leg(f"in_{number}", at="2026-11-21 05:00:00") for number in range(1500)]

    found = await look(base, cursor={**FIRST_CONTACT, "compared_to": "2026-11-20T20:00:00+00:00"})

    assert (len(found.raws), [request.query["skip"] for request in told.asked]) == (1500, ["0", "1000"])


async def test_questions_are_signed_as_the_account_wants(account: Any) -> None:
    told, base = account
    await look(base)
    (request,) = told.asked
    key, _, signature = request.headers["Authorization"].partition(":")
    text = urlencode(sorted(request.query.items()))  # as the provider writes what it read (RFC 1738)
    assert (key, signature) == ("k3y", sign("s3cret", request.path + text + md5(text.encode()).hexdigest()))


async def test_case12_an_account_that_shows_no_history_is_a_trouble_that_says_so(account: Any) -> None:
    told, base = account
    told.status = "error"

    with pytest.raises(TemporaryFailure, match="history of calls is not read"):
        await look(base)


async def test_case12_a_history_too_long_to_read_is_said_and_compared_again_later(account: Any) -> None:
    told, base = account
    told.stats = [leg(f"in_{number}") for number in range(5000)]

    with pytest.raises(TemporaryFailure, match="more than 5000 rows"):
        await look(base)


async def test_case12_a_row_without_its_time_is_a_trouble_and_no_crash(account: Any) -> None:
    told, base = account
    told.stats = [leg("in_1", at="")]

    with pytest.raises(TemporaryFailure, match="callstart is missing"):
        await look(base)
