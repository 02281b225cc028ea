"""The door for providers: in which order a request is judged, and what a sender and an engineer get to hear."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from hub.channels.base import Channel, ChannelSettings, Responsible
from hub.domain.errors import StorageUnavailable
from hub.net.http import Http
from hub.testing.contracts.bench import make_context
from hub.web.server import make_app, serve
from tests.web.door import DOOR, KEY, SECRET, Bell, Memory, make_entrance


async def test_a_proven_payload_is_stored_as_it_came(door, memory):
    answer = await door.post(f"{DOOR}/events/call?a=1&b=%20", data=b"\x00\xffraw", headers=SECRET)

    (raw,) = memory.stored
    assert (raw.body, raw.method, raw.suffix, raw.query) == (b"\x00\xffraw", "POST", "events/call", "a=1&b=%20")
    assert raw.headers["x-secret"] == "s3cret"
    assert answer.status == 202
    assert await answer.json() == {"success": True}
    assert answer.headers["X-Bell"] == "rung"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_any_method_is_taken(door, memory, method):
    assert (await door.request(method, DOOR, headers=SECRET)).status == 202
    assert memory.stored[0].method == method


async def test_success_is_told_only_after_the_commit(door, memory):
    memory.commit.clear()
    request = asyncio.ensure_future(door.post(DOOR, data=b"x", headers=SECRET))
    done, _ = await asyncio.wait([request], timeout=0.05)
    assert not done

    memory.commit.set()
    assert (await request).status == 202


@pytest.mark.parametrize("path", [f"/in/bell/{KEY[:-1]}", f"/in/other/{KEY}", f"/in/bell/{KEY}x/y"])
async def test_an_unknown_key_or_kind_is_404_and_leaves_nothing(door, memory, path):
    answer = await door.post(path, data=b"x", headers=SECRET)

    assert answer.status == 404
    assert await answer.text() == "webhook.unknown_connection"
    assert (memory.stored, memory.attempts) == ([], [])


@pytest.mark.parametrize("headers", [{}, {"X-Secret": "wrong"}, {"X-Secret": ""}])
async def test_an_unproven_payload_is_401_and_the_attempt_tells_why(door, memory, headers):
    answer = await door.post(DOOR, json={"phone": "+79161234567", "cmd": "event"}, headers=headers)

    (attempt,) = memory.attempts
    assert answer.status == 401
    assert await answer.text() == "webhook.rejected"
    assert memory.stored == []
    assert (attempt.status, attempt.verdict, attempt.field_names) == (401, "x-secret differs", ("phone", "cmd"))


async def test_an_attempt_holds_names_and_sizes_and_no_values(door, memory):
    await door.post(f"{DOOR}?token=t0ken", data={"phone": "+79161234567", "name": "Иван"}, headers=SECRET)

    (attempt,) = memory.attempts
    assert attempt.verdict == "accepted"
    assert attempt.field_names == ("token", "phone", "name")
    assert {"x-secret", "content-type"} <= set(attempt.header_names)
    assert attempt.size_bytes == len(memory.stored[0].body)
    assert not [value for value in ("s3cret", "t0ken", "9161234567", "Иван") if value in repr(attempt)]


async def test_a_burst_leaves_few_attempts_and_loses_no_payload(door, memory):
    await asyncio.gather(*(door.post(DOOR, data=str(n), headers=SECRET) for n in range(30)))

    assert len(memory.stored) == 30
    assert 1 <= len(memory.attempts) < 30


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024])
async def test_a_body_over_the_limit_is_413(door, memory, size):
    answer = await door.post(DOOR, data=BytesIO(b"a" * size), headers=SECRET)

    assert answer.status == 413
    assert memory.stored == []
    assert memory.attempts[0].status == 413


async def test_a_body_over_the_limit_without_length_is_413(door, memory):
    async def chunks():
        for _ in range(40):
            yield b"a" * 65536

    assert (await door.post(DOOR, data=chunks(), headers=SECRET)).status == 413
    assert memory.stored == []


async def test_a_channel_may_take_larger_bodies(aiohttp_client, memory):
    class Bag(Bell):
        body_limit_bytes = 3 * 1024 * 1024

    bag: Channel[ChannelSettings] = Bag(ChannelSettings(), make_context(Http()))
    door = await aiohttp_client(make_app(make_entrance(memory, channel=bag)))

    assert (await door.post(DOOR, data=BytesIO(b"a" * 3 * 1024 * 1024), headers=SECRET)).status == 202
    assert len(memory.stored[0].body) == 3 * 1024 * 1024


async def test_a_ping_is_answered_without_proof_and_never_stored(door, memory):
    answer = await door.get(f"{DOOR}?ping=1")

    assert await answer.text() == "pong"
    assert (await door.head(DOOR)).status == 200
    assert memory.stored == []
    assert {attempt.verdict for attempt in memory.attempts} == {"answered"}


async def test_storage_away_is_503_with_retry_after(door, memory):
    memory.is_storage_down = True
    answer = await door.post(DOOR, data=b"x", headers=SECRET)

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "does not answer" in memory.attempts[0].verdict


async def test_a_question_is_stored_and_answered_with_the_responsible(door, memory):
    memory.responsible = Responsible(extension="101")
    answer = await door.post(f"{DOOR}/ring", data=b"x", headers=SECRET)

    assert await answer.text() == "101"
    assert len(memory.stored) == 1


async def test_a_question_nobody_can_answer_gets_the_neutral_answer(door, memory):
    assert await (await door.post(f"{DOOR}/ring", headers=SECRET)).text() == "nobody"


async def test_a_question_is_answered_neutrally_when_the_look_up_is_slow(door, memory):
    memory.is_answer_slow = True
    answer = await door.post(f"{DOOR}/ring", headers=SECRET)

    assert await answer.text() == "nobody"
    assert len(memory.stored) == 1


async def test_a_question_is_answered_neutrally_when_the_look_up_fails(aiohttp_client):
    class Failing(Memory):
        async def responsible_for(self, phone: str) -> Responsible | None:
            raise StorageUnavailable(f"no look-up for {len(phone)} characters")

    memory = Failing()
    door = await aiohttp_client(make_app(make_entrance(memory)))

    assert await (await door.post(f"{DOOR}/ring", headers=SECRET)).text() == "nobody"
    assert len(memory.stored) == 1


async def test_an_attempt_with_a_body_of_no_known_form_has_no_names(door, memory):
    await door.post(DOOR, data=b'{"a": ', headers=SECRET)

    assert memory.attempts[0].field_names == ()


async def test_case1_a_question_that_cannot_be_stored_is_503(door, memory):
    memory.is_storage_down, memory.is_answer_slow = True, True

    assert (await door.post(f"{DOOR}/ring", headers=SECRET)).status == 503


@pytest.mark.parametrize(
    ("hops", "forwarded", "believed"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, ", ", "127.0.0.1"),
        (1, "2a02:6b8::feed", "2a02:6b8::feed"),
        (1, "unknown", "127.0.0.1"),
        (1, "<script>", "127.0.0.1"),
    ],
)
async def test_only_our_own_proxies_vouch_for_an_address(aiohttp_client, memory, hops, forwarded, believed):
    door = await aiohttp_client(make_app(make_entrance(memory, hops=hops)))
    await door.post(DOOR, headers={**SECRET, "X-Forwarded-For": forwarded})

    assert memory.stored[0].remote == believed


async def test_a_channel_without_webhooks_takes_none(aiohttp_client, memory):
    class Silent(Channel[ChannelSettings]):
        settings_model = ChannelSettings
        capabilities = Bell.capabilities
        evidence = Bell.evidence

    silent = Silent(ChannelSettings(), make_context(Http()))
    door = await aiohttp_client(make_app(make_entrance(memory, channel=silent)))

    assert (await door.post(DOOR, headers=SECRET)).status == 401


async def test_a_fault_of_ours_is_500_and_never_a_4xx(aiohttp_client):
    class Broken(Memory):
        async def accept(self, _connected, raws):
            raise ZeroDivisionError

    with capture_logs() as lines:
        door = await aiohttp_client(make_app(make_entrance(Broken())))
        answer = await door.post(DOOR, headers=SECRET)

    assert answer.status == 500
    assert "Retry-After" in answer.headers
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["web.request_failed"]


async def hang_up(address: str, request: bytes) -> None:
    """Send bytes and close the connection without waiting for an answer."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    _reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()


