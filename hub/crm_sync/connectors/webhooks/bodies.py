"""What a receiver is told: the `data` of each event, as `docs/crm-webhooks.md` shows it."""

import json
from collections.abc import Mapping
from datetime import datetime

from hub.crm_sync.base import Entry, Patch, Person, Place, Request, Todo
from hub.crm_sync.wording import Language, shortened
from hub.net.payloads import read_json

_LONGEST_TEXT, _LONGEST_NAME = 6_000, 300
"""Bodies stay below the 20 kB that the specification recommends: 6000 letters are 12 kB in Cyrillic."""
Data = Mapping[str, object]


def body_of(kind: str, at: datetime, data: Data) -> bytes:
    """Return the body of an event; characters that no database can hold are replaced, as in everything we store."""
    event = {"type": kind, "timestamp": instant(at), "data": data}
    return json.dumps(read_json(json.dumps(event).encode()), ensure_ascii=False, separators=(",", ":")).encode()


def instant(at: datetime) -> str:
    """Return an instant as bodies have it: ISO 8601 with Z."""
    return at.isoformat().replace("+00:00", "Z")


def contact(person: Person, key: str) -> Data:
    """Return a new card."""
    return {"id": key, **_client(person), "owner": person.owner, "source": person.source} | {
        "company": _name(person.company),
        "messengers": [{"kind": kind, "handle": handle} for kind, handle in person.messengers],
        "marks": dict(person.marks),
        "fields": dict(person.fields),
        "link": person.link,
    }


def request(asked: Request, key: str) -> Data:
    """Return a new sales chance."""
    return {
        "id": key,
        "contact": asked.contact.id,
        "client": _client(asked.person),
        "title": _name(asked.title),
        "text": _text(asked.text),
        "opened_at": instant(asked.opened_at),
        "owner": asked.owner,
        "stage": asked.stage,
        "pipeline": asked.pipeline,
        "source": asked.source,
        "channel": asked.channel,
        "amount": asked.amount,
        "marks": dict(asked.marks),
        "fields": dict(asked.fields),
        "link": asked.person.link,
    }


def patch(record: str, change: Patch) -> Data:
    """Return a change of a record: what it names is set, addresses are added."""
    return {
        "id": record,
        "values": {name: _text(value) for name, value in change.values.items()},
        "fields": dict(change.fields),
        "add_phones": list(change.phones),
        "add_emails": list(change.emails),
    }


def entry(said: Entry, place: Place, key: str) -> Data:
    """Return an entry of the history."""
    return {
        "id": key,
        **_at(place),
        "kind": said.kind.value,
        "at": instant(said.at),
        "direction": "inbound" if said.is_inbound else "outbound",
        "channel": said.channel,
        "author": _name(said.author),
        "user": said.user,
        "text": _text(said.text),
        "files": [_name(name) for name in said.files],
        "link": said.link,
        "phone": said.phone,
        "seconds": said.seconds,
        "is_missed": said.is_missed,
        "recording": said.recording,
    }


def task(todo: Todo, record: str, place: Place | None) -> Data:
    """Return a task as it is to be; `place` where it is new."""
    at = _at(place) if place else {}
    return {
        "id": record,
        **at,
        "text": _text(todo.text),
        "due_at": instant(todo.due_at),
        "owner": todo.owner,
        "is_done": todo.is_done,
        "result": _text(todo.result),
    }


def _client(person: Person) -> dict[str, object]:
    return {"name": _name(person.name), "phones": list(person.phones), "emails": list(person.emails)}


def _at(place: Place) -> dict[str, object]:
    return {"contact": place.contact.id, "request": place.request.id if place.request else None}


def _name(text: str) -> str:
    return shortened(text, _LONGEST_NAME, Language.en)


def _text(text: str) -> str:
    return shortened(text, _LONGEST_TEXT, Language.en)
