"""The portal at its socket: who calls, how often, what may go wrong, and what people do in its pages."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity
from hub.testing.crm.bitrix24.chats import Chats
from hub.testing.crm.bitrix24.events import Events
from hub.testing.crm.bitrix24.listing import Page
from hub.testing.crm.bitrix24.methods import Methods, Who
from hub.testing.crm.bitrix24.records import COMPANY, CONTACT, DEAL, LEAD, WORDS, Item, Records, Refusal
from hub.testing.crm.kit import Called, CountedLimit, FakeCrm, Markup
from hub.testing.crm.surface import Seen

OWN_USER, PERSON = "1", "3"
_NUMBERS = {word.lower(): number for number, word in WORDS.items()}
_WRITES = (
    ".add",
    ".update",
    ".register",
    ".finish",
    ".attachrecord",
    ".bind",
    ".clear",
    ".activate",
    ".messages",
    ".delivery",
)
_KEY = "\n\nhub:"
_EXPIRES_SECONDS = 3600


@dataclass(slots=True)
class LeakyBucket(CountedLimit):
    """The vendor's limit: a counter up to `calls` that falls by `falls` a second."""

    falls: float = 2.0
    _level: float = 0.0
    _at: float = 0.0

    def admits(self) -> bool:
        """Count a call; False if the counter is full."""
        now = self.now()
        self._level, self._at = max(0.0, self._level - (now - self._at) * self.falls), now
        if self._level + 1 > self.calls:
            self.refused += 1
            return False
        self._level += 1
        self.most = max(self.most, int(self._level))
        return True


