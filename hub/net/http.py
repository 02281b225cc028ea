"""The one HTTP client: every request has a total deadline, a size limit and no redirects.

Faults come back as the errors of the hub, so no adapter knows which library speaks. Addresses that a client or a
provider gave us go through `get_untrusted`, behind the guard of `hub.net.guard`; so do those of a request that
`is_guarded`. Nothing is kept between requests: no cookies, no credentials.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

from hub.domain.errors import OutcomeUnknown, PayloadTooLarge, PermanentFailure, TemporaryFailure
from hub.net.guard import PrivateAddressError, guarded_connector
from hub.net.payloads import Json, read_json

DEFAULT_DEADLINE = timedelta(seconds=20)
LONGEST_DEADLINE = timedelta(minutes=10)
CONNECT_DEADLINE = timedelta(seconds=10)
DEFAULT_LIMIT_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_MAX_RETRY_DIGITS = 6
_ODD_IN_HOST = re.compile(r"[@%\\\s\x00]")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers with lower-case names and the whole body (never longer than the limit of the call)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        """Return the body as JSON.

        Raises:
            PayloadInvalid: it is none.
        """
        return read_json(self.body)

    def retry_after(self) -> timedelta | None:
        """Return the wait of a `Retry-After` header in seconds (RFC 9110 §10.2.3), None if absent or a date."""
        value = self.headers.get("retry-after", "").strip()
        is_number = value.isascii() and value.isdigit() and len(value) <= _MAX_RETRY_DIGITS
        return timedelta(seconds=int(value)) if is_number else None


class RequestOptions(TypedDict, total=False):
    """What a request may say beyond method and address; `deadline` is for all of it, `limit_bytes` for the answer.

    `proxy` comes before the client's own: one bot may need a way of its own. `is_guarded`: the address may lead to the
    public network only, straight, since a proxy would connect where the guard does not look.
    """

    headers: Mapping[str, str] | None
    data: bytes | Mapping[str, str] | aiohttp.FormData | None
    deadline: timedelta
    limit_bytes: int
    proxy: str
    is_guarded: bool


class Http:
    """A shared client; made once by `hub.app`, closed with it.

    No call lasts longer than `longest`. `trusted` are addresses inside our own network (an own PBX with recordings)
    that links of others may lead to all the same.
    """

    def __init__(
        self,
        proxy: str = "",
        *,
        longest: timedelta = LONGEST_DEADLINE,
        resolver: AbstractResolver | None = None,
        trusted: frozenset[str] = frozenset(),
    ) -> None:
        self._proxy = proxy or None
        self._longest = longest
        self._resolver = resolver
        self._trusted = trusted
        self._session: aiohttp.ClientSession | None = None
        self._guarded: aiohttp.ClientSession | None = None

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpAnswer:
        """Make one request to an address the business configured; any status is an answer.

        Raises:
            TemporaryFailure: the request cannot have been applied (no connection).
            PermanentFailure: the address is none (`bad_address`), or guarded and inside our own network
                (`private_address`).
            OutcomeUnknown: it was sent and no whole answer came.
            PayloadTooLarge: the answer is over `limit_bytes`.
        """
        timeout = self._timeout(options.get("deadline", DEFAULT_DEADLINE))
        is_guarded = options.get("is_guarded", False)
        if is_guarded:
            _refuse_odd(url)
        session = self._open_guarded() if is_guarded else self._open()
        try:
            async with session.request(
                method,
                url,
                headers=options.get("headers"),
                data=options.get("data"),
                timeout=timeout,
                allow_redirects=False,
                proxy=None if is_guarded else options.get("proxy") or self._proxy,
            ) as answer:
                body = await _read_limited(answer, options.get("limit_bytes", DEFAULT_LIMIT_BYTES))
                return HttpAnswer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, body)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError) as error:
            raise PermanentFailure("the configured address is not a web address", reason="bad_address") from error
        except aiohttp.ClientConnectorError as error:
            raise _connection_failure(error, _host(url)) from error
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            raise TemporaryFailure(f"no connection to {_host(url)}: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown(f"no answer from {_host(url)}: {type(error).__name__}") from error

    async def get_untrusted(self, url: str, *, limit_bytes: int, deadline: timedelta) -> AsyncIterator[bytes]:
        """Yield the body of an address that somebody else gave us, through the guard, without credentials or redirects.

        Raises:
            PermanentFailure: the address is none we may ask (`bad_address`, `private_address`), sends us elsewhere
                (`redirect`) or refuses (`refused`).
            TemporaryFailure: it does not answer now.
            PayloadTooLarge: over `limit_bytes`.
        """
        _refuse_odd(url)
        try:
            async with self._open_guarded().get(url, timeout=self._timeout(deadline), allow_redirects=False) as answer:
                _refuse_status(answer.status, _host(url))
                async for chunk in _limited(answer, limit_bytes):
                    yield chunk
        except (aiohttp.InvalidURL, UnicodeError) as error:
            raise PermanentFailure("not a web address", reason="bad_address") from error
        except aiohttp.ClientConnectorError as error:
            raise _connection_failure(error, _host(url)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TemporaryFailure(f"cannot fetch from {_host(url)}: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close all connections; repeating it is harmless."""
        for session in (self._session, self._guarded):
            if session is not None:
                await session.close()

    def _timeout(self, deadline: timedelta) -> aiohttp.ClientTimeout:
        total = min(deadline, self._longest).total_seconds()
        return aiohttp.ClientTimeout(total=total, connect=min(total, CONNECT_DEADLINE.total_seconds()))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = _session(aiohttp.TCPConnector(resolver=self._resolver))
        return self._session

    def _open_guarded(self) -> aiohttp.ClientSession:
        if self._guarded is None:
            self._guarded = _session(guarded_connector(self._resolver, self._trusted))
        return self._guarded


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    # aiohttp 3.14 sends a GET once more when the connection drops, and some providers start calls by GET: whether to
    # repeat is for `hub.delivery` to decide. There is no public switch; tests/net/test_http.py holds it.
    session._retry_connection = False
    return session


