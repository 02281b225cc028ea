"""What the portal keeps: contacts, companies, leads, deals with their multi-fields, stages, comments, activities.

Writing is as the vendor writes: unknown fields are left out in silence, an update that changes nothing is not saved, a
phone without `typeId` is no phone, ids only grow.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

Item = dict[str, Any]
LEAD, DEAL, CONTACT, COMPANY = 1, 2, 3, 4
WORDS = {LEAD: "LEAD", DEAL: "DEAL", CONTACT: "CONTACT", COMPANY: "COMPANY"}
OWN_FIELD = "UF_CRM_HUB_NOTE"
OTHER_FIELDS = ("UF_CRM_CITY", "UF_CRM_BORN", "UF_CRM_VISITS")
CITIES = {"44": "Москва", "45": "Тверь"}
LENGTHS = {"name": 50, "secondName": 50, "lastName": 50, "title": 255, "originId": 255} | dict.fromkeys(
    ("utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm"), 600
)
_ZONE = timezone(timedelta(hours=3))
_COMMON = ("assignedById", "originatorId", "originId", "sourceId", "sourceDescription", "comments")
_MARKS = ("utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm")
_SALES = ("title", "stageId", "opportunity", "currencyId", "isManualOpportunity", "contactIds", "companyId")
WRITABLE: Mapping[int, tuple[str, ...]] = {
    CONTACT: (*_COMMON, *_MARKS, "name", "secondName", "lastName", "companyId", "post", "fm", OWN_FIELD, *OTHER_FIELDS),
    COMPANY: (*_COMMON, "title", "fm"),
    LEAD: (*_COMMON, *_MARKS, *_SALES, "name", "lastName", "fm", OWN_FIELD),
    DEAL: (*_COMMON, *_MARKS, *_SALES, "categoryId", "leadId", OWN_FIELD),
}
READABLE = ("id", "createdTime", "updatedTime", "createdBy", "updatedBy", "lastActivityTime", "contactId")
_STAGES = {
    "STATUS": (
        ("NEW", "Не обработан", None),
        ("IN_PROCESS", "В работе", None),
        ("CONVERTED", "Сделка", "S"),
        ("JUNK", "Некачественный", "F"),
    ),
    "DEAL_STAGE": (
        ("NEW", "Новая", None),
        ("EXECUTING", "В работе", None),
        ("WON", "Успешна", "S"),
        ("LOSE", "Провалена", "F"),
    ),
    "DEAL_STAGE_9": (("C9:NEW", "Новая", None), ("C9:WON", "Успешна", "S"), ("C9:LOSE", "Провалена", "F")),
}


class Refusal(Exception):
    """What REST answers instead of a result."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