class FakeBitrix24(FakeCrm):
    """See the package. `secret` is the code of the webhook of user 1, `client` the application's id and secret.

    `is_simple`: a portal without leads. `blocked` are methods that used up their seconds, until when. `records` keeps
    what is there, `methods.statistics` the calls, `events` what was bound and sent.
    """

    markup = Markup.bbcode

    def __init__(self, *, is_simple: bool = True) -> None:
        super().__init__()
        self.hook_secret = "Tk51856fefc120afa4b628cc82d3935cce"
        self.secret = "w3bh00kc0de5ecret"
        self.client = ("local.5f0e1d2c", "cl1entSecretOfTheApp")
        self.access, self.refresh, self.renewals = "acce55-token-0", "refre5h-token-0", 0
        self.limits: list[CountedLimit] = [LeakyBucket(calls=50, seconds=25)]
        self.blocked: dict[str, datetime] = {}
        self.events = Events(self._present, lambda: (self.access, self.refresh), lambda: self.hook_secret)
        self.records_kept = Records(self._present, self.events.happened, is_simple)
        self.chats = Chats(self.events, self.records_kept.next_id)
        scopes = ["crm", "user", "telephony", "imopenlines", "imconnector"]
        self.methods = Methods(self.records_kept, self.events, _users(), scopes, self.chats)

    async def respond(self, request: web.Request, called: Called) -> web.StreamResponse:
        """Answer a call of REST or an exchange of tokens."""
        if called.path == "/oauth/token/":
            return self._exchange(called)
        try:
            return self._answered(self._rest(called))
        except Refusal as refusal:
            times: Mapping[str, Any] = {}
            if refusal.code == "OPERATION_TIME_LIMIT":
                times = {"operating_reset_at": int(self.blocked[_method(called)].timestamp())}
            body = {"error": refusal.code, "error_description": refusal.text, "time": times}
            return web.json_response(body, status=refusal.status)

    def is_write(self, called: Called) -> bool:
        """Everything is a POST; the method's name tells."""
        return _method(called).lower().endswith(_WRITES)

    def hooks(self) -> Sequence[Raw]:
        """Return the events sent since the last call."""
        return self.events.sent()

    def expire_tokens(self) -> None:
        """Let the access token run out."""
        self.access = f"unknown-{self.access}"

    def records(self, entity: Entity) -> Sequence[Seen]:
        """Return what is there."""
        kept = self.records_kept
        match entity:
            case Entity.contact:
                return [_contact(item) for item in kept.items[CONTACT].values()]
            case Entity.company:
                return [_sale(COMPANY, item) for item in kept.items[COMPANY].values()]
            case Entity.request:
                return [_sale(number, item) for number in (LEAD, DEAL) for item in kept.items[number].values()]
            case Entity.entry:
                calls = [row for row in kept.activities.values() if row["PROVIDER_ID"] == "VOXIMPLANT_CALL"]
                return [*map(_comment, kept.comments.values()), *map(_activity, calls), *map(_said, self.chats.said)]
            case Entity.task:
                return [_activity(row) for row in kept.activities.values() if row["PROVIDER_ID"] == "CRM_TODO"]

    def human_adds_contact(
        self, name: str, phones: Sequence[str] = (), emails: Sequence[str] = (), owner: str = ""
    ) -> CrmRef:
        """Make a card by hand."""
        typed = [("PHONE", phone) for phone in phones] + [("EMAIL", email) for email in emails]
        fm = [{"typeId": kind, "valueType": "MOBILE", "value": value} for kind, value in typed]
        fields = {**_named(name), "fm": fm, "assignedById": owner or PERSON}
        return CrmRef("contact", str(self.records_kept.add(CONTACT, fields, PERSON)["id"]))

    def human_adds_request(self, contact: CrmRef, title: str, *, stage: str = "") -> CrmRef:
        """Make a deal, or a lead on a portal with leads."""
        number = DEAL if self.records_kept.is_simple else LEAD
        fields = {"title": title, "contactIds": [int(contact.id)], "stageId": stage or None}
        return CrmRef(WORDS[number].lower(), str(self.records_kept.add(number, fields, PERSON)["id"]))

    def human_renames(self, ref: CrmRef, name: str) -> None:
        """Give a card another name, a sales chance another title."""
        self._edit(ref, _named(name) if ref.kind == "contact" else {"title": name})

    def human_reassigns(self, ref: CrmRef, user: str) -> None:
        """Make another user responsible."""
        self._edit(ref, {"assignedById": user})

    def human_moves(self, ref: CrmRef, stage: str) -> None:
        """Move to another stage, of another pipeline if the stage is of one."""
        category = int(stage[1:].partition(":")[0]) if ":" in stage else 0
        self._edit(ref, {"stageId": stage, "categoryId": category} if ref.kind == "deal" else {"stageId": stage})

    def human_converts(self, lead: CrmRef) -> CrmRef:
        """Turn a lead into a deal."""
        item = self.records_kept.find(LEAD, lead.id)
        fields = {"title": item["title"], "contactIds": item["contactIds"], "leadId": item["id"]}
        deal = self.records_kept.add(DEAL, fields, PERSON)
        self.human_moves(lead, "CONVERTED")
        return CrmRef("deal", str(deal["id"]))

    def human_deletes(self, ref: CrmRef) -> None:
        """Delete a card or sales chance."""
        self.records_kept.delete(_NUMBERS[ref.kind], ref.id, PERSON)

    def human_merges(self, ref: CrmRef, into: CrmRef) -> None:
        """Join two cards: phones, e-mails and deals go over, one card goes."""
        lost, kept = (self.records_kept.find(CONTACT, each.id) for each in (ref, into))
        self._edit(into, {"fm": {f"n{n}": row for n, row in enumerate(lost["fm"])}, "post": kept.get("post") or ""})
        for item in (*self.records_kept.items[DEAL].values(), *self.records_kept.items[LEAD].values()):
            ids = [int(into.id) if str(each) == ref.id else each for each in item["contactIds"]]
            item["contactIds"] = list(dict.fromkeys(ids))
        self.human_deletes(ref)

    def human_completes(self, ref: CrmRef) -> None:
        """Mark a to-do as done."""
        activity = self.records_kept.activities[int(ref.id)]
        activity["COMPLETED"] = "Y"
        self.records_kept.touch(activity, PERSON)

    def human_answers(self, chat: str, text: str, *, user: str = PERSON, connector: str = "hub_7") -> None:
        """Write an answer to a client in a chat of the open line."""
        self.chats.answered(chat, text, user, connector)

    def _present(self) -> datetime:
        """Return the present of a clock that may be set later."""
        return self.now()

    def _edit(self, ref: CrmRef, fields: Mapping[str, Any]) -> None:
        self.records_kept.update(_NUMBERS[ref.kind], ref.id, fields, PERSON)

    def _rest(self, called: Called) -> Any:
        """Carry out a call: first who it is, then how often, then what."""
        if called.method == "GET" and called.body:
            raise Refusal(400, "", "Communication type is not defined")
        try:
            params = json.loads(called.body or b"{}")
        except ValueError:
            params = {}
        method, who = _method(called), self._who(called, params)
        if not all(limit.admits() for limit in self.limits):
            raise Refusal(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
        if self.blocked.get(method, self.now()) > self.now():
            raise Refusal(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")
        return self.methods.call(method, params, who)

    def _who(self, called: Called, params: Mapping[str, Any]) -> Who:
        parts = called.path.strip("/").split("/")
        if len(parts) == 4:
            if parts[1:3] != [OWN_USER, self.secret]:
                raise Refusal(401, "INVALID_CREDENTIALS", "Invalid request credentials")
            return Who(OWN_USER, is_application=False)
        if not params.get("auth"):
            raise Refusal(401, "NO_AUTH_FOUND", "Wrong authorization data")
        if params["auth"] != self.access:
            raise Refusal(401, "expired_token", "The access token provided has expired.")
        return Who(OWN_USER, is_application=True)

    def _exchange(self, called: Called) -> web.Response:
        """Give a new pair for a refresh token, which is good once."""
        asked = {name: values[0] for name, values in parse_qs(called.query).items()}
        if called.method != "GET" or (asked.get("client_id"), asked.get("client_secret")) != self.client:
            return web.json_response({"error": "invalid_client"}, status=400)
        if asked.get("refresh_token") != self.refresh:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.renewals += 1
        self.access, self.refresh = f"acce55-token-{self.renewals}", f"refre5h-token-{self.renewals}"
        pair = {"access_token": self.access, "refresh_token": self.refresh, "expires_in": _EXPIRES_SECONDS}
        return web.json_response({**pair, "status": "L", "scope": "app"})

    def _answered(self, result: Any) -> web.Response:
        told = result.answer() if isinstance(result, Page) else {"result": result}
        spent = {"duration": 0.05, "operating": 0.05, "start": time.time(), "finish": time.time()}
        reset = int((self.now() + timedelta(minutes=10)).timestamp())
        instant = self.now().astimezone(UTC).isoformat(timespec="seconds")
        times = {**spent, "date_start": instant, "date_finish": instant, "operating_reset_at": reset}
        return web.json_response({**told, "time": times})


def _method(called: Called) -> str:
    return called.path.rstrip("/").rpartition("/")[2].removesuffix(".json")


def _users() -> list[Item]:
    named = (("1", "Хаб", "Интеграция", "hub@example.com"), ("3", "Ольга", "Смирнова", "olga@example.com"))
    rows = (*named, ("5", "Павел", "Кузнецов", "pavel@example.com"))
    return [
        {"ID": user, "ACTIVE": True, "NAME": name, "LAST_NAME": last, "EMAIL": mail, "UF_PHONE_INNER": f"10{user}"}
        for user, name, last, mail in rows
    ]


def _named(name: str) -> dict[str, str]:
    first, _, last = name.partition(" ")
    return {"name": first, "secondName": "", "lastName": last}


def _values(item: Item, kind: str) -> tuple[str, ...]:
    return tuple(row["value"] for row in item["fm"] if row["typeId"] == kind)


def _contact(item: Item) -> Seen:
    parts = (item.get(part) for part in ("name", "secondName", "lastName"))
    return {
        "ref": CrmRef("contact", str(item["id"])),
        "key": item.get("originId") or "",
        "name": " ".join(part for part in parts if part),
        "phones": _values(item, "PHONE"),
        "emails": _values(item, "EMAIL"),
        "owner": str(item["assignedById"]),
    }


def _sale(number: int, item: Item) -> Seen:
    contact = next(iter(item.get("contactIds") or []), None)
    return {
        "ref": CrmRef(WORDS[number].lower(), str(item["id"])),
        "key": item.get("originId") or "",
        "name": item.get("title") or "",
        "owner": str(item["assignedById"]),
        "stage": item.get("stageId") or "",
        "contact": CrmRef("contact", str(contact)) if contact else None,
    }


def _comment(row: Item) -> Seen:
    return {
        "ref": CrmRef("comment", row["ID"]),
        "key": row["COMMENT"].rpartition(_KEY)[2],
        "text": row["COMMENT"],
        "place": CrmRef(row["ENTITY_TYPE"], row["ENTITY_ID"]),
    }


def _said(row: Item) -> Seen:
    card = CrmRef("contact", row["user"]["id"].partition("-")[2])
    return {"ref": CrmRef("chat", row["chat"]), "key": row["id"], "text": row["text"], "place": card}


def _activity(row: Item) -> Seen:
    return {
        "ref": CrmRef("activity", row["ID"]),
        "key": row["DESCRIPTION"].rpartition("hub:")[2],
        "text": f"{row['SUBJECT']}\n{row['DESCRIPTION']}",
        "place": CrmRef(WORDS[int(row["OWNER_TYPE_ID"])].lower(), row["OWNER_ID"]),
        "owner": row["RESPONSIBLE_ID"],
        "is_done": row["COMPLETED"] == "Y",
        "due_at": datetime.fromisoformat(row["DEADLINE"]).astimezone(UTC),
    }
