"""The methods of API v4 that a connector meets."""

import json
import re
from urllib.parse import parse_qsl

from aiohttp import web

from hub.domain.crm import CrmRef
from hub.testing.crm.amocrm.records import Records, is_open_lead, tails_of, values_of
from hub.testing.crm.amocrm.shape import FORM_METADATA, KINDS, NOTE_PARAMS, OWN_USER, PIPELINES, UNSORTED, Record
from hub.testing.crm.amocrm.wire import Refusal, answer_json, bodies_of, body_of, paged
from hub.testing.crm.kit import Called

_ROUTES = (
    ("GET", r"account", "_account"),
    ("GET", r"users", "_list_users"),
    ("GET", r"users/(\d+)", "_get_user"),
    ("GET", r"leads/pipelines", "_list_pipelines"),
    ("GET", r"(contacts|companies|leads)/custom_fields", "_list_fields"),
    ("POST", r"(contacts|companies|leads)/custom_fields", "_add_field"),
    ("GET", r"leads/unsorted", "_list_unsorted"),
    ("POST", r"leads/complex", "_add_complex"),
    ("GET", r"(contacts|leads)/(\d+)/notes", "_list_notes"),
    ("GET", r"(contacts|leads)/notes/(\d+)", "_get_note"),
    ("POST", r"(contacts|leads)/(\d+)/notes", "_add_notes"),
    ("POST", r"calls", "_add_calls"),
    ("GET", r"contacts/chats", "_list_chats"),
    ("POST", r"contacts/chats", "_link_chats"),
    ("POST", r"(contacts|leads)/(\d+)/link", "_link"),
    ("GET", r"events", "_list_events"),
    ("GET", r"webhooks", "_list_hooks"),
    ("POST", r"webhooks", "_add_hook"),
    ("GET", r"(contacts|companies|leads|tasks)", "_list_records"),
    ("GET", r"(contacts|companies|leads|tasks)/(\d+)", "_get_record"),
    ("POST", r"(contacts|companies|leads|tasks)", "_add_records"),
    ("PATCH", r"(contacts|companies|leads|tasks)/(\d+)", "_patch_record"),
)


