"""Reading a request as people have it: from the wire, or copied from a log."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.commands.http_request import read_request
from hub.domain.errors import PayloadInvalid

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def read(content):
    return read_request(content, received_at=AT)


@given(st.binary(max_size=200))
def test_a_body_of_declared_length_comes_back_byte_for_byte(body):
    head = f"POST /x HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    assert read(head + body + b"trailing").body == body


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5))
def test_chunks_are_joined(chunks):
    body = b"".join(f"{len(chunk):x}".encode() + b"\r\n" + chunk + b"\r\n" for chunk in chunks) + b"0\r\n\r\n"

    raw = read(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body)

    assert raw.body == b"".join(chunks)


@given(st.binary(max_size=300))
def test_junk_is_refused_and_nothing_else(content):
    try:
        read(content)
    except PayloadInvalid:
        return


@pytest.mark.parametrize(
    ("target", "suffix", "query"),
    [
        ("/events/call?a=1", "events/call", "a=1"),
        ("/in/mango/0123456789abcdef/events/call", "events/call", ""),
        ("/hub/in/mango/0123456789abcdef", "", ""),
        ("/", "", ""),
    ],
)
def test_the_path_may_be_the_whole_one_or_what_follows_the_key(target, suffix, query):
    raw = read(f"GET {target} HTTP/1.1\nHost: x\n\n".encode())

    assert (raw.method, raw.suffix, raw.query) == ("GET", suffix, query)


def test_header_names_are_lower_case_and_one_last_line_feed_is_the_editors():
    raw = read(b"POST / HTTP/1.1\nX-Sign: Abc\n\na=1\n")

    assert (dict(raw.headers), raw.body) == ({"x-sign": "Abc"}, b"a=1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "first line"),
        (b"hello\n\n", "first line"),
        (b"POST / HTTP/1.1\nno colon here\n\n", "has no colon"),
        (b"POST / HTTP/1.1\nContent-Length: 5\n\nabc", "is the request whole"),
        (b"POST / HTTP/1.1\nTransfer-Encoding: chunked\n\nxyz", "not chunked"),
    ],
)
def test_what_is_missing_is_said(content, reason):
    with pytest.raises(PayloadInvalid, match=reason):
        read(content)
