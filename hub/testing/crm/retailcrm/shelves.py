"""The records of a retailCRM account and the histories of what was done to them, and by whom."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from hub.domain.crm import CrmRef
from hub.testing.crm.retailcrm.forms import Record, Refusal, paged

SECTIONS = {"customer": "customers", "order": "orders", "task": "tasks"}
GROUPS: Mapping[str, Record] = {
    "new": {"name": "Новый", "active": True, "ordering": 10, "process": True},
    "approval": {"name": "Согласование", "active": True, "ordering": 20, "process": True},
    "complete": {"name": "Выполнен", "active": True, "ordering": 50, "process": False},
    "cancel": {"name": "Отменен", "active": True, "ordering": 60, "process": False},
}
STATUSES: Mapping[str, Record] = {
    "new": {"name": "Новый", "active": True, "ordering": 10, "group": "new"},
    "agreed": {"name": "Согласован", "active": True, "ordering": 10, "group": "approval"},
    "complete": {"name": "Выполнен", "active": True, "ordering": 10, "group": "complete"},
    "no-call": {"name": "Недозвон", "active": True, "ordering": 10, "group": "cancel"},
    "old": {"name": "Не используется", "active": False, "ordering": 99, "group": "new"},
}
API = 0
"""The user of a change that came through the key."""


class HasClock(Protocol):
    """Whose records these are: it knows the time and its zone."""

    now: Callable[[], datetime]
    zone: str


class Shelves:
    """Records by section, each a plain dictionary as the API shows it."""

    def __init__(self, account: HasClock) -> None:
        self._account = account
        self.records: dict[str, list[Record]] = {section: [] for section in SECTIONS.values()}
        self.history: dict[str, list[Record]] = {section: [] for section in SECTIONS.values()}
        self.notes: list[Record] = []
        self.calls: list[Record] = []
        self._last_id = 100

    def add(self, section: str, record: Record, *, user: int = API) -> Record:
        """Put a new record on its shelf."""
        record = {"id": self.next_id(), "createdAt": self.local(), **record}
        self.records[section].append(record)
        self._tell(section, record, ("id", None, record["id"]), user=user, created=True)
        return record

    def change(self, section: str, record: Record, changes: Mapping[str, Any], *, user: int = API) -> None:
        """Change fields; what stays the same leaves no row."""
        for name, value in changes.items():
            was = record.get(name)
            new = {**(was if isinstance(was, dict) else {}), **value} if name == "customFields" else value
            if was != new:
                self._tell(section, record, (name, was, new), user=user)
                record[name] = new

    def remove(self, ref: CrmRef, *, user: int, into: CrmRef | None = None) -> None:
        """Take a record off, as deleted or as joined with another."""
        section, record = SECTIONS[ref.kind], self.by_ref(ref)
        joined = {"combinedTo": {"id": int(into.id)}} if into else {}
        self._tell(section, record, ("id", record["id"], None), user=user, deleted=True, **joined)
        self.records[section].remove(record)

    def by_ref(self, ref: CrmRef) -> Record:
        """Return a record that is there."""
        return next(record for record in self.records[SECTIONS[ref.kind]] if str(record["id"]) == ref.id)

    def find(self, section: str, by: str, number: str) -> Record:
        """Return a record by its own or its external id, or refuse."""
        for record in self.records[section]:
            if str(record.get(by)) == number:
                return record
        raise Refusal(404, "Not found")

    def page_of_history(self, section: str, query: Mapping[str, str]) -> Record:
        """Return rows since a row, an instant, or of one record."""
        rows, one = self.history[section], query.get(f"filter[{section[:-1]}Id]")
        since, start = int(query.get("filter[sinceId]", 0)), query.get("filter[startDate]", "")
        fitting = [row for row in rows if row["id"] > since and row["createdAt"] >= start]
        return paged("history", [row for row in fitting if not one or row[section[:-1]]["id"] == int(one)], query)

    def next_id(self) -> int:
        """Return a fresh number."""
        self._last_id += 1
        return self._last_id

    def local(self) -> str:
        """Return the instant as the account writes it."""
        return self._account.now().astimezone(ZoneInfo(self._account.zone)).strftime("%Y-%m-%d %H:%M:%S")

    def _tell(self, section: str, record: Record, change: tuple[str, Any, Any], *, user: int, **more: Any) -> None:
        field, old, new = change
        row = {"id": self.next_id(), "createdAt": self.local(), "field": field, "oldValue": old, "newValue": new}
        who = {"source": "user", "user": {"id": user}} if user else {"source": "api", "apiKey": {"current": True}}
        self.history[section].append({**row, **who, section[:-1]: {"id": record["id"]}, **more})
