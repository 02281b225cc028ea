"""The account: its API at a socket, what people do at their screens, and what a test may look at."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity
from hub.testing.crm.hubspot.hooks import Hooks
from hub.testing.crm.hubspot.objects import LAG, Properties, Refusal, Thing, fits, refuse_query
from hub.testing.crm.kit import Called, CountedLimit, FakeCrm, Markup

_PROPERTIES: Mapping[str, str] = {
    "contacts": "firstname lastname email hs_additional_emails phone mobilephone company hubspot_owner_id",
    "deals": "dealname dealstage pipeline amount description hubspot_owner_id closedate",
    "notes": "hs_timestamp hs_note_body hubspot_owner_id",
    "calls": (
        "hs_timestamp hs_call_title hs_call_body hs_call_direction hs_call_status hs_call_duration "
        "hs_call_recording_url hs_call_from_number hs_call_to_number hubspot_owner_id"
    ),
    "communications": (
        "hs_timestamp hs_communication_channel_type hs_communication_logged_from hs_communication_body hubspot_owner_id"
    ),
    "tasks": "hs_timestamp hs_task_subject hs_task_body hs_task_status hs_task_type hubspot_owner_id",
}
_BODIES = {"notes": "hs_note_body", "calls": "hs_call_body", "communications": "hs_communication_body"}
_ENTITIES = {Entity.contact: ("contacts",), Entity.request: ("deals",), Entity.task: ("tasks",)}
_TYPES = {
    ("deals", "contacts"): 3,
    ("notes", "contacts"): 202,
    ("notes", "deals"): 214,
    ("calls", "contacts"): 194,
    ("calls", "deals"): 206,
    ("communications", "contacts"): 81,
    ("communications", "deals"): 85,
    ("tasks", "contacts"): 204,
    ("tasks", "deals"): 216,
}
_STAGES = {
    "appointmentscheduled": ("Назначена встреча", "false", "0.2"),
    "contractsent": ("Договор отправлен", "false", "0.9"),
    "closedwon": ("Сделка состоялась", "true", "1.0"),
    "closedlost": ("Сделка сорвалась", "true", "0.0"),
}
_POLICIES = ("TEN_SECONDLY_ROLLING", "SECONDLY")


class FakeHubSpot(FakeCrm):
    """One account. `keys` are the kinds that have the property for our key already."""

    markup = Markup.html

    def __init__(self) -> None:
        super().__init__()
        self.access_token = "pat-eu1-0f3c-made-up"
        self.hook_secret = "5ecret-of-the-app"
        self.versions = {"2026-03", "v3"}
        self.limits = [CountedLimit(100, 10.0), CountedLimit(5, 1.0)]
        self.webhooks = Hooks()
        self.things: list[Thing] = []
        self.aliases: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.unique = {"contacts": {"email", "hub_key"}, "deals": {"hub_key"}}
        self.own = {"contacts": {"hub_key", "hub_about", "utm_source"}, "deals": {"hub_key"}}
        self.associations_a_page = 500
        self._settled_at = datetime.min.replace(tzinfo=UTC)
        self._last_id = 7000

    def is_write(self, called: Called) -> bool:
        return called.method != "GET" and not called.path.endswith(("/search", "/batch/read"))

    def settle(self) -> None:
        self._settled_at = self.now()

    # ------------------------------------------------------------ people at their screens

    def human_adds_contact(
        self, name: str, phones: Sequence[str] = (), emails: Sequence[str] = (), owner: str = ""
    ) -> CrmRef:
        numbers = dict(zip(("phone", "mobilephone"), phones, strict=False))
        told = {"firstname": name, **numbers, "email": emails[0] if emails else "", "hubspot_owner_id": owner}
        thing = self._add("contacts", {each: value for each, value in told.items() if value})
        self.webhooks.tell("contacts", thing.id, "creation", self.now())
        return _ref(thing)

    def human_adds_request(self, contact: CrmRef, title: str, *, stage: str = "") -> CrmRef:
        stage = stage or next(iter(_STAGES))
        thing = self._add("deals", {"dealname": title, "dealstage": stage, "pipeline": "default"})
        self.links.append((thing.id, contact.id))
        self.webhooks.tell("deals", thing.id, "creation", self.now())
        return _ref(thing)

    def human_renames(self, ref: CrmRef, name: str) -> None:
        changes = {"dealname": name} if ref.kind == "deal" else {"firstname": name, "lastname": ""}
        self._change_by_hand(ref, changes)

    def human_reassigns(self, ref: CrmRef, user: str) -> None:
        self._change_by_hand(ref, {"hubspot_owner_id": user})

    def human_moves(self, ref: CrmRef, stage: str) -> None:
        self._change_by_hand(ref, {"dealstage": stage})

    def human_completes(self, ref: CrmRef) -> None:
        """Mark a task as done."""
        self._change_by_hand(ref, {"hs_task_status": "COMPLETED"})

    def human_deletes(self, ref: CrmRef) -> None:
        thing = self._get(f"{ref.kind}s", ref.id)
        self._archive(thing)
        self.webhooks.tell(thing.kind, thing.id, "deletion", self.now())

    def human_merges(self, ref: CrmRef, into: CrmRef) -> None:
        """Join two contacts into a new one, to which both ids lead."""
        lost, kept = self._get("contacts", ref.id), self._get("contacts", into.id)
        joined = {**lost.properties, **kept.properties}
        self._archive(lost)
        self._archive(kept)
        new = self._add("contacts", joined)
        self.aliases |= {lost.id: new.id, kept.id: new.id}
        self.links = [(new.id if a in self.aliases else a, new.id if b in self.aliases else b) for a, b in self.links]
        merged = {"primaryObjectId": int(kept.id), "mergedObjectIds": [int(lost.id)], "newObjectId": int(new.id)}
        self.webhooks.tell("contacts", kept.id, "merge", self.now(), **merged)

    def hooks(self) -> Sequence[Raw]:
        """Return what the account has posted since the last call."""
        return self.webhooks.send(self.hook_secret, self.now())

    def records(self, entity: Entity) -> Sequence[Mapping[str, Any]]:
        kinds = _ENTITIES.get(entity, tuple(_BODIES))
        return [self._seen(thing) for thing in self.things if thing.kind in kinds]

    # ------------------------------------------------------------ the API

    async def respond(self, request: web.Request, called: Called) -> web.StreamResponse:
        """Answer as the API does: limits first, then the token, then the call."""
        is_search = called.path.endswith("/search")
        for limit, policy in zip(self.limits, _POLICIES, strict=True):
            if (limit is self.limits[0] or is_search) and not limit.admits():
                told = {"status": "error", "errorType": "RATE_LIMIT", "policyName": policy, "message": "limit reached"}
                return web.json_response(told, status=429)
        try:
            self._check_token(request)
            status, answer = self._route(called, dict(request.query))
        except Refusal as refusal:
            told = {"status": "error", "message": refusal.message, "category": refusal.category}
            return web.json_response({**told, "correlationId": "aeb5f871"}, status=refusal.status)
        return web.json_response(answer, status=status)

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.access_token}":
            raise Refusal(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION")

    def _route(self, called: Called, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        section, parts = self._section_of(called.path)
        body = json.loads(called.body) if called.body else {}
        match called.method, section, parts:
            case "GET", "owners", []:
                return 200, {"results": _OWNERS}
            case "GET", "pipelines", ["deals"]:
                return 200, {"results": [_pipeline()]}
            case "GET", "associations", [kind, to, "labels"]:
                type_id = _TYPES.get((kind, to))
                plain = {"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": None}
                return 200, {"results": [plain] if type_id else []}
            case method, "properties", [kind, *rest]:
                return self._properties(method, kind, rest, body)
            case method, "objects", [kind, *rest] if kind in _PROPERTIES:
                return self._objects(method, kind, rest, {**query, **body})
            case _:
                raise Refusal(404, "No resource at this path", "OBJECT_NOT_FOUND")

    def _section_of(self, path: str) -> tuple[str, list[str]]:
        """Return section and rest of `/crm/objects/2026-03/…` or `/crm/v3/objects/…`."""
        _, crm, first, second, *rest = path.split("/")
        section, version = (first, second) if not first.startswith("v") else (second, "v3")
        if crm != "crm" or version not in self.versions:
            raise Refusal(404, "No such version", "OBJECT_NOT_FOUND")
        return section, rest

    def _properties(
        self, method: str, kind: str, rest: Sequence[str], body: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        own, unique = self.own.setdefault(kind, set()), self.unique.setdefault(kind, set())
        if method == "POST":
            own.add(body["name"])
            unique |= {body["name"]} if body.get("hasUniqueValue") else set()
            return 201, dict(body)
        known = [*_PROPERTIES[kind].split(), *sorted(own)]
        shown = [
            {"name": name, "label": name, "hubspotDefined": name not in own, "hasUniqueValue": name in unique}
            for name in known
        ]
        if not rest:
            return 200, {"results": shown}
        found = next((each for each in shown if each["name"] == rest[0]), None)
        if found is None:
            raise Refusal(404, "Property does not exist", "OBJECT_NOT_FOUND")
        return 200, found

    def _objects(
        self, method: str, kind: str, rest: Sequence[str], told: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        match method, list(rest):
            case "GET", []:
                return 200, {"results": []}
            case "GET", [number]:
                return 200, self._shown(self._find(kind, number, told.get("idProperty", "")), told)
            case "GET", [number, "associations", other]:
                return 200, self._associated(self._find(kind, number), other, told)
            case "PATCH", [number]:
                thing = self._find(kind, number)
                self._change(thing, told["properties"])
                return 200, thing.shown(())
            case "POST", parts:
                return self._posted(kind, parts, told)
            case _:
                raise Refusal(404, "No resource at this path", "OBJECT_NOT_FOUND")

    def _posted(self, kind: str, parts: Sequence[str], told: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        match list(parts):
            case []:
                thing = self._create(kind, told["properties"])
                self._link(thing, told.get("associations") or ())
                return 201, thing.shown(())
            case ["search"]:
                return 200, self._search(kind, told)
            case ["batch", "read"]:
                ids = [each["id"] for each in told["inputs"]]
                found = [thing for thing in self.things if thing.kind == kind and thing.id in ids]
                return 200, {"results": [thing.shown(told["properties"]) for thing in found]}
            case ["batch", "upsert"]:
                return self._upsert(kind, told["inputs"])
            case _:
                raise Refusal(404, "No resource at this path", "OBJECT_NOT_FOUND")

    def _search(self, kind: str, query: Mapping[str, Any]) -> dict[str, Any]:
        refuse_query(query)
        at = max(self.now() - LAG, self._settled_at)
        seen = [(thing, thing.seen_at(at)) for thing in self.things if thing.kind == kind]
        found = [(thing, told) for thing, told in seen if told is not None and fits(told, query["filterGroups"])]
        for sort in query.get("sorts", ()):
            found.sort(
                key=lambda each: each[1].get(sort["propertyName"], ""), reverse=sort["direction"] == "DESCENDING"
            )
        start, limit = int(query.get("after", 0)), query.get("limit", 10)
        page = [thing.shown(query["properties"], told) for thing, told in found[start : start + limit]]
        more = {"paging": {"next": {"after": str(start + limit)}}} if start + limit < len(found) else {}
        return {"total": len(found), "results": page, **more}

    def _upsert(self, kind: str, inputs: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, Any]]:
        done: list[dict[str, Any]] = []
        for given in inputs:
            name = given.get("idProperty", "")
            if name not in self.unique.get(kind, set()):
                raise Refusal(400, f"Unable to perform update/upsert by non-unique {kind} property {name}")
            there = next((each for each in self._of(kind) if each.properties.get(name) == given["id"]), None)
            try:
                if there is None:
                    done.append({**self._create(kind, given["properties"]).shown(()), "new": True})
                else:
                    self._change(there, given["properties"])
                    done.append({**there.shown(()), "new": False})
            except Refusal as refusal:
                error = {"status": "error", "category": refusal.category, "message": refusal.message}
                return 207, {"status": "COMPLETE", "results": done, "numErrors": 1, "errors": [error]}
        return 200, {"status": "COMPLETE", "results": done}

    def _create(self, kind: str, properties: Mapping[str, str]) -> Thing:
        self._refuse_properties(kind, properties)
        if kind == "contacts" and not {"email", "firstname", "lastname"} & properties.keys():
            raise Refusal(400, "At least one of email, firstname, lastname must be specified")
        if kind not in {"contacts", "deals"} and not properties.get("hs_timestamp"):
            raise Refusal(400, "hs_timestamp is required")
        if kind == "deals" and properties.get("dealstage") not in _STAGES:
            raise Refusal(400, "Property values were not valid: [{...}]")
        self._refuse_taken(kind, properties)
        return self._add(kind, {name: value for name, value in properties.items() if value})

    def _change(self, thing: Thing, properties: Mapping[str, str]) -> None:
        self._refuse_properties(thing.kind, properties)
        self._refuse_taken(thing.kind, properties, thing)
        if any(thing.properties.get(name, "") != value for name, value in properties.items()):
            thing.properties |= properties
            thing.note(self.now())

    def _refuse_properties(self, kind: str, properties: Mapping[str, Any]) -> None:
        known = {*_PROPERTIES[kind].split(), *self.own.get(kind, ())}
        for name, value in properties.items():
            if name not in known:
                raise Refusal(400, f'Property values were not valid: [{{"message":"Property {name} does not exist"}}]')
            if not isinstance(value, str) or len(value) > 65_536 or "\x00" in value:
                raise Refusal(400, f"Property values were not valid: [{{{name}}}]")

    def _refuse_taken(self, kind: str, properties: Mapping[str, str], own: Thing | None = None) -> None:
        mails = {mail.lower() for mail in _mails(properties)}
        for other in self._of(kind):
            if other is own:
                continue
            if kind == "contacts" and mails & {mail.lower() for mail in _mails(other.properties)}:
                raise Refusal(409, f"Contact already exists. Existing ID: {other.id}", "CONFLICT")
            for name in self.unique.get(kind, set()) - {"email"}:
                if properties.get(name) and properties[name] == other.properties.get(name):
                    raise Refusal(400, f"A value of {name} must be unique, {other.id} already has that value")

    def _find(self, kind: str, number: str, by: str = "") -> Thing:
        if by:
            found = next((each for each in self._of(kind) if each.properties.get(by) == number), None)
        else:
            wanted = self.aliases.get(number, number)
            found = next((each for each in self._of(kind) if each.id == wanted), None)
        if found is None:
            raise Refusal(404, "resource not found", "OBJECT_NOT_FOUND")
        return found

    def _shown(self, thing: Thing, query: Mapping[str, str]) -> dict[str, Any]:
        kinds = [each for each in query.get("associations", "").split(",") if each]
        shown = thing.shown([each for each in query.get("properties", "").split(",") if each])
        linked = self._linked(thing.id)
        told = {kind: [{"id": each.id, "type": "x"} for each in linked if each.kind == kind] for kind in kinds}
        return {**shown, "associations": {kind: {"results": found} for kind, found in told.items() if found}}

    def _associated(self, thing: Thing, kind: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return associations as dated versions show them, the oldest first, a page at a time."""
        linked = [each for each in self._linked(thing.id) if each.kind == kind]
        start, limit = int(query.get("after", 0)), min(int(query.get("limit", 100)), self.associations_a_page)
        more = {"paging": {"next": {"after": str(start + limit)}}} if start + limit < len(linked) else {}
        return {"results": [{"toObjectId": int(each.id)} for each in linked[start : start + limit]], **more}

    def _link(self, thing: Thing, associations: Sequence[Mapping[str, Any]]) -> None:
        for each in associations:
            other = self._any(self.aliases.get(str(each["to"]["id"]), str(each["to"]["id"])))
            type_id = each["types"][0]["associationTypeId"]
            if other is None or _TYPES.get((thing.kind, other.kind)) != type_id:
                self.things.remove(thing)
                raise Refusal(400, "One or more associations are not valid")
            self.links.append((thing.id, other.id))

    def _linked(self, number: str) -> list[Thing]:
        others = {b if a == number else a for a, b in self.links if number in (a, b)}
        return [thing for thing in self.things if thing.id in others]

    def _any(self, number: str) -> Thing | None:
        return next((thing for thing in self.things if thing.id == number), None)

    def _of(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]

    def _get(self, kind: str, number: str) -> Thing:
        return next(thing for thing in self._of(kind) if thing.id == number)

    def _add(self, kind: str, properties: Properties) -> Thing:
        self._last_id += 1
        thing = Thing(kind, str(self._last_id), properties, self.now(), self.now())
        thing.note(self.now())
        self.things.append(thing)
        return thing

    def _archive(self, thing: Thing) -> None:
        self.things.remove(thing)
        self.links = [link for link in self.links if thing.kind == "contacts" or thing.id not in link]

    def _change_by_hand(self, ref: CrmRef, changes: Properties) -> None:
        thing = self._get(f"{ref.kind}s", ref.id)
        thing.properties |= changes
        thing.note(self.now())
        for name, value in changes.items():
            told = {"propertyName": name, "propertyValue": value}
            self.webhooks.tell(thing.kind, thing.id, "propertyChange", self.now(), **told)

    # ------------------------------------------------------------ what a test sees

    def _seen(self, thing: Thing) -> dict[str, Any]:
        told = thing.properties
        common = {"ref": _ref(thing), "key": told.get("hub_key", ""), "owner": told.get("hubspot_owner_id", "")}
        match thing.kind:
            case "contacts":
                numbers = tuple(filter(None, (told.get("phone"), told.get("mobilephone"))))
                name = " ".join(filter(None, (told.get("firstname"), told.get("lastname"))))
                return {**common, "name": name, "phones": numbers, "emails": tuple(_mails(told))}
            case "deals":
                contacts = [_ref(each) for each in self._linked(thing.id) if each.kind == "contacts"]
                contact = contacts[0] if contacts else None
                return {**common, "name": told["dealname"], "stage": told["dealstage"], "contact": contact}
            case "tasks":
                at = datetime.fromisoformat(told["hs_timestamp"])
                is_done = told["hs_task_status"] == "COMPLETED"
                return {**common, "text": told["hs_task_subject"], "due_at": at, "is_done": is_done}
            case kind:
                places = [_ref(each) for each in self._linked(thing.id) if each.kind == "contacts"]
                return {**common, "text": told[_BODIES[kind]], "place": places[0] if places else None}


_OWNERS = [
    {"id": "301", "firstName": "Анна", "lastName": "Смирнова", "email": "anna@shop.example", "userId": 9001},
    {"id": "302", "firstName": "Олег", "lastName": "Кузнецов", "email": "oleg@shop.example", "userId": 9002},
]


def _pipeline() -> dict[str, Any]:
    stages = [
        {"id": key, "label": label, "displayOrder": n, "metadata": {"isClosed": closed, "probability": probability}}
        for n, (key, (label, closed, probability)) in enumerate(_STAGES.items())
    ]
    return {"id": "default", "label": "Продажи", "displayOrder": 0, "stages": stages}


def _ref(thing: Thing) -> CrmRef:
    return CrmRef(thing.kind.removesuffix("s"), thing.id)


def _mails(properties: Mapping[str, str]) -> list[str]:
    further = properties.get("hs_additional_emails", "").split(";")
    return [each for each in (properties.get("email", ""), *further) if each]
