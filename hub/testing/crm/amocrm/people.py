"""What people do in the account, and what a test sees of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.domain.crm import CrmRef, Entity
from hub.testing.crm.amocrm.hooks import Hooks
from hub.testing.crm.amocrm.records import values_of
from hub.testing.crm.amocrm.shape import ANNA, EMAIL_FIELD, KINDS, PHONE_FIELD, PIPELINE, STAGES, Record


class People(Hooks):
    """Each does it as another user than the connection's own."""

    def human_adds_contact(
        self, name: str, phones: Sequence[str] = (), emails: Sequence[str] = (), owner: str = ""
    ) -> CrmRef:
        """Make a card by hand."""
        values = [
            {"field_code": code, "values": [{"value": each, "enum_code": "WORK"} for each in given]}
            for code, given in (("PHONE", phones), ("EMAIL", emails))
            if given
        ]
        body: Record = {"name": name, "custom_fields_values": values, "responsible_user_id": int(owner or ANNA)}
        return CrmRef("contacts", str(self._make("contacts", body, ANNA)["id"]))

    def human_adds_request(self, contact: CrmRef, title: str, *, stage: str = "") -> CrmRef:
        """Make a lead by hand."""
        body: Record = {"name": title, "_embedded": {"contacts": [{"id": int(contact.id)}]}}
        if stage:
            body |= {"status_id": int(stage), "pipeline_id": STAGES.get(int(stage), PIPELINE)}
        return CrmRef("leads", str(self._make("leads", body, ANNA)["id"]))

    def human_renames(self, ref: CrmRef, name: str) -> None:
        """Give a record another name."""
        self._change(ref.kind, self._there(ref.kind, int(ref.id)), {"name": name}, ANNA)

    def human_reassigns(self, ref: CrmRef, user: str) -> None:
        """Make another user responsible."""
        self._change(ref.kind, self._there(ref.kind, int(ref.id)), {"responsible_user_id": int(user)}, ANNA)

    def human_moves(self, ref: CrmRef, stage: str) -> None:
        """Move a lead to another stage."""
        row = self._there("leads", int(ref.id))
        where = {"status_id": int(stage), "pipeline_id": STAGES.get(int(stage), row["pipeline_id"])}
        self._change("leads", row, where, ANNA)

    def human_adds_phone(self, ref: CrmRef, phone: str) -> None:
        """Write one more number into a card."""
        row = self._there("contacts", int(ref.id))
        values = [{"value": each, "enum_code": "WORK"} for each in (*values_of(row, PHONE_FIELD), phone)]
        self._change("contacts", row, {"custom_fields_values": [{"field_id": PHONE_FIELD, "values": values}]}, ANNA)

    def human_deletes(self, ref: CrmRef) -> None:
        """Put a record into the bin."""
        row = self._there(ref.kind, int(ref.id))
        row |= {"is_deleted": True, "updated_at": self._unix(), "updated_by": ANNA}
        self._tell(ref.kind, row, "delete", f"{KINDS[ref.kind]}_deleted", ANNA)

    def human_merges(self, ref: CrmRef, into: CrmRef) -> None:
        """Join a card into another: its numbers and leads go along, nothing says where they went."""
        lost, kept = (self._there("contacts", int(each.id)) for each in (ref, into))
        for lead in self.requests:
            lead["contact"] = kept["id"] if lead["contact"] == lost["id"] else lead["contact"]
        for number in values_of(lost, PHONE_FIELD):
            self.human_adds_phone(into, str(number))
        lost["is_deleted"] = True
        self._tell("contacts", lost, "delete", "contact_deleted", ANNA)
        self._tell("contacts", kept, "update", "entity_merged", ANNA)

    def human_completes(self, ref: CrmRef) -> None:
        """Mark a task as done."""
        row = self._there("tasks", int(ref.id))
        self._change("tasks", row, {"is_completed": True, "result": {"text": "Готово"}}, ANNA)

    def records(self, entity: Entity) -> Sequence[Mapping[str, Any]]:
        """Return what is there now, in the words of the hub."""
        match entity:
            case Entity.contact:
                return [self._seen_card(row) for row in self.contacts if not row["is_deleted"]]
            case Entity.request:
                return [self._seen_lead(row) for row in self.requests if not row["is_deleted"]]
            case Entity.task:
                return [seen_task(row) for row in self.tasks if not row["is_deleted"]]
            case Entity.entry:
                return [seen_note(row) for row in self.entries]
            case _:
                return [{"ref": CrmRef("companies", str(row["id"])), "name": row["name"]} for row in self.companies]

    def _seen_card(self, row: Record) -> Record:
        return {
            "ref": CrmRef("contacts", str(row["id"])),
            "key": self._key("contacts", row),
            "name": row["name"],
            "phones": tuple(map(str, values_of(row, PHONE_FIELD))),
            "emails": tuple(map(str, values_of(row, EMAIL_FIELD))),
            "owner": str(row["responsible_user_id"] or ""),
        }

    def _seen_lead(self, row: Record) -> Record:
        return {
            "ref": CrmRef("leads", str(row["id"])),
            "key": self._key("leads", row),
            "name": row["name"],
            "owner": str(row["responsible_user_id"] or ""),
            "stage": str(row["status_id"]),
            "contact": CrmRef("contacts", str(row["contact"])) if row["contact"] else None,
        }

    def _key(self, kind: str, row: Record) -> str:
        number = next((known["id"] for known in self.fields[kind] if known["code"] == "HUB_ID"), 0)
        return "".join(map(str, values_of(row, number)))


def seen_note(row: Record) -> Record:
    """Return a note in the words of the hub."""
    params, kind = row["params"], "lead_notes" if row["place"].kind == "leads" else "contact_notes"
    found = re.search(r"hub-([0-9a-f]{12})\s*$", str(params.get("text", "")))
    return {
        "ref": CrmRef(kind, str(row["id"])),
        "key": params.get("uniq") or (found.group(1) if found else ""),
        "text": str(params.get("text") or params.get("call_result") or ""),
        "place": row["place"],
    }


def seen_task(row: Record) -> Record:
    """Return a task in the words of the hub."""
    return {
        "ref": CrmRef("tasks", str(row["id"])),
        "key": "",
        "text": row["text"],
        "owner": str(row["responsible_user_id"] or ""),
        "is_done": row["is_completed"],
        "due_at": datetime.fromtimestamp(row["complete_till"], UTC),
    }
