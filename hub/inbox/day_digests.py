"""The day is told to everybody who leads a line, once a day, at the time the rules name (telegram 7.12).

Nothing announces that time, so it is looked for while it is later in the day; a hub that was away tells it when it is
back, as long as the day lasts. The delivery's key (person, day) makes it once, whatever dies in between. What the day
was is read when it is shown.
"""

from collections.abc import Sequence
from datetime import date

from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.line import LineMode
from hub.domain.manager import Manager, Role
from hub.domain.order import order_hash
from hub.domain.rights import Action, Subject, may
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office
from hub.inbox.viewer import person_of
from hub.store import managers
from hub.store.pool import acquire
from hub.store.scope import Scope


async def watch_day_digests(office: Office) -> int:
    """Queue the day for those who have not been told of it yet; return for how many. Commits."""
    day = _day_to_tell(office)
    if day is None:
        return 0
    async with acquire(office.pool) as connection:
        untold = await managers.list_untold(connection, Role.manager, key=_key("", day))
    told = [each for each in untold if _is_told(office, each)]
    if told:
        await office.change(Scope(ids=len(told) + 1), lambda rows: _write(rows, told, day))
    return len(told)


def _day_to_tell(office: Office) -> date | None:
    """Return today if its time has come, in the zone of the default line."""
    policy = office.policy()
    now = office.clock.now().astimezone(policy.get_line(policy.default_line).calendar.zone)
    at = policy.day_digest
    return now.date() if at is not None and now.time() >= at else None


def _is_told(office: Office, manager: Manager) -> bool:
    """Tell whether somebody leads a line that does not only observe (FR-8)."""
    policy = office.policy()
    person = person_of(policy, manager)
    speaking = (key for key, line in policy.lines.items() if line.mode is not LineMode.observe)
    return any(may(person, Action.reassign, Subject(key)) for key in speaking)


def _write(rows: WorkingSet, told: Sequence[Manager], day: date) -> None:
    for manager in told:
        key = _key(str(manager.id), day)
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager.id, Notice.day),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={"notice": Notice.day.value, "manager_id": int(manager.id), "day": day.isoformat()},
            manager_id=ManagerId(int(manager.id)),
        )


def _key(manager_id: str, day: date) -> str:
    return f"{Notice.day}:{day}:{manager_id}"
