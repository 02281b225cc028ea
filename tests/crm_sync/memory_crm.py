"""A made-up CRM in memory: keeps what it is told, is changed by people, and fails where a test says.

For the synchronisation alone; what a vendor's API looks like is the matter of the fakes at sockets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.channels.base import Capabilities, Evidence
from hub.crm_sync.base import (
    ChangePage,
    Crm,
    CrmSchema,
    CrmSettings,
    CrmStage,
    CrmUser,
    Entry,
    Gone,
    Match,
    MergedInto,
    Patch,
    Person,
    Place,
    Request,
    Snapshot,
    Todo,
    Written,
)
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.domain.inbound import CrmHint

STAGES = (
    CrmStage("NEW", "Новая"),
    CrmStage("WORK", "В работе"),
    CrmStage("WON", "Успех", "won"),
    CrmStage("LOST", "Провал", "lost"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record, whatever it is."""

    ref: CrmRef
    entity: Entity
    key: str
    values: Mapping[str, str]
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    contact: CrmRef | None = None
    is_gone: bool = False
    into: CrmRef | None = None
    thing: Any = None


@dataclass
class Shelf:
    """What the CRM keeps and how it behaves now."""

    users: tuple[CrmUser, ...] = (CrmUser("1", "Хаб"), CrmUser("7", "Иван", "ivan@romashka.example"))
    records: dict[CrmRef, Record] = field(default_factory=dict)
    changed: list[CrmRef] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    faults: list[Callable[[str], Exception | None]] = field(default_factory=list)
    lost_answers: int = 0
    hidden: set[CrmRef] = field(default_factory=set)

    def of(self, entity: Entity) -> list[Record]:
        return [each for each in self.records.values() if each.entity is entity and not each.is_gone]

    def edit(self, ref: CrmRef, **values: str) -> None:
        record = self.records[ref]
        self.records[ref] = replace(record, values={**record.values, **values})
        self.changed.append(ref)

    def delete(self, ref: CrmRef) -> None:
        self.records[ref] = replace(self.records[ref], is_gone=True)
        self.changed.append(ref)


class MemorySettings(CrmSettings):
    """None."""


class MemoryCrm(Crm[MemorySettings]):
    """The connector of the made-up CRM; it finds nothing by key, as some do, but makes one of a repeated one."""

    settings_model = MemorySettings
    capabilities = Capabilities()
    evidence = Evidence.documented
    keyed = frozenset(Entity)
    shelf: Shelf

    def _fault(self, what: str) -> None:
        self.shelf.writes.append(what)
        self._strike(what)

    def _strike(self, what: str) -> None:
        for fault in list(self.shelf.faults):
            if (error := fault(what)) is not None:
                raise error

    def _keep(self, entity: Entity, key: str, record: Callable[[CrmRef], Record]) -> Written:
        self._fault(f"create {entity}")
        known = next((each for each in self.shelf.records.values() if key and each.key == key), None)
        if known is None:
            ref = CrmRef(entity.value, str(len(self.shelf.records) + 1))
            known = self.shelf.records[ref] = record(ref)
        return self._answered(Written(known.ref, url=f"https://crm.example/{known.ref.id}"))

    def _answered(self, written: Written) -> Written:
        if self.shelf.lost_answers:
            self.shelf.lost_answers -= 1
            raise OutcomeUnknown("the answer was lost")
        return written

    async def describe(self) -> CrmSchema:
        return CrmSchema(self.shelf.users, STAGES, own_user="1")

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        found = [each for each in self.shelf.of(Entity.contact) if {*each.phones, *each.emails} & {*phones, *emails}]
        return [Match(each.ref, each.values.get(CrmField.name, "")) for each in found]

    async def create_contact(self, person: Person, *, key: str) -> Written:
        values: dict[str, str] = {
            CrmField.name: person.name,
            CrmField.owner: person.owner,
            CrmField.company: person.company,
        }

        def made(ref: CrmRef) -> Record:
            return Record(ref, Entity.contact, key, values, person.phones, person.emails, thing=person)

        return self._keep(Entity.contact, key, made)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        return self._update(ref, patch)

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        return self._update(ref, patch)

    def _update(self, ref: CrmRef, patch: Patch) -> Written:
        self._fault(f"update {ref}")
        record = self.shelf.records.get(ref)
        if record is None or record.is_gone:
            raise PermanentFailure("no such record", 404, reason="missing")
        values = {**record.values, **patch.values, **patch.fields}
        phones, emails = (*record.phones, *patch.phones), (*record.emails, *patch.emails)
        self.shelf.records[ref] = replace(record, values=values, phones=phones, emails=emails)
        self.shelf.changed.append(ref)
        return self._answered(Written(ref))

    async def create_request(self, request: Request, *, key: str) -> Written:
        values: dict[str, str] = {
            CrmField.stage: request.stage or "NEW",
            CrmField.owner: request.owner,
            CrmField.amount: request.amount,
        }

        def made(ref: CrmRef) -> Record:
            return Record(ref, Entity.request, key, values, contact=request.contact, thing=request)

        return self._keep(Entity.request, key, made)

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        def made(ref: CrmRef) -> Record:
            return Record(ref, Entity.entry, key, {}, contact=place.contact, thing=entry)

        return self._keep(Entity.entry, key, made)

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        def made(ref: CrmRef) -> Record:
            return Record(ref, Entity.task, key, _values_of(todo), contact=place.contact, thing=todo)

        return self._keep(Entity.task, key, made)

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        return self._update(ref, Patch(_values_of(todo)))

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        if ref in self.shelf.hidden:
            raise PermanentFailure("not for this key", 403, reason="forbidden")
        record = self.shelf.records.get(ref)
        if record is None or record.is_gone:
            return Gone(ref) if record is None or record.into is None else MergedInto(ref, record.into)
        own = {code: record.values.get(code, "") for code in fields}
        return Snapshot(ref, record.entity, record.values, own, phones=record.phones, emails=record.emails)

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        self._strike("changes")
        seen = int(str(cursor.get("seen", len(self.shelf.changed))))
        hints = tuple(
            CrmHint(f"{place}", self.shelf.records[ref].entity, ref, self.context.clock.now())
            for place, ref in enumerate(self.shelf.changed[seen:], start=seen)
        )
        return ChangePage(hints, {"seen": len(self.shelf.changed)})


def _values_of(todo: Todo) -> dict[str, str]:
    return {CrmField.done: "yes" if todo.is_done else "", CrmField.due_at: todo.due_at.isoformat()}


def at_minute(instant: datetime) -> str:
    """An instant as deadlines are compared."""
    return instant.replace(second=0, microsecond=0).isoformat()
