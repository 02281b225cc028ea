"""Click-to-call: what goes to each provider, and what every answer means."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from hashlib import md5, sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.channels.telephony import zadarma
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, Sent, Unknown
from hub.net.http import Http
from hub.testing.faulty_http import Answer, FaultyServer, Seen, faulty_server
from tests.channels.telephony.bench import make

SETTINGS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "mango": ("api_url", {"api_key": "key", "api_salt": "s3cret"}),
    "megafon": ("pbx_url", {"crm_token": "s3cret", "pbx_token": "pbx"}),
    "zadarma": ("api_url", {"api_key": "key", "api_secret": "secret"}),
    "uis": ("api_url", {"secret": "s3cret", "access_token": "token", "virtual_number": "+74951234567"}),
    "sipuni": ("api_url", {"user": "012345", "api_secret": "secret"}),
}
KINDS = pytest.mark.parametrize("kind", sorted(SETTINGS))
SUCCESS = b'{"status": "success", "success": true, "result": {"data": {"call_session_id": 7}}, "uuid": "u"}'


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


@pytest.fixture
async def provider() -> AsyncIterator[FaultyServer]:
    async with faulty_server(lambda _: Answer(body=SUCCESS)) as server:
        yield server


@pytest.fixture
def caller(http: Http, provider: FaultyServer) -> Callable[..., Any]:
    def call(kind: str) -> Any:
        place, settings = SETTINGS[kind]
        return make(kind, http, **settings, **{place: provider.url})

    return call


def form_of(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}


def query_of(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(seen.path).query).items()}


@KINDS
async def test_a_started_call_is_sent_under_its_command(kind: str, caller: Callable[..., Any]) -> None:
    result = await caller(kind).originate("101", "+79161234567", "hub-17")

    assert isinstance(result, Sent)
    assert result.external_ids == ("hub-17",)


FAULTS = [
    (Answer(401), Failed),
    (Answer(403), Failed),
    (Answer(400), Failed),
    (Answer(420, b'{"code": 3101}'), Failed),
    (Answer(429, headers={"Retry-After": "7"}), Later),
    (Answer(503), Later),
    (Answer(500), Unknown),
    (Answer(502), Unknown),
    (Answer(is_dropped=True), Unknown),
]


@KINDS
@pytest.mark.parametrize(("fault", "expected"), FAULTS, ids=lambda value: str(getattr(value, "status", "")))
async def test_every_fault_of_a_provider_has_a_meaning(
    kind: str, fault: Answer, expected: type, caller: Callable[..., Any], provider: FaultyServer
) -> None:
    provider.script.append(fault)

    assert isinstance(await caller(kind).originate("101", "+79161234567", "hub-17"), expected)


@KINDS
async def test_without_a_connection_the_call_is_tried_later(kind: str, http: Http) -> None:
    place, settings = SETTINGS[kind]
    channel = make(kind, http, **settings, **{place: "http://127.0.0.1:1"})

    assert isinstance(await channel.originate("101", "+79161234567", "hub-17"), Later)


async def test_refused_keys_are_a_fault_of_the_connection(caller: Callable[..., Any], provider: FaultyServer) -> None:
    provider.script.append(Answer(401))

    result = await caller("mango").originate("101", "+79161234567", "hub-17")

    assert isinstance(result, Failed) and result.is_connection_fault


@pytest.mark.parametrize("kind", ["uis", "sipuni", "zadarma"])
@pytest.mark.parametrize(("body", "expected"), [(b'{"error": {"code": -32001}}', Failed), (b"<html>", Unknown)])
async def test_a_no_with_status_200_is_a_no(
    kind: str, body: bytes, expected: type, caller: Callable[..., Any], provider: FaultyServer
) -> None:
    provider.script.append(Answer(200, body))

    assert isinstance(await caller(kind).originate("101", "+79161234567", "hub-17"), expected)


async def test_mango_signs_the_command_as_it_signs_events(caller: Callable[..., Any], provider: FaultyServer) -> None:
    await caller("mango").originate("101", "+79161234567", "hub-17")

    form = form_of(provider.seen[0])
    assert provider.seen[0].path == "/commands/callback"
    assert form["sign"] == sha256(f"key{form['json']}s3cret".encode()).hexdigest()
    assert json.loads(form["json"]) == {
        "command_id": "hub-17",
        "from": {"extension": "101"},
        "to_number": "79161234567",
    }


async def test_megafon_gets_a_form_with_its_own_token(caller: Callable[..., Any], provider: FaultyServer) -> None:
    await caller("megafon").originate("user101", "+79161234567", "hub-17")

    expected = {"cmd": "makeCall", "token": "pbx", "user": "user101", "phone": "79161234567"}
    assert form_of(provider.seen[0]) == expected


async def test_zadarma_gets_a_sorted_signed_query(http: Http, provider: FaultyServer) -> None:
    channel = make("zadarma", http, api_key="key", api_secret="secret", api_url=provider.url)

    await channel.originate("100", "+79161234567", "hub-17")

    assert provider.seen[0].path == "/v1/request/callback/?format=json&from=100&to=79161234567"


def test_zadarmas_command_signature_is_the_documented_one() -> None:
    query = "format=json&from=100&to=79161234567"

    signature = zadarma.sign("secret", "/v1/request/callback/" + query + md5(query.encode()).hexdigest())

    assert signature == "YWRiYjQ3MWYzYWQ0M2U0YjAxYmZiODdlMjE1ODExNTU4NTE2ODdhNA=="


async def test_uis_gets_json_rpc_with_the_employees_id(caller: Callable[..., Any], provider: FaultyServer) -> None:
    await caller("uis").originate("8123", "+79161234567", "hub-17")

    told = json.loads(provider.seen[0].body)
    assert told["method"] == "start.employee_call"
    assert told["params"]["employee"] == {"id": 8123}
    assert (told["params"]["contact"], told["params"]["external_id"]) == ("79161234567", "hub-17")
    assert told["params"]["virtual_phone_number"] == "74951234567"


async def test_sipuni_gets_a_hashed_query(caller: Callable[..., Any], provider: FaultyServer) -> None:
    await caller("sipuni").originate("101", "+79161234567", "hub-17")

    assert query_of(provider.seen[0])["hash"] == "244f98ec485625cd163f6a0fcfb042ee"


@pytest.mark.parametrize(("kind", "settings"), [("megafon", {"crm_token": "s3cret"}), ("sipuni", {})])
async def test_without_keys_for_commands_nothing_is_sent(kind: str, settings: Mapping[str, Any]) -> None:
    result = await make(kind, **settings).originate("101", "+79161234567", "hub-17")

    assert isinstance(result, Failed) and result.is_connection_fault


async def test_c12_a_mango_recording_is_exchanged_for_its_address(
    caller: Callable[..., Any], provider: FaultyServer
) -> None:
    provider.script.append(Answer(302, headers={"Location": "https://records.example/1.mp3"}))

    assert await caller("mango").recording_address("rec-1") == "https://records.example/1.mp3"


@pytest.mark.parametrize(("status", "expected"), [(404, PermanentFailure), (200, TemporaryFailure)])
async def test_c12_a_recording_that_is_not_there_says_whether_to_wait(
    status: int, expected: type[Exception], caller: Callable[..., Any], provider: FaultyServer
) -> None:
    provider.script.append(Answer(status))

    with pytest.raises(expected):
        await caller("mango").recording_address("rec-1")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(420, b'{"code": 2110}'), PermanentFailure),
        (Answer(420, b'{"code": 4501}'), PermanentFailure),
        (Answer(403), AuthenticationFailed),
        (Answer(420, b'{"code": 5003}'), TemporaryFailure),
        (Answer(420, b'{"code": 3999}'), TemporaryFailure),
        (Answer(420, b"<html>"), TemporaryFailure),
        (Answer(200, b"<html>"), TemporaryFailure),
    ],
)
async def test_c12_a_recording_that_is_refused_for_good_is_not_asked_for_again(
    answer: Answer, expected: type[Exception], caller: Callable[..., Any], provider: FaultyServer
) -> None:
    provider.script.append(answer)

    with pytest.raises(expected):
        await caller("mango").recording_address("rec-1")


async def test_c12_a_zadarma_recording_has_one_link_or_several(
    caller: Callable[..., Any], provider: FaultyServer
) -> None:
    provider.script.append(Answer(body=b'{"status": "success", "links": ["https://records.example/2.mp3"]}'))
    provider.script.append(Answer(body=b'{"status": "error"}'))

    assert await caller("zadarma").recording_address("rec-2") == "https://records.example/2.mp3"
    with pytest.raises(TemporaryFailure):
        await caller("zadarma").recording_address("rec-2")


@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:9/secret", "http://169.254.169.254/", "file:///etc/passwd", "id"]
)
async def test_c12_a_recording_is_never_fetched_from_inside(reference: str, http: Http) -> None:
    attachment = Attachment(AttachmentKind.recording, provider_ref=reference)

    with pytest.raises(PermanentFailure):
        async for _ in make("sipuni", http).fetch_media(attachment):
            pass