async def test_what_is_stored_can_be_stored_whatever_bytes_were_sent(memory):
    head = f"POST {DOOR}/a%00b?c=%00 HTTP/1.1\r\nHost: h\r\nX-Secret: s3cret\r\n".encode()
    async with serve(make_app(make_entrance(memory)), host="127.0.0.1", port=0) as address:
        await hang_up(address, head + b"X-Odd: \xff\xfe\xd0\r\nContent-Length: 0\r\n\r\n")

    (raw,) = memory.stored
    assert raw.suffix == "a\ufffdb"
    assert json.dumps([raw.suffix, raw.query, *raw.headers.values()], ensure_ascii=False).encode()
    assert "\x00" not in f"{raw.suffix}{raw.query}{raw.headers}"


async def test_case113_names_with_terminal_escapes_are_tamed(door, memory):
    await door.post(DOOR, json={"\x1b[31mred\r\n": 1, "a" * 500: 2}, headers=SECRET)

    assert memory.attempts[0].field_names == ("\ufffd[31mred\ufffd\ufffd", "a" * 60)


async def test_a_sender_that_hangs_up_is_stored_all_the_same(memory):
    memory.commit.clear()
    async with serve(make_app(make_entrance(memory)), host="127.0.0.1", port=0) as address:
        await hang_up(
            address, f"POST {DOOR} HTTP/1.1\r\nHost: h\r\nX-Secret: s3cret\r\nContent-Length: 1\r\n\r\nx".encode()
        )
        memory.commit.set()

    assert [raw.body for raw in memory.stored] == [b"x"]


