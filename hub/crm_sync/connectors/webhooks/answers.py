"""What the address for questions answers, as `docs/crm-webhooks.md` asks of it; anything else is an odd answer.

The models leave out what they do not know, so that a business may answer with more.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from hub.crm_sync.base import CrmSchema, CrmStage, CrmUser, Match, MergedInto, OwnField, Snapshot
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import PayloadInvalid, TemporaryFailure
from hub.domain.identity import canonical_email, canonical_phone
from hub.net.http import HttpAnswer

_LONGEST_ID = 200
_LONGEST_URL = 2000


def _as_text(value: object) -> object:
    """Return a number that stands for an id as text; other kinds are left for the model to refuse."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_e164(text: str) -> str:
    phone = canonical_phone(text)
    return phone.e164 if phone else text


def _as_key(text: str) -> str:
    email = canonical_email(text)
    return email.value if email else text


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time beyond the calendar") from error


Id = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=_LONGEST_ID)]
MaybeId = Annotated[str, BeforeValidator(_as_text), Field(max_length=_LONGEST_ID)]
Phone = Annotated[str, AfterValidator(_as_e164)]
Email = Annotated[str, AfterValidator(_as_key)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Outcome = Literal["open", "won", "lost"]


class _Card(BaseModel):
    id: Id
    name: str = ""
    owner: MaybeId = ""
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    has_open_request: bool = False
    active_at: Instant | None = None
    url: str = Field("", max_length=_LONGEST_URL)


class _Found(BaseModel):
    contacts: tuple[_Card, ...]


class _Record(BaseModel):
    id: Id
    merged_into: MaybeId = ""
    name: str | None = None
    owner: MaybeId | None = None
    company: str | None = None
    stage: MaybeId | None = None
    amount: MaybeId | None = None
    text: str | None = None
    due_at: Instant | None = None
    is_done: bool | None = None
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    fields: dict[str, str] = Field(default_factory=dict)
    outcome: Outcome | Literal[""] = ""
    contact: MaybeId = ""
    changed_by: MaybeId = ""
    changed_at: Instant | None = None
    is_own: bool = False
    url: str = Field("", max_length=_LONGEST_URL)

    def values(self) -> dict[str, str]:
        """Return what it says by the names of `CrmField`."""
        said: dict[str, str | None] = {name: getattr(self, name) for name in _PLAIN}
        if self.due_at is not None:
            said[CrmField.due_at] = self.due_at.isoformat()
        if self.is_done is not None:
            said[CrmField.done] = "yes" if self.is_done else ""
        return {name: value for name, value in said.items() if value is not None}


class _User(BaseModel):
    id: Id
    name: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True


class _Stage(BaseModel):
    id: Id
    name: str
    outcome: Outcome = "open"
    pipeline: MaybeId = ""


class _Field(BaseModel):
    entity: Literal[Entity.contact, Entity.request]
    code: Id
    title: str = ""


class _Schema(BaseModel):
    users: tuple[_User, ...] = ()
    stages: tuple[_Stage, ...] = ()
    fields: tuple[_Field, ...] = ()
    own_user: MaybeId = ""


_PLAIN = ("name", "owner", "company", "stage", "amount", "text")
ModelT = TypeVar("ModelT", bound=BaseModel)


class _Taken(BaseModel):
    id: Id
    url: str = Field("", max_length=_LONGEST_URL)


def schema(answer: HttpAnswer) -> CrmSchema:
    """Return who works there and which stages and fields there are."""
    told = _read(answer, _Schema)
    return CrmSchema(
        users=tuple(CrmUser(user.id, user.name, user.email, user.phone, user.is_active) for user in told.users),
        stages=tuple(CrmStage(stage.id, stage.name, stage.outcome, stage.pipeline) for stage in told.stages),
        fields=tuple(OwnField(field.entity, field.code, field.title) for field in told.fields),
        own_user=told.own_user,
    )


def matches(answer: HttpAnswer, asked: Sequence[str]) -> Sequence[Match]:
    """Return the cards that have one of the addresses asked for; whatever else came along is left out."""
    found: list[Match] = []
    for card in _read(answer, _Found).contacts:
        matched = tuple(address for address in dict.fromkeys((*card.phones, *card.emails)) if address in asked)
        if matched:
            ref = CrmRef(Entity.contact, card.id)
            found.append(
                Match(ref, card.name, card.owner, matched, card.has_open_request, card.active_at, _web(card.url))
            )
    return found


def record(answer: HttpAnswer, ref: CrmRef, fields: Sequence[str]) -> Snapshot | MergedInto:
    """Return what a record is now, or with which it was joined."""
    told = _read(answer, _Record)
    if told.merged_into:
        return MergedInto(ref, CrmRef(ref.kind, told.merged_into))
    return Snapshot(
        ref,
        Entity(ref.kind),
        told.values(),
        {code: told.fields[code] for code in fields if code in told.fields},
        told.phones,
        told.emails,
        outcome=told.outcome,
        contact=CrmRef(Entity.contact, told.contact) if told.contact else None,
        changed_by=told.changed_by,
        changed_at=told.changed_at,
        is_own=told.is_own,
        url=_web(told.url),
    )


def taken(answer: HttpAnswer, key: str) -> tuple[str, str]:
    """Return id and address of a record just taken: the receiver's own if it names them, else our key and nothing."""
    try:
        told = _Taken.model_validate_json(answer.body)
    except ValidationError:
        return key, ""
    return told.id, _web(told.url)


def _read(answer: HttpAnswer, model: type[ModelT]) -> ModelT:
    try:
        return model.model_validate(answer.json())
    except ValidationError as error:
        # The error's own text repeats what was given, which is people's data: it goes no further.
        places = sorted({".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)})
        raise TemporaryFailure(f"an answer that is none of docs/crm-webhooks.md: {', '.join(places)[:200]}") from None
    except PayloadInvalid as error:
        raise TemporaryFailure(f"an answer that is none of docs/crm-webhooks.md: {error}") from error


def _web(address: str) -> str:
    return address if address.startswith(("https://", "http://")) else ""
