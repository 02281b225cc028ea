"""Offers that end: whoever is not asked any more has one client less on the list of those who are free.

Looked for in what a fold has changed, whatever changed it: a press, a close, a rule, a merge, a CRM. A manager who is
told that the conversation was taken away hears it by that already.
"""

from collections.abc import Iterator

from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.order import order_hash
from hub.domain.workset import WorkingSet


def tell_of_ended_offers(rows: WorkingSet) -> None:
    """Queue for each manager who lost an offer in this fold one notice that redraws their list."""
    for manager_id in dict.fromkeys(_losers(rows)):
        if _can_be_told(rows, manager_id):
            _queue(rows, manager_id)


def _losers(rows: WorkingSet) -> Iterator[int]:
    for before, after in zip(rows.conversations.loaded, rows.conversations.changed, strict=True):
        ended = set(before.offered_to) - set(after.offered_to)
        if ended:
            told = {d.manager_id for d in rows.deliveries.values() if _takes_away(d) and d.conversation_id == after.id}
            yield from sorted(ended - told)


def _takes_away(delivery: Delivery) -> bool:
    return delivery.payload.get("notice") == Notice.taken_away


def _can_be_told(rows: WorkingSet, manager_id: int) -> bool:
    """Tell whether a notice can get anywhere, as far as is loaded: everybody active is, where anybody is."""
    load = rows.managers.get(manager_id)
    return not rows.managers if load is None else load.can_be_told


def _queue(rows: WorkingSet, manager_id: int) -> None:
    new_id = rows.new_id()
    key = f"{Notice.offers_changed}:{manager_id}:{new_id}"
    rows.deliveries[key] = Delivery(
        id=DeliveryId(new_id),
        lane=Lane.notify,
        order_hash=order_hash("offers", manager_id),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={"notice": Notice.offers_changed.value, "manager_id": manager_id, "conversation_id": 0},
        manager_id=ManagerId(manager_id),
    )
