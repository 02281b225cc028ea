"""Records, and what the vendor does with them: checks, stores, tells of changes, searches."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from hub.domain.crm import CrmRef
from hub.testing.crm.amocrm.shape import (
    ALLOWED,
    ANNA,
    EMAIL_KINDS,
    FIRST,
    KINDS,
    LOST,
    OLEG,
    OWN_USER,
    PHONE_FIELD,
    PHONE_KINDS,
    PIPELINE,
    STAGES,
    WON,
    Record,
    first_fields,
    user_row,
)
from hub.testing.crm.amocrm.wire import Refusal
from hub.testing.crm.kit import Called, FakeCrm

HOOK_KINDS = {"contacts": "contacts", "companies": "contacts", "leads": "leads", "tasks": "task"}
EDITS = (
    ("name", "name_field_changed", "update"),
    ("price", "sale_field_changed", "update"),
    ("status_id", "lead_status_changed", "status"),
    ("responsible_user_id", "entity_responsible_changed", "responsible"),
    ("custom_fields_values", "custom_field_value_changed", "update"),
)


@dataclass(slots=True)
class Hook:
    """One thing that changed, as a webhook tells it."""

    event: str
    kind: str
    action: str
    record: Record


@dataclass(slots=True)
class Search:
    """What the search knows; `late` are the records it does not know yet."""

    reads_digits: bool = True
    is_late: bool = False
    late: set[int] = field(default_factory=set)

    def finds(self, record: Record, words: str) -> bool:
        """Tell whether a record has the words in a filled field."""
        if record["id"] in self.late:
            return False
        values = [str(record.get("name") or ""), *map(str, all_values(record))]
        digits = re.sub(r"\D", "", words)
        if any(words.casefold() in value.casefold() for value in values):
            return True
        is_number = self.reads_digits and len(digits) >= 5 and len(digits) == len(words.lstrip("+"))
        return is_number and any(digits in re.sub(r"\D", "", value) for value in values)


class Records(FakeCrm):
    """The tables of an account."""

    def __init__(self, account: str) -> None:
        super().__init__()
        self.account = account
        self.account_id = 28805383
        self.amojo_id = "af9945ff-1490-4cad-807d-945c15d88bec"
        self.search = Search()
        self.is_admin = self.is_filter_paid = True
        self.contacts: list[Record] = []
        self.companies: list[Record] = []
        self.requests: list[Record] = []
        self.entries: list[Record] = []
        self.tasks: list[Record] = []
        self.unsorted: list[Record] = []
        self.events: list[Record] = []
        self.queue: list[Hook] = []
        self.fields = first_fields()
        self.users = [user_row(OWN_USER, "Хаб", True), user_row(ANNA, "Анна Смирнова"), user_row(OLEG, "Олег Кузнецов")]
        self._last_id = 1000

    def settle(self) -> None:
        """Let the search know everything."""
        self.search.late.clear()

    def _table(self, kind: str) -> list[Record]:
        return {
            "contacts": self.contacts,
            "companies": self.companies,
            "leads": self.requests,
            "tasks": self.tasks,
        }[kind]

    def _there(self, kind: str, number: int) -> Record:
        for row in self._table(kind):
            if row["id"] == number and not row["is_deleted"]:
                return row
        raise Refusal(404, "Not Found")

    def _make(self, kind: str, body: Record, user: int) -> Record:
        self._check(kind, body)
        row: Record = {
            "id": self._next_id(),
            "name": "",
            "responsible_user_id": user,
            "created_by": user,
            "created_at": self._unix(),
            "is_deleted": False,
            "custom_fields_values": None,
            "account_id": self.account_id,
        }
        if kind == "leads":
            row |= {"status_id": FIRST, "pipeline_id": PIPELINE, "price": 0, "contact": None}
            people = body.get("_embedded", {}).get("contacts", [])
            row["contact"] = self._there("contacts", people[0]["id"])["id"] if people else None
        if kind == "contacts":
            row["company"] = None
        self._table(kind).append(row)
        if self.search.is_late:
            self.search.late.add(row["id"])
        self._store(kind, row, body, user)
        self._tell(kind, row, "add", f"{KINDS[kind]}_added", user)
        return row

    def _change(self, kind: str, row: Record, body: Record, user: int) -> None:
        before = {**row}
        self._store(kind, row, body, user)
        for name, event, action in EDITS:
            if before.get(name) != row.get(name):
                self._tell(kind, row, action, event, user)
        if kind == "tasks":
            word = "task_completed" if row["is_completed"] and not before["is_completed"] else "task_text_changed"
            self._tell(kind, row, "update", word, user)

    def _store(self, kind: str, row: Record, body: Record, user: int) -> None:
        plain = {name: value for name, value in body.items() if name not in {"custom_fields_values", "_embedded"}}
        if kind == "tasks":
            plain = {"is_completed": False, **({} if "text" in row else {"result": []}), **plain}
        row |= plain
        row |= {"updated_at": self._unix(), "updated_by": user}
        for value in body.get("custom_fields_values") or ():
            self._store_field(kind, row, value)

    def _store_field(self, kind: str, row: Record, value: Record) -> None:
        known = self._field(kind, value)
        kept = [each for each in row["custom_fields_values"] or [] if each["field_id"] != known["id"]]
        if value["values"] is None:
            row["custom_fields_values"] = kept or None
            return
        named = {"field_id": known["id"], "field_code": known["code"], "field_type": known["type"]}
        row["custom_fields_values"] = [*kept, {**named, "values": [dict(each) for each in value["values"]]}]

    def _field(self, kind: str, value: Record) -> Record:
        for known in self.fields[kind]:
            if value.get("field_id") == known["id"] or value.get("field_code") == (known["code"] or "-"):
                return known
        raise Refusal(400, "The value you selected is not a valid choice.", "custom_fields_values.0.field_id")

    def _check(self, kind: str, body: Record) -> None:
        if unexpected := set(body) - ALLOWED[kind]:
            raise Refusal(400, "This field was not expected.", sorted(unexpected)[0], "NoSuchField")
        if "\x00" in json.dumps(body, ensure_ascii=False).replace("\\u0000", "\x00"):
            raise Refusal(400, "This value is not valid.", "name")
        for name in ("responsible_user_id", "created_by"):
            if name in body and body[name] not in {0, *(user["id"] for user in self.users)}:
                raise Refusal(400, "The value you selected is not a valid choice.", name)
        self._check_numbers(body)
        for value in body.get("custom_fields_values") or ():
            _check_kinds(self._field(kind, value), value["values"] or ())

    def _check_numbers(self, body: Record) -> None:
        for name in ("price", "status_id", "pipeline_id", "created_at", "complete_till", "entity_id", "duration"):
            if name in body and (not isinstance(body[name], int) or isinstance(body[name], bool)):
                raise Refusal(400, "This value should be of type int.", name)
        stage = body.get("status_id")
        if stage in {None, WON, LOST}:
            return
        if stage not in STAGES or body.get("pipeline_id", PIPELINE) != STAGES[stage]:
            raise Refusal(400, "The value you selected is not a valid choice.", "status_id")

    def _shown(self, kind: str, row: Record, called: Called) -> Record:
        beside = dict(parse_qsl(called.query)).get("with", "").split(",")
        box: Record = {}
        if kind == "contacts":
            box["companies"] = [{"id": row["company"]}] if row["company"] else []
            if "leads" in beside:
                mine = [lead for lead in self.requests if lead["contact"] == row["id"] and not lead["is_deleted"]]
                box["leads"] = [{"id": lead["id"]} for lead in mine]
        if kind == "leads" and "contacts" in beside:
            box["contacts"] = [{"id": row["contact"], "is_main": True}] if row["contact"] else []
        plain = {name: value for name, value in row.items() if name not in {"contact", "company", "request_id"}}
        return {**plain, "_embedded": box}

    def _note(self, place: CrmRef, kind: str, params: Record) -> Record:
        row = {"id": self._next_id(), "place": place, "note_type": kind, "params": dict(params)}
        row |= {"created_at": self._unix(), "updated_at": self._unix(), "created_by": OWN_USER, "updated_by": OWN_USER}
        self.entries.append(row)
        return row

    def _tell(self, kind: str, row: Record, action: str, event: str, user: int) -> None:
        """Put what happened into the list of events and the queue of webhooks."""
        self.events.append(
            {
                "id": f"01{self._next_id():024d}",
                "type": event,
                "entity_id": row["id"],
                "entity_type": KINDS[kind],
                "created_by": user,
                "created_at": self._unix(),
            }
        )
        told = {"id": row["id"], "modified_user_id": user, "last_modified": self._unix(), "account_id": self.account_id}
        if kind == "leads":
            told |= {"status_id": row["status_id"], "name": row["name"], "pipeline_id": row["pipeline_id"]}
        if kind in {"contacts", "companies"}:
            told |= {"type": KINDS[kind], "name": row["name"]}
        self.queue.append(Hook(f"{action}_{KINDS[kind]}", HOOK_KINDS[kind], action, told))

    def _demand_admin(self) -> None:
        if not self.is_admin:
            raise Refusal(403, "Access denied")

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _unix(self) -> int:
        return int(self.now().timestamp())


def all_values(row: Record) -> Iterator[Any]:
    """Yield every value of every own field."""
    for known in row.get("custom_fields_values") or ():
        yield from (each.get("value") for each in known["values"])


def values_of(row: Record, number: int) -> list[Any]:
    """Return the values of one field."""
    found = [known for known in row["custom_fields_values"] or () if known["field_id"] == number]
    return [each.get("value") for each in found[0]["values"]] if found else []


def tails_of(row: Record) -> set[str]:
    """Return the last ten digits of the numbers of a card."""
    return {re.sub(r"\D", "", str(value))[-10:] for value in values_of(row, PHONE_FIELD)}


def is_open_lead(row: Record) -> bool:
    """Tell whether a lead is neither won nor lost."""
    return not row["is_deleted"] and row["status_id"] not in {WON, LOST}


def _check_kinds(known: Record, values: Sequence[Record]) -> None:
    """Refuse a phone or e-mail without its kind."""
    kinds = {"PHONE": PHONE_KINDS, "EMAIL": EMAIL_KINDS}.get(known["code"])
    if kinds and any(each.get("enum_code") not in kinds and not each.get("enum_id") for each in values):
        raise Refusal(400, "The value you selected is not a valid choice.", "values.0.enum_code")
