"""What people of the business are told, written in the transaction that gives the reason for it.

So neither is ever without the other, however a process ends. For changes that are no change of a working set: people,
connections, rules. Whoever commits wakes the lane afterwards; without that the next poll finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.order import order_hash
from hub.inbox.office import Office
from hub.store.flush import write_deliveries
from hub.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Word:
    """One notice for one person. `about` tells what it is of: with notice and person it makes the key, told once ever.

    `facts` go into the payload; it is brought no earlier than `after`.
    """

    notice: Notice
    manager_id: ManagerId
    about: str
    facts: Mapping[str, object] = field(default_factory=dict)
    after: timedelta = timedelta(0)


async def tell_in(connection: Connection, office: Office, words: Sequence[Word]) -> None:
    """Write the notices; the caller commits."""
    if not words:
        return
    new_id, now = await office.ids.reserve(connection, len(words)), office.clock.now()
    queued = [
        Delivery(
            id=DeliveryId(new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", each.manager_id, each.about),
            key=f"{each.notice}:{each.about}:{each.manager_id}",
            due_at=now + each.after,
            created_at=now,
            payload={**each.facts, "notice": each.notice.value, "manager_id": int(each.manager_id)},
            manager_id=each.manager_id,
        )
        for each in words
    ]
    await write_deliveries(connection, queued)
