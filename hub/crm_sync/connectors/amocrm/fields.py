"""Own fields of the account: which there are, how values are written to them and read from them.

Source: https://www.amocrm.ru/developers/content/crm_platform/custom-fields (read 2026-11-22). A field is named by its
number or its code; phones and e-mails are the fields PHONE and EMAIL with many values. Writing a field replaces all of
its values; writing null empties it, as the vendor's own client does. An unknown field refuses the whole record, so
campaign marks go only to fields that are there; the codes of the utm fields (UTM_SOURCE …) are not documented and
looked up like any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.crm_sync.connectors.amocrm.api import Row, rows_of
from hub.net.payloads import Json

PHONE, EMAIL, MESSENGER = "PHONE", "EMAIL", "IM"
_YES = frozenset({"1", "true", "yes", "да", "y"})


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of cards or leads. `code` may be empty."""

    id: str
    code: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class FieldBook:
    """The fields of one kind of record."""

    rows: Sequence[FieldRow]

    def find(self, code: str) -> FieldRow | None:
        """Return the field with this code (in any case) or number."""
        wanted = code.upper()
        return next((row for row in self.rows if wanted in {row.id, row.code.upper()}), None)

    def write(self, values: Mapping[str, str]) -> list[Row]:
        """Return `custom_fields_values` for own fields; one that is not known is left for amoCRM to judge."""
        return [_written(self.find(code), code, value) for code, value in values.items()]

    def write_known(self, values: Mapping[str, str]) -> list[Row]:
        """Return those for which there is a field."""
        return self.write({code: value for code, value in values.items() if value and self.find(code)})


def read_book(rows: Iterable[Row]) -> FieldBook:
    """Return the fields of a list of them."""
    return FieldBook(
        [
            FieldRow(str(row["id"]), str(row.get("code") or ""), str(row.get("name") or ""), str(row.get("type") or ""))
            for row in rows
            if row.get("id")
        ]
    )


def many(code: str, values: Iterable[str], kind: str = "WORK") -> list[Row]:
    """Return the field of phones or e-mails with these values, nothing without any."""
    items = [{"value": value, "enum_code": kind} for value in values]
    return [{"field_code": code, "values": items}] if items else []


def raw_values(record: Row, code: str) -> list[Row]:
    """Return what a field of a record holds, each value with its marks; empty if it is not filled."""
    return [
        value
        for field in rows_of(record.get("custom_fields_values"))
        if _is(field, code)
        for value in rows_of(field.get("values"))
    ]


def texts(record: Row, code: str) -> list[str]:
    """Return a field's values as text."""
    found = (value.get("value") for value in raw_values(record, code))
    return [_shown(value) for value in found if value is not None and value != ""]


def text(record: Row, code: str) -> str:
    """Return a field's values in one line, empty if it is not filled."""
    return ", ".join(texts(record, code))


def kept(value: Row) -> Row:
    """Return a value of many as it is written back: with the kind it has, by number or by name."""
    named = {name: value[name] for name in ("enum_id", "enum_code") if value.get(name)}
    return {"value": value.get("value"), **(named or {"enum_code": "WORK"})}


def _shown(value: Json) -> str:
    """Return a value for people: what is a record of its own (a legal entity, a link) by its name."""
    return str(value.get("name") or "") if isinstance(value, dict) else str(value)


def _written(row: FieldRow | None, code: str, value: str) -> Row:
    if row is None:
        where: dict[str, Json] = {"field_id": int(code)} if code.isdigit() else {"field_code": code}
        return {**where, "values": [{"value": value}] if value else None}
    given: Json = value.strip().lower() in _YES if row.type == "checkbox" else value
    return {"field_id": int(row.id), "values": [{"value": given}] if value else None}


def _is(field: Row, code: str) -> bool:
    return code.upper() in {str(field.get("field_id")), str(field.get("field_code") or "").upper()}
