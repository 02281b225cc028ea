"""Calls and recordings over the five providers that have them, against their API sides at a socket."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.telephony.base import refused
from hub.domain.errors import PermanentFailure, TemporaryFailure
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, Sent, Unknown
from hub.net.http import Http
from hub.testing.faulty_http import Answer, faulty_server
from hub.testing.telephony.switch import SOUND, Placed, Switch, serve
from tests.channels.telephony.bench import make

KEYS: Mapping[str, Mapping[str, str]] = {
    "mango": {"api_key": "key", "api_salt": "s3cret"},
    "megafon": {"crm_token": "s3cret", "pbx_token": "pbx"},
    "zadarma": {"api_key": "key", "api_secret": "secret"},
    "uis": {"secret": "s3cret", "access_token": "token", "virtual_number": "+74951234567"},
    "sipuni": {"user": "012345", "api_secret": "secret"},
}
PLACES = {"megafon": "pbx_url"}
SECRETS = {"mango": "api_salt", "megafon": "pbx_token", "zadarma": "api_secret", "uis": "access_token"}
CARRIES_COMMAND = {"mango", "uis"}
PHONE = "+79161234567"


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http(trusted=frozenset({"127.0.0.1"}))
    yield client
    await client.close()


@pytest.fixture(params=sorted(KEYS))
async def switch(request: pytest.FixtureRequest) -> AsyncIterator[Switch]:
    async with serve(Switch(request.param, KEYS[request.param])) as served:
        yield served


def adapter(switch: Switch, http: Http, **settings: str) -> Any:
    place = PLACES.get(switch.kind, "api_url")
    return make(switch.kind, http, **{**switch.settings, **settings, place: switch.url})


async def heard(channel: Any, reference: str) -> bytes:
    attachment = Attachment(AttachmentKind.recording, provider_ref=reference)
    return b"".join([chunk async for chunk in channel.fetch_media(attachment)])


async def test_an_order_rings_the_manager_first_and_names_the_client(switch: Switch, http: Http) -> None:
    result = await adapter(switch, http).originate("101", PHONE, "hub-17")

    assert isinstance(result, Sent)
    command = "hub-17" if switch.kind in CARRIES_COMMAND else ""
    assert switch.placed == [Placed("101", "79161234567", command)]


async def test_a_wrong_key_places_no_call(switch: Switch, http: Http) -> None:
    wrong = {SECRETS.get(switch.kind, "api_secret"): "another"}
    result = await adapter(switch, http, **wrong).originate("101", PHONE, "hub-17")

    assert isinstance(result, Failed)
    assert switch.placed == []


async def test_a_refusal_is_told_in_the_providers_words_or_code(switch: Switch, http: Http) -> None:
    switch.refused.append("3310")
    result = await adapter(switch, http).originate("101", PHONE, "hub-17")

    assert result == Failed("refused", "3310")
    assert switch.placed == []


async def test_a_limit_is_waited_for_as_long_as_the_provider_says(switch: Switch, http: Http) -> None:
    switch.faults, switch.retry_after = [429], 7
    result = await adapter(switch, http).originate("101", PHONE, "hub-17")

    assert isinstance(result, Later)
    assert result.retry_after == timedelta(seconds=7)
    assert switch.placed == []


async def test_a_call_that_was_placed_without_an_answer_is_unknown(switch: Switch, http: Http) -> None:
    switch.faults = ["drop"]
    result = await adapter(switch, http).originate("101", PHONE, "hub-17")

    assert isinstance(result, Unknown)
    assert len(switch.placed) == 1


async def test_a_fault_of_the_provider_may_have_placed_the_call(switch: Switch, http: Http) -> None:
    switch.faults = [500]

    assert isinstance(await adapter(switch, http).originate("101", PHONE, "hub-17"), Unknown)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2101", Failed("no_money", "2101")),
        ("4201", Failed("bad_number", "4201")),
        ("4501", Failed("forbidden", "4501")),
    ],
)
async def test_mangos_codes_are_read_by_their_class(code: str, expected: Failed, http: Http) -> None:
    async with serve(Switch("mango", KEYS["mango"], refused=[code])) as switch:
        assert await adapter(switch, http).originate("101", PHONE, "hub-17") == expected


async def test_mangos_overload_passes(http: Http) -> None:
    async with serve(Switch("mango", KEYS["mango"], refused=["5003"])) as switch:
        assert isinstance(await adapter(switch, http).originate("101", PHONE, "hub-17"), Later)


@pytest.mark.parametrize("body", [b"", b"OK"])
async def test_megafons_bare_answer_is_a_yes(body: bytes, http: Http) -> None:
    async with faulty_server(lambda _: Answer(body=body)) as server:
        channel = make("megafon", http, **KEYS["megafon"], pbx_url=server.url)
        assert isinstance(await channel.originate("user101", PHONE, "hub-17"), Sent)


async def test_an_internal_error_of_uis_says_nothing_of_the_call(http: Http) -> None:
    body = b'{"jsonrpc": "2.0", "id": "1", "error": {"code": -32603, "message": "Internal error"}}'
    async with faulty_server(lambda _: Answer(body=body)) as server:
        channel = make("uis", http, **KEYS["uis"], api_url=server.url)
        assert isinstance(await channel.originate("8123", PHONE, "hub-17"), Unknown)


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_what_calls_need_is_asked_of_the_settings(kind: str) -> None:
    place = {"megafon": {"pbx_url": "https://pbx.example/api"}}.get(kind, {})
    bare = {"megafon": {"crm_token": "x"}, "uis": {"secret": "x"}, "sipuni": {}}.get(kind)

    assert make(kind, None, **KEYS[kind], **place).can_call
    assert bare is None or not make(kind, None, **bare).can_call


def reference(switch: Switch) -> str:
    """What an event names: an id where the provider gives ids, else an address."""
    if switch.kind in {"mango", "zadarma"}:
        return "rec-1"
    return f"{switch.link('rec-1')}?id=rec-1" if switch.kind == "sipuni" else switch.link("rec-1")


async def test_c12_a_recording_is_fetched_from_the_address_it_has_now(switch: Switch, http: Http) -> None:
    switch.recordings["rec-1"] = SOUND

    assert await heard(adapter(switch, http), reference(switch)) == SOUND


async def test_c12_a_recording_is_heard_twice_though_its_address_works_once(http: Http) -> None:
    async with serve(Switch("mango", KEYS["mango"], recordings={"rec-1": SOUND})) as switch:
        channel = adapter(switch, http)
        assert await heard(channel, "rec-1") == await heard(channel, "rec-1") == SOUND


@pytest.mark.parametrize("kind", ["zadarma", "sipuni"])
async def test_c12_an_expired_link_is_resolved_anew(kind: str, http: Http) -> None:
    async with serve(Switch(kind, KEYS[kind], recordings={"rec-1": SOUND})) as switch:
        switch.expired.add("rec-1")
        assert await heard(adapter(switch, http), reference(switch)) == SOUND


@pytest.mark.parametrize("kind", ["megafon", "uis"])
async def test_c12_an_expired_link_that_cannot_be_renewed_says_so(kind: str, http: Http) -> None:
    async with serve(Switch(kind, KEYS[kind], recordings={"rec-1": SOUND}, expired={"rec-1"})) as switch:
        with pytest.raises(PermanentFailure) as refused:
            await heard(adapter(switch, http), reference(switch))

    assert refused.value.reason == "expired"


@pytest.mark.parametrize(("kind", "fault"), [("mango", PermanentFailure), ("zadarma", TemporaryFailure)])
async def test_c12_a_recording_that_is_not_there_yet_is_told_apart_from_one_that_is_gone(
    kind: str, fault: type[Exception], http: Http
) -> None:
    async with serve(Switch(kind, KEYS[kind])) as switch:
        with pytest.raises(fault):
            await heard(adapter(switch, http), "rec-1")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Wrong number 79161234567", "Wrong number …"),
        ("Номер +7 (916) 123-45-67 занят", "Номер … занят"),
        ("  Employee\n101 is busy ", "Employee 101 is busy"),
        (3310, "3310"),
        (None, "no reason given"),
        ({"code": 1}, "no reason given"),
        ("x" * 500, "x" * 120),
    ],
)
def test_rg5_a_providers_words_carry_no_number_to_who_may_not_read_it(said: Any, told: str) -> None:
    assert refused(said) == Failed("refused", told)


@given(st.text())
def test_rg5_no_words_of_a_provider_hold_seven_digits_in_a_row(said: str) -> None:
    assert not re.search(r"\d{7}", refused(said).explanation)
