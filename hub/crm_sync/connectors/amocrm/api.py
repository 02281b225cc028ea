"""Calls to one account: with the token in force, within the limit, with amoCRM's refusals as the contract names them.

Source: https://www.amocrm.ru/developers/content/crm_platform/error-codes and .../oauth/step-by-step (read 2026-11-22);
seven requests a second: https://developers.kommo.com/docs/limitations (read 2026-11-22). Over it comes 429, and who
goes on gets 403 for a while: a page of the web server (github.com/amocrm/amocrm-api-php/issues/434). So a 403 without
a JSON object, or with one that speaks of blocking, closes the account for `block_minutes`: nobody says how long.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from hub.channels.base import Context
from hub.crm_sync.base import Refused
from hub.crm_sync.calling import Caller, CrmContext, Limit, with_token
from hub.crm_sync.connectors.amocrm.settings import AmoSettings
from hub.crm_sync.tokens import HeldTokens, TokenPair, Tokens, life_of
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
from hub.net.payloads import Json

Query = Sequence[tuple[str, str]]
Row = Mapping[str, Json]

PAGE = 250
_MOST_PAGES = 40
_LARGEST_ANSWER = 32 * 1024 * 1024
_BLOCKED = ("block", "блокир", "превышен")


class Api:
    """One account's API. Answers are JSON objects; an empty answer is an empty object.

    `is_renewing`: a token that ran out is exchanged for a new one, which works once and has to be kept.
    """

    def __init__(self, settings: AmoSettings, context: Context, *, is_renewing: bool = True) -> None:
        self.settings = settings
        self._is_renewing = is_renewing and settings.is_renewable
        self._context = context
        self._tokens: Tokens = context.tokens if isinstance(context, CrmContext) else HeldTokens()
        limit = Limit("requests", settings.requests_per_second, burst=2)
        self._caller = Caller(context, settings.account, (limit,), self._judge)

    async def read(self, path: str, query: Query = ()) -> Row:
        """Return what is at a path, empty if nothing is. Raises: as every read of the contract."""
        answer = await self._ask("GET", f"{path}?{urlencode(query)}" if query else path, is_write=False)
        return object_of(answer, is_write=False) if answer.body.strip() else {}

    async def rows(self, path: str, name: str, query: Query = ()) -> Sequence[Row]:
        """Return one page of a list, empty if there is nothing."""
        return embedded(await self.read(path, query), name)

    async def all_rows(self, path: str, name: str, query: Query = ()) -> Sequence[Row]:
        """Return all pages of a list, as far as a list of settings reaches."""
        found: list[Row] = []
        for page in range(1, _MOST_PAGES + 1):
            told = await self.read(path, [*query, ("page", str(page)), ("limit", str(PAGE))])
            found += embedded(told, name)
            if not has_next(told):
                break
        return found

    async def write(self, method: str, path: str, body: Json) -> Json:
        """Write and return what came back, None for an empty answer. Raises: as every write of the contract."""
        answer = await self._ask(method, path, is_write=True, data=json.dumps(body, ensure_ascii=False).encode())
        return _json(answer, is_write=True) if answer.body.strip() else None

    async def write_one(self, path: str, name: str, body: Row) -> Row:
        """Write one record of a list method and return its row.

        Raises:
            OutcomeUnknown: the answer is a success that names no record.
        """
        told = await self.write("POST", path, [body])
        made = embedded(told, name) if isinstance(told, dict) else []
        if not made or not made[0].get("id"):
            raise OutcomeUnknown(f"amoCRM says it has made one of {name} and does not say which")
        return made[0]

    async def _ask(self, method: str, path: str, *, is_write: bool, data: bytes | None = None) -> HttpAnswer:
        async def call(token: str) -> HttpAnswer:
            if not token:
                raise TokenExpired("there is no access token yet")
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            return await self._bounded(f"{self.settings.base}{path}", _Call(method, headers, data, is_write))

        if not self._is_renewing:
            return await call(self.settings.access_token.get_secret_value())
        return await with_token(self._tokens, self.settings.first_pair(), self._exchange, call)

    async def _bounded(self, url: str, call: "_Call") -> HttpAnswer:
        """Make a call; an answer over the limit is no answer."""
        try:
            return await self._caller.ask(
                call.method,
                url,
                is_write=call.is_write,
                headers=call.headers,
                data=call.data,
                limit_bytes=_LARGEST_ANSWER,
            )
        except PayloadInvalid as error:
            raise _unreadable(str(error), is_write=call.is_write) from error

    async def _exchange(self, stale: TokenPair) -> TokenPair:
        """Exchange a refresh token, or the code of the settings the first time; each can be used once."""
        code = self.settings.auth_code.get_secret_value()
        grant = (
            {"grant_type": "refresh_token", "refresh_token": stale.refresh}
            if stale.refresh
            else {"grant_type": "authorization_code", "code": code}
        )
        body = {
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "redirect_uri": self.settings.redirect_uri,
            **grant,
        }
        caller = replace(self._caller, judge=self._judge_exchange)
        answer = await caller.ask(
            "POST",
            f"{self.settings.base}/oauth2/access_token",
            is_write=True,
            headers={"Content-Type": "application/json"},
            data=json.dumps(body).encode(),
        )
        return self._read_pair(object_of(answer, is_write=True))

    def _read_pair(self, told: Row) -> TokenPair:
        access, refresh, seconds = told.get("access_token"), told.get("refresh_token"), told.get("expires_in")
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise OutcomeUnknown("amoCRM has exchanged the token and its answer has no new one")
        return TokenPair(access, refresh, self._context.clock.now() + life_of(seconds, unsaid=timedelta(days=1)))

    def _judge(self, answer: HttpAnswer) -> ProviderError | None:
        """Read a refusal in amoCRM's form; None leaves it to the status."""
        if answer.status < 400:
            return None
        words = vendor_words(answer)
        match answer.status:
            case 400 | 422:
                reason = Refused.missing if "NotFound" in words else Refused.invalid
                return PermanentFailure(f"the CRM refuses the record: {words}", answer.status, reason=reason)
            case 401 if self._is_renewing:
                return TokenExpired(f"the CRM does not accept the token: {words}", 401)
            case 401:
                return AuthenticationFailed(f"the CRM does not accept the token: {words}", 401)
            case 403:
                return self._forbidden(answer, words)
            case 425 | 426:
                return PermanentFailure(f"the CRM has this switched off: {words}", answer.status, reason=Refused.plan)
            case 429:
                return TemporaryFailure(
                    "the CRM has had too many requests", 429, answer.retry_after() or timedelta(seconds=2)
                )
            case _:
                return None

    def _judge_exchange(self, answer: HttpAnswer) -> ProviderError | None:
        """Read a refusal of an exchange; a block comes from before the API and says nothing about the token."""
        if answer.status not in {400, 401, 403, 404, 422}:
            return self._judge(answer)
        if answer.status == 403 and _problem(answer) is None:
            return self._judge(answer)
        words = vendor_words(answer)
        return AuthenticationFailed(f"the CRM gives no new token, connect it again: {words}", answer.status)

    def _forbidden(self, answer: HttpAnswer, words: str) -> ProviderError | None:
        told = _problem(answer)
        if told is None or any(word in words.lower() for word in _BLOCKED):
            silence = answer.retry_after() or timedelta(minutes=self.settings.block_minutes)
            return TemporaryFailure("the CRM has blocked the account for too many requests", 403, silence)
        if told.get("code") == 113:
            return AuthenticationFailed(f"the CRM lets only listed addresses in: {words}", 403)
        return PermanentFailure(
            f"the CRM: the token's user has no right to this: {words}", 403, reason=Refused.forbidden
        )


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    headers: Mapping[str, str]
    data: bytes | None
    is_write: bool