class Methods(Records):
    """What each path answers; a method that finds nothing returns None: an empty 204."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.webhooks: list[Record] = []
        self.is_call_refused = self.has_duplicate_control = False

    def route(self, called: Called) -> web.Response:
        """Answer a call whose token is good."""
        path = called.path.removeprefix("/api/v4/")
        for method, pattern, handler in _ROUTES:
            if method == called.method and (found := re.fullmatch(pattern, path)):
                told = getattr(self, handler)(called, *found.groups())
                return web.Response(status=204) if told is None else answer_json(told)
        raise Refusal(404, "Not Found")

    def _account(self, called: Called) -> Record:
        del called
        return {
            "id": self.account_id,
            "name": "Ромашка",
            "subdomain": self.account,
            "current_user_id": OWN_USER,
            "is_api_filter_enabled": self.is_filter_paid,
            "amojo_id": self.amojo_id,
        }

    def _list_users(self, called: Called) -> Record | None:
        self._demand_admin()
        return paged(called, "users", self.users)

    def _get_user(self, called: Called, number: str) -> Record:
        del called
        self._demand_admin()
        return next(user for user in self.users if user["id"] == int(number))

    def _list_pipelines(self, called: Called) -> Record | None:
        return paged(called, "pipelines", PIPELINES)

    def _list_fields(self, called: Called, kind: str) -> Record | None:
        return paged(called, "custom_fields", self.fields[kind])

    def _add_field(self, called: Called, kind: str) -> Record:
        self._demand_admin()
        (body,) = json.loads(called.body)
        made = {"id": self._next_id(), "name": body["name"], "code": body.get("code"), "type": body["type"]}
        self.fields[kind].append(made)
        return {"_embedded": {"custom_fields": [made]}}

    def _list_records(self, called: Called, kind: str) -> Record | None:
        query = parse_qsl(called.query)
        rows = [row for row in self._table(kind) if not row["is_deleted"]]
        for name, value in query:
            if name == "query":
                rows = [row for row in rows if self.search.finds(row, value)]
        filters = [(name, value) for name, value in query if name.startswith("filter[custom_fields_values]")]
        if filters and self.is_filter_paid:
            number = int(filters[0][0].split("[")[2].rstrip("]"))
            wanted = {value for _, value in filters}
            rows = [row for row in rows if wanted & set(map(str, values_of(row, number)))]
        is_descending = ("order[id]", "desc") in query
        rows = sorted(rows, key=lambda row: row["id"], reverse=is_descending)
        return paged(called, kind, [self._shown(kind, row, called) for row in rows])

    def _get_record(self, called: Called, kind: str, number: str) -> Record | None:
        row = next((row for row in self._table(kind) if row["id"] == int(number)), None)
        return self._shown(kind, row, called) if row and not row["is_deleted"] else None

    def _add_records(self, called: Called, kind: str) -> Record:
        made = [self._make(kind, body, OWN_USER) for body in bodies_of(called)]
        rows = [{"id": row["id"], "request_id": str(place)} for place, row in enumerate(made)]
        return {"_links": {"self": {"href": self.url}}, "_embedded": {kind: rows}}

    def _patch_record(self, called: Called, kind: str, number: str) -> Record:
        row = self._there(kind, int(number))
        body = body_of(called)
        self._check(kind, body)
        self._change(kind, row, body, OWN_USER)
        return {"id": row["id"], "updated_at": row["updated_at"], "_links": {"self": {"href": self.url}}}

    def _add_complex(self, called: Called) -> list[Record]:
        return [self._add_complex_one(body) for body in bodies_of(called)]

    def _add_complex_one(self, body: Record) -> Record:
        metadata = body.get("_embedded", {}).get("metadata")
        people = body.get("_embedded", {}).get("contacts", [])
        self._check_complex(metadata, people)
        whose = {each["id"] for each in people}
        open_leads = [row for row in self.requests if row["contact"] in whose and is_open_lead(row)]
        is_merged = self.has_duplicate_control and bool(open_leads)
        row = open_leads[0] if is_merged else self._make("leads", body, OWN_USER)
        if metadata and not is_merged:
            row["status_id"] = UNSORTED
            seen = {"uid": f"u{row['id']}", "metadata": metadata, "lead": row["id"], "created_at": self._unix()}
            self.unsorted.append(seen)
        told = {"id": row["id"], "contact_id": row["contact"], "company_id": None, "merged": is_merged}
        return {**told, "request_id": [str(body.get("request_id", "0"))]}

    def _check_complex(self, metadata: Record | None, people: list[Record]) -> None:
        if any(set(each) - {"id"} for each in people if "id" in each):
            raise Refusal(400, "This field was not expected.", "_embedded.contacts")
        if metadata is None:
            return
        if set(metadata) - FORM_METADATA or not all(metadata.values()):
            raise Refusal(400, "This field was not expected.", "_embedded.metadata")
        if any(seen["metadata"]["form_id"] == metadata["form_id"] for seen in self.unsorted):
            raise Refusal(400, "Такая заявка уже есть", "_embedded.metadata", "Duplicate")

    def _list_unsorted(self, called: Called) -> Record | None:
        rows = [
            {
                "uid": each["uid"],
                "category": "forms",
                "metadata": each["metadata"],
                "_embedded": {"leads": [{"id": each["lead"]}]},
            }
            for each in sorted(self.unsorted, key=lambda each: each["created_at"], reverse=True)
        ]
        return paged(called, "unsorted", rows)

    def _list_notes(self, called: Called, kind: str, number: str) -> Record | None:
        rows = [row for row in self.entries if row["place"] == CrmRef(kind, number)]
        rows.sort(key=lambda row: row["id"], reverse=("order[id]", "desc") in parse_qsl(called.query))
        return paged(called, "notes", [plain_note(row) for row in rows])

    def _get_note(self, called: Called, kind: str, number: str) -> Record | None:
        del called
        found = [row for row in self.entries if row["id"] == int(number) and row["place"].kind == kind]
        return plain_note(found[0]) if found else None

    def _add_notes(self, called: Called, kind: str, number: str) -> Record:
        self._there(kind, int(number))
        made = []
        for body in bodies_of(called):
            self._check("notes", body)
            allowed = NOTE_PARAMS.get(body.get("note_type", ""))
            if allowed is None or set(body.get("params") or {}) - allowed:
                raise Refusal(400, "This field was not expected.", "0.params")
            if body["note_type"] == "common" and not body["params"].get("text"):
                raise Refusal(400, "This value should not be blank.", "0.params.text")
            made.append(self._note(CrmRef(kind, number), body["note_type"], body["params"]))
        return {"_embedded": {"notes": [{"id": row["id"], "entity_id": int(number)} for row in made]}}

    def _add_calls(self, called: Called) -> Record:
        made, errors = [], []
        for body in bodies_of(called):
            self._check("calls", body)
            if any(body.get(name) in {None, ""} for name in ("direction", "duration", "source", "phone")):
                raise Refusal(400, "This value should not be blank.", "0.phone")
            place = self._call_place(str(body["phone"]))
            if place is None and self.is_call_refused:
                raise Refusal(400, "Entity not found", "0.phone")
            if place is None:
                errors.append({"request_id": body.get("request_id"), "status": 263, "detail": "Entity not found"})
                continue
            kind = "call_in" if body["direction"] == "inbound" else "call_out"
            params = {name: body[name] for name in NOTE_PARAMS["call_in"] if name in body}
            row = self._note(place, kind, params)
            made.append({"id": row["id"], "entity_id": int(place.id), "entity_type": KINDS[place.kind]})
        return {"_total_items": len(made), "errors": errors, "_embedded": {"calls": made}}

    def _call_place(self, phone: str) -> CrmRef | None:
        tail = re.sub(r"\D", "", phone)[-10:]
        owners = [row for row in self.contacts if not row["is_deleted"] and tail in tails_of(row)]
        if not owners:
            return None
        leads = [row for row in self.requests if row["contact"] == owners[0]["id"] and is_open_lead(row)]
        return CrmRef("leads", str(leads[0]["id"])) if len(leads) == 1 else CrmRef("contacts", str(owners[0]["id"]))

    def _link(self, called: Called, kind: str, number: str) -> Record:
        row = self._there(kind, int(number))
        for body in bodies_of(called):
            if body["to_entity_type"] == "companies":
                row["company"] = self._there("companies", body["to_entity_id"])["id"]
        self._tell(kind, row, "update", "entity_linked", OWN_USER)
        return {"_embedded": {"links": []}}

    def _list_events(self, called: Called) -> Record | None:
        query = parse_qsl(called.query)
        asked = dict(query)
        span = int(asked["filter[created_at][from]"]), int(asked["filter[created_at][to]"])
        kinds = {value for name, value in query if name == "filter[entity][]"}
        types = {value for name, value in query if name == "filter[type][]"}
        rows = [row for row in self.events if span[0] <= row["created_at"] <= span[1]]
        rows = [row for row in rows if row["entity_type"] in kinds and (not types or row["type"] in types)]
        return paged(called, "events", rows[::-1], 100)

    def _list_hooks(self, called: Called) -> Record | None:
        self._demand_admin()
        wanted = dict(parse_qsl(called.query)).get("filter[destination]")
        return paged(called, "webhooks", [row for row in self.webhooks if wanted in {None, row["destination"]}])

    def _add_hook(self, called: Called) -> Record:
        self._demand_admin()
        body = body_of(called)
        self.webhooks = [row for row in self.webhooks if row["destination"] != body["destination"]]
        self.webhooks.append({**body, "id": self._next_id(), "disabled": False})
        return self.webhooks[-1]


def plain_note(row: Record) -> Record:
    """Return a note as the API shows it."""
    return {name: value for name, value in row.items() if name != "place"} | {"entity_id": int(row["place"].id)}
