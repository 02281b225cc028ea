"""The one HTTP client: every request has a total deadline, a size limit and no surprise redirects.

Faults come back as the errors of the hub, so no adapter knows which library speaks. Addresses that a client or a
provider gave us go through `get_untrusted`, which asks `hub.net.guard` first and at every hop.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from hub.domain.errors import OutcomeUnknown, PayloadTooLarge, TemporaryFailure
from hub.net.guard import guarded_connector
from hub.net.payloads import Json, read_json

DEFAULT_DEADLINE = timedelta(seconds=20)
LONGEST_DEADLINE = timedelta(minutes=10)
DEFAULT_LIMIT_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


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
        value = self.headers.get("retry-after", "")
        return timedelta(seconds=int(value)) if value.isdigit() else None


class Http:
    """A shared session; open once by `hub.app`, closed with it. No call lasts longer than `longest`."""

    def __init__(self, proxy: str = "", *, longest: timedelta = LONGEST_DEADLINE) -> None:
        self._proxy = proxy or None
        self._longest = longest
        self._session: aiohttp.ClientSession | None = None
        self._guarded: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | aiohttp.FormData | None = None,
        deadline: timedelta = DEFAULT_DEADLINE,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> HttpAnswer:
        """Make one request to an address the business configured; redirects are not followed.

        Raises:
            TemporaryFailure: the request cannot have been applied (no connection).
            OutcomeUnknown: it was sent and no whole answer came.
            PayloadTooLarge: the answer is over `limit_bytes`.
        """
        timeout = self._timeout(deadline)
        try:
            async with self._open().request(
                method, url, headers=headers, data=data, timeout=timeout, allow_redirects=False, proxy=self._proxy
            ) as answer:
                body = await _read_limited(answer, limit_bytes)
                return HttpAnswer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TemporaryFailure(f"no connection to {_host(url)}: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown(f"no answer from {_host(url)}: {type(error).__name__}") from error

    async def get_untrusted(self, url: str, *, limit_bytes: int, deadline: timedelta) -> AsyncIterator[bytes]:
        """Yield the body of an address that somebody else gave us, through the guard, without credentials or redirects.

        Raises:
            PermanentFailure: the guard refuses the address.
            TemporaryFailure: it does not answer with 200 in time.
            PayloadTooLarge: over `limit_bytes`.
        """
        timeout = self._timeout(deadline)
        try:
            async with self._open_guarded().get(url, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise TemporaryFailure(f"{_host(url)} answered {answer.status}", answer.status)
                async for chunk in _limited(answer, limit_bytes):
                    yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TemporaryFailure(f"cannot fetch from {_host(url)}: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close both sessions; repeating it is harmless."""
        for session in (self._session, self._guarded):
            if session is not None:
                await session.close()

    def _timeout(self, deadline: timedelta) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=min(deadline, self._longest).total_seconds(), connect=10)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _open_guarded(self) -> aiohttp.ClientSession:
        if self._guarded is None:
            self._guarded = aiohttp.ClientSession(connector=guarded_connector(), cookie_jar=aiohttp.DummyCookieJar())
        return self._guarded


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
    """Return the host alone: paths may hold tokens."""
    return url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]
