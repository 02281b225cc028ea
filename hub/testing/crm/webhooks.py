"""The receiver of a business's own, as strict as docs/crm-webhooks.md lets it be: events, questions, webhooks back.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (read 2026-11-22).
Signatures are made and compared by the reference library `standardwebhooks`, of which only the clock is not used: a
test's clock stands elsewhere. A webhook-id that was seen gets the answer of the first time. It gives cards and sales
chances ids of its own and takes our key for what it did not name. Faults, redirects, 410 and hanging are `Fault`s.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity
from hub.domain.identity import canonical_email, canonical_phone
from hub.testing.crm.kit import Called, CountedLimit, FakeCrm

TOLERANCE = timedelta(minutes=5)
SECRET = "whsec_b3V0Z29pbmctc2VjcmV0LTAxMjM0NTY3ODk="
HOOK_SECRET = "whsec_aW5jb21pbmctc2VjcmV0LTAxMjM0NTY3ODk="
OWN_USER, OLGA, PAVEL = "hub", "olga", "pavel"
STAGES = {"new": "open", "work": "open", "won": "won", "lost": "lost"}
_NAMED = {Entity.contact: "card", Entity.request: "deal"}
Record = dict[str, Any]
Bag = Mapping[str, Any]


@dataclass(slots=True)
class Event:
    """An event that was taken: its type and id, when it happened, and what it said."""

    type: str
    id: str
    timestamp: str
    data: Bag = field(default_factory=dict)


class FakeReceiver(FakeCrm):
    """See the module. `events` are those taken, a repetition counted once; `pings` is how often it was tested.

    `secrets` are those it knows, `refusals` what it said no to. Webhooks of its own go into `hooks`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limits = [CountedLimit(10, 1.0)]
        self.secrets = [SECRET]
        self.hook_secret = HOOK_SECRET
        self.events: list[Event] = []
        self.refusals: list[str] = []
        self.pings = 0
        self._records: dict[Entity, dict[str, Record]] = {entity: {} for entity in Entity}
        self._answered: dict[str, Bag] = {}
        self._hooks: list[Raw] = []

    def is_write(self, called: Called) -> bool:
        return called.path == "/events"

    async def respond(self, request: web.Request, called: Called) -> web.StreamResponse:
        if not self.limits[0].admits():
            return web.json_response({"error": "slower"}, status=429, headers={"Retry-After": "1"})
        if reason := self._refusal(called):
            self.refusals.append(reason)
            return web.json_response({"error": reason}, status=401)
        body = json.loads(called.body)
        if called.path == "/lookup":
            return self._answer(body["type"], body["data"])
        return self._take(body, called.headers["webhook-id"])

    def _refusal(self, called: Called) -> str:
        """Return why a call is not ours, empty if it is."""
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        message_id, seconds, given = (called.headers.get(name, "") for name in names)
        at = datetime.fromtimestamp(int(seconds or "0"), UTC)
        valid = {Webhook(secret).sign(message_id, at, called.body.decode()) for secret in self.secrets}
        if not valid & set(given.split(" ")):
            return "no signature matches"
        return "" if abs(self.now() - at) <= TOLERANCE else "the timestamp is too old or too new"

    # ---------------------------------------------------------------- events

    def _take(self, body: Bag, webhook_id: str) -> web.StreamResponse:
        if body["type"] == "hub.ping":
            self.pings += 1
            return web.Response()
        if webhook_id not in self._answered:
            self.events.append(Event(body["type"], webhook_id, body["timestamp"], body["data"]))
            self._answered[webhook_id] = self._apply(body["type"], body["data"])
        told = self._answered[webhook_id]
        return web.json_response(told, status=int(told.get("status", 200)))

    def _apply(self, kind: str, data: Bag) -> Bag:
        word, _, act = kind.partition(".")
        entity = Entity(word)
        if act == "updated":
            return self._update(entity, data)
        owner, stage = data.get("owner", ""), data.get("stage") or ("new" if entity is Entity.request else "")
        return {"id": self._make(entity, {**data, "owner": owner, "stage": stage}, key=data["id"])}

    def _update(self, entity: Entity, data: Bag) -> Bag:
        record = self._find(entity, data["id"])
        if record is None:
            return {"error": "no such record", "status": 404}
        for name, added in (("phones", "add_phones"), ("emails", "add_emails")):
            if new := [value for value in data.get(added, ()) if value not in record[name]]:
                record[name] = [*record[name], *new]
        values = data["values"] if "values" in data else {name: data[name] for name in ("text", "due_at", "is_done")}
        record["fields"] = {**record.get("fields", {}), **data.get("fields", {})}
        self._change(entity, record, values, by=OWN_USER)
        return {}

    def _make(self, entity: Entity, record: Bag, *, key: str = "", by: str = OWN_USER) -> str:
        number = f"{_NAMED[entity]}-{len(self._records[entity]) + 1}" if entity in _NAMED else key
        self._records[entity][number] = {**record, "id": number, "key": key}
        self._change(entity, self._records[entity][number], {}, by=by)
        return number

    def _change(self, entity: Entity, record: Record, values: Bag, *, by: str) -> None:
        renamed = {"title": values["name"]} if entity is Entity.request and "name" in values else {}
        record |= {**values, **renamed, "changed_by": by, "changed_at": self.now().isoformat()}
        if by != OWN_USER:
            self._tell(f"{entity}.updated", {"id": record["id"], "changed_by": by})

    def _find(self, entity: Entity, number: str) -> Record | None:
        """Return a record by its id here or by the key it was made with."""
        records = self._records[entity]
        return records.get(number) or next((each for each in records.values() if each["key"] == number), None)

    # ---------------------------------------------------------------- questions

    def _answer(self, kind: str, asked: Bag) -> web.StreamResponse:
        if kind == "schema.get":
            return web.json_response(self._schema())
        if kind == "contact.find":
            wanted = {*asked["phones"], *asked["emails"]}
            found = [card for card in self._records[Entity.contact].values() if _addresses(card) & wanted]
            return web.json_response({"contacts": [self._card(card) for card in found if "merged_into" not in card]})
        record = self._find(Entity(asked["entity"]), asked["id"])
        if record is None:
            return web.json_response({"error": "no such record"}, status=404)
        return web.json_response(self._told(Entity(asked["entity"]), record))

    def _schema(self) -> Bag:
        users = [{"id": OWN_USER, "name": "Hub"}, {"id": OLGA, "name": "Ольга"}, {"id": PAVEL, "name": "Павел"}]
        stages = [{"id": stage, "name": stage.title(), "outcome": outcome} for stage, outcome in STAGES.items()]
        fields = [{"entity": "contact", "code": "colour", "title": "Цвет"}]
        return {"users": users, "stages": stages, "fields": fields, "own_user": OWN_USER}

    def _card(self, card: Record) -> Bag:
        requests = [each for each in self._records[Entity.request].values() if self._is_of(each, card)]
        is_open = any(STAGES[each["stage"]] == "open" for each in requests)
        return {**card, "has_open_request": is_open, "active_at": card["changed_at"]}

    def _told(self, entity: Entity, record: Record) -> Bag:
        extra = {"name": record["title"], "outcome": STAGES[record["stage"]]} if entity is Entity.request else {}
        return {**record, **extra, "is_own": record["changed_by"] == OWN_USER, "contact": self._card_of(record)}

    def _card_of(self, record: Record) -> str:
        card = self._find(Entity.contact, record["contact"]) if record.get("contact") else None
        return str(card["id"]) if card else ""

    def _is_of(self, record: Record, card: Record) -> bool:
        return self._card_of(record) == str(card["id"])

    # ---------------------------------------------------------------- webhooks back

    def _tell(self, kind: str, data: Bag) -> None:
        body = json.dumps({"type": kind, "timestamp": self.now().isoformat(), "data": data})
        message_id, at = f"msg_{len(self._hooks)}_{self.now():%Y%m%d%H%M%S%f}_{data['id']}", self.now()
        headers = {"content-type": "application/json", "webhook-id": message_id}
        headers |= {"webhook-timestamp": str(int(at.timestamp())), "webhook-signature": ""}
        if self.hook_secret:
            headers["webhook-signature"] = Webhook(self.hook_secret).sign(message_id, at, body)
        self._hooks.append(Raw(body.encode(), at, headers, "POST"))

    def hooks(self) -> Sequence[Raw]:
        sent, self._hooks = self._hooks, []
        return sent

    # ---------------------------------------------------------------- what people do and see

    def human_adds_contact(
        self, name: str, phones: Sequence[str] = (), emails: Sequence[str] = (), owner: str = ""
    ) -> CrmRef:
        card = {"name": name, "phones": list(phones), "emails": list(emails), "owner": owner}
        return CrmRef(Entity.contact, self._make(Entity.contact, card, by=OLGA))

    def human_adds_request(self, contact: CrmRef, title: str, *, stage: str = "") -> CrmRef:
        asked = {"title": title, "contact": contact.id, "owner": "", "stage": stage or "new"}
        return CrmRef(Entity.request, self._make(Entity.request, asked, by=OLGA))

    def human_renames(self, ref: CrmRef, name: str) -> None:
        self._edit(ref, {"name": name})

    def human_reassigns(self, ref: CrmRef, user: str) -> None:
        self._edit(ref, {"owner": user})

    def human_moves(self, ref: CrmRef, stage: str) -> None:
        self._edit(ref, {"stage": stage})

    def human_completes(self, ref: CrmRef) -> None:
        self._edit(ref, {"is_done": True})

    def human_merges(self, ref: CrmRef, into: CrmRef) -> None:
        self._edit(ref, {"merged_into": into.id})

    def human_deletes(self, ref: CrmRef) -> None:
        del self._records[Entity(ref.kind)][ref.id]
        self._tell(f"{ref.kind}.deleted", {"id": ref.id, "changed_by": OLGA})

    def _edit(self, ref: CrmRef, values: Bag) -> None:
        self._change(Entity(ref.kind), self._records[Entity(ref.kind)][ref.id], values, by=OLGA)

    def records(self, entity: Entity) -> Sequence[Bag]:
        return [self._seen(entity, each) for each in self._records[entity].values() if "merged_into" not in each]

    def _seen(self, entity: Entity, record: Record) -> Bag:
        """Return a record in the words of `hub.testing.crm.surface`."""
        seen: Record = {**record, "ref": CrmRef(entity, record["id"])}
        card = CrmRef(Entity.contact, self._card_of(record)) if record.get("contact") else None
        if entity is Entity.request:
            seen |= {"name": record["title"], "contact": card}
        if entity is Entity.entry:
            seen["text"] = "\n".join((record["author"], record["text"], record["link"]))
        if entity in {Entity.entry, Entity.task}:
            seen["place"] = CrmRef(Entity.request, record["request"]) if record.get("request") else card
        if entity is Entity.task:
            seen["due_at"] = datetime.fromisoformat(record["due_at"])
        return seen


def _addresses(card: Bag) -> set[str]:
    phones = {phone.e164 for text in card["phones"] if (phone := canonical_phone(text))}
    return phones | {email.value for text in card["emails"] if (email := canonical_email(text))}
