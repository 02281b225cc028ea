"""The made-up CRM Cardfile keeps the contract: its fake, and the class of five lines."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity, read_ref
from hub.net.signatures import hmac_hex
from hub.testing.contracts import CrmContract
from hub.testing.crm.kit import CountedLimit, FakeCrm
from tests.crm_sync.made_up.cardfile import CHANNEL

ROOMS = {Entity.contact: "cards", Entity.request: "deals", Entity.entry: "notes", Entity.task: "jobs"}
STAGES = {"new": "open", "work": "open", "won": "won", "lost": "lost"}
PAGE = 50


class FakeCardfile(FakeCrm):
    """Cardfile at a socket."""

    def __init__(self):
        super().__init__()
        self.limits = [CountedLimit(40, 1.0)]
        self.hook_secret = "hook-secret-0123456789"
        self.rooms: dict[str, dict[str, dict[str, Any]]] = {room: {} for room in ROOMS.values()}
        self.changes, self.sent = [], []

    def is_write(self, called):
        return called.method in {"POST", "PATCH"} and called.path != "/search"

    async def respond(self, request, called):
        if not self.limits[0].admits():
            return web.json_response({"error": "too many"}, status=429, headers={"Retry-After": "1"})
        if called.headers.get("Authorization") != "Bearer t0ken-0123456789":
            return web.json_response({"error": "wrong token"}, status=401)
        asked, (room, _, number) = json.loads(called.body or b"{}"), called.path.strip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(called.query).items()}
        if room in {"about", "search", "changes"}:
            return web.json_response(self.answer(room, asked, query))
        if called.method == "POST":
            return web.json_response({"id": self.make(room, asked, called.headers["Idempotency-Key"])})
        if "key" in query:
            return web.json_response(next((r for r in self.rooms[room].values() if r["key"] == query["key"]), {}))
        if number not in self.rooms[room]:
            return web.json_response({"error": "no such record"}, status=404)
        if called.method == "PATCH":
            self.change(room, number, asked, "robot")
        return web.json_response(self.shown(room, self.rooms[room][number]))

    def answer(self, room, asked, query):
        if room == "about":
            stages = [{"id": stage, "name": stage, "outcome": outcome} for stage, outcome in STAGES.items()]
            users = [{"id": "robot", "name": "Hub"}, {"id": "olga", "name": "Ольга"}]
            return {"users": users, "stages": stages, "me": "robot"}
        if room == "search":
            return {"cards": [self.shown("cards", card) for card in self.found(asked)]}
        seen = int(query.get("since") or len(self.changes))
        page = self.changes[seen : seen + PAGE]
        return {"changes": page, "seen": seen + len(page), "more": len(self.changes) > seen + PAGE}

    def shown(self, room, record):
        deals = [deal for deal in self.rooms["deals"].values() if deal["card"] == record["id"]]
        is_open = any(STAGES[deal["stage"]] == "open" for deal in deals)
        return {**record, "outcome": STAGES.get(record.get("stage"), ""), "open_deals": is_open}

    def found(self, asked):
        for card in self.rooms["cards"].values():
            tails = {"".join(c for c in phone if c.isdigit())[-10:] for phone in card["phones"]}
            if tails & set(asked["phones"]) or {e.lower() for e in card["emails"]} & set(asked["emails"]):
                yield card

    def make(self, room, asked, key, by="robot"):
        known = next((record for record in self.rooms[room].values() if key and record["key"] == key), None)
        if known:
            return known["id"]
        number = str(len(self.rooms[room]) + 101)
        self.rooms[room][number] = {"fields": {}, **asked, "id": number, "key": key}
        if room == "deals":
            self.rooms[room][number]["stage"] = asked["stage"] or "new"
        self.note(room, number, by)
        return number

    def change(self, room, number, asked, by="olga"):
        fields = {**self.rooms[room][number]["fields"], **asked.pop("fields", {})}
        self.rooms[room][number] |= {**asked, "fields": fields}
        self.note(room, number, by)

    def note(self, room, number, by):
        at = self.now().isoformat()
        if number in self.rooms[room]:
            self.rooms[room][number] |= {"changed_at": at, "changed_by": by}
        change = {"room": room, "id": number, "number": len(self.changes), "at": at, "by": by}
        self.changes.append(change)
        body = json.dumps(change).encode()
        headers = {"x-cardfile-signature": hmac_hex(self.hook_secret, body)} if self.hook_secret else {}
        self.sent.append(Raw(body, self.now(), headers, "POST"))

    def hooks(self):
        sent, self.sent = self.sent, []
        return sent

    def records(self, entity):
        return [self.told(ROOMS[entity], record) for record in self.rooms[ROOMS[entity]].values()]

    def told(self, room, record):
        told = {**record, "ref": CrmRef(room, record["id"])}
        if room == "deals":
            told["contact"] = CrmRef("cards", record["card"])
        if room in {"notes", "jobs"}:
            told["place"] = read_ref(record["at"])
        if room == "jobs":
            told["due_at"] = datetime.fromisoformat(record["due_at"])
        return told

    def human_adds_contact(self, name, phones=(), emails=(), owner=""):
        card = {"name": name, "phones": [*phones], "emails": [*emails], "owner": owner}
        return CrmRef("cards", self.make("cards", card, "", "olga"))

    def human_adds_request(self, contact, title, *, stage=""):
        return CrmRef("deals", self.make("deals", {"name": title, "card": contact.id, "stage": stage}, "", "olga"))

    def human_renames(self, ref, name):
        self.change(ref.kind, ref.id, {"name": name})

    def human_reassigns(self, ref, user):
        self.change(ref.kind, ref.id, {"owner": user})

    def human_moves(self, ref, stage):
        self.change(ref.kind, ref.id, {"stage": stage})

    def human_completes(self, ref):
        self.change(ref.kind, ref.id, {"is_done": True})

    def human_deletes(self, ref):
        del self.rooms[ref.kind][ref.id]
        self.note(ref.kind, ref.id, "olga")


class TestCardfile(CrmContract):
    channel = CHANNEL
    fake = FakeCardfile
    signs_body = True
    own_field = "colour"

    @staticmethod
    def settings(fake):
        return {"api_url": fake.url, "token": "t0ken-0123456789", "hook_secret": "hook-secret-0123456789"}
