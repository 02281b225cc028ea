"""Reads recorded payloads from files, for contract suites and `hub inspect webhook`.

One file a payload, in `tests/channels/fixtures/<kind>/` beside a `SOURCE.md` that says where each comes from:

- `NAME.http`: an HTTP request as it went over the wire. The path is what follows the connection's key
  (`POST /events/call?x=1 HTTP/1.1`). The body is what `Content-Length` counts; without that header it is the rest of
  the file less one final line feed, so that editors may end the file as they like.
- `NAME.json`, `NAME.eml`, `NAME.bin`: a polled payload; the body is the file, byte for byte.
- `NAME.EXT.headers` beside any of them: more lines `name: value` for `Raw.headers` (uid, mailbox …).

A mark before the extension says what is special, `NAME.MARK.http`: see `Mark`. Without a mark the payload must parse
to at least one event whose ids no other file has. Every payload is received at `RECEIVED_AT`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from hub.channels.base import Raw

RECEIVED_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_EXTENSIONS = frozenset({".http", ".json", ".eml", ".bin"})


class Mark(StrEnum):
    """What a fixture is for, when it is not simply a payload with events."""

    ignored = "ignored"  # understood and deliberately without events (an echo of our own message, a service update)
    refused = "refused"  # authenticated, and not to be understood: parse raises PayloadInvalid
    ping = "ping"  # answered by `handshake`, never stored
    question = "question"  # wants an answer at once; may have events too
    repeat = "repeat"  # a repeated delivery: has the ids of another file


@dataclass(frozen=True, slots=True)
class Fixture:
    """A payload file: its name for messages, its mark and the payload."""

    name: str
    mark: Mark | None
    raw: Raw


def list_fixtures(folder: Path) -> list[Fixture]:
    """Return the payloads of a folder sorted by name; empty if there is no such folder."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [read_fixture(path) for path in paths if path.suffix in _EXTENSIONS]


def read_fixture(path: Path) -> Fixture:
    """Read one payload file with its `.headers` neighbour."""
    content = path.read_bytes()
    raw = read_http_request(content) if path.suffix == ".http" else Raw(content, RECEIVED_AT)
    neighbour = path.with_name(f"{path.name}.headers")
    if neighbour.is_file():
        extra = _headers(neighbour.read_text(encoding="utf-8").splitlines())
        raw = Raw(raw.body, raw.received_at, {**raw.headers, **extra}, raw.method, raw.suffix, raw.query)
    mark = path.stem.rpartition(".")[2]
    return Fixture(path.name, Mark(mark) if mark in set(Mark) else None, raw)


def read_http_request(content: bytes, *, received_at: datetime = RECEIVED_AT) -> Raw:
    """Return the request that `content` holds; header lines may end with LF alone.

    Raises:
        ValueError: there is no request line of the form `METHOD /path HTTP/1.1`.
    """
    head, body = _split(content)
    first, *lines = head.decode("utf-8").splitlines() or [""]
    method, _, rest = first.partition(" ")
    target, _, version = rest.partition(" ")
    if not version.startswith("HTTP/"):
        raise ValueError("expected a first line of the form 'POST /path HTTP/1.1'")
    path, _, query = target.partition("?")
    headers = _headers(lines)
    body = body[: int(headers["content-length"])] if "content-length" in headers else body.removesuffix(b"\n")
    return Raw(body, received_at, headers, method, path.lstrip("/"), query)


def _split(content: bytes) -> tuple[bytes, bytes]:
    """Cut at the first empty line, whichever way it is written; the body keeps its own line ends."""
    ends = [(content.find(mark), mark) for mark in (b"\r\n\r\n", b"\n\n") if mark in content]
    head, _, body = content.partition(min(ends)[1]) if ends else (content, b"", b"")
    return head, body


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines if line.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