def _refuse_odd(url: str) -> None:
    """Refuse what no honest sender writes: other schemes, no host, credentials or escapes inside the host."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and not _ODD_IN_HOST.search(parts.netloc)
    except ValueError as error:
        raise PermanentFailure("not a web address", reason="bad_address") from error
    if parts.scheme not in {"http", "https"} or not has_host:
        raise PermanentFailure("not a plain web address with http or https", reason="bad_address")


def _refuse_status(status: int, host: str) -> None:
    if status == 200:
        return
    if 300 <= status < 400:
        raise PermanentFailure(f"{host} sends us elsewhere; redirects are not followed", status, reason="redirect")
    if status in {408, 425, 429} or status >= 500:
        raise TemporaryFailure(f"{host} answered {status}", status)
    raise PermanentFailure(f"{host} answered {status}", status)


def _connection_failure(error: aiohttp.ClientConnectorError, host: str) -> PermanentFailure | TemporaryFailure:
    if isinstance(error.os_error, PrivateAddressError):
        return PermanentFailure(f"'{host}' is an address inside our own network", reason="private_address")
    return TemporaryFailure(f"no connection to {host}: {type(error).__name__}")


async def _limited(answer: aiohttp.ClientResponse, limit_bytes: int) -> AsyncIterator[bytes]:
    seen = 0
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        seen += len(chunk)
        if seen > limit_bytes:
            raise PayloadTooLarge(f"the answer is over {limit_bytes} bytes")
        yield chunk


async def _read_limited(answer: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    return b"".join([chunk async for chunk in _limited(answer, limit_bytes)])


def _host(url: str) -> str:
    """Return the host alone: paths and queries may hold tokens."""
    return url.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1]
