"""Calls to a CRM: within its limits, which all workers share, and with faults as the contract names them.

A connector says which limits a call counts against and how its vendor writes refusals; waiting for one's turn, telling
a write that may have been applied from one that was not, and renewing a token are the same for all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Unpack

from hub.channels.base import Context
from hub.crm_sync.tokens import Exchange, HeldTokens, TokenPair, Tokens
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadTooLarge,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
    TokenExpired,
)
from hub.net.http import HttpAnswer, RequestOptions

LONGEST_TURN = timedelta(seconds=10)
"""Whoever would wait longer gives the place to others and comes back."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `burst` at once and `per_second` in the long run; `name` is part of the bucket's name."""

    name: str
    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class CrmContext(Context):
    """What a connector may use beyond what every channel may."""

    tokens: Tokens = field(default_factory=HeldTokens)


Judge = Callable[[HttpAnswer], ProviderError | None]
"""Reads a refusal in the vendor's own form; None leaves it to the status."""


def no_refusal(answer: HttpAnswer) -> ProviderError | None:
    """Leave everything to the status."""
    del answer
    return None


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls of one account. `judge` sees every answer first, also those with status 200.

    `account` names the buckets: the host, or whatever the vendor counts by.
    """

    context: Context
    account: str
    limits: Sequence[Limit]
    judge: Judge = no_refusal

    async def ask(
        self, method: str, url: str, *, is_write: bool, limits: Sequence[Limit] = (), **options: Unpack[RequestOptions]
    ) -> HttpAnswer:
        """Make one call when it is its turn and return its answer, which is a success.

        `limits` are those this call counts against beside the account's.

        Raises:
            TemporaryFailure, OutcomeUnknown, AuthenticationFailed, PermanentFailure: see `hub.crm_sync.base`.
        """
        everything = (*self.limits, *limits)
        await self._take_turns(everything)
        answer = await self._request(method, url, is_write=is_write, options=options)
        error = self.judge(answer) or judge_status(answer, is_write=is_write)
        if isinstance(error, TemporaryFailure) and error.retry_after:
            await self._close(everything, error.retry_after)
        if error is not None:
            raise error
        return answer

    async def _request(self, method: str, url: str, *, is_write: bool, options: RequestOptions) -> HttpAnswer:
        try:
            return await self.context.http.request(method, url, **options)
        except OutcomeUnknown as error:
            if is_write:
                raise
            raise TemporaryFailure(str(error), error.status) from error
        except PayloadTooLarge as error:
            raise OutcomeUnknown(str(error)) if is_write else TemporaryFailure(str(error)) from error

    async def _take_turns(self, limits: Sequence[Limit]) -> None:
        for limit in limits:
            wait = await self.context.rates.take(self._bucket(limit), per_second=limit.per_second, burst=limit.burst)
            if wait > LONGEST_TURN:
                raise TemporaryFailure(f"the CRM's limit '{limit.name}' is used up", retry_after=wait)
            await asyncio.sleep(wait.total_seconds())

    async def _close(self, limits: Sequence[Limit], until: timedelta) -> None:
        for limit in limits:
            await self.context.rates.block(self._bucket(limit), until)

    def _bucket(self, limit: Limit) -> str:
        return f"crm:{self.account}:{limit.name}"


async def with_token(
    tokens: Tokens, first: TokenPair, exchange: Exchange, call: Callable[[str], Awaitable[HttpAnswer]]
) -> HttpAnswer:
    """Make a call with the access token in force; if that has run out, renew it once and call again.

    Raises:
        AuthenticationFailed: the new one is refused too, or cannot be had.
    """
    pair = await tokens.current(first)
    try:
        return await call(pair.access)
    except TokenExpired:
        renewed = await tokens.renewed(pair, exchange)
    try:
        return await call(renewed.access)
    except TokenExpired as error:
        raise AuthenticationFailed(f"a token renewed just now is refused: {error}", error.status) from error


def judge_status(answer: HttpAnswer, *, is_write: bool) -> ProviderError | None:
    """Return what a status means where the vendor's own form says nothing, None for a success."""
    status, wish = answer.status, answer.retry_after()
    if 200 <= status < 300:
        return None
    text = f"the CRM answered {status}{_quoted(answer)}"
    if status == 401:
        return AuthenticationFailed(text, status)
    if status in {408, 425, 429, 503}:
        return TemporaryFailure(text, status, wish)
    if status >= 500:
        return OutcomeUnknown(text, status) if is_write else TemporaryFailure(text, status, wish)
    return PermanentFailure(text, status, reason=_REASONS.get(status, "invalid"))


_REASONS: Mapping[int, str] = {402: "plan", 403: "forbidden", 404: "missing", 409: "conflict", 410: "missing"}
_QUOTED_CHARACTERS = 300


def _quoted(answer: HttpAnswer) -> str:
    """Return the vendor's words, shortened and on one line; nothing if they are no text."""
    text = " ".join(answer.body[: _QUOTED_CHARACTERS * 4].decode(errors="replace").split())
    return f": {text[:_QUOTED_CHARACTERS]}" if text else ""
