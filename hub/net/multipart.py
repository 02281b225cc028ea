"""Reads `multipart/form-data` bodies that are wholly in memory (RFC 7578 over RFC 2046 §5.1.1).

The entrance has limited the size already; this splits at the boundary and copies nothing but the parts. Names and file
names are UTF-8 as browsers send them (RFC 7578 §5.1), `filename*` of RFC 5987 is understood too.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from hub.domain.errors import PayloadInvalid

MAX_PARTS = 1000
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_NAME = re.compile(r';\s*name=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FILE_NAME = re.compile(r';\s*filename=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FILE_NAME_STAR = re.compile(r";\s*filename\*=utf-8''([^\s;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `is_file` tells an empty file name from none; `mime` is what the sender claims."""

    name: str
    content: bytes
    file_name: str = ""
    mime: str = "text/plain"
    is_file: bool = False


def read_multipart(body: bytes, content_type: str) -> list[Part]:
    """Return the parts in order.

    Raises:
        PayloadInvalid: no boundary, no closing boundary (the body was cut), a part without a name, over 1000 parts.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise PayloadInvalid("multipart without a boundary")
    delimiter = b"\r\n--" + (found.group(1) or found.group(2)).encode()
    _preamble, *pieces = (b"\r\n" + body).split(delimiter, MAX_PARTS + 1)
    if not pieces or not pieces[-1].startswith(b"--"):
        raise PayloadInvalid("multipart without its end: the body was cut, or it has too many parts")
    return [_part(piece) for piece in pieces[:-1]]


def _part(piece: bytes) -> Part:
    head, empty_line, content = piece.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    disposition = headers.get("content-disposition", "")
    name = _NAME.search(disposition)
    if not empty_line or name is None:
        raise PayloadInvalid("a part of the multipart body has no name")
    file_name = _file_name(disposition)
    mime = headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    return Part(_unquoted(name), content, file_name or "", mime, is_file=file_name is not None)


def _file_name(disposition: str) -> str | None:
    if star := _FILE_NAME_STAR.search(disposition):
        return unquote(star.group(1))
    plain = _FILE_NAME.search(disposition)
    return _unquoted(plain) if plain else None


def _unquoted(found: re.Match[str]) -> str:
    """Return a quoted or bare value; browsers write a quotation mark inside it as %22."""
    return str(found.group(1) if found.group(1) is not None else found.group(2)).replace("%22", '"')
