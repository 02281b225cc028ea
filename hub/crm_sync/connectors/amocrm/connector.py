"""The connector: what `hub.crm_sync.base` asks for, carried out by the rooms beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.channels.base import Capabilities, CheckResult, Context, Evidence, Peek, Raw, Reply
from hub.crm_sync.base import (
    ChangePage,
    Crm,
    CrmSchema,
    Entry,
    Gone,
    Match,
    MergedInto,
    Patch,
    Person,
    Place,
    Refused,
    Request,
    Snapshot,
    Talk,
    Todo,
    Written,
)
from hub.crm_sync.connectors.amocrm import entries, feed, incoming, setup
from hub.crm_sync.connectors.amocrm.account import Account
from hub.crm_sync.connectors.amocrm.api import Api, Row
from hub.crm_sync.connectors.amocrm.bodies import (
    TaskForm,
    added_addresses,
    budget,
    form_metadata,
    number,
    patch_values,
    person_body,
    request_body,
)
from hub.crm_sync.connectors.amocrm.chats import Chats
from hub.crm_sync.connectors.amocrm.search import Search, find_by_field
from hub.crm_sync.connectors.amocrm.settings import AmoSettings, expiry_of
from hub.crm_sync.connectors.amocrm.snapshots import (
    CONTACT,
    ENTITIES,
    LEAD,
    PARENT_OF,
    TASK,
    Reader,
    rev,
)
from hub.crm_sync.connectors.amocrm.unsorted import find_unsorted, make_unsorted
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.domain.inbound import CrmAnswer, CrmHint


class AmoCrm(Crm[AmoSettings]):
    """See the package."""

    settings_model = AmoSettings
    evidence = Evidence.documented
    capabilities = Capabilities(text_limit=9_000, is_send_idempotent=True)
    keyed = frozenset({Entity.contact, Entity.request, Entity.entry})
    card_kind = CONTACT
    is_spooled = True

    def __init__(self, settings: AmoSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._api = Api(settings, context)
        self._account = Account(self._api, context.clock)
        self._chats = Chats(self._api, self._account, context)
        self._tasks = TaskForm(settings.task_type, settings.language)

    async def describe(self) -> CrmSchema:
        """Return users, stages and fields; 142 and 143 are told once, they are in every pipeline."""
        return await self._account.describe()

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        """Return the cards with one of these addresses."""
        search = Search(self._api, await self._reader(), await self._account.book(CONTACT))
        return await search.cards(phones, emails)

    async def create_contact(self, person: Person, *, key: str) -> Written:
        """Make a card, and its company if there is none of that name."""
        company = await self._account.company(person.company) if person.company else ""
        body = person_body(person, {self.settings.key_field: key}, await self._account.book(CONTACT))
        made = await self._api.write_one(f"/api/v4/{CONTACT}", CONTACT, {**body, "request_id": key})
        ref = CrmRef(CONTACT, str(made["id"]))
        if company:
            await self._account.link_made(ref, company)
        return self._written(ref, made)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a card. Phones and e-mails are read and written whole: amoCRM replaces all values of a field."""
        body = patch_values(patch, await self._account.book(CONTACT))
        if patch.phones or patch.emails:
            added = await self._added_addresses(ref, patch)
            if added:
                body["custom_fields_values"] = [*body.get("custom_fields_values", ()), *added]
        if company := patch.values.get(CrmField.company, ""):
            await self._account.link_company(ref, await self._account.company(company))
        return await self._patched(ref, body)

    async def create_request(self, request: Request, *, key: str) -> Written:
        """Make a lead of a card, unsorted if the settings say so."""
        language, book = self.settings.language, await self._account.book(LEAD)
        body = request_body(request, {self.settings.key_field: key}, book, language=language)
        pipeline = request.pipeline or self.settings.pipeline
        body |= await self._account.place(request.stage, pipeline)
        if self.settings.is_unsorted and not request.stage:
            metadata = form_metadata(request, key=key, page=self.settings.base, language=language)
            made = await make_unsorted(self._api, body, metadata, key)
        else:
            made = await self._api.write_one(f"/api/v4/{LEAD}", LEAD, {**body, "request_id": key})
        written = self._written(CrmRef(LEAD, str(made["id"])), made)
        return replace(written, is_existing=bool(made.get("merged")))

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a lead; a stage of another pipeline takes it there."""
        body = patch_values(patch, await self._account.book(LEAD)) | budget(patch.values.get(CrmField.amount, ""))
        if stage := patch.values.get(CrmField.stage, ""):
            body |= await self._account.place(stage, "")
        return await self._patched(ref, body)

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        """Write a note or a call."""
        return Written(await entries.write_entry(self._api, entry, place, key))

    @property
    def is_talking(self) -> bool:
        """Tell whether the settings name a channel of the chats."""
        return bool(self.settings.chat_channel)

    async def say(self, said: Entry, talk: Talk, *, key: str) -> Written:
        """Show a message in the chat of its conversation."""
        return await self._chats.say(said, talk, key=key)

    async def confirm(self, answer: CrmAnswer, problem: str) -> None:
        """Mark an answer as delivered, or show why it was not."""
        await self._chats.confirm(answer, problem)

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        """Make a task of a lead or card. amoCRM keeps no key of it."""
        target = place.request or place.contact
        where = {"entity_type": target.kind, "entity_id": number(target.id)}
        body = {**self._tasks.body(todo), **where, "request_id": key}
        made = await self._api.write_one(f"/api/v4/{TASK}", TASK, body)
        return self._written(CrmRef(TASK, str(made["id"])), made)

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        """Bring a task to this state."""
        return await self._patched(ref, self._tasks.body(todo))

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        """Return what was made with `key`; tasks and companies cannot be asked for."""
        match entity:
            case Entity.contact:
                return await self._find_record(CONTACT, key)
            case Entity.request:
                return await self._find_record(LEAD, key) or await self._find_unsorted(key)
            case Entity.entry if place is not None:
                ref = await self._chats.find(key, place) if self.is_talking else None
                ref = ref or await entries.find_entry(self._api, key, place)
                return Written(ref, is_existing=True) if ref else None
            case _:
                return None

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        """Return a record as it is now. A card that was joined with another one is gone."""
        if ref.kind not in ENTITIES:
            raise PermanentFailure("amoCRM has no records of this kind", reason=Refused.unsupported)
        record = await self._find(ref)
        if not record.get("id") or record.get("is_deleted"):
            return Gone(ref)
        if ref.kind == CONTACT:
            record = await self._account.with_company_name(record)
        return (await self._reader()).snapshot(ref, record, fields)

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        """Return the next page of the list of events."""
        return await feed.read_changes(self._api, cursor, self.context.clock.now())

    def verify(self, raw: Raw) -> None:
        """Check the account and the secret of a webhook, or the signature of a message of the chats."""
        incoming.ensure_ours(raw, self.settings)

    def to_store(self, raw: Raw) -> Raw:
        """Return a webhook without the secret of its address."""
        return replace(super().to_store(raw), suffix="")

    def peek(self, raw: Raw) -> Peek:
        """Return what a repetition has too, and whose order counts."""
        return incoming.peek(raw)

    def parse(self, raw: Raw) -> Sequence[CrmHint | CrmAnswer]:
        """Return which records changed, or what was answered in the chats."""
        return incoming.read(raw)

    def acknowledge(self, raw: Raw) -> Reply:
        """Return a bare success."""
        del raw
        return Reply()

    async def check(self) -> CheckResult:
        """Try the token; say whose account it is, what is missing in it and when the token runs out."""
        return await setup.check(self.settings, self.context)

    async def subscribe(self) -> CheckResult:
        """Make the key fields and the webhook; repeating it changes nothing."""
        return await setup.subscribe(self._api, self.context, self._chats if self.is_talking else None)

    def ends_at(self) -> datetime | None:
        """Return when a long-lived token runs out; what OAuth gives is renewed."""
        return None if self.settings.is_renewable else expiry_of(self.settings.access_token.get_secret_value())

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say what to press, from the integration to the webhook."""
        return setup.list_steps(self.settings, self.context.public_url, language)

    async def _reader(self) -> Reader:
        own = await self._account.own_user() if self.settings.is_user_dedicated else ""
        return Reader(self.settings.base, self.settings.region, own)

    def _written(self, ref: CrmRef, made: Row) -> Written:
        """Return what became of a write; asks nobody, for a failure now would pass for one of the write."""
        return Written(ref, Reader(self.settings.base, self.settings.region).url(ref), rev(made))

    async def _patched(self, ref: CrmRef, body: Row) -> Written:
        if not body:
            return self._written(ref, {})
        told = await self._api.write("PATCH", f"/api/v4/{ref.kind}/{number(ref.id)}", body)
        return self._written(ref, told if isinstance(told, dict) else {})

    async def _added_addresses(self, ref: CrmRef, patch: Patch) -> list[Row]:
        record = await self._find(ref)
        if not record.get("id"):
            raise PermanentFailure("the card is not there any more", reason=Refused.missing)
        return added_addresses(record, patch, (await self._reader()).phones(record))

    async def _find(self, ref: CrmRef) -> Row:
        kind = f"{PARENT_OF[ref.kind]}/notes" if ref.kind in PARENT_OF else ref.kind
        beside = {CONTACT: "leads", LEAD: "contacts"}.get(ref.kind)
        return await self._api.read(f"/api/v4/{kind}/{number(ref.id)}", [("with", beside)] if beside else ())

    async def _find_record(self, kind: str, key: str) -> Written | None:
        record = await find_by_field(self._api, kind, await self._account.book(kind), key)
        found = self._written(CrmRef(kind, str(record["id"])), record) if record else None
        return replace(found, is_existing=True) if found else None

    async def _find_unsorted(self, key: str) -> Written | None:
        found = await find_unsorted(self._api, key) if self.settings.is_unsorted else ""
        return replace(self._written(CrmRef(LEAD, found), {}), is_existing=True) if found else None
