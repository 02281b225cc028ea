"""The HTTP client against a server that fails in every way there is: which error of the hub each fault becomes."""

from datetime import timedelta

import pytest

from hub.domain.errors import (
    OutcomeUnknown,
    PayloadInvalid,
    PayloadTooLarge,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
)
from hub.net.http import Http, HttpAnswer
from hub.testing.faulty_http import Answer, faulty_server
from tests.net.fetching import fetch

LOOPBACK = frozenset({"127.0.0.1"})


@pytest.fixture
async def own(http):
    """A client for which links may lead to the loopback."""
    client = Http(longest=timedelta(seconds=1), trusted=LOOPBACK)
    yield client
    await client.close()


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 409, 429, 500, 503])
async def test_every_status_is_an_answer_for_the_adapter_to_judge(http, status):
    async with faulty_server() as server:
        server.script = [Answer(status, b"" if status == 204 else b'{"a": 1}', {"X-Thing": "1"})]
        answer = await http.request("POST", server.url, data=b"x")

    assert answer.status == status
    assert answer.headers["x-thing"] == "1"


async def test_body_and_headers_reach_the_provider(http):
    async with faulty_server() as server:
        await http.request("PUT", f"{server.url}/path?a=%20b", headers={"X-Key": "k"}, data={"phone": "+7"})

    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("PUT", "/path?a=%20b", b"phone=%2B7")


async def test_redirects_are_not_followed(http):
    async with faulty_server() as server:
        server.script = [Answer(307, headers={"Location": f"{server.url}/other"})]
        await http.request("POST", server.url, data=b"secret")

    assert len(server.seen) == 1


async def test_nobody_listening_is_temporary_since_nothing_was_applied(http):
    async with faulty_server() as server:
        url = server.url
    with pytest.raises(TemporaryFailure):
        await http.request("POST", url)


@pytest.mark.parametrize("fault", [Answer(is_dropped=True), Answer(is_slow=True)])
async def test_no_answer_after_sending_is_unknown(http, fault):
    async with faulty_server() as server:
        server.script = [fault]
        with pytest.raises(OutcomeUnknown):
            await http.request("POST", server.url, data=b"x")


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
async def test_a_request_is_never_sent_twice_by_itself(http, method):
    async with faulty_server() as server:
        server.script = [Answer(is_dropped=True)]
        with pytest.raises(OutcomeUnknown):
            await http.request(method, server.url)

    assert len(server.seen) == 1


async def test_the_deadline_of_a_call_counts(http):
    async with faulty_server() as server:
        server.script = [Answer(is_slow=True)]
        with pytest.raises(OutcomeUnknown):
            await http.request("GET", server.url, deadline=timedelta(milliseconds=50))


async def test_an_answer_over_the_limit_is_refused(http):
    async with faulty_server() as server:
        server.script = [Answer(body=b"a" * 5000)]
        with pytest.raises(PayloadTooLarge):
            await http.request("GET", server.url, limit_bytes=4999)


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "ftp://example.com/", "http://[::1"])
async def test_an_address_that_is_none_is_permanent(http, url):
    with pytest.raises(PermanentFailure) as refused:
        await http.request("GET", url)
    assert refused.value.reason == "bad_address"


async def test_a_proxy_that_is_away_is_temporary():
    async with faulty_server() as server:
        url = server.url
    http = Http(proxy=url)
    with pytest.raises(TemporaryFailure):
        await http.request("GET", "http://provider.example/")
    await http.close()


async def test_a_proxy_is_used_when_there_is_one():
    async with faulty_server() as server:
        http = Http(proxy=server.url)
        answer = await http.request("GET", "http://provider.example/path")
        await http.close()

    assert answer.status == 200
    assert server.seen[0].path == "/path"


@pytest.mark.parametrize("how", ["request", "fetch"])
async def test_errors_name_the_host_and_never_the_path(own, how):
    async with faulty_server() as server:
        server.script = [Answer(is_dropped=True)]
        url = f"{server.url}/bot123:t0ken?key=s3cret"
        with pytest.raises(ProviderError) as failed:
            await (own.request("GET", url) if how == "request" else fetch(own, url))

    assert "127.0.0.1" in str(failed.value)
    assert "t0ken" not in str(failed.value)
    assert "s3cret" not in str(failed.value)


async def test_a_file_of_others_comes_in_pieces(own):
    async with faulty_server() as server:
        server.script = [Answer(body=b"a" * 200_000)]
        assert await fetch(own, server.url, limit_bytes=200_000) == b"a" * 200_000


async def test_a_file_over_the_limit_is_cut_off(own):
    async with faulty_server() as server:
        server.script = [Answer(body=b"a" * 5000)]
        with pytest.raises(PayloadTooLarge):
            await fetch(own, server.url, limit_bytes=4999)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (204, PermanentFailure),
        (301, PermanentFailure),
        (302, PermanentFailure),
        (401, PermanentFailure),
        (404, PermanentFailure),
        (410, PermanentFailure),
        (429, TemporaryFailure),
        (500, TemporaryFailure),
        (503, TemporaryFailure),
    ],
)
async def test_a_file_that_is_not_given_fails_for_now_or_for_ever(own, status, error):
    async with faulty_server() as server:
        server.script = [Answer(status, b"", {"Location": "http://169.254.169.254/"})]
        with pytest.raises(error) as failed:
            await fetch(own, server.url)

    assert failed.value.status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", [Answer(is_dropped=True), Answer(is_slow=True)])
async def test_a_file_that_does_not_come_is_tried_again(own, fault):
    async with faulty_server() as server:
        server.script = [fault]
        with pytest.raises(TemporaryFailure):
            await fetch(own, server.url)


async def test_nobody_at_a_link_is_temporary(own):
    async with faulty_server() as server:
        url = server.url
    with pytest.raises(TemporaryFailure):
        await fetch(own, url)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), (" 30 ", 30), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("²", None)]
)
def test_retry_after_is_read_in_seconds(value, seconds):
    wait = HttpAnswer(429, {"retry-after": value}, b"").retry_after()

    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_a_retry_after_of_ages_is_none():
    assert HttpAnswer(429, {"retry-after": "9" * 40}, b"").retry_after() is None


def test_an_answer_that_is_no_json_says_so():
    with pytest.raises(PayloadInvalid):
        HttpAnswer(200, {}, b"<html>").json()


async def test_closing_twice_is_harmless():
    http = Http()
    await http.close()
    await http.close()