def embedded(told: Row, name: str) -> Sequence[Row]:
    """Return the records in an answer's `_embedded`, whatever else it holds left out."""
    box = told.get("_embedded")
    return rows_of(box.get(name)) if isinstance(box, dict) else []


def rows_of(value: Json) -> list[Row]:
    """Return the objects of a list, none if it is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def has_next(told: Row) -> bool:
    """Tell whether a list says that it goes on."""
    links = told.get("_links")
    return isinstance(links, dict) and isinstance(links.get("next"), dict)


def vendor_words(answer: HttpAnswer) -> str:
    """Return what a problem document says, one line: title, detail, hint, faults with their places."""
    told = _problem(answer) or {}
    said = [str(told[name]) for name in ("title", "detail", "hint") if told.get(name)]
    for record in rows_of(told.get("validation-errors")):
        for fault in rows_of(record.get("errors")):
            said.append(" ".join(str(fault.get(name, "")) for name in ("path", "code", "detail")))
    return "; ".join(" ".join(words.split()) for words in said)[:500] or f"status {answer.status}"


def _problem(answer: HttpAnswer) -> Row | None:
    """Return a refusal's JSON object, None if it has none: then it comes from before the API."""
    try:
        told = answer.json()
    except PayloadInvalid:
        return None
    return told if isinstance(told, dict) else None


def _json(answer: HttpAnswer, *, is_write: bool) -> Json:
    try:
        return answer.json()
    except PayloadInvalid as error:
        raise _unreadable("the answer is no JSON", is_write=is_write) from error


def object_of(answer: HttpAnswer, *, is_write: bool) -> Row:
    """Return an answer's object. Raises: OutcomeUnknown for a write, TemporaryFailure for a read: it is none."""
    told = _json(answer, is_write=is_write)
    if not isinstance(told, dict):
        raise _unreadable("the answer is no object", is_write=is_write)
    return told


def _unreadable(why: str, *, is_write: bool) -> ProviderError:
    return (OutcomeUnknown if is_write else TemporaryFailure)(f"amoCRM's answer cannot be read: {why}")
