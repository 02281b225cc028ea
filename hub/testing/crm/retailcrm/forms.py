"""What the API of a retailCRM takes and refuses: forms with JSON inside, known fields, pages of four sizes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from hub.testing.crm.kit import Called

Record = dict[str, Any]
_NAMES = {"firstName", "lastName", "patronymic", "email", "managerId", "source", "customFields", "externalId"}
CUSTOMER = frozenset({*_NAMES, "phones", "contragent"})
ORDER = frozenset(
    {*_NAMES, "customer", "phone", "status", "managerComment", "customerComment", "orderMethod", "orderType", "items"}
)
TASK = frozenset({"text", "commentary", "datetime", "complete", "performerId", "customer", "order", "phone"})
NOTE = frozenset({"text", "managerId", "customer"})
CALL = frozenset(
    {"date", "type", "phone", "code", "userId", "result", "duration", "durationWaiting", "externalId", "recordUrl"}
    | {"externalPhone", "site"}
)
RESULTS = frozenset({"answered", "busy", "failed", "no answer", "not allowed", "unknown"})
SOURCE = frozenset({"source", "medium", "campaign", "keyword", "content"})
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """A refusal in the vendor's form."""

    status: int
    message: str
    errors: Mapping[str, str] | None = None


def form_of(called: Called) -> dict[str, str]:
    """Return the fields of a form; anything else is refused."""
    if not called.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        raise Refusal(400, "Errors in the entity format")
    return dict(parse_qsl(called.body.decode(), keep_blank_values=True))


def object_of(form: Mapping[str, str], name: str, allowed: frozenset[str]) -> Record:
    """Return an object of a form; fields the API does not know are refused."""
    try:
        found = json.loads(form.get(name, ""))
    except ValueError as error:
        raise Refusal(400, f'Parameter "{name}" is missing or is no JSON') from error
    refuse_unknown(found, allowed)
    refuse_unknown(found.get("source") or {}, SOURCE)
    for part in ("firstName", "lastName"):
        if len(found.get(part) or "") > LONGEST_NAME:
            raise Refusal(400, "Errors in the entity format", {part: "This value is too long."})
    return dict(found)


def refuse_unknown(record: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Refuse fields the API does not know."""
    if unknown := sorted(record.keys() - allowed):
        raise Refusal(400, "Errors in the entity format", dict.fromkeys(unknown, "This form should not contain it."))


def shown_task(task: Record) -> Record:
    """Return a task as the API shows it: the performer has another name there."""
    if "datetime" in task:
        datetime.strptime(task["datetime"], "%Y-%m-%d %H:%M")  # noqa: DTZ007
    shown = {name: value for name, value in task.items() if name != "performerId"}
    return shown | ({"performer": task["performerId"], "performerType": "user"} if "performerId" in task else {})


def paged(name: str, found: Sequence[Record], query: Mapping[str, str]) -> Record:
    """Return a page of 20, 50, 100 or 250, as the API allows."""
    limit, page = int(query.get("limit", 20)), int(query.get("page", 1))
    if limit not in {20, 50, 100, 250}:
        raise Refusal(400, "Errors in the input parameters", {"limit": "The value you selected is not a valid choice."})
    pages = max(1, -(-len(found) // limit))
    pagination = {"limit": limit, "totalCount": len(found), "currentPage": page, "totalPageCount": pages}
    return {name: list(found[(page - 1) * limit : page * limit]), "pagination": pagination}
