"""Outgoing messages as folds: an utterance and its delivery are written in one commit."""

from hub.domain.conversation import Thread
from hub.domain.delivery import Delivery, Lane
from hub.domain.ids import DeliveryId
from hub.domain.message import Message
from hub.domain.order import order_hash
from hub.domain.workset import WorkingSet


def queue_reply(workset: WorkingSet, message: Message, thread: Thread, *, key: str) -> Delivery:
    """Store an outbound message and queue it on its thread; the thread is the order key of the reply lane.

    `key` makes it unique for ever: for a manager's answer the press or update it came from.
    """
    workset.messages.append(message)
    return _queue(workset, message, thread, lane=Lane.reply, key=key)


def queue_media(workset: WorkingSet, message: Message, thread: Thread) -> None:
    """Queue the fetching of files that a message only names, after the commit."""
    if any(part.provider_ref and not part.sha256 for part in message.attachments):
        _queue(workset, message, thread, lane=Lane.media, key=f"media:{message.id}")


def _queue(workset: WorkingSet, message: Message, thread: Thread, *, lane: Lane, key: str) -> Delivery:
    """Queue what has to be done with a message of a thread: answers in order, files each by itself."""
    delivery = Delivery(
        id=DeliveryId(workset.new_id()),
        lane=lane,
        order_hash=order_hash(lane, thread.id if lane is Lane.reply else message.id),
        key=key,
        due_at=workset.now,
        created_at=workset.now,
        payload={"received_at": message.received_at.isoformat(), "thread_id": int(thread.id)},
        connection_id=thread.connection_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        manager_id=message.manager_id,
    )
    workset.deliveries[key] = delivery
    return delivery
