"""Reading recorded payloads from files."""

import pytest

from hub.testing.fixture_files import RECEIVED_AT, Mark, list_fixtures, read_http_request


def test_a_request_is_read_as_it_went_over_the_wire():
    raw = read_http_request(b"POST /events/call?a=1&b=2 HTTP/1.1\r\nX-Sign: abc\r\nHost: x\r\n\r\nline\r\n\r\nend\n")

    assert (raw.method, raw.suffix, raw.query) == ("POST", "events/call", "a=1&b=2")
    assert raw.headers == {"x-sign": "abc", "host": "x"}
    assert raw.body == b"line\r\n\r\nend"


def test_a_head_with_plain_line_feeds_leaves_the_body_alone():
    raw = read_http_request(b"PUT / HTTP/1.1\nA: 1\n\n--b\r\n\r\nx\r\n--b--\r\n")

    assert raw.body == b"--b\r\n\r\nx\r\n--b--\r"
    assert (raw.method, raw.suffix) == ("PUT", "")


def test_content_length_says_where_the_body_ends():
    assert read_http_request(b"POST / HTTP/1.1\nContent-Length: 4\n\nab\n\n\n\n").body == b"ab\n\n"


def test_a_request_without_body_is_read():
    assert read_http_request(b"GET /?x=1 HTTP/1.1\nHost: h").body == b""


@pytest.mark.parametrize("content", [b"", b"hello", b"POST /"])
def test_what_is_no_request_is_an_error(content):
    with pytest.raises(ValueError, match="first line"):
        read_http_request(content)


def test_marks_headers_and_order_come_from_the_folder(tmp_path):
    (tmp_path / "b.eml").write_bytes(b"Subject: hi\n\nhello\n")
    (tmp_path / "b.eml.headers").write_text("X-UID: 7\n\nX-Box: INBOX\n", encoding="utf-8")
    (tmp_path / "a.ignored.json").write_bytes(b"{}")
    (tmp_path / "c.first.json").write_bytes(b"{}")
    (tmp_path / "SOURCE.md").write_text("# Sources", encoding="utf-8")
    first, second, third = list_fixtures(tmp_path)

    assert (first.name, first.mark) == ("a.ignored.json", Mark.ignored)
    assert (second.mark, second.raw.body) == (None, b"Subject: hi\n\nhello\n")
    assert (second.raw.headers, second.raw.received_at) == ({"x-uid": "7", "x-box": "INBOX"}, RECEIVED_AT)
    assert third.mark is None


def test_a_folder_that_is_not_there_has_no_payloads(tmp_path):
    assert list_fixtures(tmp_path / "nowhere") == []
