"""CRM Cardfile, which nobody sells: cards, deals, notes and jobs over plain JSON, one signed hook a change.

Source: its fake in the test beside it (https://cardfile.example/api, made up for `docs/crm.md`). Every write takes a
key in `Idempotency-Key`; the same key gives the same record. Hooks are signed with HMAC-SHA256 of the body, hex, in
`X-Cardfile-Signature`. Phones stand there as typed, and its search compares the last ten digits.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from hub.channels.base import CheckResult, Context, Evidence, Peek, Raw, Reply
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
    Patch,
    Person,
    Place,
    Request,
    Snapshot,
    Todo,
    Written,
)
from hub.crm_sync.calling import Caller, Limit
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import (
    OutcomeUnknown,
    PayloadInvalid,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
    WebhookRejected,
)
from hub.domain.identity import canonical_email, canonical_phone
from hub.domain.inbound import CrmHint
from hub.domain.words import Words
from hub.net.payloads import Json, clean_text, read_json_object
from hub.net.signatures import hmac_hex, is_same_secret

_ROOMS = {Entity.contact: "cards", Entity.request: "deals", Entity.entry: "notes", Entity.task: "jobs"}
_ENTITIES = {room: entity for entity, room in _ROOMS.items()}


class CardfileSettings(CrmSettings):
    """A connection to one account."""

    token: SecretStr = Field(description="Token of the account page.")
    hook_secret: SecretStr = Field(description="Secret the hooks are signed with.")
    api_url: str = Field("https://cardfile.example/api", description="Address of the API.")


class Cardfile(Crm[CardfileSettings]):
    """See the module."""

    settings_model = CardfileSettings
    evidence = Evidence.documented
    keyed = frozenset(_ROOMS)
    kept_headers = frozenset({"content-type"})

    def __init__(self, settings: CardfileSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._caller = Caller(context, urlsplit(settings.api_url).netloc, [Limit("account", 15, 15)])

    async def describe(self) -> CrmSchema:
        told = await self._read("GET", "/about")
        try:
            users = tuple(CrmUser(user["id"], user["name"]) for user in told["users"])
            stages = tuple(CrmStage(stage["id"], stage["name"], stage["outcome"]) for stage in told["stages"])
            return CrmSchema(users, stages, own_user=told["me"])
        except (LookupError, TypeError) as error:
            raise _odd(error) from error

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        if not phones and not emails:
            return []
        told = await self._read("POST", "/search", {"phones": [phone[-10:] for phone in phones], "emails": [*emails]})
        try:
            matches = [_match(card, {*phones, *emails}) for card in told["cards"]]
        except (LookupError, TypeError, ValueError) as error:
            raise _odd(error) from error
        return [match for match in matches if match.matched]

    async def create_contact(self, person: Person, *, key: str) -> Written:
        card = {"name": person.name or "?", "phones": person.phones, "emails": person.emails, "owner": person.owner}
        return await self._make(Entity.contact, {**card, "fields": dict(person.fields)}, key)

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        now = await self.get(ref)
        if not isinstance(now, Snapshot):
            raise PermanentFailure("the card is gone", reason="missing")
        phones, emails = (*now.phones, *patch.phones), (*now.emails, *patch.emails)
        added = {"phones": list(dict.fromkeys(phones)), "emails": list(dict.fromkeys(emails))}
        return await self._change(ref, {**patch.values, **added, "fields": dict(patch.fields)})

    async def create_request(self, request: Request, *, key: str) -> Written:
        deal = {"name": request.title, "card": request.contact.id, "owner": request.owner, "stage": request.stage}
        return await self._make(Entity.request, {**deal, "amount": request.amount}, key)

    async def update_request(self, ref: CrmRef, patch: Patch) -> Written:
        return await self._change(ref, dict(patch.values))

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        text = f"{entry.author} ({entry.channel}): {entry.text[:10_000]}\n{entry.link}"
        return await self._make(Entity.entry, {"text": text, **_at(place)}, key)

    async def add_task(self, todo: Todo, place: Place, *, key: str) -> Written:
        return await self._make(Entity.task, {**_job(todo), **_at(place)}, key)

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        return await self._change(ref, _job(todo))

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone:
        try:
            told = await self._read("GET", f"/{ref.kind}/{ref.id}")
        except PermanentFailure as error:
            if error.reason == "missing":
                return Gone(ref)
            raise
        try:
            return _snapshot(ref, told, fields)
        except (LookupError, TypeError) as error:
            raise _odd(error) from error

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        del place
        told = await self._read("GET", f"/{_ROOMS[entity]}?key={key}")
        found = told.get("id")
        return Written(CrmRef(_ROOMS[entity], str(found)), is_existing=True) if found else None

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        told = await self._read("GET", f"/changes?since={cursor.get('seen', '')}")
        try:
            hints = tuple(_hint(change) for change in told["changes"])
            return ChangePage(hints, {"seen": told["seen"]}, has_more=bool(told["more"]))
        except (LookupError, TypeError, ValueError) as error:
            raise _odd(error) from error

    async def check(self) -> CheckResult:
        try:
            schema = await self.describe()
        except ProviderError as error:
            return CheckResult(False, (str(error), Words("Скопируйте token заново.", "Copy the token anew.")))
        return CheckResult(True, (f"{len(schema.users)} users",))

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the token and the address are."""
        where = "Настройки → API" if language == "ru" else "Settings → API"
        return (f"1. {where}: token, hook_secret.", f"2. {where}: {self.context.public_url}")

    def verify(self, raw: Raw) -> None:
        expected = hmac_hex(self.settings.hook_secret.get_secret_value(), raw.body)
        if not is_same_secret(raw.headers.get("x-cardfile-signature", ""), expected):
            raise WebhookRejected("signature mismatch: hex HMAC-SHA256 of the body")

    def acknowledge(self, raw: Raw) -> Reply:
        del raw
        return Reply()

    def peek(self, raw: Raw) -> Peek:
        return Peek(hashlib.sha256(raw.body).hexdigest(), "")

    def parse(self, raw: Raw) -> Sequence[CrmHint]:
        try:
            return [_hint(read_json_object(raw.body))]
        except (LookupError, TypeError, ValueError) as error:
            raise PayloadInvalid("the hook names no change") from error

    async def _make(self, entity: Entity, record: Mapping[str, object], key: str) -> Written:
        told = await self._write("POST", f"/{_ROOMS[entity]}", record, key)
        return Written(CrmRef(_ROOMS[entity], told))

    async def _change(self, ref: CrmRef, record: Mapping[str, object]) -> Written:
        await self._write("PATCH", f"/{ref.kind}/{ref.id}", record, "")
        return Written(ref)

    async def _write(self, method: str, path: str, record: Mapping[str, object], key: str) -> str:
        answer = await self._caller.ask(
            method,
            f"{self.settings.api_url}{path}",
            is_write=True,
            headers={**self._headers(), "Idempotency-Key": key},
            data=clean_text(json.dumps(record).replace("\\u0000", "")).encode(),
        )
        try:
            made = read_json_object(answer.body).get("id")
        except PayloadInvalid as error:
            raise OutcomeUnknown("an answer to a write that is none", answer.status) from error
        if not isinstance(made, str):
            raise OutcomeUnknown("no id in the answer to a write", answer.status)
        return made

    async def _read(self, method: str, path: str, asked: object = None) -> dict[str, Json]:
        answer = await self._caller.ask(
            method,
            f"{self.settings.api_url}{path}",
            is_write=False,
            headers=self._headers(),
            data=json.dumps(asked).encode() if asked else None,
        )
        try:
            return read_json_object(answer.body)
        except PayloadInvalid as error:
            raise _odd(error) from error

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.settings.token.get_secret_value()}"}


