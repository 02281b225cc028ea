"""Reads events without knowing their kind: the ids, instants, numbers and texts that a suite looks at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime

from hub.domain.identity import IdentityType
from hub.domain.inbound import (
    AccountChanged,
    Address,
    CallEvent,
    FormSubmission,
    InboundEvent,
    InboundMessage,
    MessageEdited,
    ReachChanged,
    ReactionSet,
)

E164 = re.compile(r"\+[1-9]\d{6,14}")
_SHORTEST_TELLING_TEXT = 6


def event_key(event: InboundEvent) -> tuple[str, ...]:
    """Return what must not repeat among different payloads; an edit has its message's id, its instant counts."""
    kind, thread = type(event).__name__, getattr(event, "thread", "")
    if isinstance(event, ReachChanged):
        return kind, thread, event.state, event.occurred_at.isoformat()
    if isinstance(event, AccountChanged):
        return kind, event.account, event.state, event.occurred_at.isoformat()
    if isinstance(event, (MessageEdited, ReactionSet)):
        return kind, thread, event.external_id, event.occurred_at.isoformat()
    return kind, thread, event.external_id


def external_ids(events: Sequence[InboundEvent]) -> list[str]:
    """Return the provider's ids of the events that have one."""
    return [event.external_id for event in events if not isinstance(event, (ReachChanged, AccountChanged))]


def addresses(event: InboundEvent) -> tuple[Address, ...]:
    """Return the addresses of who speaks, empty for events that name nobody."""
    return event.sender.addresses if isinstance(event, (InboundMessage, FormSubmission)) else ()


def phones(event: InboundEvent) -> Iterator[str]:
    """Yield the telephone numbers of clients that must be E.164."""
    yield from (address.value for address in addresses(event) if address.type is IdentityType.phone)
    if isinstance(event, CallEvent) and event.client:
        yield event.client


def instants(value: object) -> Iterator[datetime]:
    """Yield every instant inside a value."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from instants(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from instants(getattr(value, field.name))


def texts(value: object) -> Iterator[str]:
    """Yield every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts(tuple(value.items()))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def is_unstorable(text: str) -> bool:
    """Tell whether a text has characters that PostgreSQL refuses: NUL, halves of surrogate pairs."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def private_words(event: InboundEvent) -> Iterator[str]:
    """Yield what a log line must never hold: texts, names, numbers and addresses of the client."""
    words = [getattr(event, "text", ""), getattr(event, "client", "")]
    if isinstance(event, (InboundMessage, FormSubmission)):
        words += [event.sender.name, event.sender.username]
    if isinstance(event, FormSubmission):
        words += [value for _, value in event.fields]
    words += [word for address in addresses(event) for word in (address.value, address.original)]
    yield from (word for word in words if len(word) >= _SHORTEST_TELLING_TEXT)
