"""The way to retailCRM's API v5: form bodies with JSON inside, pages, times without zone, refusals in words.

A refusal comes as `{"success": false, "errorMsg": …, "errors": {field: why}}`; overload is a bare 503, and the vendor's
own client waits a second then. An unknown account answers 405 with a page of its web server.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hub.channels.base import Context
from hub.crm_sync.base import Refused
from hub.crm_sync.calling import Caller, Limit, judge_status
from hub.crm_sync.connectors.retailcrm.settings import RetailCrmSettings
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

LIMIT = Limit("calls", per_second=8, burst=1)
_OVERLOAD_WAIT = timedelta(seconds=1)
_PATTERN = "%Y-%m-%d %H:%M:%S"
_PAGE = "100"
_MOST_PAGES = 50
_BAD_CREDENTIALS = ('wrong "apikey" value', '"apikey" is missing', "account does not exist")
PATHS = {"customer": "customers", "order": "orders", "task": "tasks"}
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RetailApi:
    """Calls of one account."""

    settings: RetailCrmSettings
    caller: Caller

    async def read(self, path: str, query: Query = ()) -> Mapping[str, Json]:
        """Return the answer to a GET of `/api/v5/<path>`."""
        return _members(await self._ask("GET", f"v5/{path}", query, None), is_write=False)

    async def read_account(self, path: str) -> Mapping[str, Json]:
        """Return the answer to a GET outside the versions: `credentials`."""
        return _members(await self._ask("GET", path, (), None), is_write=False)

    async def find(self, path: str, query: Query = ()) -> Mapping[str, Json] | None:
        """Return the answer to a GET, None if there is no such record."""
        try:
            return await self.read(path, query)
        except PermanentFailure as error:
            if error.reason == Refused.missing:
                return None
            raise

    async def read_all(self, path: str, name: str) -> Sequence[Mapping[str, Json]]:
        """Return the items `name` of all pages."""
        found: list[Mapping[str, Json]] = []
        for page in range(1, _MOST_PAGES + 1):
            answer = await self.read(path, (("limit", _PAGE), ("page", str(page))))
            found += items(answer, name)
            if page >= pages_of(answer):
                break
        return found

    async def write(self, path: str, fields: Mapping[str, object], query: Query = ()) -> Mapping[str, Json]:
        """Return the answer to a POST of a form; whatever is no text goes as JSON, `site` by itself."""
        site = {"site": self.settings.site} if self.settings.site else {}
        form = {name: value if isinstance(value, str) else _json(value) for name, value in {**fields, **site}.items()}
        return _members(await self._ask("POST", f"v5/{path}", query, form), is_write=True)

    def by_id(self) -> Query:
        """Return the query that makes the number of a path the CRM's own id, not our external one."""
        return self._by("id")

    def by_key(self) -> Query:
        """Return the query that makes the number of a path our key."""
        return self._by("externalId")

    def local(self, instant: datetime, pattern: str = _PATTERN) -> str:
        """Return an instant as the account writes it."""
        return instant.astimezone(ZoneInfo(self.settings.zone)).strftime(pattern)

    def instant(self, text: Json) -> datetime | None:
        """Return the UTC instant of a time of the account, None if there is none to be read."""
        try:
            return datetime.fromisoformat(str(text)).replace(tzinfo=ZoneInfo(self.settings.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def _by(self, what: str) -> Query:
        site = (("site", self.settings.site),) if self.settings.site else ()
        return (("by", what), *site)

    async def _ask(self, method: str, path: str, query: Query, form: Mapping[str, str] | None) -> HttpAnswer:
        url = f"{self.settings.base}/api/{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"X-API-KEY": self.settings.api_key.get_secret_value()}
        return await self.caller.ask(method, url, is_write=form is not None, headers=headers, data=form)


def make_api(settings: RetailCrmSettings, context: Context) -> RetailApi:
    """Build the way to an account: its limits are counted by the address that asks, which is ours for all."""
    return RetailApi(settings, Caller(context, settings.base.partition("://")[2], (LIMIT,), judge))


def judge(answer: HttpAnswer) -> ProviderError | None:
    """Return what an answer refuses, None for a success and for what the status alone tells."""
    if answer.status == 503:
        return TemporaryFailure("the CRM is overloaded", 503, answer.retry_after() or _OVERLOAD_WAIT)
    try:
        told = read_json_object(answer.body)
    except PayloadInvalid:
        is_page = answer.status == 405
        return AuthenticationFailed("there is no account at this address", 405) if is_page else None
    return _refusal(answer, told) if told.get("success") is False else None


def items(answer: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    """Return the objects of a list or dictionary in an answer."""
    value = answer.get(name)
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in found if isinstance(item, dict)]


def mapping(answer: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """Return an object in an answer, empty if it is none: PHP writes an empty one as a list."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def pages_of(answer: Mapping[str, Json]) -> int:
    """Return how many pages there are, one if the answer does not say."""
    pages = mapping(answer, "pagination").get("totalPageCount")
    return pages if isinstance(pages, int) else 1


def text_of(value: Json) -> str:
    """Return a value as text: absent is empty, structures are none of ours."""
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _refusal(answer: HttpAnswer, told: Mapping[str, Json]) -> ProviderError | None:
    message = str(told.get("errorMsg") or "")
    if message.lower().startswith(_BAD_CREDENTIALS):
        return AuthenticationFailed(f"the CRM says: {message}", answer.status)
    if answer.status >= 500 or answer.status in {401, 408, 425, 429}:
        return None
    details = "; ".join(f"{name}: {why}" for name, why in _errors(told))
    text = f"the CRM says: {message}" + (f" ({details})" if details else "")
    by_status = judge_status(answer, is_write=True)
    reason = by_status.reason if isinstance(by_status, PermanentFailure) else Refused.invalid
    return PermanentFailure(text, answer.status, reason=Refused(reason))


def _errors(told: Mapping[str, Json]) -> Sequence[tuple[str, str]]:
    errors = told.get("errors")
    if isinstance(errors, dict):
        return [(str(name), str(why)) for name, why in errors.items()]
    return [("", str(why)) for why in errors] if isinstance(errors, list) else []


def _members(answer: HttpAnswer, *, is_write: bool) -> Mapping[str, Json]:
    text = "the CRM's answer says neither success nor refusal"
    malformed = OutcomeUnknown(text, answer.status) if is_write else TemporaryFailure(text, answer.status)
    try:
        told = read_json_object(answer.body)
    except PayloadInvalid as error:
        raise malformed from error
    if told.get("success") is not True:
        raise malformed
    return told


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
