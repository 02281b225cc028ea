"""Our words in amoCRM's form: cards, leads, tasks as they are written.

Source: https://www.amocrm.ru/developers/content/crm_platform/contacts-api, .../leads-api, .../tasks-api (read
2026-11-22). Budgets are whole numbers; instants are unix time; users and stages are numbers. Names over 250 characters
are cut with a mark: the vendor's limit is not documented, a refused record would be worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from hub.crm_sync.base import Patch, Person, Refused, Request, Todo
from hub.crm_sync.connectors.amocrm.api import Row
from hub.crm_sync.connectors.amocrm.fields import EMAIL, MESSENGER, PHONE, FieldBook, kept, many, raw_values, texts
from hub.crm_sync.wording import Language, channel_name, shortened
from hub.domain.crm import CrmField
from hub.domain.errors import PermanentFailure
from hub.domain.identity import canonical_email
from hub.net.payloads import Json

_LONGEST_NAME = 250
_NO_ADDRESS = "127.0.0.1"
_LONGEST_TEXT = 10_000
_DONE = {Language.ru: "Выполнено", Language.en: "Done"}


def person_body(person: Person, key: Mapping[str, str], book: FieldBook) -> dict[str, Json]:
    """Return a new card; `key` is our key by its field."""
    messengers = [f"{kind}: {handle}" for kind, handle in person.messengers] if book.find(MESSENGER) else []
    values = [
        *many(PHONE, person.phones),
        *many(EMAIL, person.emails),
        *many(MESSENGER, messengers, "OTHER"),
        *book.write_known({**person.marks, **_source(person.source)}),
        *book.write({**person.fields, **key}),
    ]
    name = {"name": one_line(person.name)} if person.name.strip() else {}
    return {**name, "custom_fields_values": values, **owner(person.owner)}


def request_body(request: Request, key: Mapping[str, str], book: FieldBook, *, language: Language) -> dict[str, Json]:
    """Return a new lead of a card, without its place in a pipeline."""
    body: dict[str, Json] = {
        "name": one_line(request.title),
        "created_at": unix(request.opened_at),
        "custom_fields_values": [
            *book.write_known({**request.marks, **_source(request.source)}),
            *book.write({**request.fields, **key}),
        ],
        "_embedded": {"contacts": [{"id": number(request.contact.id), "is_main": True}]},
        **owner(request.owner),
        **budget(request.amount),
    }
    channel = channel_name(request.channel, language)
    tags = [{"name": name} for name in dict.fromkeys((channel, request.source)) if name]
    return {**body, "tags_to_add": tags} if tags else body


def form_metadata(request: Request, *, key: str, page: str, language: Language) -> Row:
    """Return what makes a lead an unsorted one; the form's number is our key, which the list of unsorted shows.

    Which of these may be empty is not documented, so none is: `page` stands for addresses we do not have.
    """
    return {
        "category": "forms",
        "form_id": key,
        "form_name": one_line(request.source or channel_name(request.channel, language)) or "Hub",
        "form_page": request.person.link or page,
        "form_sent_at": unix(request.opened_at),
        "ip": _NO_ADDRESS,
        "referer": request.marks.get("referrer") or page,
    }


def patch_values(patch: Patch, book: FieldBook) -> dict[str, Json]:
    """Return name, owner and own fields that a patch changes."""
    body: dict[str, Json] = {}
    if name := patch.values.get(CrmField.name):
        body["name"] = one_line(name)
    body |= owner(patch.values.get(CrmField.owner, ""))
    if patch.fields:
        body["custom_fields_values"] = book.write(patch.fields)
    return body


def added_addresses(record: Row, patch: Patch, phones: Sequence[str]) -> list[Row]:
    """Return the fields of addresses with what a patch adds behind what the card has; `phones` are its own in E.164."""
    numbers = [phone for phone in patch.phones if phone not in phones]
    known = {canonical(address) for address in texts(record, EMAIL)}
    letters = [address for address in dict.fromkeys(patch.emails) if canonical(address) not in known]
    return [*_extended(record, PHONE, numbers), *_extended(record, EMAIL, letters)]


def canonical(address: str) -> str:
    """Return an e-mail for comparison, as it stands if it is none."""
    found = canonical_email(address)
    return found.value if found else address


@dataclass(frozen=True, slots=True)
class TaskForm:
    """What all tasks of an account are written with."""

    type_id: int
    language: Language

    def body(self, todo: Todo) -> dict[str, Json]:
        """Return a task without its place; completing one needs a result."""
        body: dict[str, Json] = {
            "text": shortened(todo.text, _LONGEST_TEXT, self.language) or "—",
            "complete_till": unix(todo.due_at),
            "task_type_id": self.type_id,
            "is_completed": todo.is_done,
            **owner(todo.owner),
        }
        if todo.is_done:
            body["result"] = {"text": shortened(todo.result or _DONE[self.language], _LONGEST_TEXT, self.language)}
        return body


def owner(user: str) -> dict[str, Json]:
    """Return the responsible user, nothing for none."""
    return {"responsible_user_id": number(user)} if user else {}


def budget(amount: str) -> dict[str, Json]:
    """Return an amount as the whole number amoCRM takes, nothing for none."""
    if not amount:
        return {}
    try:
        return {"price": int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))}
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise PermanentFailure("the amount is no number", reason=Refused.invalid) from error


def number(value: str) -> int:
    """Return an id as the number that it is there. Raises: PermanentFailure."""
    if not (value.isascii() and value.isdigit()):
        raise PermanentFailure("ids of amoCRM are numbers, and this one is none", reason=Refused.invalid)
    return int(value)


def unix(instant: datetime) -> int:
    """Return an instant in whole seconds."""
    return int(instant.timestamp())


def one_line(words: str) -> str:
    """Return a name: one line, of a length that is taken."""
    return shortened(" ".join(words.split()), _LONGEST_NAME, Language.ru)


def _source(source: str) -> dict[str, str]:
    return {"SOURCE": source} if source else {}


def _extended(record: Row, code: str, added: Sequence[str]) -> list[Row]:
    if not added:
        return []
    values = [kept(value) for value in raw_values(record, code)]
    return [{"field_code": code, "values": [*values, *({"value": each, "enum_code": "WORK"} for each in added)]}]
