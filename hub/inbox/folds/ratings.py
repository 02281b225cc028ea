"""The client's mark of 1 to 5 after the close: asked by buttons, written to the ledger, told to heads where it is low.

A press opens no wait and no conversation (FR-2), and asking stops no clock (S1). A later press changes the mark: the
last one counts, once a conversation, for the manager who was asked about.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.domain.conversation import Conversation, Outcome, Thread
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import ConnectionId, ConversationId, DeliveryId, ManagerId
from hub.domain.inbound import ChoiceMade
from hub.domain.ledger import Actor, Fact
from hub.domain.line import AutoText
from hub.domain.order import order_hash
from hub.domain.outbound import ChangeKind
from hub.domain.policy import Policy
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.assignment import heads_or_duty
from hub.inbox.folds.auto_texts import find_text, is_silent, say, write_by_template
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import find_ref, patch_message, remember_external
from hub.inbox.folds.notices import tell
from hub.inbox.folds.outgoing import CHANGE
from hub.inbox.ways import is_window_closed, shows_buttons

MARKS = range(1, 6)
QUESTIONS = ConnectionId(0)  # by these keys a press is known to stand below the very question it answers
_ASKED_AFTER = frozenset({Outcome.deal, Outcome.agreed, Outcome.refused, Outcome.solved})
_BUTTON = re.compile(r"r1:(\d{1,18}):(\d{1,18}):([1-5])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rated:
    """What a button of a rating says: which conversation, whose work, which mark."""

    conversation_id: ConversationId
    manager_id: ManagerId
    mark: int


def read_rating(data: str) -> Rated | None:
    """Return what a pressed button says, `None` for anything but a button of ours: an app can send what it likes."""
    found = _BUTTON.fullmatch(data)
    return Rated(ConversationId(int(found[1])), ManagerId(int(found[2])), int(found[3])) if found else None


def key_of(rated: Rated) -> str:
    """Return the key by which the questions about a person's work in a conversation are found."""
    return f"rating:{rated.conversation_id}:{rated.manager_id}"


def ask_rating(
    work: LineWork, endpoints: Mapping[ConnectionId, Endpoint], closed: Conversation, outcome: Outcome
) -> None:
    """Ask the client of a closed conversation for a mark, where the line wants it and a person has answered."""
    rated = closed.last_responder_id
    if not work.line.rating.is_asked or outcome not in _ASKED_AFTER or rated is None or not _was_answered(closed):
        return
    thread = _thread_to_ask(work, endpoints, closed)
    text = find_text(work, AutoText.rating, work.rows.contacts[closed.contact_id])
    if thread is None or text is None:
        return
    buttons = {"choices": _choices(closed.id, rated)}
    asked = write_by_template(work, thread, closed, replace(text, buttons=buttons))
    key = key_of(Rated(closed.id, rated, 0))
    remember_external(work.rows, asked, QUESTIONS, thread=str(asked.id), external_id=key)
    record(work.rows, Fact.rating_asked, closed, manager_id=rated)


def _was_answered(closed: Conversation) -> bool:
    return closed.last_response_at is not None and closed.last_response_at >= closed.opened_at


def _thread_to_ask(work: LineWork, endpoints: Mapping[ConnectionId, Endpoint], closed: Conversation) -> Thread | None:
    """Return where the client is asked: where answers went, if buttons can stand there and the client wants to hear."""
    threads = work.rows.threads_of(closed.contact_id)
    thread = next((each for each in threads if each.id == closed.reply_thread_id), None)
    contact = work.rows.contacts[closed.contact_id]
    if thread is None or contact.is_blocked or is_silent(work, contact, thread):
        return None
    is_able = shows_buttons(endpoints, thread) and not is_window_closed(endpoints, thread, work.rows.now)
    return thread if is_able else None


def fold_choice(rows: WorkingSet, policy: Policy, incoming: Incoming, choice: ChoiceMade) -> None:
    """Write the mark a press gives, thank for it in place of the question, and tell the heads of a low one."""
    ref, rated = find_ref(rows, incoming.endpoint.id, choice.thread, choice.message), read_rating(choice.data)
    conversation = rows.conversations.get(rated.conversation_id) if rated else None
    if ref is None or rated is None or conversation is None or ref.contact_id != conversation.contact_id:
        return
    if (QUESTIONS, key_of(rated), str(ref.message_id)) not in rows.message_refs:
        return
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    facts = {"mark": rated.mark, "message_id": int(ref.message_id)}
    told = {"manager_id": rated.manager_id, "actor": Actor.client, "cause": "FR-2", "facts": facts}
    record(rows, Fact.rated, conversation, at=incoming.at, **told)  # type: ignore[arg-type]
    _thank(work, conversation, ref, rated, press=choice.external_id)
    if rated.mark <= work.line.rating.low:
        cause = f"{conversation.id}:{rated.mark}"
        tell(work, Notice.low_rating, conversation, to=heads_or_duty(work), cause=cause, facts={"mark": rated.mark})


def _choices(conversation_id: ConversationId, manager_id: ManagerId) -> list[list[str]]:
    return [[str(mark), f"r1:{conversation_id}:{manager_id}:{mark}"] for mark in MARKS]


def _thank(work: LineWork, conversation: Conversation, ref: MessageRef, rated: Rated, *, press: str) -> None:
    """Put thanks in place of the question; the buttons stay, so that the mark can be changed."""
    rows = work.rows
    template = find_text(work, AutoText.rated, rows.contacts[conversation.contact_id])
    if template is None:
        return
    text = say(work, conversation, replace(template, values={"rating": str(rated.mark)}))
    patch_message(rows, ref, text=text)
    delivery_id = DeliveryId(rows.new_id())
    key = f"{CHANGE}:{delivery_id}"
    rows.deliveries[key] = Delivery(
        id=delivery_id,
        lane=Lane.reply,
        order_hash=order_hash(Lane.reply, ref.thread_id or 0),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={
            CHANGE: ChangeKind.edit.value,
            "text": text,
            "message_id": int(ref.message_id),
            "received_at": ref.received_at.isoformat(),
            "choices": _choices(rated.conversation_id, rated.manager_id),
            "press": press,
        },
        connection_id=ref.connection_id,
        conversation_id=conversation.id,
    )
