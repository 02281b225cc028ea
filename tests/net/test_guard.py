"""The SSRF guard (reliability case 98): no spelling of a URL reaches our own network."""

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import PermanentFailure, ProviderError
from hub.net.guard import is_public_address
from hub.net.http import Http
from hub.testing.faulty_http import Answer, faulty_server
from tests.net.fetching import fetch

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "77.88.8.8",
    "2a02:6b8::feed:ff",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::",
]

# Ways to write an address of ours (or to hide one); {port} is where something listens on the loopback.
URLS = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0x7f.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fd00:ec2::254]/",
    "http://10.0.0.1/",
    "http://192.168.0.1/",
    "http://user:password@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@example.com/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://127.0.0.1%00.example.com:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_x",
    "unix:/var/run/docker.sock",
    "data:text/plain,hello",
    "http://[::1",
    "http://127.0.0.1:99999999/",
    "http://\x00/",
    "http://" + "a" * 300 + "/",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_case98_addresses_of_our_own_network_are_not_public(address):
    assert not is_public_address(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_case98_addresses_of_everybody_are_public(address):
    assert is_public_address(address)


@given(st.ip_addresses(v=4))
def test_case98_ipv4_inside_ipv6_is_judged_as_ipv4(address):
    assert is_public_address(f"::ffff:{address}") == is_public_address(str(address))


@pytest.mark.parametrize("url", URLS)
async def test_case98_no_spelling_of_a_url_gets_in(url, http):
    async with faulty_server() as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(ProviderError):
            await fetch(http, url.format(port=port))
        assert server.seen == []


@pytest.mark.parametrize("url", [url for url in URLS if "{port}" in url and "localhost" not in url.lower()])
async def test_case98_a_refused_url_is_refused_for_good(url, http):
    with pytest.raises(PermanentFailure) as refused:
        await fetch(http, url.format(port=9))
    assert refused.value.reason in {"private_address", "bad_address"}


class Names(AbstractResolver):
    """Answers each look-up with the next set of addresses, as a name does that changes its answer."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0) for ip in found]

    async def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize("answers", [[["127.0.0.1"]], [["10.0.0.1", "192.168.0.1"]]])
async def test_case98_a_name_that_means_an_inner_address_is_refused(answers):
    http = Http(resolver=Names(*answers))
    with pytest.raises(PermanentFailure, match="inside our own network"):
        await fetch(http, "http://rebind.example/")
    await http.close()


async def test_case98_a_name_that_changes_its_answer_gains_nothing():
    async with faulty_server() as server:
        port = server.url.rpartition(":")[2]
        http = Http(resolver=Names(["0.0.0.0"], ["127.0.0.1"], ["127.0.0.1"]))
        for _ in range(3):
            with pytest.raises(ProviderError):
                await fetch(http, f"http://rebind.example:{port}/")
        assert server.seen == []
        await http.close()


@pytest.mark.parametrize("url", URLS)
async def test_case98_a_guarded_request_does_not_get_in_either(url, http):
    async with faulty_server() as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(ProviderError):
            await http.request("POST", url.format(port=port), is_guarded=True)
        assert server.seen == []


async def test_case98_a_guarded_request_goes_past_the_proxy_which_would_get_in():
    async with faulty_server() as server, faulty_server() as proxy:
        http = Http(proxy=proxy.url)
        with pytest.raises(PermanentFailure) as refused:
            await http.request("POST", server.url, is_guarded=True)
        await http.close()

    assert (refused.value.reason, server.seen, proxy.seen) == ("private_address", [], [])


async def test_case98_the_guard_is_not_for_addresses_the_business_configured(http):
    async with faulty_server() as server:
        server.script = [Answer(302, headers={"Location": "http://169.254.169.254/"})]
        answer = await http.request("GET", server.url)

    assert answer.status == 302
    assert len(server.seen) == 1
