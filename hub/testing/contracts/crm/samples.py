"""What the checks write: made-up people and words, the kinds of records, a write as the hub makes it."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from hub.crm_sync.base import Crm, Entry, EntryKind, FindsByKey, KeepsTasks, Person, Place, Request, Todo, Written
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PermanentFailure, ProviderError, TemporaryFailure
from hub.testing.fixture_files import RECEIVED_AT

KEY = "6f1c1f0a-6a0e-5d0c-9a61-0c7f6f0d2b11"
OTHER_KEY = "0b0e7a52-93f4-5b7c-8f0d-6f1c1f0a6a0e"
CLOSED_SET = (TemporaryFailure, OutcomeUnknown, AuthenticationFailed, PermanentFailure)

PERSON = Person(
    name="Анна Петрова",
    phones=("+79161234567",),
    emails=("anna.petrova@example.com",),
    messengers=(("telegram", "@anna_petrova"),),
    marks={"utm_source": "yandex", "utm_campaign": "autumn"},
    link="https://hub.example/contacts/17",
)
ENTRY = Entry(
    kind=EntryKind.message,
    at=RECEIVED_AT - timedelta(minutes=5),
    text="Сколько стоит доставка дивана?",
    is_inbound=True,
    channel="telegram",
    author="Анна Петрова",
    link="https://hub.example/conversations/42",
)
CALL = replace(
    ENTRY,
    kind=EntryKind.call,
    channel="telephony",
    text="Звонок 2 мин",
    phone="+79161234567",
    seconds=120,
    recording="https://pbx.example/records/1.mp3",
)
TASK = Todo("Перезвонить насчёт доставки", RECEIVED_AT + timedelta(hours=3))

T = TypeVar("T")


def private_words() -> list[str]:
    """Return what no log line and no error may hold."""
    phone = PERSON.phones[0]
    return [PERSON.name, phone, phone[2:], PERSON.emails[0], PERSON.messengers[0][1], ENTRY.text, TASK.text]


def request_of(card: CrmRef) -> Request:
    """Return a sales chance of a card."""
    return Request(
        title="Диван и два кресла",
        contact=card,
        person=PERSON,
        opened_at=RECEIVED_AT - timedelta(minutes=5),
        channel="telegram",
        text="Просит посчитать доставку",
        marks=PERSON.marks,
    )


def written_kinds(channel: type[Crm[Any]]) -> list[Entity]:
    """Return the entities that a connector writes."""
    kinds = [Entity.contact, Entity.request, Entity.entry]
    return [*kinds, Entity.task] if issubclass(channel, KeepsTasks) else kinds


async def write(crm: Crm[Any], entity: Entity, card: CrmRef, key: str) -> Written:
    """Write a sample; `card` is whose it is."""
    if entity is Entity.contact:
        return await crm.create_contact(PERSON, key=key)
    if entity is Entity.request:
        return await crm.create_request(request_of(card), key=key)
    if entity is Entity.task:
        assert isinstance(crm, KeepsTasks)
        return await crm.add_task(TASK, Place(card), key=key)
    return await crm.add_entry(ENTRY, Place(card), key=key)


async def write_again(crm: Crm[Any], entity: Entity, card: CrmRef, key: str) -> Written:
    """Write a sample of which nobody knows whether it is there, as the hub does: it asks first where one can ask."""
    place = None if entity is Entity.contact else Place(card)
    found = await crm.find_by_key(entity, key, place) if isinstance(crm, FindsByKey) else None
    return found or await write(crm, entity, card, key)


async def outcome(call: Awaitable[T]) -> T | ProviderError:
    """Return what came of a call; whatever is not in the closed set fails the test by itself."""
    try:
        return await call
    except CLOSED_SET as error:
        return error
