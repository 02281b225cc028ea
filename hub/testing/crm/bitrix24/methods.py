"""The REST methods a connector calls, each as its page describes it.

A method gets its parameters and who calls: the user, and whether it is an application. What only an application may do
is refused to a webhook.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from hub.testing.crm.bitrix24.chats import Chats
from hub.testing.crm.bitrix24.events import Binding, Events
from hub.testing.crm.bitrix24.listing import Page, page_of
from hub.testing.crm.bitrix24.records import (
    CITIES,
    COMPANY,
    CONTACT,
    LEAD,
    OWN_FIELD,
    READABLE,
    WORDS,
    WRITABLE,
    Item,
    Records,
    Refusal,
)

_MOST_FOUND = 20
_REPEATS = timedelta(minutes=30)
_OWNERS = {word.lower(): number for number, word in WORDS.items()}
_PROVIDER = "CRM_TODO"
_ACTIVITY_FIELDS = (
    "ID",
    "OWNER_ID",
    "OWNER_TYPE_ID",
    "PROVIDER_ID",
    "SUBJECT",
    "DESCRIPTION",
    "DEADLINE",
    "COMPLETED",
    "RESPONSIBLE_ID",
    "EDITOR_ID",
    "CREATED",
    "LAST_UPDATED",
)
APPLICATION_ONLY = ("telephony.externalCall.", "event.", "imconnector.")
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Who:
    """Who calls: the user, and whether in the context of an application."""

    user: str
    is_application: bool


@dataclass(slots=True)
class Methods:
    """What can be called. `features` are those of the plan."""

    records: Records
    events: Events
    users: list[Item]
    scopes: list[str]
    chats: Chats
    features: set[str] = field(default_factory=lambda: {"rest_offline_extended", "rest_auth_connector"})
    calls: dict[str, Item] = field(default_factory=dict)
    statistics: list[Item] = field(default_factory=list)

    def call(self, name: str, params: Params, who: Who) -> Any:
        """Carry out a method; return its result or a `Page`.

        Raises:
            Refusal: as the vendor refuses.
        """
        method = self._named().get(name.lower())
        if method is None:
            raise Refusal(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        if name.startswith(APPLICATION_ONLY) and not who.is_application:
            raise Refusal(403, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method")
        self.events.writing_as = str(params.get("auth_connector") or "")
        try:
            return method(params, who)
        finally:
            self.events.writing_as = ""

    def _named(self) -> Mapping[str, Callable[[Params, Who], Any]]:
        return {
            "profile": self._profile,
            "scope": lambda params, who: [*self.scopes],
            "feature.get": lambda params, who: {"value": "Y" if params.get("CODE") in self.features else "N"},
            "user.get": lambda params, who: Page(self.users, len(self.users), 0),
            "crm.settings.mode.get": lambda params, who: 2 if self.records.is_simple else 1,
            "crm.status.list": self._statuses,
            "crm.item.fields": self._fields,
            "crm.item.add": self._add,
            "crm.item.update": self._update,
            "crm.item.get": self._get,
            "crm.item.list": self._list,
            "crm.duplicate.findbycomm": self._find,
            "crm.timeline.comment.add": self._comment,
            "crm.timeline.comment.list": self._comments,
            "crm.timeline.comment.get": self._one_comment,
            "crm.activity.todo.add": self._todo,
            "crm.activity.todo.update": self._change_todo,
            "crm.activity.update": self._change_activity,
            "crm.activity.get": lambda params, who: dict(self._activity(params)),
            "crm.activity.list": self._activities,
            "telephony.externalcall.register": self._register,
            "telephony.externalcall.finish": self._finish,
            "telephony.externalcall.attachrecord": self._attach,
            "voximplant.statistic.get": self._statistics,
            "imconnector.list": lambda params, who: dict(self.chats.connectors),
            "imconnector.register": lambda params, who: self.chats.register(params),
            "imconnector.activate": lambda params, who: self.chats.activate(params),
            "imconnector.send.messages": lambda params, who: self.chats.send(params),
            "imconnector.send.status.delivery": lambda params, who: self.chats.deliver(params),
            "event.bind": self._bind,
            "event.get": lambda params, who: [_shown(binding) for binding in self.events.bindings],
            "event.offline.get": self._offline,
            "event.offline.clear": self._clear,
        }

    def _profile(self, params: Params, who: Who) -> Item:
        user = next(user for user in self.users if user["ID"] == who.user)
        return {name: user[name] for name in ("ID", "NAME", "LAST_NAME")} | {"ADMIN": False}

    def _statuses(self, params: Params, who: Who) -> Page:
        return page_of(self.records.stages(), params, ("ENTITY_ID", "STATUS_ID", "NAME", "SORT"))

    def _fields(self, params: Params, who: Who) -> Item:
        number = int(params["entityTypeId"])
        writable = {name: _field(name, is_read_only=False) for name in WRITABLE[number]}
        return {"fields": {name: _field(name, is_read_only=True) for name in READABLE} | writable}

    def _add(self, params: Params, who: Who) -> Item:
        number = int(params["entityTypeId"])
        return {"item": self.records.shown(number, self.records.add(number, params["fields"], who.user))}

    def _update(self, params: Params, who: Who) -> Item:
        number = int(params["entityTypeId"])
        changed = self.records.update(number, params["id"], params["fields"], who.user)
        return {"item": self.records.shown(number, changed)}

    def _get(self, params: Params, who: Who) -> Item:
        number = int(params["entityTypeId"])
        return {"item": self.records.shown(number, self.records.find(number, params["id"]))}

    def _list(self, params: Params, who: Who) -> Page:
        """Multi-fields come with `*` alone."""
        number = int(params["entityTypeId"])
        rows = [self.records.shown(number, item) for item in self.records.items[number].values()]
        known = {*READABLE, *WRITABLE[number], "stageSemanticId"} - {"fm"}
        page = page_of(rows, params, known, name="items")
        select = params.get("select") or ["*"]
        shown = [row if "*" in select else {name: row.get(name) for name in ("id", *select)} for row in page.rows]
        return Page(shown, page.total, page.start, page.name)

    def _find(self, params: Params, who: Who) -> Any:
        """Give the oldest 20 of each kind; a kind with 20 silences those after it. Nothing found is a list."""
        if params.get("type") not in {"PHONE", "EMAIL"}:
            raise Refusal(400, "", "Communication type is not defined")
        wanted = {_normal(str(value)) for value in params.get("values", [])[:_MOST_FOUND]}
        found: dict[str, list[int]] = {}
        for number in (LEAD, CONTACT, COMPANY):
            if params.get("entity_type") in {None, WORDS[number]}:
                ids = [each for each, item in self.records.items[number].items() if _has(item, params["type"], wanted)]
                found |= {WORDS[number]: sorted(ids)[:_MOST_FOUND]} if ids else {}
                if len(ids) >= _MOST_FOUND:
                    break
        return found or []

    def _comment(self, params: Params, who: Who) -> int:
        fields = params.get("fields") or {}
        if not str(fields.get("COMMENT") or "").strip():
            raise Refusal(400, "INVALID_ARG_VALUE", "Empty comment")
        self._refuse_owner(_OWNERS.get(str(fields.get("ENTITY_TYPE"))), fields.get("ENTITY_ID"))
        made = self.records.next_id()
        author = str(fields.get("AUTHOR_ID") or who.user)
        shown = {name: str(fields[name]) for name in ("ENTITY_ID", "ENTITY_TYPE", "COMMENT")}
        self.records.comments[made] = {"ID": str(made), **shown, "CREATED": self.records.stamp(), "AUTHOR_ID": author}
        self.events.happened("ONCRMTIMELINECOMMENTADD", str(made), who.user)
        return made

    def _comments(self, params: Params, who: Who) -> Page:
        condition = params.get("filter") or {}
        if not {"ENTITY_ID", "ENTITY_TYPE"} <= condition.keys():
            raise Refusal(400, "", "Filter by ENTITY_ID and ENTITY_TYPE is required")
        return page_of(self.records.comments.values(), params, ("ID", "CREATED", "AUTHOR_ID", *condition))

    def _one_comment(self, params: Params, who: Who) -> Item:
        found = self.records.comments.get(int(params["id"]))
        if found is None:
            raise Refusal(400, "", "Not found.")
        return found

    def _todo(self, params: Params, who: Who) -> Item:
        number = int(params.get("ownerTypeId") or 0)
        self._refuse_owner(number, params.get("ownerId"))
        made = self.records.next_id()
        activity = {"ID": str(made), "OWNER_TYPE_ID": str(number), "OWNER_ID": str(params["ownerId"])}
        activity |= {"PROVIDER_ID": _PROVIDER, "COMPLETED": "N", "CREATED": self.records.stamp()}
        activity |= {"RESPONSIBLE_ID": who.user, "SUBJECT": "", "DESCRIPTION": ""} | _todo_values(params)
        self.records.activities[made] = activity
        self.records.touch(activity, who.user, "ADD")
        return {"id": made}

    def _change_todo(self, params: Params, who: Who) -> Item:
        activity = self._activity(params)
        if activity["COMPLETED"] == "Y":
            raise Refusal(400, "CAN_NOT_UPDATE_COMPLETED_TODO", "Завершенное дело нельзя изменить")
        if (activity["OWNER_TYPE_ID"], activity["OWNER_ID"]) != (str(params["ownerTypeId"]), str(params["ownerId"])):
            raise Refusal(400, "NOT_FOUND", "Not found.")
        activity |= _todo_values(params)
        self.records.touch(activity, who.user)
        return {"id": int(activity["ID"])}

    def _change_activity(self, params: Params, who: Who) -> bool:
        activity = self._activity(params)
        activity |= {name: str(value) for name, value in params["fields"].items() if name in _ACTIVITY_FIELDS}
        self.records.touch(activity, who.user)
        return True

    def _activity(self, params: Params) -> Item:
        found = self.records.activities.get(int(params["id"]))
        if found is None:
            raise Refusal(400, "", "Activity is not found.")
        return found

    def _activities(self, params: Params, who: Who) -> Page:
        return page_of(self.records.activities.values(), params, _ACTIVITY_FIELDS)

    def _register(self, params: Params, who: Who) -> Item:
        """Register a call; one like it within 30 minutes is the same call."""
        if not any(user["ID"] == str(params.get("USER_ID")) for user in self.users):
            raise Refusal(400, "ERROR_CORE", "User is not found or is not active")
        alike = tuple(str(params.get(name) or "") for name in _CALL_NAMES)
        now = self.records.now()
        for call in self.calls.values():
            if call["alike"] == alike and call["at"] > now - _REPEATS:
                return {"CALL_ID": call["CALL_ID"], "CRM_CREATED_ENTITIES": []}
        made = f"externalCall.{self.records.next_id():032x}.{int(now.timestamp())}"
        self.calls[made] = {**params, "CALL_ID": made, "alike": alike, "at": now}
        return {"CALL_ID": made, "CRM_CREATED_LEAD": None, "CRM_CREATED_ENTITIES": []}

    def _finish(self, params: Params, who: Who) -> Item:
        call = self.calls.get(str(params.get("CALL_ID")))
        if call is None:
            raise Refusal(400, "ERROR_CORE", "Call is not found (call should be registered prior to finishing)")
        made = self.records.next_id()
        length = int(params.get("DURATION") or 0)
        row = {"CALL_ID": call["CALL_ID"], "EXTERNAL_CALL_ID": call.get("EXTERNAL_CALL_ID"), "CALL_DURATION": length}
        row |= {"CRM_ACTIVITY_ID": made, "PHONE_NUMBER": call["PHONE_NUMBER"], "PORTAL_USER_ID": params["USER_ID"]}
        row |= {"CALL_FAILED_CODE": params.get("STATUS_CODE") or ("200" if length else "304"), "RECORD": None}
        self.statistics.append(row)
        number = _OWNERS[str(call["CRM_ENTITY_TYPE"]).lower()]
        owner = {"OWNER_TYPE_ID": str(number), "OWNER_ID": str(call["CRM_ENTITY_ID"]), "PROVIDER_ID": "VOXIMPLANT_CALL"}
        subject = {"SUBJECT": f"Звонок {call['PHONE_NUMBER']}", "DESCRIPTION": "", "COMPLETED": "Y"}
        said = {"DEADLINE": call["CALL_START_DATE"], "RESPONSIBLE_ID": str(params["USER_ID"])}
        activity = {"ID": str(made), **owner, **subject, **said, "CREATED": self.records.stamp()}
        self.records.activities[made] = activity
        self.records.touch(activity, who.user, "ADD")
        return dict(row)

    def _attach(self, params: Params, who: Who) -> Item:
        rows = [row for row in self.statistics if row["CALL_ID"] == params.get("CALL_ID")]
        if not rows:
            raise Refusal(400, "", "Call is not found in the statistic table. It looks like it is not finished yet.")
        address = str(params.get("RECORD_URL") or "")
        if not address or _is_private(address):
            raise Refusal(400, "", "Record URL resolves to a non-public address and was blocked.")
        rows[0]["RECORD"] = address
        return {"FILE_ID": self.records.next_id()}

    def _statistics(self, params: Params, who: Who) -> Page:
        return page_of(self.statistics, params, ("CALL_ID", "EXTERNAL_CALL_ID", "PHONE_NUMBER"))

    def _bind(self, params: Params, who: Who) -> bool:
        is_offline, event = params.get("event_type") == "offline", str(params.get("event") or "").upper()
        if not event.startswith(("ONCRM", "ONIMCONNECTOR")):
            raise Refusal(400, "ERROR_EVENT_NOT_FOUND", "Event not found")
        connector = str(params.get("auth_connector") or "") if is_offline else ""
        binding = Binding(event, "" if is_offline else str(params.get("handler") or ""), connector)
        if binding in self.events.bindings:
            raise Refusal(400, "ERROR_EVENT_BINDING_EXISTS", "Handler already binded")
        self.events.bindings.append(binding)
        return True

    def _offline(self, params: Params, who: Who) -> Item:
        is_cleared = str(params.get("clear", 1)) == "1"
        if not is_cleared and "rest_offline_extended" not in self.features:
            raise Refusal(403, "ACCESS_DENIED", "Extended mode of offline events is not available")
        connector = str(params.get("auth_connector") or "")
        process, rows = self.events.take(connector, int(params.get("limit") or 50), is_cleared=is_cleared)
        return {"process_id": process, "events": rows}

    def _clear(self, params: Params, who: Who) -> bool:
        self.events.clear(str(params["process_id"]))
        return True

    def _refuse_owner(self, number: int | None, record: Any) -> None:
        if number is None or int(record or 0) not in self.records.items.get(number, {}):
            raise Refusal(400, "OWNER_NOT_FOUND", "Owner was not found")


_TITLES = {OWN_FIELD: "Заметка хаба", "UF_CRM_CITY": "Город", "UF_CRM_BORN": "Родился", "UF_CRM_VISITS": "Визитов"}
_CALL_NAMES = ("PHONE_NUMBER", "TYPE", "USER_ID", "LINE_NUMBER", "EXTERNAL_CALL_ID")


def _field(name: str, *, is_read_only: bool) -> Item:
    kinds = {"fm": "crm_multifield", "UF_CRM_CITY": "enumeration", "UF_CRM_BORN": "date", "UF_CRM_VISITS": "double"}
    about: Item = {"type": kinds.get(name, "string"), "title": _TITLES.get(name, name), "upperName": name.upper()}
    if name == "UF_CRM_CITY":
        about["items"] = [{"ID": number, "VALUE": city} for number, city in CITIES.items()]
    is_own = name.startswith("UF_")
    return {**about, "isReadOnly": is_read_only, "isMultiple": name == "contactIds", "isDynamic": is_own}


def _normal(text: str) -> str:
    """Return a phone without all but digits and a leading plus, an e-mail in small letters: texts, not numbers."""
    text = text.partition("#")[0].strip()
    if "@" in text:
        return text.lower()
    digits = "".join(sign for sign in text if sign.isdigit())
    return f"+{digits}" if text.startswith("+") else digits


def _has(item: Item, kind: str, wanted: set[str]) -> bool:
    return any(row["typeId"] == kind and _normal(row["value"]) in wanted for row in item["fm"])


def _todo_values(params: Params) -> Item:
    """Return the fields of a to-do that are given; its deadline must be an instant."""
    names = {"title": "SUBJECT", "description": "DESCRIPTION", "responsibleId": "RESPONSIBLE_ID"}
    values = {field: str(params[name]) for name, field in names.items() if name in params}
    try:
        deadline = datetime.fromisoformat(str(params.get("deadline")))
    except ValueError as error:
        raise Refusal(400, "WRONG_DATETIME_FORMAT", "Wrong date format") from error
    return values | {"DEADLINE": deadline.isoformat(timespec="seconds")}


def _shown(binding: Binding) -> Item:
    return {"event": binding.event, "handler": binding.handler, "auth_type": "0", "offline": int(binding.is_offline)}


def _is_private(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host
