"""The records of a HubSpot account: properties, associations, what search knows of them and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import phonenumbers

LAG = timedelta(seconds=10)
CHANGED = {"contacts": "lastmodifieddate"}
_CALCULATED = {
    "phone": "hs_searchable_calculated_phone_number",
    "mobilephone": "hs_searchable_calculated_mobile_number",
}
Properties = dict[str, str]


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """A refusal in the vendor's form."""

    status: int
    message: str
    category: str = "VALIDATION_ERROR"


@dataclass(slots=True)
class Thing:
    """A record. `versions` are its properties from an instant on, None once it was deleted."""

    kind: str
    id: str
    properties: Properties
    created_at: datetime
    updated_at: datetime
    versions: list[tuple[datetime, Properties | None]] = field(default_factory=list)

    def note(self, at: datetime) -> None:
        """Keep what it is like from `at` on."""
        self.updated_at = at
        self.properties[CHANGED.get(self.kind, "hs_lastmodifieddate")] = iso(at)
        self.versions.append((at, dict(self.properties)))

    def seen_at(self, at: datetime) -> Properties | None:
        """Return what search sees of it at `at`, None if nothing."""
        seen: Properties | None = None
        for since, properties in self.versions:
            if since <= at:
                seen = properties
        return seen

    def shown(self, names: Sequence[str], properties: Properties | None = None) -> dict[str, Any]:
        """Return it as the API shows it: only the properties asked for, absent ones as null."""
        told = self.properties if properties is None else properties
        shown = {name: told.get(name) or None for name in names}
        return {
            "id": self.id,
            "properties": {**shown, "hs_object_id": self.id},
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.updated_at),
            "archived": False,
        }


def iso(at: datetime) -> str:
    """Return an instant as the API writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def fits(properties: Properties, groups: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a record fits one of the groups of filters."""
    known = _with_calculated(properties)
    return not groups or any(all(_passes(known, each) for each in group["filters"]) for group in groups)


def refuse_query(query: Mapping[str, Any]) -> None:
    """Refuse what search does not take."""
    groups = query.get("filterGroups", [])
    if len(groups) > 5 or any(len(group["filters"]) > 6 for group in groups):
        raise Refusal(400, "Too many filter groups or filters")
    if not 0 < query.get("limit", 10) <= 200 or int(query.get("after", 0)) + query.get("limit", 10) > 10_000:
        raise Refusal(400, "The limit of a search is 200 a page and 10,000 in all")


def _passes(properties: Properties, each: Mapping[str, Any]) -> bool:
    value = properties.get(each["propertyName"], "").lower()
    match each["operator"]:
        case "EQ":
            return value == str(each["value"]).lower()
        case "IN":
            return bool(value) and value in {str(one).lower() for one in each["values"]}
        case "CONTAINS_TOKEN":
            return str(each["value"]).lower() in value.replace(";", " ").split()
        case "GTE":
            return _milliseconds(value) >= int(each["value"])
        case other:
            raise Refusal(400, f"operator {other} is not supported")


def _milliseconds(text: str) -> float:
    return datetime.fromisoformat(text.upper()).timestamp() * 1000 if text else 0


def _with_calculated(properties: Properties) -> Properties:
    """Return the properties with the numbers that the vendor calculates: the national digits, if it can tell them."""
    told = dict(properties)
    for name, calculated in _CALCULATED.items():
        if number := properties.get(name):
            told[calculated] = _national(number)
    return told


def _national(text: str) -> str:
    try:
        return str(phonenumbers.parse(text).national_number)
    except phonenumbers.NumberParseException:
        return "".join(each for each in text if each.isdigit())
