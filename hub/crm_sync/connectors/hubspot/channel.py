"""The connector: each part of the contract, in HubSpot's calls. What they mean stands in the rooms beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.channels.base import CheckResult, Context, Evidence, Peek, Raw, Reply
from hub.crm_sync.base import (
    ChangePage,
    Crm,
    CrmSchema,
    Entry,
    Gone,
    Match,
    MergedInto,
    OwnField,
    Patch,
    Person,
    Place,
    Refused,
    Request,
    Snapshot,
    Todo,
    Written,
)
from hub.crm_sync.connectors.hubspot import feed, finding, hooks, reading, setup, writing
from hub.crm_sync.connectors.hubspot.api import Record, make_api, malformed
from hub.crm_sync.connectors.hubspot.settings import HubSpotSettings
from hub.crm_sync.connectors.hubspot.stages import Structure
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.domain.inbound import CrmHint


class HubSpot(Crm[HubSpotSettings]):
    """See the package."""

    settings_model = HubSpotSettings
    evidence = Evidence.documented
    keyed = frozenset({Entity.contact, Entity.request, Entity.entry, Entity.task})

    def __init__(self, settings: HubSpotSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._api = make_api(settings, context)
        self._structure = Structure(self._api)

    async def describe(self) -> CrmSchema:
        """Return owners, the stages of all pipelines, and the properties the business made."""
        owners = await self._api.read_pages(self._api.path("owners"), limit="100")
        fields: list[OwnField] = []
        for section, entity in (("contacts", Entity.contact), ("deals", Entity.request)):
            properties = await self._api.read_pages(self._api.path("properties", section))
            fields += reading.read_own_fields(entity, properties)
        return CrmSchema(
            users=tuple(reading.read_user(owner) for owner in owners),
            stages=tuple(await self._structure.read_stages()),
            fields=tuple(fields),
        )

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        """Return the contacts that have one of these; search does not know the writes of the last seconds."""
        return await finding.find_matches(self._api, self._structure, phones, emails)

    async def create_contact(self, person: Person, *, key: str) -> Written:
        """Make a contact, or find the one with `key`; an e-mail that another contact has names that one."""
        properties = writing.contact_of(person, key, self.settings)
        given = {"id": key, "idProperty": self.settings.key_property, "properties": properties}
        try:
            path = self._api.path("objects", "contacts", "batch", "upsert")
            answer = await self._api.write("POST", path, {"inputs": [given]})
        except PermanentFailure as refusal:
            if there := await finding.find_existing(self._api, refusal):
                return there
            raise
        record = _only(answer)
        return reading.written(self._api, "contact", record, is_existing=record.get("new") is False)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a contact: what it has is read first, so that no address is lost."""
        present = await finding.read_object(self._api, ref)
        if present is None:
            raise PermanentFailure("the contact is not there any more", 404, reason=Refused.missing)
        changes = writing.changes_of_contact(patch, present, self.settings)
        if not changes:
            return reading.written(self._api, "contact", present)
        return await self._edit(ref, changes)

    async def create_request(self, request: Request, *, key: str) -> Written:
        """Make a deal at its contact; a deal with `key` that is there refuses another one, and is the answer."""
        pipeline = request.pipeline or self.settings.pipeline
        stage = await self._structure.place_of(request.stage, pipeline)
        properties = {**writing.deal_of(request, key, self.settings), **stage}
        try:
            return await self._create("deal", properties, (request.contact,))
        except PermanentFailure:
            if there := await finding.find_keyed(self._api, "deal", key):
                return there
            raise

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a deal; a stage brings its pipeline along."""
        changes = writing.changes_of_deal(patch)
        if stage := patch.values.get(CrmField.stage):
            changes |= await self._structure.place_of(stage, "")
        return await self._edit(ref, changes)

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        """Write a call, a message of WhatsApp or SMS, or a note, at the contact and the deal, dated as it was."""
        kind, properties = writing.entry_of(entry, key, self.settings)
        return await self._create(kind, properties, _both(place))

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        """Make a task at the contact and the deal."""
        return await self._create("task", writing.new_task_of(todo, key, self.settings), _both(place))

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        """Bring a task to this state; what came of it goes below its text."""
        changes = writing.task_of(todo, self.settings)
        if todo.result:
            present = await self._api.read(self._path("task", ref.id), properties="hs_task_body")
            changes |= writing.result_of(todo, reading.property_of(present, "hs_task_body"))
        return await self._edit(ref, changes)

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        """Return a record; an id that leads to another record is one that was joined."""
        if ref.kind not in reading.KINDS:
            raise PermanentFailure(f"a {ref.kind} cannot be read here", reason=Refused.unsupported)
        record = await finding.read_object(self._api, ref, fields)
        if record is None:
            return Gone(ref)
        found = reading.read_record(self._api, ref.kind, record, fields)
        if found.ref != ref:
            return MergedInto(ref, found.ref)
        if ref.kind != "deal":
            return found
        return replace(found, outcome=await self._structure.outcome(found.values[CrmField.stage]))

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        """Return the contact or deal with this key, the entry or task of `place` with its mark."""
        mark = writing.mark_of(key)
        match entity:
            case Entity.contact:
                return await finding.find_keyed(self._api, "contact", key)
            case Entity.request:
                return await finding.find_keyed(self._api, "deal", key)
            case Entity.entry if place is not None:
                return await finding.find_marked(self._api, finding.ENTRIES, place, mark)
            case Entity.task if place is not None:
                return await finding.find_marked(self._api, ("task",), place, mark)
            case _:
                return None

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        """Return what changed since `cursor`, by the dates of the last change."""
        now = self.context.clock.now()
        return await feed.read_changes(self._api, cursor, now) if cursor else ChangePage((), feed.begin(now))

    def verify(self, raw: Raw) -> None:
        """Check whichever version of the signature the request carries."""
        hooks.verify(raw, self.settings.client_secret.get_secret_value(), self.context.public_url)

    def peek(self, raw: Raw) -> Peek:
        """Return an id that a repetition of the batch has too."""
        return hooks.peek(raw)

    def parse(self, raw: Raw) -> Sequence[CrmHint]:
        """Return the hints of a batch."""
        return hooks.parse(raw, self.settings.app_id)

    def acknowledge(self, raw: Raw) -> Reply:
        """Return a bare success."""
        del raw
        return Reply()

    async def subscribe(self) -> CheckResult:
        """Make the property that holds our key; webhooks of a private app are set by hand."""
        return await setup.make_key_properties(self._api)

    async def check(self) -> CheckResult:
        """Ask for what the hub reads."""
        return await setup.check(self._api)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the token is made and where our address goes."""
        return setup.steps(language, self.context.public_url)

    async def _create(self, kind: str, properties: Mapping[str, str], at: Sequence[CrmRef]) -> Written:
        associations = await self._structure.associations(kind, at)
        body = {"properties": dict(properties), "associations": associations}
        return reading.written(self._api, kind, await self._api.write("POST", self._path(kind), body))

    async def _edit(self, ref: CrmRef, changes: Mapping[str, str]) -> Written:
        body = {"properties": dict(changes)}
        answer = await self._api.write("PATCH", self._path(ref.kind, ref.id), body)
        return reading.written(self._api, ref.kind, answer)

    def _path(self, kind: str, *parts: str) -> str:
        return self._api.path("objects", f"{kind}s", *parts)


def _both(place: Place) -> tuple[CrmRef, ...]:
    return (place.contact, place.request) if place.request else (place.contact,)


def _only(answer: Record) -> Record:
    """Return the one result of an upsert of one."""
    found = answer.get("results")
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        raise malformed(is_write=True)
    return found[0]
