"""The connector: every write is a signed event, every read a signed question."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from hub.channels.base import Capabilities, CheckResult, Context, Evidence, Peek, Raw, Reply
from hub.crm_sync.base import (
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
    Todo,
    Written,
)
from hub.crm_sync.calling import Caller, Limit, judge_status
from hub.crm_sync.connectors.webhooks import answers, bodies, setup
from hub.crm_sync.connectors.webhooks.bodies import Data
from hub.crm_sync.connectors.webhooks.hooks import hint_of, record_of
from hub.crm_sync.connectors.webhooks.settings import EventType, WebhooksSettings
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import (
    AuthenticationFailed,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
    WebhookRejected,
)
from hub.domain.inbound import CrmHint
from hub.net.http import HttpAnswer
from hub.net.payloads import clean_text
from hub.net.standard_webhooks import sign, verify

DEADLINE = timedelta(seconds=20)
THROTTLED_FOR = timedelta(seconds=30)
_THROTTLING = frozenset({429, 502, 503, 504})
_PING, _SCHEMA, _FIND, _GET = "hub.ping", "schema.get", "contact.find", "record.get"


class Webhooks(Crm[WebhooksSettings]):
    """See the package.

    `keyed` holds because the receiver drops a webhook-id it has seen, as `docs/crm-webhooks.md` asks of it.
    """

    settings_model = WebhooksSettings
    evidence = Evidence.documented
    capabilities = Capabilities()
    keyed = frozenset({Entity.contact, Entity.request, Entity.entry, Entity.task})
    card_id = re.compile(r"\S{1,200}")
    kept_headers = frozenset({"content-type", "webhook-id"})

    def __init__(self, settings: WebhooksSettings, context: Context) -> None:
        super().__init__(settings, context)
        limit = Limit("receiver", settings.per_second, max(1, round(settings.per_second)))
        self._caller = Caller(context, urlsplit(settings.url).netloc, (limit,), _judge)

    async def describe(self) -> CrmSchema:
        """Return what the address for questions says; nothing without one."""
        return answers.schema(await self._ask(_SCHEMA, {})) if self.settings.lookup_url else CrmSchema()

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        if not self.settings.lookup_url or not (phones or emails):
            return []
        answer = await self._ask(_FIND, {"phones": list(phones), "emails": list(emails)})
        return answers.matches(answer, (*phones, *emails))

    async def create_contact(self, person: Person, *, key: str) -> Written:
        return await self._make(EventType.contact_created, bodies.contact(person, key), key)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        return await self._change(EventType.contact_updated, ref, bodies.patch(ref.id, patch))

    async def create_request(self, request: Request, *, key: str) -> Written:
        data = bodies.request(request, key)
        return await self._make(EventType.request_created, data, key, at=request.opened_at)

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        return await self._change(EventType.request_updated, ref, bodies.patch(ref.id, patch))

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        return await self._make(EventType.entry_added, bodies.entry(entry, place, key), key, at=entry.at)

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        return await self._make(EventType.task_created, bodies.task(todo, key, place), key)

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        return await self._change(EventType.task_updated, ref, bodies.task(todo, ref.id, None))

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        """Return what the address for questions says of a record; without one nobody can say (`unsupported`)."""
        if not self.settings.lookup_url:
            raise PermanentFailure("lookup_url is not set: nobody can be asked", reason=Refused.unsupported)
        try:
            answer = await self._ask(_GET, {"entity": ref.kind, "id": ref.id, "fields": list(fields)})
        except PermanentFailure as error:
            if error.reason == Refused.missing:
                return Gone(ref)
            raise
        return answers.record(answer, ref, fields)

    async def check(self) -> CheckResult:
        """Send `hub.ping`, which a receiver answers and forgets, and ask what there is."""
        try:
            await self._send(_PING, {}, str(uuid.uuid4()), at=self.context.clock.now())
            schema = await self.describe() if self.settings.lookup_url else None
        except ProviderError as error:
            return setup.refused(error)
        return setup.accepted(self.settings, schema)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say what to write on the other side."""
        return setup.steps(language, self.context.public_url)

    def verify(self, raw: Raw) -> None:
        if not self.settings.accepted:
            raise WebhookRejected("incoming_secret is not set: nothing is taken")
        verify(self.settings.accepted, raw.headers, raw.body, raw.received_at)

    def acknowledge(self, raw: Raw) -> Reply:
        del raw
        return Reply()

    def peek(self, raw: Raw) -> Peek:
        return Peek(_webhook_id(raw), record_of(raw))

    def parse(self, raw: Raw) -> Sequence[CrmHint]:
        """Return the hint of a webhook. Without an address for questions there is nothing it could lead to."""
        hint = hint_of(raw, _webhook_id(raw))
        return [hint] if hint is not None and self.settings.lookup_url else []

    async def _make(self, kind: EventType, data: Data, key: str, *, at: datetime | None = None) -> Written:
        entity = Entity(kind.value.partition(".")[0])
        answer = await self._tell(kind, data, key, at=at)
        record, url = answers.taken(answer, key) if answer else (key, "")
        return Written(CrmRef(entity, record), url)

    async def _change(self, kind: EventType, ref: CrmRef, data: Data) -> Written:
        """Tell a change. Its id is new each time: values are absolute, and setting them twice is setting them once."""
        await self._tell(kind, data, str(uuid.uuid4()), at=None)
        return Written(ref)

    async def _tell(self, kind: EventType, data: Data, webhook_id: str, *, at: datetime | None) -> HttpAnswer | None:
        if kind not in self.settings.events:
            return None
        return await self._send(kind, data, webhook_id, at=at or self.context.clock.now())

    async def _send(self, kind: str, data: Data, webhook_id: str, *, at: datetime) -> HttpAnswer:
        return await self._call(self.settings.url, bodies.body_of(kind, at, data), webhook_id, is_write=True)

    async def _ask(self, kind: str, data: Data) -> HttpAnswer:
        body = bodies.body_of(kind, self.context.clock.now(), data)
        return await self._call(self.settings.lookup_url, body, str(uuid.uuid4()), is_write=False)

    async def _call(self, url: str, body: bytes, webhook_id: str, *, is_write: bool) -> HttpAnswer:
        headers = sign(self.settings.signing, webhook_id, self.context.clock.now(), body)
        return await self._caller.ask(
            "POST",
            url,
            is_write=is_write,
            headers={"Content-Type": "application/json", **headers},
            data=body,
            deadline=DEADLINE,
            is_guarded=not self.settings.own_network,
        )


def _judge(answer: HttpAnswer) -> ProviderError | None:
    """Return what the specification makes of a status: 410 closes the address, others ask for fewer calls.

    An overloaded receiver may have taken what it did not answer; as it drops a repeated id, that is no doubt.
    """
    told = judge_status(answer, is_write=False)
    if told is None:
        return None
    if answer.status == 410:
        return AuthenticationFailed(f"{told}: the receiver wants nothing more; give another url or connect anew", 410)
    if 300 <= answer.status < 400:
        return TemporaryFailure(f"{told}: redirects are not followed; put the last address into url", answer.status)
    if answer.status in _THROTTLING:
        return TemporaryFailure(str(told), answer.status, answer.retry_after() or THROTTLED_FOR)
    return None


def _webhook_id(raw: Raw) -> str:
    return clean_text(raw.headers.get("webhook-id", "")) or sha256(raw.body).hexdigest()


CHANNEL = Webhooks
