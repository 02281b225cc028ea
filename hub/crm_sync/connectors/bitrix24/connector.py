"""The connector: what the contract names, each in its own room of this folder."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

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
from hub.crm_sync.calling import CrmContext
from hub.crm_sync.connectors.bitrix24 import cards, changes, history, hooks, requests, setup, talks, tasks
from hub.crm_sync.connectors.bitrix24.ownfields import OwnFields
from hub.crm_sync.connectors.bitrix24.records import (
    ACTIVITY,
    COMMENT,
    COMPANY,
    CONTACT,
    LEAD,
    NUMBERS,
    base_snapshot,
    page_url,
)
from hub.crm_sync.connectors.bitrix24.settings import Bitrix24Settings
from hub.crm_sync.connectors.bitrix24.wire import Portal
from hub.crm_sync.tokens import HeldTokens, Tokens
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.domain.inbound import CrmAnswer, InboundEvent


class Bitrix24(Crm[Bitrix24Settings]):
    """See the package."""

    settings_model = Bitrix24Settings
    capabilities = Capabilities()
    evidence = Evidence.documented
    keyed: ClassVar[frozenset[Entity]] = frozenset({Entity.contact, Entity.request, Entity.entry, Entity.task})

    def __init__(self, settings: Bitrix24Settings, context: Context) -> None:
        super().__init__(settings, context)
        tokens: Tokens = context.tokens if isinstance(context, CrmContext) else HeldTokens()
        self._portal = Portal(settings, context, tokens)
        self._mode = requests.Mode(self._portal)
        self._own = OwnFields(self._portal)
        self._own_user = ""

    async def describe(self) -> CrmSchema:
        """Return users, stages and own fields."""
        return await setup.describe_portal(self._portal, self._own, self._mode)

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        """Return the cards with one of these phones or e-mails."""
        return await cards.find_contacts(self._portal, phones, emails)

    async def create_contact(self, person: Person, *, key: str) -> Written:
        """Make a card."""
        return await cards.create_contact(self._own, person, key=key)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a card."""
        return await cards.update_contact(self._own, ref, patch)

    async def create_request(self, request: Request, *, key: str) -> Written:
        """Make a lead or deal."""
        return await requests.create_request(self._own, self._mode, request, key=key)

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        """Change a lead or deal."""
        return await requests.update_request(self._own, ref, patch)

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        """Write an entry: a call into the telephony where we are an application, everything else as a comment."""
        if self.settings.is_application and history.is_call(entry):
            user = entry.user or self.settings.call_user or await self._user()
            return await history.add_call(self._portal, entry, place, user=user, key=key)
        return await history.add_comment(self._portal, entry, place, key=key)

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        """Return a record as it is now; a lead that became a deal is followed."""
        try:
            found = await self._read(ref, fields)
        except PermanentFailure as error:
            if error.reason != Refused.missing:
                raise
            return Gone(ref)
        if not isinstance(found, Snapshot):
            return found
        is_own = self.settings.has_own_user and found.changed_by == await self._user()
        return replace(found, is_own=is_own, url=page_url(self.settings.portal_url, ref))

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        """Return what was made with a key."""
        match entity:
            case Entity.contact:
                return await cards.find_item(self._portal, CONTACT, key)
            case Entity.company:
                return await cards.find_item(self._portal, COMPANY, key)
            case Entity.request:
                return await cards.find_item(self._portal, await self._mode.kind(), key)
            case Entity.task:
                return await tasks.find_task(self._portal, key, place) if place else None
            case Entity.entry:
                return await self._find_entry(key, place)

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        """Make a to-do (T-4)."""
        return await tasks.add_task(self._portal, todo, place, key=key)

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        """Bring a to-do to this state."""
        return await tasks.update_task(self._portal, ref, todo)

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        """Return what changed since a cursor."""
        return await changes.read_changes(self._portal, self._mode, cursor)

    @property
    def is_talking(self) -> bool:
        """Tell whether messages go to an open line."""
        return self.settings.is_talking

    async def say(self, said: Entry, talk: Talk, *, key: str) -> Written:
        """Show a message in the chat of the open line."""
        return await talks.say(self._portal, said, talk, user=await self._user(), key=key)

    async def confirm(self, answer: CrmAnswer, problem: str) -> None:
        """Mark an answer as delivered, or say why it is not."""
        await talks.confirm(self._portal, answer, problem, user=await self._user())

    def verify(self, raw: Raw) -> None:
        """Compare the token of an event with ours, in constant time."""
        hooks.verify_event(raw, self.settings)

    def to_store(self, raw: Raw) -> Raw:
        """Return an event without the tokens that it brings."""
        return hooks.stored(raw)

    def peek(self, raw: Raw) -> Peek:
        """Return the id of an event and the record as its order."""
        return hooks.peek_event(raw)

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return the hint of an event, or what was answered in our chats."""
        return hooks.parse_event(raw, talks.connector_of(self._portal))

    def acknowledge(self, raw: Raw) -> Reply:
        """Return a bare success: nothing is repeated, whatever the answer."""
        del raw
        return Reply()

    async def check(self) -> CheckResult:
        """Try credentials, rights and mode."""
        is_unsaved = isinstance(self._portal.tokens, HeldTokens)
        return await setup.check_portal(replace(self._portal, can_renew=not is_unsaved))

    async def subscribe(self) -> CheckResult:
        """Bind events; a webhook's portal is told by hand."""
        return await setup.subscribe_events(self._portal)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say what to press on the portal."""
        return setup.steps_of(self._portal, language)

    async def _read(self, ref: CrmRef, fields: Sequence[str]) -> Snapshot | MergedInto:
        if ref.kind == ACTIVITY:
            return tasks.read_activity(await tasks.get_activity(self._portal, ref))
        if ref.kind == COMMENT:
            return await history.read_comment(self._portal, ref)
        if ref.kind not in NUMBERS:
            raise PermanentFailure(f"Bitrix24: a {ref.kind} cannot be read", reason=Refused.unsupported)
        item = await cards.get_item(self._portal, ref)
        own = await self._own.read(ref.kind, item, fields)
        if ref.kind == CONTACT:
            return await cards.read_contact(self._portal, item, own)
        if ref.kind == COMPANY:
            values: dict[str, str] = {CrmField.name: str(item.get("title") or "")}
            return replace(base_snapshot(COMPANY, item, own), values=values)
        told = requests.read_request(ref.kind, item, own)
        if ref.kind == LEAD and told.outcome == "won":
            deal = await requests.find_deal_of(self._portal, ref)
            return MergedInto(ref, deal) if deal else told
        return told

    async def _find_entry(self, key: str, place: Place | None) -> Written | None:
        found = await history.find_comment(self._portal, key, place) if place else None
        if found is None and self.settings.is_application:
            return await history.find_call(self._portal, key)
        return found

    async def _user(self) -> str:
        if not self._own_user:
            self._own_user = await setup.own_user(self._portal)
        return self._own_user
