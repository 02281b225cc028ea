"""Outgoing messages as folds: an utterance and its delivery are written in one commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.domain.conversation import Thread
from hub.domain.delivery import Delivery, Lane
from hub.domain.ids import DeliveryId
from hub.domain.message import Message
from hub.domain.order import order_hash
from hub.domain.workset import WorkingSet

CHANGE = "change"
"""In the payload of a delivery that changes a message: what happens to it; `text` is what goes with it."""

ASSISTED = "assisted"
"""In the payload of an answer whose words an assistant wrote and a person approved (case 9)."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What has to be done with a message: in which lane, under which key, and what goes with it in the payload."""

    lane: Lane
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def queue_reply(
    workset: WorkingSet, message: Message, thread: Thread, *, key: str, told: Mapping[str, object] | None = None
) -> Delivery:
    """Store an outbound message and queue it on its thread; the thread is the order key of the reply lane.

    `key` makes it unique for ever: for a manager's answer the press or update it came from. `told` goes into the
    payload: `ASSISTED`, or buttons: `buttons` and `contact_button` as in `OutboundMessage`, `choices` as pairs.
    """
    workset.messages.append(message)
    return _queue(workset, message, thread, _Job(Lane.reply, key, told or {}))


def queue_media(workset: WorkingSet, message: Message, thread: Thread) -> None:
    """Queue the fetching of files that a message only names, after the commit."""
    if any(part.provider_ref and not part.sha256 for part in message.attachments):
        _queue(workset, message, thread, _Job(Lane.media, f"media:{message.id}"))


def _queue(workset: WorkingSet, message: Message, thread: Thread, job: _Job) -> Delivery:
    """Queue what has to be done with a message of a thread: answers in order, files each by itself."""
    delivery = Delivery(
        id=DeliveryId(workset.new_id()),
        lane=job.lane,
        order_hash=order_hash(job.lane, thread.id if job.lane is Lane.reply else message.id),
        key=job.key,
        due_at=workset.now,
        created_at=workset.now,
        payload={"received_at": message.received_at.isoformat(), "thread_id": int(thread.id), **job.facts},
        connection_id=thread.connection_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        manager_id=message.manager_id,
    )
    workset.deliveries[job.key] = delivery
    return delivery
