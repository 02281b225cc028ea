"""Reads an untrusted address to its end."""

from datetime import timedelta

from hub.net.http import Http


async def fetch(http: Http, url: str, *, limit_bytes: int = 1000) -> bytes:
    """Return the whole body."""
    pieces = http.get_untrusted(url, limit_bytes=limit_bytes, deadline=timedelta(seconds=2))
    return b"".join([piece async for piece in pieces])