def _odd(error: Exception) -> TemporaryFailure:
    return TemporaryFailure(f"the answer is none of the API: {type(error).__name__}")


def _at(place: Place) -> Mapping[str, object]:
    return {"at": str(place.request or place.contact)}


def _job(todo: Todo) -> Mapping[str, object]:
    return {"text": todo.text, "due_at": todo.due_at.isoformat(), "owner": todo.owner, "is_done": todo.is_done}


def _phones(card: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(phone.e164 if (phone := canonical_phone(text)) else text for text in card["phones"])


def _emails(card: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(email.value if (email := canonical_email(text)) else text for text in card["emails"])


def _match(card: Mapping[str, Any], asked: set[str]) -> Match:
    matched = tuple(value for value in (*_phones(card), *_emails(card)) if value in asked)
    active_at = datetime.fromisoformat(card["changed_at"])
    return Match(CrmRef("cards", card["id"]), card["name"], card["owner"], matched, bool(card["open_deals"]), active_at)


def _snapshot(ref: CrmRef, told: Mapping[str, Any], fields: Sequence[str]) -> Snapshot:
    entity, is_card = _ENTITIES[ref.kind], ref.kind == "cards"
    values = {name: str(told[name]) for name in ("name", "owner", "stage", "amount", "due_at") if told.get(name)}
    return Snapshot(
        ref,
        entity,
        values | ({"done": "yes"} if told.get("is_done") else {}),
        {code: told["fields"][code] for code in fields if code in told["fields"]},
        _phones(told) if is_card else (),
        _emails(told) if is_card else (),
        outcome=told.get("outcome", ""),
        contact=CrmRef("cards", told["card"]) if told.get("card") else None,
        is_own=told["changed_by"] == "robot",
    )


def _hint(change: Mapping[str, Any]) -> CrmHint:
    """Return what a change hints at; whatever is missing or odd is an error of lookup, type or value."""
    ref, number = CrmRef(str(change["room"]), clean_text(str(change["id"]))), int(change["number"])
    at = datetime.fromisoformat(change["at"]).astimezone(UTC)
    return CrmHint(f"{number}", _ENTITIES[ref.kind], ref, at, str(change.get("by", "")))


CHANNEL = Cardfile