@dataclass(slots=True)
class Records:
    """Everything the portal keeps. `happened` is told of every change: event, record id, whose call it was."""

    now: Callable[[], datetime]
    happened: Callable[[str, str, str], None]
    is_simple: bool = True
    items: dict[int, dict[int, Item]] = field(default_factory=lambda: {number: {} for number in WORDS})
    comments: dict[int, Item] = field(default_factory=dict)
    activities: dict[int, Item] = field(default_factory=dict)
    _last_id: int = 100

    def stamp(self) -> str:
        """Return the portal's time as it writes it: to the second, in its own zone."""
        return self.now().astimezone(_ZONE).isoformat(timespec="seconds")

    def next_id(self) -> int:
        """Return a new id."""
        self._last_id += 1
        return self._last_id

    def stages(self) -> Iterator[Item]:
        """Yield the rows of `crm.status.list`."""
        for place, rows in (("SOURCE", (("CALL", "Звонок", None), ("WEB", "Веб-сайт", None))), *_STAGES.items()):
            for sort, (status, name, semantics) in enumerate(rows):
                yield {"ENTITY_ID": place, "STATUS_ID": status, "NAME": name, "SORT": str(sort), "SEMANTICS": semantics}

    def semantics(self, number: int, item: Item) -> str:
        """Return P, S or F for the stage of a lead or deal."""
        place = stage_place(number, item)
        found = (row["SEMANTICS"] for row in self.stages() if (row["ENTITY_ID"], row["STATUS_ID"]) == place)
        return next(found, None) or "P"

    def find(self, number: int, record: object) -> Item:
        """Return a record, or refuse."""
        found = self.items.get(number, {}).get(int(str(record) or 0))
        if found is None:
            raise Refusal(400, "NOT_FOUND", "Элемент не найден")
        return found

    def add(self, number: int, fields: Mapping[str, Any], by: str) -> Item:
        """Make a record."""
        if fields.get("sourceId") not in {None, "", "CALL", "WEB"}:
            raise Refusal(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Неверное значение поля "Источник"')
        _refuse_long(fields)
        made, at = self.next_id(), self.stamp()
        item: Item = {name: fields[name] for name in WRITABLE[number] if fields.get(name) is not None}
        item |= {"id": made, "createdTime": at, "updatedTime": at, "lastActivityTime": at}
        item |= {"createdBy": int(by), "updatedBy": int(by), "fm": []}
        item["assignedById"] = int(fields.get("assignedById") or by)
        if number == CONTACT:
            _refuse_nameless(item)
        if number in {LEAD, DEAL}:
            _begin_sale(number, item)
            self._refuse_stage(number, item)
        _write_fm(item, fields.get("fm"), self.next_id)
        self.items[number][made] = item
        self.happened(f"ONCRM{WORDS[number]}ADD", str(made), by)
        if number == LEAD and self.is_simple:
            self._convert(item, by)
        return item

    def update(self, number: int, record: object, fields: Mapping[str, Any], by: str) -> Item:
        """Change a record; one that stays as it was is not saved."""
        item = self.find(number, record)
        _refuse_long(fields)
        changed = {**item, **{name: fields[name] for name in WRITABLE[number] if name in fields and name != "fm"}}
        if number == CONTACT:
            _refuse_nameless(changed)
        changed |= {"assignedById": int(changed["assignedById"]), "fm": [dict(row) for row in item["fm"]]}
        if number in {LEAD, DEAL}:
            self._refuse_stage(number, changed)
        _write_fm(changed, fields.get("fm"), self.next_id)
        if changed == item:
            return item
        item.clear()
        item |= changed | {"updatedTime": self.stamp(), "updatedBy": int(by)}
        self.happened(f"ONCRM{WORDS[number]}UPDATE", str(record), by)
        return item

    def delete(self, number: int, record: object, by: str) -> None:
        """Take a record away."""
        self.find(number, record)
        del self.items[number][int(str(record))]
        self.happened(f"ONCRM{WORDS[number]}DELETE", str(record), by)

    def shown(self, number: int, item: Item) -> Item:
        """Return a record as REST shows it."""
        shown = {name: item.get(name) for name in (*READABLE, *WRITABLE[number])} | {"entityTypeId": number}
        if number in {LEAD, DEAL}:
            shown["stageSemanticId"] = self.semantics(number, item)
            shown["contactId"] = next(iter(item.get("contactIds") or []), 0)
        return shown

    def touch(self, activity: Item, by: str, event: str = "UPDATE") -> None:
        """Say that an activity changed."""
        activity |= {"LAST_UPDATED": self.stamp(), "EDITOR_ID": by}
        self.happened(f"ONCRMACTIVITY{event}", activity["ID"], by)

    def _refuse_stage(self, number: int, item: Item) -> None:
        known = {(row["ENTITY_ID"], row["STATUS_ID"]) for row in self.stages()}
        if stage_place(number, item) not in known:
            raise Refusal(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Неверное значение поля "Стадия"')

    def _convert(self, lead: Item, by: str) -> None:
        """Turn a lead into a deal at once, as a portal without leads does."""
        deal = {name: lead[name] for name in ("title", "contactIds", "assignedById") if name in lead}
        self.add(DEAL, deal | {"leadId": lead["id"]}, by)
        lead["stageId"] = "CONVERTED"


def _refuse_nameless(card: Item) -> None:
    if not card.get("name") and not card.get("lastName"):
        raise Refusal(400, "CRM_FIELD_ERROR_REQUIRED", 'Не заполнено поле "Имя" или "Фамилия"')


def _refuse_long(fields: Mapping[str, Any]) -> None:
    """Refuse values over the documented lengths; the vendor says that it may also cut them."""
    for name, longest in LENGTHS.items():
        if len(str(fields.get(name) or "")) > longest:
            raise Refusal(400, "", f'Максимальная длина поля "{name}" {longest} символов')


def stage_place(number: int, item: Item) -> tuple[str, str]:
    """Return the dictionary a stage is of, and the stage."""
    category = int(item.get("categoryId") or 0)
    place = "STATUS" if number == LEAD else f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"
    return place, str(item.get("stageId") or "")


def _begin_sale(number: int, item: Item) -> None:
    category = int(item.get("categoryId") or 0) if number == DEAL else 0
    item.setdefault("stageId", f"C{category}:NEW" if category else "NEW")
    item["contactIds"] = [int(contact) for contact in item.get("contactIds") or []]
    item.setdefault("title", f"#{item['id']}")
    if number == DEAL:
        item["categoryId"] = category


def _write_fm(item: Item, rows: Any, next_id: Callable[[], int]) -> None:
    """Write multi-fields: a list makes new ones; in an object `n0` is new, a number changes, an empty value deletes."""
    named = rows.items() if isinstance(rows, dict) else ((f"n{n}", row) for n, row in enumerate(rows or []))
    for name, row in named:
        if not row.get("typeId"):
            continue
        known = next((each for each in item["fm"] if str(each["id"]) == str(name)), None)
        if known is not None and not row.get("value"):
            item["fm"].remove(known)
        elif known is not None:
            known["value"] = row["value"]
        elif not str(name).isdigit() and row.get("value"):
            made = {"id": next_id(), "typeId": row["typeId"], "valueType": row.get("valueType", "WORK")}
            item["fm"].append(made | {"value": row["value"]})
