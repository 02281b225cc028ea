"""Lists as REST gives them: filters with signs before the name, an order, pages of 50 with `next` and `total`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.testing.crm.bitrix24.records import Item, Refusal

PAGE = 50
_SIGNS = (">=", "<=", "!@", "!=", "@", ">", "<", "=", "%", "!")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `name` is the member of `result` they stand in, empty for `result` itself."""

    rows: Sequence[Item]
    total: int
    start: int
    name: str = ""

    def answer(self) -> dict[str, Any]:
        """Return the members of the answer."""
        result: Any = {self.name: list(self.rows)} if self.name else list(self.rows)
        told: dict[str, Any] = {"result": result, "total": self.total}
        following = self.start + PAGE
        return {**told, "next": following} if following < self.total else told


def page_of(rows: Iterable[Item], params: Mapping[str, Any], known: Iterable[str], *, name: str = "") -> Page:
    """Return the page of rows that is asked for; a filter or order by an unknown field is refused."""
    condition, order = params.get("filter") or params.get("FILTER") or {}, params.get("order") or {}
    names = {*known}
    for field in (*(_split(each)[1] for each in condition), *order):
        if field not in names:
            raise Refusal(400, "INVALID_ARG_VALUE", f"Invalid filter: field '{field}' is not allowed in filter")
    found = [row for row in rows if all(_holds(row, each, value) for each, value in condition.items())]
    for field, direction in reversed(list(order.items())):
        found.sort(key=lambda row: _comparable(row.get(field)), reverse=str(direction).upper() == "DESC")
    start = int(params.get("start") or 0)
    return Page(found[start : start + PAGE], len(found), start, name)


def _split(name: str) -> tuple[str, str]:
    sign = next((sign for sign in _SIGNS if name.startswith(sign)), "")
    return sign, name.removeprefix(sign)


def _holds(row: Item, name: str, value: Any) -> bool:
    sign, field = _split(name)
    here, there = _comparable(row.get(field)), () if isinstance(value, list) else _comparable(value)
    match sign:
        case "@" | "!@":
            is_in = here in [_comparable(each) for each in value]
            return is_in if sign == "@" else not is_in
        case ">=" | ">" | "<=" | "<":
            return {">=": here >= there, ">": here > there, "<=": here <= there, "<": here < there}[sign]
        case "!=" | "!":
            return here != there
        case "%":
            return str(value).lower() in str(row.get(field) or "").lower()
        case _:
            return here in [_comparable(each) for each in value] if isinstance(value, list) else here == there


def _comparable(value: Any) -> tuple[int, float, str]:
    """Return what can be compared with its like: instants as instants, numbers as numbers, texts without case."""
    text = "" if value is None else str(value)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is not None and read.tzinfo is not None:
        return (2, read.timestamp(), "")
    return (1, float(text), "") if text.isdigit() else (0, 0.0, text.lower())
