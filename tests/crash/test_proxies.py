"""Each fault of the proxy, as the two sides of an echo server feel it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from hub.testing.crash.proxies import FaultyProxy, Way, faulty_proxy, find_target

SOON = 5.0
BROKEN = (ConnectionResetError, asyncio.IncompleteReadError)


@dataclass
class Echo:
    """Answers what it hears in capitals, and keeps what it heard on every connection."""

    heard: list[bytearray] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = bytearray()
        self.heard.append(heard)
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                heard += chunk
                writer.write(chunk.upper())
                await writer.drain()
        writer.close()
        self.ended.set()


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, said: bytes) -> bytes:
        self.writer.write(said)
        return await asyncio.wait_for(self.reader.readexactly(len(said)), SOON)

    async def is_deaf(self) -> bool:
        try:
            return not await asyncio.wait_for(self.reader.read(1), 0.05)
        except TimeoutError:
            return True


Join = Callable[[FaultyProxy], Awaitable[Client]]


@pytest.fixture
async def join() -> AsyncIterator[Join]:
    joined: list[Client] = []

    async def join(proxy: FaultyProxy) -> Client:
        joined.append(Client(*await asyncio.open_connection("127.0.0.1", proxy.port)))
        return joined[-1]

    yield join
    for client in joined:
        client.writer.transport.abort()


@pytest.fixture
async def echo() -> Echo:
    return Echo()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[FaultyProxy]:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with faulty_proxy(("127.0.0.1", server.sockets[0].getsockname()[1])) as proxy:
        yield proxy
    server.close()


async def test_it_carries_both_ways_and_passes_on_an_orderly_end(join: Join, proxy: FaultyProxy, echo: Echo) -> None:
    client = await join(proxy)
    assert await client.ask(b"hello") == b"HELLO"
    assert (proxy.accepted, proxy.connections) == (1, 1)

    client.writer.write_eof()
    assert await asyncio.wait_for(client.reader.read(), SOON) == b""
    await asyncio.wait_for(echo.ended.wait(), SOON)
    client.writer.close()


async def test_it_carries_more_than_fits_into_any_buffer(join: Join, proxy: FaultyProxy, echo: Echo) -> None:
    client, said = await join(proxy), b"abcdefgh" * (1 << 18)

    assert await client.ask(said) == said.upper()
    assert bytes(echo.heard[0]) == said


async def test_it_stands_before_a_unix_socket_too(join: Join, tmp_path: Path, echo: Echo) -> None:
    server = await asyncio.start_unix_server(echo.serve, tmp_path / "echo")
    async with faulty_proxy(tmp_path / "echo") as proxy:
        assert await (await join(proxy)).ask(b"hello") == b"HELLO"
    server.close()


async def test_a_server_that_is_away_resets_whoever_comes_through(join: Join) -> None:
    async with faulty_proxy(("127.0.0.1", 1)) as to_nobody:
        with pytest.raises(BROKEN):
            await (await join(to_nobody)).ask(b"hello")


async def test_dropped_connections_are_reset_and_new_ones_refused_until_it_heals(
    join: Join, proxy: FaultyProxy, echo: Echo
) -> None:
    client = await join(proxy)
    await client.ask(b"hello")
    proxy.drop()
    with pytest.raises(BROKEN):
        await client.ask(b"anybody")
    with pytest.raises(ConnectionRefusedError):
        await join(proxy)

    port = proxy.port
    proxy.heal()
    assert proxy.port == port
    assert await (await join(proxy)).ask(b"again") == b"AGAIN"


async def test_half_open_connections_accept_swallow_and_tell_nobody(join: Join, proxy: FaultyProxy, echo: Echo) -> None:
    before = await join(proxy)
    await before.ask(b"hello")
    proxy.hang()
    during = await join(proxy)
    for client in (before, during):
        client.writer.write(b"lost")
        assert await client.is_deaf()
    assert bytes(echo.heard[0]) == b"hello"

    before.writer.close()
    await asyncio.sleep(0.05)
    assert not echo.ended.is_set()


async def test_after_it_heals_new_connections_speak_and_half_open_ones_stay_deaf(
    join: Join, proxy: FaultyProxy, echo: Echo
) -> None:
    old = await join(proxy)
    await old.ask(b"hello")
    proxy.hang()
    proxy.heal()

    assert await (await join(proxy)).ask(b"again") == b"AGAIN"
    old.writer.write(b"lost")
    assert await old.is_deaf()
    assert bytes(echo.heard[0]) == b"hello"


async def test_a_server_notices_half_open_connections_when_they_are_buried_and_the_client_does_not(
    join: Join, proxy: FaultyProxy, echo: Echo
) -> None:
    old = await join(proxy)
    await old.ask(b"hello")
    proxy.hang()
    proxy.heal()
    proxy.bury()

    await asyncio.wait_for(echo.ended.wait(), SOON)
    assert await old.is_deaf()
    assert not old.reader.at_eof()


async def test_a_delay_holds_what_goes_and_what_comes(join: Join, proxy: FaultyProxy) -> None:
    client = await join(proxy)
    proxy.delay(timedelta(milliseconds=60))
    began = time.monotonic()
    await client.ask(b"hello")
    assert time.monotonic() - began >= 0.12


@pytest.mark.parametrize(("way", "heard", "answered"), [(Way.to_server, 12, 5), (Way.to_client, 15, 12)])
async def test_after_a_count_of_bytes_exactly_these_have_arrived(
    join: Join, proxy: FaultyProxy, echo: Echo, way: Way, heard: int, answered: int
) -> None:
    proxy.cut_after(12, way=way)
    client = await join(proxy)
    got = bytearray(await client.ask(b"first"))
    client.writer.write(b"second one")
    with contextlib.suppress(ConnectionResetError):
        while chunk := await asyncio.wait_for(client.reader.read(100), SOON):
            got += chunk
    await asyncio.wait_for(echo.ended.wait(), SOON)

    assert (len(echo.heard[0]), len(got), proxy.cuts) == (heard, answered, 1)


async def test_a_cut_after_a_pattern_lets_the_server_act_and_takes_its_answer(
    join: Join, proxy: FaultyProxy, echo: Echo
) -> None:
    proxy.cut_after_pattern(b"COMMIT")
    client = await join(proxy)
    await client.ask(b"BEGIN; COM")
    with pytest.raises(BROKEN):
        await client.ask(b"MIT;")
    await asyncio.wait_for(echo.ended.wait(), SOON)

    assert bytes(echo.heard[0]) == b"BEGIN; COMMIT;"


async def test_a_cut_before_a_pattern_keeps_it_from_the_server(join: Join, proxy: FaultyProxy, echo: Echo) -> None:
    proxy.cut_before_pattern(b"COMMIT")
    client = await join(proxy)
    await client.ask(b"BEGIN;")
    with pytest.raises(BROKEN):
        await client.ask(b"COMMIT;")
    await asyncio.wait_for(echo.ended.wait(), SOON)

    assert bytes(echo.heard[0]) == b"BEGIN;"


async def test_an_answer_that_is_cut_off_was_given_and_never_comes(join: Join, proxy: FaultyProxy, echo: Echo) -> None:
    proxy.cut_before_pattern(b"COMMIT", way=Way.to_client)
    client = await join(proxy)
    with pytest.raises(BROKEN):
        await client.ask(b"commit;")

    assert bytes(echo.heard[0]) == b"commit;"


async def test_a_cut_may_wait_for_a_later_answer_over_all_connections(join: Join, proxy: FaultyProxy) -> None:
    proxy.cut_before_pattern(b"COMMIT", way=Way.to_client, skip=2)
    client, other = await join(proxy), await join(proxy)
    assert await client.ask(b"commit;") == b"COMMIT;"
    assert await other.ask(b"commit;") == b"COMMIT;"
    with pytest.raises(BROKEN):
        await client.ask(b"commit;")
    assert await other.ask(b"commit;") == b"COMMIT;"


async def test_a_cut_is_spent_once(join: Join, proxy: FaultyProxy) -> None:
    proxy.cut_after(1)
    with pytest.raises(BROKEN):
        await (await join(proxy)).ask(b"hello")

    assert await (await join(proxy)).ask(b"again") == b"AGAIN"


async def test_a_doubled_request_arrives_twice_and_is_answered_once(join: Join, proxy: FaultyProxy, echo: Echo) -> None:
    proxy.duplicate(b"INCR")
    client = await join(proxy)
    assert await client.ask(b"INCR one") == b"INCR ONE"
    assert await client.ask(b"GET one") == b"GET ONE"

    assert sorted(map(bytes, echo.heard)) == [b"INCR one", b"INCR oneGET one"]
    assert proxy.copies == 1


@pytest.mark.parametrize(
    ("url", "target", "rest"),
    [
        ("postgresql://hub@/test?host=/run/pg&port=5433", Path("/run/pg/.s.PGSQL.5433"), "postgresql://hub@{}/test"),
        ("postgresql://hub:pw@db:5432/test?ssl=off", ("db", 5432), "postgresql://hub:pw@{}/test?ssl=off"),
        ("redis://127.0.0.1:6390/0", ("127.0.0.1", 6390), "redis://{}/0"),
    ],
)
async def test_an_address_leads_through_it(proxy: FaultyProxy, url: str, target: object, rest: str) -> None:
    assert find_target(url) == target
    assert proxy.through(url) == rest.format(f"127.0.0.1:{proxy.port}")


async def test_closing_resets_what_is_open_and_gives_the_port_free(join: Join, echo: Echo) -> None:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with faulty_proxy(("127.0.0.1", server.sockets[0].getsockname()[1])) as proxy:
        client = await join(proxy)
        await client.ask(b"hello")
        port = proxy.port
    with pytest.raises(BROKEN):
        await client.ask(b"anybody")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    assert proxy.connections == 0
    server.close()
