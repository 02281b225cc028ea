"""The wire: refusals as problem documents, pages of lists, bodies of calls, tokens."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from hub.testing.crm.amocrm.shape import Record
from hub.testing.crm.kit import Called


@dataclass(slots=True)
class Refusal(Exception):
    """A refusal as a problem document."""

    status: int
    detail: str
    path: str = ""
    code: str = "NotSupportedChoice"

    def answer(self) -> web.Response:
        """Return it in the vendor's form."""
        told: Record = {"title": "Error", "status": self.status, "detail": self.detail}
        if self.path:
            fault = {"code": self.code, "path": self.path, "detail": self.detail}
            told |= {"title": "Bad Request", "validation-errors": [{"request_id": "0", "errors": [fault]}]}
        return answer_json(told, self.status, "application/problem+json")


def make_jwt(expires_at: datetime, number: int = 0, account: int = 28805383) -> str:
    """Return a token as the vendor writes them: readable by anybody, signed by nobody we know."""
    claims = {"exp": int(expires_at.timestamp()), "account_id": account, "jti": number, "scopes": ["crm", "notes"]}
    parts = ({"typ": "JWT", "alg": "RS256"}, claims)
    packed = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*packed, "c2lnbmF0dXJl"])


def paged(called: Called, name: str, rows: Sequence[Record], most: int = 250) -> Record | None:
    """Return a page of a list in the vendor's form, nothing for an empty one."""
    asked = dict(parse_qsl(called.query))
    size, page = int(asked.get("limit", 50)), int(asked.get("page", 1))
    if size > most:
        raise Refusal(400, "This value should be less.", "limit", "InvalidType")
    found = rows[(page - 1) * size : page * size]
    if not found:
        return None
    links: Record = {"self": {"href": called.path}}
    if len(rows) > page * size:
        links["next"] = {"href": f"{called.path}?page={page + 1}"}
    return {"_page": page, "_links": links, "_embedded": {name: found}}


def bodies_of(called: Called) -> list[Record]:
    """Return the records of a list method."""
    told = json.loads(called.body)
    if not isinstance(told, list) or not told:
        raise Refusal(400, "Request validation failed")
    return told


def body_of(called: Called) -> Record:
    """Return the record of a method for one."""
    told = json.loads(called.body)
    if not isinstance(told, dict):
        raise Refusal(405, "Method Not Allowed")
    return told


def answer_json(told: object, status: int = 200, kind: str = "application/hal+json") -> web.Response:
    """Return an answer of the API."""
    return web.Response(status=status, body=json.dumps(told, ensure_ascii=False).encode(), content_type=kind)
