"""The parts of a letter: one splitter over bytes, with limits (RFC 2046 §5.1, case 54).

Splits at boundary lines only where the letter declares them and keeps slices, so that the whole tree costs one pass a
level. Missing and wrong boundaries, truncated ends and broken base64 give what is there. Decoding text is
`charset.py`, choosing what people see is `mime.py`.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.channels.email.headers import Headers, Value
from hub.domain.errors import PayloadInvalid

MAX_DEPTH = 50
MAX_PARTS = 500
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BASE64_JUNK = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_SNIFFED_BOUNDARY = re.compile(rb"^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf or container: its fields, its still encoded content and, for containers, the parts in it."""

    headers: Headers
    type: Value
    content: bytes
    parts: tuple["Part", ...] = ()

    def decoded(self) -> bytes:
        """Return the content without its transfer encoding; broken encodings give what can be read."""
        return decode_transfer(self.content, self.headers.raw("content-transfer-encoding"))

    def leaves(self) -> Iterator["Part"]:
        """Yield the leaf parts in order."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def split_header(raw: bytes) -> tuple[bytes, bytes]:
    """Return header block (line ends LF) and body of a letter or part."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return b"", raw.lstrip(b"\r\n")
    found = _BLANK_LINE.search(raw)
    block, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    return block.replace(b"\r\n", b"\n"), body


def split_letter(raw: bytes) -> Part:
    """Return the tree of a letter.

    Raises:
        PayloadInvalid: deeper than 50, more than 500 parts, or a header field over its limit.
    """
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return _split(raw, [0], 0)


def _split(raw: bytes, count: list[int], depth: int, default: str = "text/plain") -> Part:
    count[0] += 1
    if depth > MAX_DEPTH:
        raise PayloadInvalid(f"the letter is nested deeper than {MAX_DEPTH} levels")
    if count[0] > MAX_PARTS:
        raise PayloadInvalid(f"the letter has more than {MAX_PARTS} parts")
    block, body = split_header(raw)
    headers = Headers(block)
    declared = headers.value("content-type")
    if not declared.main.startswith("multipart/"):
        return Part(headers, declared if "/" in declared.main else Value(default, declared.parameters), body)
    inner = "message/rfc822" if declared.main == "multipart/digest" else "text/plain"
    pieces = _pieces(body, _boundary(headers, body), declared.main)
    parts = tuple(_split(piece, count, depth + 1, inner) for piece in pieces)
    return Part(headers, declared if parts else Value("text/plain", {}), body, parts)


def _boundary(headers: Headers, body: bytes) -> bytes:
    """Return the boundary as bytes of the letter; a missing one is guessed from the first line that looks like one."""
    raw = headers.raw("content-type")
    found = re.search(rb'boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))', raw, re.IGNORECASE)
    if found:
        return (found[1] or found[2]).strip()
    sniffed = _SNIFFED_BOUNDARY.search(body)
    return sniffed[1] if sniffed else b""


def _pieces(body: bytes, boundary: bytes, main: str) -> Iterator[bytes]:
    """Yield the raw parts between boundary lines; a missing closing line ends the last part at the end."""
    if not boundary or main == "multipart/":
        return
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    start = -1
    for found in line.finditer(body):
        if start >= 0:
            yield _after_line(body, start, found.start())
        start = found.end()
        if found[1]:
            return
    if start >= 0:
        yield _after_line(body, start, len(body))


def _after_line(body: bytes, start: int, end: int) -> bytes:
    """Return a part without the line end of its boundary line."""
    start += 2 if body[start : start + 2] == b"\r\n" else 1
    return body[start:end]


def decode_transfer(content: bytes, encoding: bytes) -> bytes:
    """Undo base64, quoted-printable and uuencode (RFC 2045 §6); other names mean the bytes as they are."""
    name = encoding.strip().lower()
    if name.startswith(b"base64"):
        return _decode_base64(content)
    if name.startswith(b"quoted"):
        return binascii.a2b_qp(content)
    if name in {b"x-uuencode", b"uuencode", b"x-uue", b"uue"}:
        return _decode_uu(content)
    return content


def _decode_base64(content: bytes) -> bytes:
    clean = content.translate(None, _BASE64_JUNK)
    if b"=" in clean.rstrip(b"="):
        return b"".join(_decode_base64(piece) for piece in clean.split(b"=") if piece)
    clean = clean.rstrip(b"=")
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _decode_uu(content: bytes) -> bytes:
    lines = content.splitlines()
    data: list[bytes] = []
    for line in lines:
        if line.startswith((b"begin ", b"end", b"`")) or not line.strip():
            continue
        try:
            data.append(binascii.a2b_uu(line))
        except binascii.Error:
            data.append(b"")
    return b"".join(data)
