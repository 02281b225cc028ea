"""Turns an HTTP request into the payload a channel gets: lower-case headers, limited body, believable address."""

import asyncio
import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from hub.channels.base import Raw
from hub.domain.errors import PayloadIncomplete, PayloadInvalid, PayloadTooLarge
from hub.net.payloads import clean_text, read_form, read_json
from hub.web.entrance import Entrance

_MAX_NAMES = 60
_MAX_NAME_LENGTH = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


async def read_raw(request: web.Request, entrance: Entrance, *, limit_bytes: int) -> Raw:
    """Read the whole request.

    Raises:
        PayloadTooLarge: the body is over `limit_bytes`; reading stops there.
        PayloadIncomplete: the body did not come whole, or not in time.
    """
    received_at = entrance.clock.now()
    body = await read_body(request, entrance, limit_bytes=limit_bytes)
    headers = {name.lower(): _storable(value) for name, value in request.headers.items()}
    return Raw(
        body=body,
        received_at=received_at,
        headers=headers,
        method=request.method,
        suffix=clean_text(request.match_info["suffix"]).lstrip("/"),
        query=_storable(request.rel_url.raw_query_string),
        remote=remote_of(request.remote or "", headers, hops=entrance.trusted_hops),
    )


async def read_body(request: web.Request, entrance: Entrance, *, limit_bytes: int) -> bytes:
    """Return the whole body, of which nothing is read where its length says too much. Raises: as `read_raw`."""
    if (request.content_length or 0) > limit_bytes:
        raise PayloadTooLarge(f"the body is over {limit_bytes} bytes")
    return await _read_body(request, entrance.body_deadline, limit_bytes=limit_bytes)


def remote_of(peer: str, headers: Mapping[str, str], *, hops: int) -> str:
    """Return the sender's address as the outermost of our `hops` proxies saw it; the peer's own without proxies.

    A shorter `X-Forwarded-For` than our proxies write did not pass them all: then only the peer is sure. What is no
    address is not believed either.
    """
    seen = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
    return seen[-hops] if 0 < hops <= len(seen) and _is_address(seen[-hops]) else peer


def field_names(raw: Raw) -> tuple[str, ...]:
    """Return the names in query and body, at most 60 of 60 characters, empty where it has no form we know."""
    names = [*_names(raw.query.encode()), *_names(raw.body)][:_MAX_NAMES]
    return tuple(_CONTROL.sub("\ufffd", name[:_MAX_NAME_LENGTH]) for name in names)


def _storable(text: str) -> str:
    """Return `text` without what no database takes; bytes of a header that are not UTF-8 come in as such characters."""
    return text if text.isascii() else clean_text(text)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _names(content: bytes) -> list[str]:
    try:
        if content[:1] in {b"{", b"["}:
            found = read_json(content)
            return [str(name) for name in found] if isinstance(found, dict) else []
        return [name for name, _ in read_form(content)] if b"=" in content[:200] else []
    except PayloadInvalid:
        return []


async def _read_body(request: web.Request, deadline: timedelta, *, limit_bytes: int) -> bytes:
    if request.content.is_eof():
        return _checked(request.content.read_nowait(), limit_bytes)
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            return await _read_slowly(request, limit_bytes)
    except TimeoutError as error:
        raise PayloadIncomplete("the body did not come in time") from error
    except (ConnectionError, web.RequestPayloadError) as error:
        raise PayloadIncomplete("the body was cut, or is not encoded as its headers say") from error


async def _read_slowly(request: web.Request, limit_bytes: int) -> bytes:
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > limit_bytes:
            break
    return _checked(bytes(body), limit_bytes)


def _checked(body: bytes, limit_bytes: int) -> bytes:
    if len(body) > limit_bytes:
        raise PayloadTooLarge(f"the body is over {limit_bytes} bytes")
    return body
