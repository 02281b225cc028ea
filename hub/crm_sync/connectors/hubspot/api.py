"""The way to HubSpot's API: versioned paths, JSON, its refusals, its limits.

A refusal is `{"status": "error", "category": …, "message": …}`; what stands behind `: [` in a message repeats the
values that were sent, so it is left out. 429 names the limit: `TEN_SECONDLY_ROLLING`, `SECONDLY` or `DAILY`. An upsert
may answer 207 with errors and no result.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from hub.channels.base import Context
from hub.crm_sync.base import Refused
from hub.crm_sync.calling import Caller, Limit, judge_status
from hub.crm_sync.connectors.hubspot.settings import HubSpotSettings
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadInvalid,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
)
from hub.net.http import HttpAnswer
from hub.net.payloads import Json, read_json_object
from hub.net.signatures import digest_hex

SEARCHES = Limit("search", per_second=3, burst=1)
PAGE = 100
MOST_FOUND = 10_000
_MOST_PAGES = 20
_WAITS = {"TEN_SECONDLY_ROLLING": timedelta(seconds=10), "SECONDLY": timedelta(seconds=1), "DAILY": timedelta(hours=1)}
Record = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class HubSpotApi:
    """Calls of one account."""

    settings: HubSpotSettings
    caller: Caller

    def path(self, section: str, *parts: str) -> str:
        """Return the path of a section of the CRM API in the version of the settings."""
        version = self.settings.version
        head = f"/crm/{section}/{version}" if version != "v3" else f"/crm/{_legacy(section)}/{section}"
        return "/".join((head, *(quote(part, safe="") for part in parts)))

    async def read(self, path: str, **query: str) -> Record:
        """Return the answer to a GET."""
        return await self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    async def find(self, path: str, **query: str) -> Record | None:
        """Return the answer to a GET, None if there is no such record."""
        try:
            return await self.read(path, **query)
        except PermanentFailure as error:
            if error.reason == Refused.missing:
                return None
            raise

    async def read_pages(self, path: str, **query: str) -> Sequence[Record]:
        """Return the results of all pages."""
        found: list[Record] = []
        after = ""
        for _ in range(_MOST_PAGES):
            answer = await self.read(path, **query, **({"after": after} if after else {}))
            found += results(answer)
            after = next_page(answer)
            if not after:
                break
        return found

    async def search(self, kind: str, query: Mapping[str, object]) -> Record:
        """Return a page of a search, which counts against a limit of its own and lags behind writes."""
        path = self.path("objects", f"{kind}s", "search")
        answer = await self._ask("POST", path, query, is_write=False, limits=(SEARCHES,))
        results(answer)
        return answer

    async def read_many(self, kind: str, ids: Sequence[str], properties: Sequence[str]) -> Sequence[Record]:
        """Return records by id, at most a hundred; those that are gone are left out."""
        if not ids:
            return ()
        body = {"properties": list(properties), "inputs": [{"id": each} for each in ids[:PAGE]]}
        return results(await self._ask("POST", self.path("objects", f"{kind}s", "batch", "read"), body, is_write=False))

    async def write(self, method: str, path: str, body: Mapping[str, object]) -> Record:
        """Return the answer to a write."""
        return await self._ask(method, path, body, is_write=True)

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        is_write: bool = False,
        limits: Sequence[Limit] = (),
    ) -> Record:
        headers = {"Authorization": f"Bearer {self.settings.access_token.get_secret_value()}"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        url = self.settings.api_url + path
        answer = await self.caller.ask(method, url, is_write=is_write, limits=limits, headers=headers, data=data)
        try:
            return read_json_object(answer.body)
        except PayloadInvalid as error:
            raise malformed(is_write=is_write) from error


def make_api(settings: HubSpotSettings, context: Context) -> HubSpotApi:
    """Build the way to an account; its limits are counted by the token, of which only a digest is used."""
    account = f"hubspot-{digest_hex(settings.access_token.get_secret_value().encode(), 'sha256')[:12]}"
    most = settings.calls_per_ten_seconds
    return HubSpotApi(settings, Caller(context, account, (Limit("calls", most * 0.08, most // 10),), judge))


def judge(answer: HttpAnswer) -> ProviderError | None:
    """Return what an answer refuses in the vendor's words, None for a success and for what the status alone tells."""
    if answer.status != 207 and not 400 <= answer.status < 500:
        return None
    try:
        told = read_json_object(answer.body)
    except PayloadInvalid:
        return None
    match answer.status:
        case 207:
            return _failure_in(told)
        case 429:
            return _limit_of(told, answer.retry_after())
        case 401 if told.get("message"):
            return AuthenticationFailed(_words(told, 401), 401)
        case 401 | 408 | 425:
            return None
        case status:
            return _refusal(told, status)


def results(answer: Record) -> list[Record]:
    """Return the results of an answer.

    Raises:
        TemporaryFailure: it has none, not even an empty list.
    """
    found = answer.get("results")
    if not isinstance(found, list):
        raise malformed(is_write=False)
    return [each for each in found if isinstance(each, dict)]


def next_page(answer: Record) -> str:
    """Return where the next page begins, empty after the last one."""
    after = mapping(mapping(answer, "paging"), "next").get("after")
    return str(after) if after else ""


def mapping(answer: Record, name: str) -> Record:
    """Return an object in an answer, empty if there is none."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def malformed(*, is_write: bool) -> ProviderError:
    """Return what an answer means that is not what this call answers with."""
    text = "the CRM's answer is not what this call answers with"
    return OutcomeUnknown(text) if is_write else TemporaryFailure(text)


def _legacy(section: str) -> str:
    return "v4" if section == "associations" else "v3"


def _failure_in(told: Record) -> PermanentFailure | None:
    """Return why an upsert of one made nothing."""
    errors = told.get("errors")
    if told.get("results") or not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    return _refusal(errors[0], 400)


def _limit_of(told: Record, wish: timedelta | None) -> TemporaryFailure:
    policy = str(told.get("policyName") or "")
    return TemporaryFailure(f"the CRM's limit is reached: {policy or 'unnamed'}", 429, wish or _WAITS.get(policy))


def _refusal(told: Record, status: int) -> PermanentFailure:
    reason = Refused.conflict if told.get("category") == "CONFLICT" else _reason(status)
    return PermanentFailure(_words(told, status), status, reason=reason)


def _words(told: Record, status: int) -> str:
    message = str(told.get("message") or "").partition(": [")[0][:300]
    return f"the CRM says: {message} ({told.get('category') or status})"


def _reason(status: int) -> Refused:
    error = judge_status(HttpAnswer(status, {}, b""), is_write=True)
    return Refused(error.reason) if isinstance(error, PermanentFailure) else Refused.invalid
