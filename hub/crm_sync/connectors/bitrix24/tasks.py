"""Tasks: the portal's to-dos (activities of the provider CRM_TODO), at a deal or lead, else at the card.

A to-do has no field for a foreign id, so the last line of its description names the key. It is changed by
`crm.activity.todo.update`, which takes no finished one and cannot finish it: that is still `crm.activity.update`'s.
"""

from collections.abc import Mapping

from hub.crm_sync.base import Place, Snapshot, Todo, Written
from hub.crm_sync.connectors.bitrix24.records import (
    ACTIVITY,
    CONTACT,
    LONGEST_TEXT,
    cut_short,
    has_key,
    kind_of,
    made_ref,
    number_of,
    person_id,
    read_instant,
    with_key,
    without_key,
)
from hub.crm_sync.connectors.bitrix24.wire import Portal, rows_of
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, TemporaryFailure
from hub.net.payloads import Json

PROVIDER = "CRM_TODO"
_LONGEST_TITLE = 200
_REMINDERS_MINUTES = (0, 15)
_MOST_PAGES = 4


async def add_task(portal: Portal, todo: Todo, place: Place, *, key: str) -> Written:
    """Make a to-do; one that is done already is finished at once."""
    owner = place.request or place.contact
    asked = {
        "ownerTypeId": number_of(owner.kind),
        "ownerId": int(owner.id),
        **_shown(todo, key),
        "pingOffsets": [0, 15],
    }
    told = await portal.write("crm.activity.todo.add", asked)
    made = told.get("id") if isinstance(told, dict) else None
    if not made:
        raise OutcomeUnknown("the to-do was answered without its number")
    if todo.is_done:
        await _finish(portal, str(made), is_done=True)
    return Written(made_ref(ACTIVITY, made))


async def update_task(portal: Portal, ref: CrmRef, todo: Todo) -> Written:
    """Bring a to-do to this state; a finished one is opened first if anything of it changes."""
    row = await get_activity(portal, ref)
    is_done, wanted = row.get("COMPLETED") == "Y", _wanted(row, todo)
    if is_done and (wanted or not todo.is_done):
        await _finish(portal, ref.id, is_done=False)
    if wanted:
        place = {"ownerTypeId": int(row["OWNER_TYPE_ID"]), "ownerId": int(row["OWNER_ID"])}
        await portal.write("crm.activity.todo.update", {"id": int(ref.id), **place, **wanted})
    if todo.is_done and (wanted or not is_done):
        await _finish(portal, ref.id, is_done=True)
    return Written(ref, is_existing=True)


async def find_task(portal: Portal, key: str, place: Place) -> Written | None:
    """Return the to-do with this key among the newest 200 of the sales chance and of the card."""
    for owner in (place.request, place.contact):
        found = await _find_task_of(portal, key, owner) if owner else None
        if found is not None:
            return found
    return None


async def get_activity(portal: Portal, ref: CrmRef) -> Mapping[str, Json]:
    """Return an activity.

    Raises:
        PermanentFailure: `missing`, if there is none.
    """
    row = (await portal.read("crm.activity.get", {"id": int(ref.id)}))["result"]
    if not isinstance(row, dict) or "ID" not in row:
        raise TemporaryFailure("the activity was not answered")
    return row


def read_activity(row: Mapping[str, Json]) -> Snapshot:
    """Return a to-do as a task; every other activity is an entry of the history."""
    due_at = read_instant(row.get("DEADLINE"))
    values: dict[str, str] = {
        CrmField.text: _text(row),
        CrmField.owner: person_id(row.get("RESPONSIBLE_ID")),
        CrmField.due_at: due_at.isoformat() if due_at else "",
        CrmField.done: "yes" if row.get("COMPLETED") == "Y" else "",
    }
    owner = kind_of(row.get("OWNER_TYPE_ID"))
    return Snapshot(
        made_ref(ACTIVITY, row["ID"]),
        Entity.task if row.get("PROVIDER_ID") == PROVIDER else Entity.entry,
        values=values,
        contact=made_ref(CONTACT, row.get("OWNER_ID")) if owner == CONTACT else None,
        requests=(made_ref(owner, row.get("OWNER_ID")),) if owner and owner != CONTACT else (),
        changed_by=person_id(row.get("EDITOR_ID")),
        changed_at=read_instant(row.get("LAST_UPDATED")),
        rev=str(row.get("LAST_UPDATED") or ""),
    )


async def _find_task_of(portal: Portal, key: str, owner: CrmRef) -> Written | None:
    asked: dict[str, object] = {
        "filter": {"OWNER_TYPE_ID": number_of(owner.kind), "OWNER_ID": int(owner.id), "PROVIDER_ID": PROVIDER},
        "select": ["ID", "DESCRIPTION"],
        "order": {"ID": "DESC"},
    }
    for page in range(_MOST_PAGES):
        answer = await portal.read("crm.activity.list", {**asked, "start": page * 50})
        for row in rows_of(answer):
            if has_key(row.get("DESCRIPTION"), key):
                return Written(made_ref(ACTIVITY, row.get("ID")), is_existing=True)
        if "next" not in answer:
            break
    return None


def _shown(todo: Todo, key: str) -> dict[str, object]:
    """Return a to-do as the portal shows it: a title, and below it the whole text if the title cannot hold it."""
    title = cut_short(todo.text.partition("\n")[0], _LONGEST_TITLE)
    whole = "" if title == todo.text else cut_short(todo.text, LONGEST_TEXT)
    shown: dict[str, object] = {
        "deadline": todo.due_at.isoformat(),
        "title": title,
        "pingOffsets": list(_REMINDERS_MINUTES),
        "description": with_key("\n\n".join(part for part in (whole, todo.result) if part), key),
    }
    return {**shown, "responsibleId": int(todo.owner)} if todo.owner else shown


def _wanted(row: Mapping[str, Json], todo: Todo) -> dict[str, object]:
    """Return what `crm.activity.todo.update` has to be told, empty if the to-do is like that already."""
    description = str(row.get("DESCRIPTION") or "")
    key = description.removeprefix(without_key(description)).strip().removeprefix("hub:")
    shown = _shown(todo, key) if key else {**_shown(todo, ""), "description": description}
    is_same = (
        read_instant(row.get("DEADLINE")) == todo.due_at
        and row.get("SUBJECT") == shown["title"]
        and description == shown["description"]
        and (not todo.owner or person_id(row.get("RESPONSIBLE_ID")) == todo.owner)
    )
    return {} if is_same else shown


def _text(row: Mapping[str, Json]) -> str:
    """Return what is to be done. A description begins with it where the title is only its beginning."""
    title, whole = str(row.get("SUBJECT") or ""), without_key(str(row.get("DESCRIPTION") or ""))
    return whole if whole.startswith(title.removesuffix("…")) and title else title or whole


async def _finish(portal: Portal, activity: str, *, is_done: bool) -> None:
    fields = {"COMPLETED": "Y" if is_done else "N"}
    await portal.write("crm.activity.update", {"id": int(activity), "fields": fields})