async def test_a_body_that_is_cut_is_not_stored_and_is_no_fault_of_ours(memory):
    with capture_logs() as lines:
        async with serve(make_app(make_entrance(memory)), host="127.0.0.1", port=0) as address:
            head = f"POST {DOOR} HTTP/1.1\r\nHost: h\r\nX-Secret: s3cret\r\nContent-Length: 9\r\n\r\nx"
            await hang_up(address, head.encode())

    assert memory.stored == []
    assert [line["event"] for line in lines if line["log_level"] == "error"] == []


async def test_case11_a_body_that_is_not_compressed_as_it_says_may_come_again(door, memory):
    answer = await door.post(DOOR, data=b"hello", headers={**SECRET, "Content-Encoding": "gzip"}, compress=False)

    assert answer.status == 503
    assert memory.stored == []


async def test_case11_a_body_that_does_not_come_in_time_is_given_up_and_may_come_again(memory):
    entrance = replace(make_entrance(memory), body_deadline=timedelta(milliseconds=50))
    async with serve(make_app(entrance), host="127.0.0.1", port=0) as address:
        host, _, port = address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST {DOOR} HTTP/1.1\r\nHost: h\r\nX-Secret: s3cret\r\nContent-Length: 9\r\n\r\nx".encode())
        assert b"503" in await reader.readline()
        writer.close()
        await writer.wait_closed()

    assert memory.stored == []
    assert "in time" in memory.attempts[0].verdict


async def test_a_request_that_was_begun_is_finished_before_the_door_closes(memory):
    memory.commit.clear()
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(serve(make_app(make_entrance(memory)), host="127.0.0.1", port=0))
        async with ClientSession(address) as client:
            request = asyncio.ensure_future(client.post(DOOR, data=b"x", headers=SECRET))
            await memory.was_asked.wait()
            closing = asyncio.ensure_future(stack.aclose())
            memory.commit.set()
            assert (await request).status == 202
            await closing


async def test_no_log_line_holds_the_key_the_secret_or_the_body(memory, caplog):
    app = make_app(make_entrance(memory))
    with caplog.at_level("DEBUG"), capture_logs() as lines:
        async with serve(app, host="127.0.0.1", port=0) as address, ClientSession(address) as door:
            for path, headers in ((DOOR, SECRET), (DOOR, {"X-Secret": "guessed"}), (f"/in/bell/{KEY[::-1]}", SECRET)):
                async with door.post(path, data={"name": "Пётр Иванович"}, headers=headers):
                    pass

    assert len(memory.attempts) == 2
    printed = f"{lines} {caplog.text}"
    assert not [word for word in (KEY, KEY[::-1], "s3cret", "guessed", "Иванович") if word in printed]
