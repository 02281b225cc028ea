"""What a CRM and the hub have in common: cards, sales chances, entries and tasks, and how one names them.

A CRM's own words (deal, order, note) stay inside its connector; here is only what both sides mean. How the two sides
are brought together is `hub.crm_sync`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Entity(StrEnum):
    """What is kept on both sides. `request` is a sales chance: a lead, deal or order there."""

    contact = "contact"
    company = "company"
    request = "request"
    entry = "entry"
    task = "task"


class CrmField(StrEnum):
    """The fields that every CRM knows by its own name; others are own fields, by the CRM's code."""

    name = "name"
    owner = "owner"
    company = "company"
    stage = "stage"
    amount = "amount"
    text = "text"
    due_at = "due_at"
    done = "done"


@dataclass(frozen=True, slots=True)
class CrmRef:
    """A record there: `kind` in the CRM's own words (`deal`), `id` as it writes it. `str()` is stored: `deal:759`."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def read_ref(text: str) -> CrmRef:
    """Return the reference that `str()` of one wrote."""
    kind, _, record = text.partition(":")
    return CrmRef(kind, record)
