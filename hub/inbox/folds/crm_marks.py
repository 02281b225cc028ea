"""What a change means for the CRMs: work for their lane, written in the commit that caused it (M-14).

A delivery names a client, not a change: it is carried out from the state at that moment, so one stands for all that
are due behind it. Nothing here asks a CRM anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Required, TypedDict, Unpack

from hub.domain.delivery import Delivery, Lane
from hub.domain.ids import ConnectionId, DeliveryId
from hub.domain.inbound import CrmAnswer, CrmHint
from hub.domain.message import Direction
from hub.domain.order import order_hash
from hub.domain.workset import WorkingSet

SETTLES = timedelta(seconds=2)
"""A CRM says the same several times within a moment; by then it has said everything."""
AT_ONCE = timedelta(0)


class When(TypedDict, total=False):
    """`about` whom or what, which orders it; `after` how long; `once` the key of what must not come twice."""

    about: Required[object]
    after: timedelta
    once: str


def mark_for_crms(rows: WorkingSet, crms: Iterable[ConnectionId]) -> None:
    """Queue for each CRM the clients of whom something changed that it keeps too."""
    wanted = list(crms)
    touched = dict.fromkeys(each for each in _touched(rows) if each is not None) if wanted else {}
    for crm in wanted:
        queue_sync(rows, crm, touched)


def queue_sync(rows: WorkingSet, crm: ConnectionId, contact_ids: Iterable[int]) -> None:
    """Queue clients to be brought together with a CRM."""
    for contact_id in contact_ids:
        _queue(rows, crm, {"do": "sync", "contact_id": int(contact_id)}, about=contact_id)


def look_there(rows: WorkingSet, *, endpoint_id: ConnectionId, hint: CrmHint) -> None:
    """Queue a look at a record that a CRM says has changed; once per notification."""
    payload = {"do": "look", "entity": hint.entity.value, "ref": str(hint.ref), "is_deleted": hint.is_deleted}
    _queue(rows, endpoint_id, payload, about=hint.ref, after=SETTLES)


def bring_answer(rows: WorkingSet, *, endpoint_id: ConnectionId, answer: CrmAnswer) -> None:
    """Queue an answer somebody gave in the CRM's chat; once per message there, in order with what the client gets.

    One to a conversation that nobody knows is dropped: the CRM shows it as not taken.
    """
    known = int(answer.conversation) if answer.conversation.isdecimal() else 0
    conversation = rows.conversations.get(known)
    if conversation is None:
        return
    payload = {
        "do": "answer",
        "contact_id": int(conversation.contact_id),
        "external_id": answer.external_id,
        "conversation": answer.conversation,
        "user": answer.user,
        "text": answer.text,
        "occurred_at": answer.occurred_at.isoformat(),
        "echo": dict(answer.echo),
    }
    once = f"crm:{endpoint_id}:answer:{answer.external_id}"
    _queue(rows, endpoint_id, payload, about=conversation.contact_id, once=once)


def _queue(rows: WorkingSet, crm: ConnectionId, payload: Mapping[str, object], **when: Unpack[When]) -> None:
    new_id, about = rows.new_id(), when["about"]
    key = when.get("once") or f"crm:{crm}:{payload['do']}:{about}:{new_id}"
    rows.deliveries[key] = Delivery(
        id=DeliveryId(new_id),
        lane=Lane.crm,
        order_hash=order_hash("crm", crm, str(about)),
        key=key,
        due_at=rows.now + when.get("after", AT_ONCE),
        created_at=rows.now,
        payload=payload,
        connection_id=crm,
    )


def _touched(rows: WorkingSet) -> Iterator[int | None]:
    """Yield the clients whose card, addresses, leads, tasks, history or work changed."""
    for card in (*rows.contacts.fresh, *rows.contacts.changed):
        yield card.id
    for table in (rows.identities, rows.leads, rows.tasks):
        yield from (row.contact_id for row in (*table.fresh, *table.changed))
    yield from (said.contact_id for said in rows.messages if said.direction is not Direction.activity)
    yield from (fact.contact_id for fact in rows.ledger)
