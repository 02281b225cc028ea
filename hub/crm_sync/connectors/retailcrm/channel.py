"""The connector: each part of the contract, in retailCRM's calls. What they mean stands in the rooms beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.channels.base import CheckResult, Context, Evidence
from hub.crm_sync.base import (
    ChangePage,
    Crm,
    CrmSchema,
    Entry,
    EntryKind,
    Gone,
    Match,
    MergedInto,
    Patch,
    Person,
    Place,
    Refused,
    Request,
    Snapshot,
    Todo,
    Written,
)
from hub.crm_sync.connectors.retailcrm import feed, finding, reading, setup, writing
from hub.crm_sync.connectors.retailcrm.api import PATHS, make_api, text_of
from hub.crm_sync.connectors.retailcrm.settings import Calls, RetailCrmSettings
from hub.crm_sync.connectors.retailcrm.stages import StageBook
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.net.payloads import Json


class RetailCrm(Crm[RetailCrmSettings]):
    """See the package."""

    settings_model = RetailCrmSettings
    evidence = Evidence.documented
    keyed = frozenset({Entity.contact, Entity.request, Entity.entry})
    card_kind = "customer"

    def __init__(self, settings: RetailCrmSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._api = make_api(settings, context)
        self._book = StageBook(self._api)

    async def describe(self) -> CrmSchema:
        """Return users, statuses of orders (their group tells the outcome) and the business's own fields."""
        users = await self._api.read_all("users", "users")
        fields = await self._api.read("custom-fields", (("limit", "100"),))
        return CrmSchema(
            users=tuple(reading.read_user(user) for user in users),
            stages=tuple((await self._book.read()).values()),
            fields=tuple(reading.read_own_fields(fields)),
        )

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        """Return the customers that have one of these."""
        return await finding.find_matches(self._api, self._book, phones, emails)

    async def create_contact(self, person: Person, *, key: str) -> Written:
        """Make a customer with `key` as its external id, of which the CRM takes one only."""
        fields = {"customer": writing.customer_of(person, key, self.settings)}
        return await self._create("customers/create", fields, "customer", key)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a customer: its numbers are read first, so that none is lost."""
        present = await self._read_customer(ref)
        return await self._edit(ref, "customer", writing.changes_of_customer(patch, present, self.settings))

    async def create_request(self, request: Request, *, key: str) -> Written:
        """Make an order with `key` as its external id, of which the CRM takes one only."""
        fields = {"order": writing.order_of(request, key, self.settings)}
        return await self._create("orders/create", fields, "order", key)

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        """Change an order; its amount is the sum of its items and is left alone."""
        return await self._edit(ref, "order", writing.changes_of_order(patch))

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        """Write a note of the customer, for orders have none; a call goes into the log of telephony, if shown there.

        The log places a call by its number, so a customer without that number would not show it.
        """
        if await self._is_for_telephony(entry, place):
            calls = [writing.call_of(entry, key, self._api)]
            answer = await self._api.write("telephony/calls/upload", {"calls": calls})
            return Written(CrmRef("call", key), is_existing=key in (answer.get("duplicateCalls") or ()))
        note = writing.note_of(entry, place.contact, key, self.settings)
        answer = await self._api.write("customers/notes/create", {"note": note})
        return reading.written(self._api, "note", answer)

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        """Make a task; the CRM wants a performer."""
        task = writing.new_task_of(todo, place, key, self._api)
        if "performerId" not in task:
            raise PermanentFailure("a task needs a performer: set `performer`", reason=Refused.missing)
        return reading.written(self._api, "task", await self._api.write("tasks/create", {"task": task}))

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        """Bring a task to this state; what came of it goes into its comment, beside our mark."""
        task = writing.task_of(todo, self._api)
        if todo.result:
            answer = await self._api.read(f"tasks/{ref.id}")
            task |= writing.result_of(todo, reading.record_of(answer, "task"), self.settings)
        return await self._edit(ref, "task", task)

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        """Return a record; of one that is gone the history tells whether it was joined with another."""
        if ref.kind not in PATHS:
            raise PermanentFailure(f"a {ref.kind} cannot be read here", reason=Refused.unsupported)
        answer = await self._api.find(f"{PATHS[ref.kind]}/{ref.id}", () if ref.kind == "task" else self._api.by_id())
        if answer is None:
            return await finding.what_became_of(self._api, ref)
        record = reading.record_of(answer, ref.kind)
        match ref.kind:
            case "customer":
                orders = await finding.orders_of(self._api, ref)
                requests = tuple(reading.ref_of("order", order) for order in orders)
                return replace(reading.read_customer(self._api, record, fields), requests=requests)
            case "order":
                outcome = await self._book.outcome(text_of(record.get("status")))
                return reading.read_order(self._api, record, fields, outcome)
            case _:
                return reading.read_task(self._api, record)

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        """Return the customer or order with this external id, the note or the recent task with this mark.

        A call is not found: its repetition is told apart by the CRM (`duplicateCalls`).
        """
        mark = writing.mark_of(key)
        match entity:
            case Entity.contact:
                return await finding.find_keyed(self._api, "customer", key)
            case Entity.request:
                return await finding.find_keyed(self._api, "order", key)
            case Entity.entry if place is not None:
                query = (("filter[customerIds][]", place.contact.id), ("filter[text]", mark))
                return await finding.find_marked(self._api, "note", mark, query)
            case Entity.task:
                return await finding.find_marked(self._api, "task", mark, ())
            case _:
                return None

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        """Return what the histories of customers, orders and tasks tell since `cursor`."""
        if not cursor:
            now = self._api.local(self.context.clock.now())
            return ChangePage((), {kind: {"at": now} for kind in PATHS})
        return await feed.read_changes(self._api, cursor)

    async def check(self) -> CheckResult:
        """Ask what the key may do, which shops it sees and whether the zone is right."""
        return await setup.check(self._api)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the key is made and what it must be allowed."""
        return setup.steps(language)

    async def _create(self, path: str, fields: Mapping[str, object], kind: str, key: str) -> Written:
        """Make a record; whatever words the refusal of a repeated key has, the record with it is the answer."""
        try:
            answer = await self._api.write(path, fields)
        except PermanentFailure:
            if there := await finding.find_keyed(self._api, kind, key):
                return there
            raise
        return reading.written(self._api, kind, answer)

    async def _is_for_telephony(self, entry: Entry, place: Place) -> bool:
        if entry.kind is not EntryKind.call or not entry.phone or self.settings.calls is not Calls.telephony:
            return False
        customer = await self._read_customer(place.contact)
        return entry.phone in reading.phones_of(customer, self.settings.region)

    async def _read_customer(self, ref: CrmRef) -> Mapping[str, Json]:
        answer = await self._api.read(f"customers/{ref.id}", self._api.by_id())
        return reading.record_of(answer, "customer")

    async def _edit(self, ref: CrmRef, kind: str, changes: Mapping[str, object]) -> Written:
        """Write changes; with none of them only see that the record is there, as a write would."""
        path, by_id = f"{PATHS[ref.kind]}/{ref.id}", () if ref.kind == "task" else self._api.by_id()
        if changes:
            await self._api.write(f"{path}/edit", {**dict(by_id), kind: changes})
        else:
            await self._api.read(path, by_id)
        return Written(ref, reading.url_of(self._api, ref))
