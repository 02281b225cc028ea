"""Calls of REST methods: one POST with a JSON body each, within the portal's limits, refusals read by their code.

The status says little: a refused right comes as 401 or 403, a mistake of a record as 400 with an empty code and a
sentence. A method that has used up its seconds answers 429 with the instant it opens again; only that method waits,
so its wait is not the account's. In application mode the access token travels in the body and is renewed once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from json import dumps
from urllib.parse import urlencode

from hub.channels.base import Context
from hub.crash import crash_point
from hub.crm_sync.base import Refused
from hub.crm_sync.calling import Caller, Limit, with_token
from hub.crm_sync.connectors.bitrix24.settings import Bitrix24Settings
from hub.crm_sync.tokens import TokenPair, Tokens, life_of
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadInvalid,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
    TokenExpired,
)
from hub.net.http import HttpAnswer
from hub.net.payloads import Json, read_json

_LONGEST_BLOCK = timedelta(minutes=10)
_PAUSE = timedelta(seconds=2)
_LIFE = timedelta(hours=1)
_LATEST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
_MOST_PAGES = 40
_WORDS = 300
_EXPIRED = frozenset({"expired_token", "invalid_token"})
_DENIED = frozenset(
    {
        "no_auth_found",
        "invalid_credentials",
        "user_access_error",
        "overload_limit",
        "portal_deleted",
        "payment_required",
        "application_not_found",
    }
)
_REASONS = {
    "insufficient_scope": Refused.forbidden,
    "access_denied": Refused.forbidden,
    "allowed_only_intranet_user": Refused.forbidden,
    "wrong_auth_type": Refused.unsupported,
    "error_method_not_found": Refused.unsupported,
    "not_found": Refused.missing,
    "owner_not_found": Refused.missing,
}


class MethodBlocked(TemporaryFailure):
    """A method has used up its seconds and opens again at `opens_at` (UTC); the others go on."""

    def __init__(self, message: str, opens_at: datetime) -> None:
        super().__init__(message, 429)
        self.opens_at = opens_at


@dataclass(frozen=True, slots=True)
class Portal:
    """The REST methods of one portal.

    `can_renew`: an expired access token may be exchanged. Not in a test before saving: the refresh token is good for
    one exchange, and what came back would be lost.
    """

    settings: Bitrix24Settings
    context: Context
    tokens: Tokens
    can_renew: bool = True

    async def read(self, method: str, params: Mapping[str, object]) -> Mapping[str, Json]:
        """Return the whole answer of a method that changes nothing.

        Raises:
            TemporaryFailure, AuthenticationFailed, PermanentFailure: see `hub.crm_sync.base`.
        """
        return await self._call(method, params, is_write=False)

    async def write(self, method: str, params: Mapping[str, object]) -> Json:
        """Return the `result` of a method that changes something; called once, whatever the outcome.

        Raises:
            TemporaryFailure, OutcomeUnknown, AuthenticationFailed, PermanentFailure: see `hub.crm_sync.base`.
        """
        crash_point("bitrix24.before_write")
        answer = await self._call(method, {**params, **self.marked()}, is_write=True)
        crash_point("bitrix24.after_write")
        return answer["result"]

    async def read_all(self, method: str, params: Mapping[str, object]) -> Sequence[Mapping[str, Json]]:
        """Return the rows of all pages of a list, 50 each, at most 2000."""
        rows: list[Mapping[str, Json]] = []
        start: Json = 0
        for _ in range(_MOST_PAGES):
            answer = await self.read(method, {**params, "start": start})
            rows += rows_of(answer)
            start = answer.get("next")
            if not isinstance(start, int):
                break
        return rows

    def marked(self) -> Mapping[str, str]:
        """Return the mark that keeps our own changes out of our queue of offline events, nothing where none is read."""
        is_queue = self.settings.is_application and self.settings.offline_events
        return {"auth_connector": self.connector_name} if is_queue else {}

    @property
    def connector_name(self) -> str:
        """The name of our queue of offline events."""
        return f"hub-{self.context.connection_id}"

    async def _call(self, method: str, params: Mapping[str, object], *, is_write: bool) -> Mapping[str, Json]:
        try:
            answer = await self._send(method, params, is_write=is_write)
        except MethodBlocked as error:
            wait = min(max(error.opens_at - self.context.clock.now(), _PAUSE), _LONGEST_BLOCK)
            raise TemporaryFailure(str(error), 429, retry_after=wait) from error
        told = _as_object(answer)
        if "result" not in told:
            text = f"{method} was answered without a result"
            raise OutcomeUnknown(text, answer.status) if is_write else TemporaryFailure(text, answer.status)
        return told

    async def _send(self, method: str, params: Mapping[str, object], *, is_write: bool) -> HttpAnswer:
        settings = self.settings
        judge = judge_in_application if settings.is_application else judge_in_webhook
        limit = Limit("requests", settings.requests_per_second, settings.requests_at_once)
        caller = Caller(self.context, settings.account, (limit,), judge)

        async def post(access: str) -> HttpAnswer:
            body = _as_json({**params, "auth": access} if access else params)
            url, headers = f"{settings.base_url}/{method}.json", {"Content-Type": "application/json"}
            return await caller.ask("POST", url, is_write=is_write, headers=headers, data=body)

        return await self._with_access(post) if settings.is_application else await post("")

    async def _with_access(self, post: Callable[[str], Awaitable[HttpAnswer]]) -> HttpAnswer:
        first = TokenPair(self.settings.access_token.get_secret_value(), self.settings.refresh_token.get_secret_value())

        async def post_known(access: str) -> HttpAnswer:
            if not access:
                raise TokenExpired("there is no access token yet")
            return await post(access)

        if not self.can_renew:
            return await post_known((await self.tokens.current(first)).access)
        return await with_token(self.tokens, first, self._renew, post_known)

    async def _renew(self, pair: TokenPair) -> TokenPair:
        """Exchange a refresh token, which is good for one exchange, for a new pair."""
        query = {
            "grant_type": "refresh_token",
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "refresh_token": pair.refresh,
        }
        answer = await self.context.http.request("GET", f"{self.settings.oauth_url}/oauth/token/?{urlencode(query)}")
        if answer.status == 429 or answer.status >= 500:
            raise TemporaryFailure("the server of tokens does not answer now", answer.status, answer.retry_after())
        told = _as_object(answer)
        if "error" in told:
            raise AuthenticationFailed(f"the token was not renewed: {_words(told)}", answer.status)
        access, refresh = told.get("access_token"), told.get("refresh_token")
        if not isinstance(access, str) or not isinstance(refresh, str):
            raise OutcomeUnknown("the server of tokens answered without a token", answer.status)
        ends_at = self.context.clock.now() + life_of(told.get("expires_in"), unsaid=_LIFE)
        return replace(pair, access=access, refresh=refresh, expires_at=ends_at)


def judge_in_webhook(answer: HttpAnswer) -> ProviderError | None:
    """Read a refusal; an expired webhook cannot be renewed by anybody but a person."""
    error = judge_in_application(answer)
    return AuthenticationFailed(str(error), answer.status) if isinstance(error, TokenExpired) else error


def judge_in_application(answer: HttpAnswer) -> ProviderError | None:
    """Read a refusal by its code; statuses of servers in between are left to the common table."""
    told = _as_object(answer)
    if "error" not in told:
        return None
    code, text = str(told.get("error") or "").lower(), f"Bitrix24: {_words(told)}"
    if code == "query_limit_exceeded":
        return TemporaryFailure(text, answer.status, answer.retry_after() or _PAUSE)
    if code == "operation_time_limit":
        return MethodBlocked(text, _opens_at(told))
    if code in _EXPIRED:
        return TokenExpired(text, answer.status)
    if code in _DENIED or "rest is available only" in text.lower():
        return AuthenticationFailed(text, answer.status)
    return _refusal(code, text, answer.status)


def _refusal(code: str, text: str, status: int) -> ProviderError | None:
    """Return why this record is refused; None for faults of servers, which say nothing of a record."""
    if status >= 500 or status in {408, 425, 429} or (status == 401 and code not in _REASONS):
        return None
    is_missing = not code and "not found" in text.lower()
    return PermanentFailure(text, status, reason=Refused.missing if is_missing else _REASONS.get(code, Refused.invalid))


def _opens_at(told: Mapping[str, Json]) -> datetime:
    times = told.get("time")
    instant = times.get("operating_reset_at") if isinstance(times, dict) else None
    seconds = min(max(instant, 0), _LATEST) if isinstance(instant, int) else 0
    return datetime.fromtimestamp(seconds, UTC)


def rows_of(answer: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Return the rows of a list: `result` itself, or its `items`, `categories` …

    Raises:
        TemporaryFailure: there is no list in it.
    """
    result = answer["result"]
    if isinstance(result, dict):
        result = next((each for each in result.values() if isinstance(each, list)), None)
    if not isinstance(result, list):
        raise TemporaryFailure("a list was answered in a form that is none")
    return [row for row in result if isinstance(row, dict)]


def _as_object(answer: HttpAnswer) -> Mapping[str, Json]:
    """Return the members of an answer, none if it is no object: what is missing in it is judged by who asked."""
    try:
        told = answer.json()
    except PayloadInvalid:
        return {}
    return told if isinstance(told, dict) else {}


def _as_json(params: Mapping[str, object]) -> bytes:
    """Return a body of characters that can be stored: NUL and halves of pairs are none."""
    return dumps(read_json(dumps(params).encode()), ensure_ascii=False).encode()


def _words(told: Mapping[str, Json]) -> str:
    """Return the vendor's own words, on one line and shortened."""
    code, sentence = str(told.get("error") or ""), str(told.get("error_description") or "")
    return " ".join(f"{sentence} ({code})".split() if sentence and code else (sentence or code).split())[:_WORDS]
