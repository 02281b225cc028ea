"""Reads one HTTP/1.1 request as it went over the wire (RFC 9112), for `hub inspect webhook`.

Lines may end with LF alone, since people copy requests from logs. The path may be the whole one of a connection,
`/in/<kind>/<key>/suffix`, or only what follows the key.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from hub.channels.base import Raw
from hub.domain.errors import PayloadInvalid

_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_FIRST_LINE = re.compile(r"([A-Z]+) (\S+) HTTP/\d(?:\.\d)?")
_CONNECTION_PATH = re.compile(r".*?/in/[a-z0-9_]+/[A-Za-z0-9_-]{16,}(?=/|$)")


def read_request(content: bytes, *, received_at: datetime, remote: str = "") -> Raw:
    """Return the request that `content` holds.

    Without `Content-Length` the body is the rest, less one final line feed that an editor may have put there.

    Raises:
        PayloadInvalid: it is none; says what is missing.
    """
    head, body = _split(content)
    first, *lines = head.decode("utf-8", "replace").splitlines() or [""]
    found = _FIRST_LINE.fullmatch(first.strip())
    if found is None:
        raise PayloadInvalid("not an HTTP request: the first line must read like POST /path HTTP/1.1")
    path, _, query = found[2].partition("?")
    suffix = _CONNECTION_PATH.sub("", path, count=1).lstrip("/")
    headers = _read_headers(lines)
    return Raw(_read_body(headers, body), received_at, headers, found[1], suffix, query, remote)


def _split(content: bytes) -> tuple[bytes, bytes]:
    head, *rest = _EMPTY_LINE.split(content.lstrip(b"\r\n"), maxsplit=1)
    return head, rest[0] if rest else b""


def _read_headers(lines: list[str]) -> dict[str, str]:
    pairs = [line.partition(":") for line in lines if line.strip()]
    if odd := next((name for name, colon, _ in pairs if not colon), None):
        raise PayloadInvalid(f"not an HTTP request: the header line '{odd[:40]}' has no colon")
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _read_body(headers: Mapping[str, str], body: bytes) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _join_chunks(body)
    length = headers.get("content-length")
    if length is None:
        return body.removesuffix(b"\n")
    if not (length.isascii() and length.isdigit()) or int(length) > len(body):
        raise PayloadInvalid(f"the body has {len(body)} bytes, Content-Length says {length}: is the request whole?")
    return body[: int(length)]


def _join_chunks(body: bytes) -> bytes:
    """Return the data of a chunked body (RFC 9112 §7.1); extensions and trailers are left out."""
    joined = b""
    while True:
        size_text, _, rest = body.partition(b"\r\n")
        try:
            size = int(size_text.partition(b";")[0], 16)
        except ValueError as error:
            raise PayloadInvalid("the body is not chunked as Transfer-Encoding says") from error
        if size <= 0:
            return joined
        joined, body = joined + rest[:size], rest[size:].removeprefix(b"\r\n")
