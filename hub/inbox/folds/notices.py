"""Notices to managers: deliveries of the notify lane, written in the commit that caused them.

A notice names what to show; the screen is made from the state at sending. Lines in observe mode stay silent (FR-8),
and nothing is queued for somebody who has neither opened the bot nor a mailbox of their own: `hub check` names them.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Required, TypedDict, Unpack

from hub.domain.conversation import Conversation
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import ConversationId, DeliveryId, ManagerId
from hub.domain.lead import Task
from hub.domain.line import LineMode
from hub.domain.order import order_hash
from hub.inbox.folds.line_work import LineWork

ALBUM_WINDOW = timedelta(seconds=2)
NO_DELAY = timedelta(0)
_APART = frozenset({Notice.burst, Notice.overheard_burst})
"""Held back long: what is told about the same client meanwhile does not wait behind it."""


class Told(TypedDict, total=False):
    """Beside its thing a notice has a `cause`, part of its key; `delay` holds it back, `facts` go into the payload."""

    cause: Required[object]
    delay: timedelta
    facts: Mapping[str, object]


def tell(
    work: LineWork,
    notice: Notice,
    conversation: Conversation,
    *,
    to: Iterable[int],
    **told: Unpack[Told],
) -> None:
    """Queue a notice for each manager in `to`; once per (notice, conversation, manager, cause)."""
    _queue(work, notice, conversation.id, to=to, **told)


def tell_about_task(work: LineWork, notice: Notice, task: Task, *, to: Iterable[int], **told: Unpack[Told]) -> None:
    """Queue a notice about a task, which may belong to no conversation; once per (notice, manager, cause)."""
    facts = {"task_id": task.id, **told.get("facts", {})}
    _queue(work, notice, task.conversation_id, to=to, cause=f"task:{told['cause']}", facts=facts)


def _can_be_told(work: LineWork, manager_id: int) -> bool:
    """Tell whether a notice can get anywhere, as far as is loaded: who never opened the bot may have a mailbox."""
    load = work.rows.managers.get(manager_id)
    return load is None or load.can_be_told


def _queue(
    work: LineWork, notice: Notice, conversation_id: ConversationId | None, *, to: Iterable[int], **told: Unpack[Told]
) -> None:
    if work.line.mode is LineMode.observe:
        return
    about = int(conversation_id or 0)
    for manager_id in (each for each in dict.fromkeys(to) if _can_be_told(work, each)):
        key = f"{notice}:{about}:{manager_id}:{told['cause']}"
        if key in work.rows.deliveries:
            continue  # the first of a batch counts, as the database has it between batches
        payload = {"notice": notice.value, "manager_id": int(manager_id), "conversation_id": about}
        place = (about, notice) if notice in _APART else (about,)
        work.rows.deliveries[key] = Delivery(
            id=DeliveryId(work.rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager_id, *place),
            key=key,
            due_at=work.rows.now + told.get("delay", NO_DELAY),
            created_at=work.rows.now,
            payload={**payload, **told.get("facts", {})},
            conversation_id=conversation_id,
            manager_id=ManagerId(int(manager_id)),
        )
