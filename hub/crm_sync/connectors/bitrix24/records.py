"""The portal's records in the hub's words: kinds and their numbers, names, phones, marks, stages, texts with markup.

Texts of people become harmless before they stand in a comment: the portal reads BB code there, and a client who writes
`[url=…]` or `[user=1]` must not place links or call colleagues. What is made by the hub carries `originatorId` and
`originId`; where a record has no such fields, a last line of its text names the key.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hub.crm_sync.base import Snapshot
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.identity import canonical_email, canonical_phone
from hub.net.payloads import Json, clean_text

CONTACT, COMPANY, LEAD, DEAL = "contact", "company", "lead", "deal"
COMMENT, ACTIVITY = "comment", "activity"
NUMBERS = {LEAD: 1, DEAL: 2, CONTACT: 3, COMPANY: 4}
ENTITIES = {CONTACT: Entity.contact, COMPANY: Entity.company, LEAD: Entity.request, DEAL: Entity.request}
ORIGINATOR = "hub"
_OUTCOMES = {"S": "won", "F": "lost"}
_MARKS = {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}
_MARKUP = re.compile(r"\[(?=/?[a-zA-Z*])")
_INVISIBLE = "\u200b"
_KEY_LINE = "hub:"
_LONGEST_NAME = 50
_LONGEST_MARK = 600
LONGEST_TITLE = 255
LONGEST_TEXT = 10_000


def made_ref(kind: str, record: Json) -> CrmRef:
    """Return the reference of a record, whose id is a number or its digits."""
    return CrmRef(kind, str(record))


def number_of(kind: str) -> int:
    """Return the portal's number of a kind of record."""
    return NUMBERS[kind]


def kind_of(number: Json) -> str:
    """Return the kind of a record by the portal's number, empty for those the hub does not know."""
    return next((kind for kind, known in NUMBERS.items() if str(known) == str(number)), "")


def person_id(value: Json) -> str:
    """Return a user's id, empty for nobody: the portal writes 0, null or an empty text."""
    text = "" if value is None else str(value)
    return "" if text == "0" else text


def read_instant(value: Json) -> datetime | None:
    """Return an instant in UTC, None if there is none that can be read."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return read.astimezone(UTC) if read and read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def name_parts(name: str) -> dict[str, str]:
    """Return a name as the portal keeps it: the first word, the rest; of a very long one some in the middle.

    `full_name` gives the same name back, as far as three parts of 50 characters hold it.
    """
    first, _, rest = " ".join(clean_text(name).split()).partition(" ")
    if len(first) > _LONGEST_NAME:
        first, rest = first[:_LONGEST_NAME], f"{first[_LONGEST_NAME:]} {rest}".strip()
    middle = ""
    if len(rest) > _LONGEST_NAME:
        cut = rest[: _LONGEST_NAME + 1].rfind(" ")
        middle, rest = (rest[:cut], rest[cut + 1 :]) if cut > 0 else (rest[:_LONGEST_NAME], rest[_LONGEST_NAME:])
    return {"name": first, "secondName": middle, "lastName": cut_short(rest, _LONGEST_NAME)}


def full_name(item: Mapping[str, Json]) -> str:
    """Return the whole name of a card."""
    return " ".join(str(item[part]) for part in ("name", "secondName", "lastName") if item.get(part))


def marks_of(marks: Mapping[str, str]) -> dict[str, str]:
    """Return campaign marks under the portal's names: `utm_source` is `utmSource`."""
    kept = {name: value for name, value in marks.items() if name in _MARKS and value}
    return {f"utm{name[4:].title()}": cut_short(value, _LONGEST_MARK) for name, value in kept.items()}


def fm_rows(phones: Sequence[str], emails: Sequence[str]) -> list[dict[str, str]]:
    """Return phones and e-mails of a new card; without `typeId` the portal would take none of them in silence."""
    typed = [("PHONE", phone) for phone in phones] + [("EMAIL", email) for email in emails]
    return [{"typeId": kind, "valueType": "WORK", "value": value} for kind, value in typed]


def read_fm(item: Mapping[str, Json], kind: str) -> list[str]:
    """Return the phones or e-mails of a card as they stand there."""
    rows = item.get("fm")
    entries = rows if isinstance(rows, list) else list(rows.values()) if isinstance(rows, dict) else []
    return [str(row["value"]) for row in entries if isinstance(row, dict) and row.get("typeId") == kind]


def read_phones(item: Mapping[str, Json], region: str) -> tuple[str, ...]:
    """Return a card's phones in E.164 where they can be read so, each once."""
    read = ((text, canonical_phone(text, region=region)) for text in read_fm(item, "PHONE"))
    return tuple(dict.fromkeys(phone.e164 if phone else text for text, phone in read))


def read_emails(item: Mapping[str, Json]) -> tuple[str, ...]:
    """Return a card's e-mails in their canonical form where they have one, each once."""
    read = ((text, canonical_email(text)) for text in read_fm(item, "EMAIL"))
    return tuple(dict.fromkeys(email.value if email else text for text, email in read))


def outcome_of(item: Mapping[str, Json]) -> str:
    """Return whether a lead or deal is open, won or lost."""
    return _OUTCOMES.get(str(item.get("stageSemanticId") or ""), "open")


def request_values(item: Mapping[str, Json]) -> dict[str, str]:
    """Return the common fields of a lead or deal."""
    amount = item.get("opportunity")
    return {
        CrmField.name: str(item.get("title") or ""),
        CrmField.owner: person_id(item.get("assignedById")),
        CrmField.stage: str(item.get("stageId") or ""),
        CrmField.amount: "" if amount in {None, ""} else f"{float(amount):.2f}".rstrip("0").rstrip("."),
        CrmField.text: str(item.get("comments") or ""),
    }


def base_snapshot(kind: str, item: Mapping[str, Json], fields: Mapping[str, str]) -> Snapshot:
    """Return what every record has: who changed it and when, and own `fields` as they were read."""
    return Snapshot(
        made_ref(kind, item.get("id")),
        ENTITIES[kind],
        fields=fields,
        changed_by=person_id(item.get("updatedBy")),
        changed_at=read_instant(item.get("updatedTime")),
        rev=str(item.get("updatedTime") or ""),
    )


def plain(text: str) -> str:
    """Return a person's text so that no BB code in it acts; it looks the same."""
    return _MARKUP.sub(f"[{_INVISIBLE}", text)


def plain_again(text: str) -> str:
    """Return a text as it was before `plain`."""
    return text.replace(f"[{_INVISIBLE}", "[")


def cut_short(text: str, longest: int) -> str:
    """Return at most `longest` characters, with a mark where something is left out."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def with_key(text: str, key: str) -> str:
    """Return a text whose last line names the key it was made with."""
    return f"{text}\n\n{_KEY_LINE}{key}".strip()


def has_key(text: Json, key: str) -> bool:
    """Tell whether a text was made with this key."""
    return isinstance(text, str) and f"{_KEY_LINE}{key}" in text


def without_key(text: str) -> str:
    """Return a text without the line that names its key."""
    before, mark, key = text.rstrip().rpartition(_KEY_LINE)
    return before.rstrip() if mark and " " not in key and "\n" not in key else text


def page_url(portal: str, ref: CrmRef) -> str:
    """Return where people open a record; empty for what has no page of its own."""
    return f"{portal}/crm/{ref.kind}/details/{ref.id}/" if ref.kind in NUMBERS else ""
