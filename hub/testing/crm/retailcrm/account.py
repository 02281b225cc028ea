"""The account: its API at a socket, what people do at their screens, and what a test may look at."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.domain.crm import CrmRef, Entity
from hub.domain.identity import canonical_phone
from hub.testing.crm.kit import Called, CountedLimit, FakeCrm, Markup
from hub.testing.crm.retailcrm.forms import (
    CALL,
    CUSTOMER,
    NOTE,
    ORDER,
    RESULTS,
    TASK,
    Record,
    Refusal,
    form_of,
    object_of,
    paged,
    refuse_unknown,
    shown_task,
)
from hub.testing.crm.retailcrm.shelves import GROUPS, STATUSES, Shelves

_FIELDS = {"customers": CUSTOMER, "orders": ORDER, "tasks": TASK}
_HUMAN = 12


class FakeRetailCrm(FakeCrm):
    """One account with one shop. `shops` are the codes its key sees, `denied` the paths it may not call.

    `allowed` is what the account says of the key's rights.
    """

    markup = Markup.html

    def __init__(self, *, zone: str = "Europe/Moscow") -> None:
        super().__init__()
        self.api_key = "k3y-of-retailcrm"
        self.zone = zone
        self.shops = ["main"]
        self.denied: set[str] = set()
        self.allowed: list[str] = []
        self.phone_search = "part"
        self.limits = [CountedLimit(10, 1.0)]
        self.shelves = Shelves(self)
        self.users: list[Record] = [
            {"id": 12, "firstName": "Анна", "lastName": "Смирнова", "email": "anna@shop.example", "active": True},
            {"id": 13, "firstName": "Олег", "lastName": "Кузнецов", "email": "oleg@shop.example", "active": True},
        ]

    # ------------------------------------------------------------ people at their screens

    def human_adds_contact(
        self, name: str, phones: Sequence[str] = (), emails: Sequence[str] = (), owner: str = ""
    ) -> CrmRef:
        customer: Record = {"firstName": name, "phones": [{"number": phone} for phone in phones], "customFields": []}
        customer |= {"email": emails[0]} if emails else {}
        customer |= {"managerId": int(owner)} if owner else {}
        return self._ref("customer", self.shelves.add("customers", customer | self._shop(), user=_HUMAN))

    def human_adds_request(self, contact: CrmRef, title: str, *, stage: str = "") -> CrmRef:
        order: Record = {"customer": {"id": int(contact.id)}, "status": stage or "new", "managerComment": title}
        order |= {"totalSumm": 0, "customFields": []}
        return self._ref("order", self.shelves.add("orders", order | self._shop(), user=_HUMAN))

    def human_renames(self, ref: CrmRef, name: str) -> None:
        title = {"managerComment": name} if ref.kind == "order" else {"firstName": name, "lastName": ""}
        self._change(ref, title)

    def human_reassigns(self, ref: CrmRef, user: str) -> None:
        self._change(ref, {"managerId": int(user)})

    def human_moves(self, ref: CrmRef, stage: str) -> None:
        self._change(ref, {"status": stage, "statusUpdatedAt": self.shelves.local()})

    def human_completes(self, ref: CrmRef) -> None:
        """Mark a task as done."""
        self._change(ref, {"complete": True})

    def human_deletes(self, ref: CrmRef) -> None:
        self.shelves.remove(ref, user=_HUMAN)

    def human_merges(self, ref: CrmRef, into: CrmRef) -> None:
        """Join two customers: orders and numbers go over."""
        lost, kept = self.shelves.by_ref(ref), self.shelves.by_ref(into)
        for order in self.shelves.records["orders"]:
            if order["customer"]["id"] == lost["id"]:
                order["customer"] = {"id": kept["id"]}
        kept["phones"] = [*kept["phones"], *lost["phones"]]
        self.shelves.remove(ref, user=_HUMAN, into=into)

    def records(self, entity: Entity) -> Sequence[Mapping[str, Any]]:
        match entity:
            case Entity.contact:
                return [self._seen_customer(customer) for customer in self.shelves.records["customers"]]
            case Entity.request:
                return [self._seen_order(order) for order in self.shelves.records["orders"]]
            case Entity.task:
                return [self._seen_task(task) for task in self.shelves.records["tasks"]]
            case _:
                notes = [self._seen_note(note) for note in self.shelves.notes]
                return [*notes, *(self._seen_call(call) for call in self.shelves.calls)]

    # ------------------------------------------------------------ the API

    async def respond(self, request: web.Request, called: Called) -> web.StreamResponse:
        """Answer as the API does: limits first, then the key, then the method."""
        if not self.limits[0].admits():
            return web.Response(status=503, text="<html>503 Service Temporarily Unavailable</html>")
        try:
            self._check_key(request)
            status, answer = self._route(called, dict(request.query))
        except Refusal as refusal:
            errors = {"errors": refusal.errors} if refusal.errors else {}
            told = {"success": False, "errorMsg": refusal.message, **errors}
            return web.json_response(told, status=refusal.status)
        return web.json_response({"success": True, **answer}, status=status)

    def _check_key(self, request: web.Request) -> None:
        given = request.headers.get("X-API-KEY") or request.query.get("apiKey")
        if not given:
            raise Refusal(400, '"apiKey" is missing.')
        if given != self.api_key:
            raise Refusal(403, 'Wrong "apiKey" value.')

    def _route(self, called: Called, query: Mapping[str, str]) -> tuple[int, Record]:
        path = called.path.removeprefix("/api/").removeprefix("v5/").strip("/")
        if path in self.denied:
            raise Refusal(403, "Access denied.")
        if called.method == "GET":
            return 200, self._reference(path) or self._get(path, query)
        if called.method != "POST":
            raise Refusal(405, "Method Not Allowed")
        return (201 if path.endswith("create") else 200), self._post(path, form_of(called))

    def _get(self, path: str, query: Mapping[str, str]) -> Record:
        match path.split("/"):
            case ["customers" | "orders" | "tasks" as section, "history"]:
                return self.shelves.page_of_history(section, query)
            case ["customers", "notes"]:
                return paged("notes", self._notes(query), query)
            case ["customers"]:
                return paged("customers", [each for each in self._of("customers") if self._fits(each, query)], query)
            case ["orders"]:
                wanted = int(query.get("filter[customerId]", 0))
                return paged("orders", [each for each in self._of("orders") if each["customer"]["id"] == wanted], query)
            case ["tasks"]:
                return paged("tasks", self._of("tasks")[::-1], query)
            case ["customers" | "orders" | "tasks" as section, number]:
                return {section[:-1]: self._find(section, number, query)}
            case _:
                raise Refusal(404, "Not found")

    def _post(self, path: str, form: Mapping[str, str]) -> Record:
        if form.get("site", self.shops[0]) not in self.shops or ("site" not in form and len(self.shops) > 1):
            raise Refusal(400, "API key is used by several sites, parameter 'site' is required.")
        match path.split("/"):
            case ["customers", "create"]:
                return self._create("customers", object_of(form, "customer", CUSTOMER), form)
            case ["orders", "create"]:
                return self._create_order(object_of(form, "order", ORDER), form)
            case ["customers", "notes", "create"]:
                return self._create_note(object_of(form, "note", NOTE))
            case ["tasks", "create"]:
                return self._create_task(object_of(form, "task", TASK))
            case ["telephony", "calls", "upload"]:
                return self._upload_calls(json.loads(form.get("calls", "[]")))
            case ["customers" | "orders" | "tasks" as section, number, "edit"]:
                return self._edit(section, number, form)
            case _:
                raise Refusal(404, "Not found")

    def _reference(self, path: str) -> Record | None:
        one_page = {"pagination": {"totalPageCount": 1}}
        answers: Mapping[str, Record] = {
            "credentials": {
                "credentials": self.allowed,
                "siteAccess": "access_full" if len(self.shops) > 1 else "access_one",
            },
            "settings": {"settings": {"timezone": {"value": self.zone}}},
            "reference/sites": {"sites": {code: {"code": code, "name": code} for code in self.shops}},
            "reference/statuses": {"statuses": {code: {"code": code, **each} for code, each in STATUSES.items()}},
            "reference/status-groups": {
                "statusGroups": {code: {"code": code, **each} for code, each in GROUPS.items()}
            },
            "users": {"users": self.users, **one_page},
            "custom-fields": {"customFields": [{"code": "hub_about", "name": "О клиенте", "entity": "customer"}]},
        }
        return answers.get(path)

    def _create(self, section: str, record: Record, form: Mapping[str, str]) -> Record:
        record |= self._shop(form.get("site", ""))
        same = {name: record.get(name) for name in ("externalId", "site")}
        if record.get("externalId") and any(same.items() <= other.items() for other in self._of(section)):
            raise Refusal(400, f"{section[:-1].capitalize()} already exists.")
        fresh = {"phones": []} if section == "customers" else {"totalSumm": 0, "status": "new"}
        return {"id": self.shelves.add(section, {"customFields": [], **fresh, **record})["id"]}

    def _create_order(self, order: Record, form: Mapping[str, str]) -> Record:
        customer = (order.get("customer") or {}).get("id")
        if not any(each["id"] == customer for each in self._of("customers")):
            raise Refusal(400, "Order is not loaded", {"customer.id": f"Customer with id={customer} not found."})
        self._check_status(order)
        return self._create("orders", order, form)

    def _create_note(self, note: Record) -> Record:
        if not note.get("text"):
            raise Refusal(400, "Errors in the entity format", {"text": "This value should not be blank."})
        self.shelves.find("customers", "id", str(note["customer"]["id"]))
        note |= {"id": self.shelves.next_id(), "createdAt": self.shelves.local()}
        self.shelves.notes.append(note)
        return {"id": note["id"]}

    def _create_task(self, task: Record) -> Record:
        if not task.get("performerId"):
            raise Refusal(400, "Errors in the entity format", {"performerId": "This value should not be blank."})
        return {"id": self.shelves.add("tasks", {"complete": False, **shown_task(task)})["id"]}

    def _upload_calls(self, calls: Sequence[Record]) -> Record:
        known = {call["externalId"] for call in self.shelves.calls}
        for call in calls:
            refuse_unknown(call, CALL)
            if call.get("result") not in RESULTS or call.get("type") not in {"in", "out"} or not call.get("phone"):
                raise Refusal(400, "Errors in the entity format", {"result": "The value you selected is not valid."})
            datetime.strptime(call["date"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
        fresh = [call for call in calls if call["externalId"] not in known]
        self.shelves.calls += fresh
        duplicates = [call["externalId"] for call in calls if call["externalId"] in known]
        return {"processedCallsCount": len(fresh), "duplicateCalls": duplicates}

    def _edit(self, section: str, number: str, form: Mapping[str, str]) -> Record:
        record, patch = self._find(section, number, form), object_of(form, section[:-1], _FIELDS[section])
        self._check_status(patch)
        self.shelves.change(section, record, shown_task(patch) if section == "tasks" else patch)
        return {"id": record["id"]}

    def _check_status(self, order: Record) -> None:
        if order.get("status", "new") not in STATUSES:
            raise Refusal(400, "Order is not loaded", {"status": '"Status" with this "code" not found.'})

    def _notes(self, query: Mapping[str, str]) -> list[Record]:
        wanted, text = int(query.get("filter[customerIds][]", 0)), query.get("filter[text]", "")
        return [note for note in self.shelves.notes if note["customer"]["id"] == wanted and text in note["text"]]

    def _fits(self, customer: Record, query: Mapping[str, str]) -> bool:
        if "filter[email]" in query:
            return str(customer.get("email", "")).lower() == query["filter[email]"].lower()
        term = query.get("filter[name]", "")
        digits = "".join(c for c in term if c.isdigit())
        numbers = ["".join(c for c in phone["number"] if c.isdigit()) for phone in customer["phones"]]
        is_part = self.phone_search == "part" and any(digits in number for number in numbers)
        return term in _name_of(customer) or (bool(digits) and (is_part or digits in numbers))

    def _find(self, section: str, number: str, query: Mapping[str, str]) -> Record:
        by = "id" if section == "tasks" else query.get("by", "externalId")
        if by == "externalId" and len(self.shops) > 1 and not query.get("site"):
            raise Refusal(400, "API key is used by several sites, parameter 'site' is required.")
        return self.shelves.find(section, by, number)

    def _of(self, section: str) -> list[Record]:
        return self.shelves.records[section]

    def _shop(self, site: str = "") -> Record:
        return {"site": site or self.shops[0]}

    def _change(self, ref: CrmRef, changes: Mapping[str, Any]) -> None:
        self.shelves.change(f"{ref.kind}s", self.shelves.by_ref(ref), changes, user=_HUMAN)

    # ------------------------------------------------------------ what a test sees

    def _ref(self, kind: str, record: Record) -> CrmRef:
        return CrmRef(kind, str(record["id"]))

    def _seen_customer(self, customer: Record) -> Record:
        return {
            "ref": self._ref("customer", customer),
            "key": customer.get("externalId", ""),
            "name": _name_of(customer),
            "phones": tuple(phone["number"] for phone in customer["phones"]),
            "emails": (customer["email"],) if customer.get("email") else (),
            "owner": str(customer.get("managerId") or ""),
        }

    def _seen_order(self, order: Record) -> Record:
        return {
            "ref": self._ref("order", order),
            "key": order.get("externalId", ""),
            "name": str(order.get("managerComment", "")).partition("\n")[0],
            "owner": str(order.get("managerId") or ""),
            "stage": order["status"],
            "contact": CrmRef("customer", str(order["customer"]["id"])),
        }

    def _seen_task(self, task: Record) -> Record:
        at = datetime.fromisoformat(task["datetime"]).replace(tzinfo=ZoneInfo(self.zone))
        seen = {"text": task["text"], "owner": str(task.get("performer") or ""), "is_done": task["complete"]}
        return {"ref": self._ref("task", task), "key": "", "due_at": at.astimezone(UTC), **seen}

    def _seen_note(self, note: Record) -> Record:
        place = CrmRef("customer", str(note["customer"]["id"]))
        return {"ref": self._ref("note", note), "key": "", "text": note["text"], "place": place}

    def _seen_call(self, call: Record) -> Record:
        """Return a call where the account shows it: at the first customer with its number."""
        wanted = canonical_phone(call["phone"])
        for customer in self._of("customers"):
            if wanted in {canonical_phone(phone["number"]) for phone in customer["phones"]}:
                place = self._ref("customer", customer)
                return {
                    "ref": CrmRef("call", call["externalId"]),
                    "key": call["externalId"],
                    "text": "",
                    "place": place,
                }
        return {"ref": CrmRef("call", call["externalId"]), "key": call["externalId"], "text": "", "place": None}


def _name_of(customer: Record) -> str:
    return " ".join(filter(None, (customer.get(part) for part in ("firstName", "patronymic", "lastName"))))
