"""What became of a delivery to a client: the end of the attempt and its meaning are written in one commit.

Accepted by the channel stops the wait at the start of the accepted attempt (S3); failed lets it run and tells the
manager; unknown does not stop it until a person confirms (S3). Automatic texts never stop anything (S1).
"""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from hub.crash import crash_point
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import ConnectionId, ConversationId, ManagerId, MessageId
from hub.domain.inbound import ReachState
from hub.domain.ledger import Actor, Fact
from hub.domain.message import Author, DeliveryState, Message
from hub.domain.outbound import ChangeKind
from hub.domain.rights import Action, Person
from hub.domain.wait import Response, Wait, withdraw_breach
from hub.domain.workset import MessageRef, Settled, WorkingSet
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import patch_message
from hub.inbox.folds.notices import tell
from hub.inbox.folds.outgoing import ASSISTED
from hub.inbox.folds.reactions import answer_by_mark
from hub.inbox.folds.reading_along import tell_readers
from hub.inbox.folds.waits import answer_wait
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.store import deliveries, timeline
from hub.store.deliveries import ClaimedDelivery, DeliveryRow
from hub.store.flush import LeaseLost
from hub.store.pool import acquire
from hub.store.scope import Scope

_log = structlog.get_logger()


async def settle_reply(
    office: Office, claimed: ClaimedDelivery, message: Message, settled: Settled, *, accepted_at: datetime | None
) -> None:
    """Write the end of a reply's attempt with its effects. `accepted_at` is set if and only if the channel took it.

    Commits. A lease that was lost meanwhile makes this a no-op: whoever has it now decides.
    """
    conversation_id = message.conversation_id
    if conversation_id is None:
        async with acquire(office.pool) as connection:
            await deliveries.finish(connection, [settled])
        return

    def fold(rows: WorkingSet) -> None:
        rows.settled_deliveries.append(settled)
        conversation = rows.conversations[conversation_id]
        if accepted_at is not None:
            endpoint = office.endpoints().get(ConnectionId(claimed.connection_id or 0))
            channel = endpoint.kind if endpoint else ""
            response = replace(
                Response(accepted_at, channel, manager_id=message.manager_id, message_id=message.id),
                is_assisted=bool(claimed.payload.get(ASSISTED)),
                tried_since=claimed.first_attempt_at if claimed.attempt > 1 else None,
            )
            _remember_ids(rows, claimed, message, settled.external_ids)
            _accepted(_work(rows, office, conversation), conversation, message, response)
        if message.author is Author.person:
            _tell_author(rows, office, conversation, message, settled=settled)

    ids = {(claimed.connection_id or 0, external_id) for external_id in settled.external_ids}
    crash_point("outcome.before_commit")
    try:
        await office.change(Scope(conversations={conversation_id}, messages=ids, ids=30), fold)
    except LeaseLost:
        _log.info("outcome.left_to_the_holder", delivery_id=claimed.id)
    crash_point("outcome.after_commit")


async def settle_change(
    office: Office, claimed: ClaimedDelivery, message: Message | None, settled: Settled, *, kind: ChangeKind
) -> None:
    """Write the end of an attempt to change a message at the client, with its effects. Commits.

    A refused deletion or edit is told to the author, and what was not deleted counts as there; a reaction that the
    client sees is an answer where the line takes it for one (case 46).
    """
    conversation_id = message.conversation_id if message else None
    if message is None or conversation_id is None:
        async with acquire(office.pool) as connection:
            await deliveries.finish(connection, [settled])
        return

    def fold(rows: WorkingSet) -> None:
        rows.settled_deliveries.append(settled)
        conversation = rows.conversations[conversation_id]
        if settled.state == DeliveryState.sent:
            _changed(rows, office, claimed, message, kind=kind)
        elif settled.state != DeliveryState.queued and kind is not ChangeKind.react:
            _not_changed(rows, office, conversation, message, told={"kind": kind.value, "reason": settled.reason})

    crash_point("change_outcome.before_commit")
    try:
        await office.change(Scope(conversations={conversation_id}, ids=30), fold)
    except LeaseLost:
        _log.info("outcome.left_to_the_holder", delivery_id=claimed.id)
    crash_point("change_outcome.after_commit")


def _changed(rows: WorkingSet, office: Office, claimed: ClaimedDelivery, message: Message, *, kind: ChangeKind) -> None:
    conversation = rows.conversations[ConversationId(message.conversation_id or 0)]
    if kind is ChangeKind.react and claimed.payload.get("text") and claimed.manager_id is not None:
        endpoint = office.endpoints().get(ConnectionId(claimed.connection_id or 0))
        response = Response(claimed.first_attempt_at, endpoint.kind if endpoint else "", ManagerId(claimed.manager_id))
        answer_by_mark(_work(rows, office, conversation), conversation, response, said_at=message.received_at)


def _not_changed(
    rows: WorkingSet, office: Office, conversation: Conversation, message: Message, *, told: dict[str, object]
) -> None:
    if told["kind"] == ChangeKind.delete:
        patch_message(rows, _ref((ConnectionId(0), message.external_id, ""), message), deleted_at=None)
    facts = {"message_id": int(message.id), **told}
    to = [message.manager_id] if message.manager_id is not None else []
    cause = f"{message.id}:{told['kind']}:{rows.now.isoformat()}"
    tell(_work(rows, office, conversation), Notice.change_refused, conversation, to=to, cause=cause, facts=facts)


def _work(rows: WorkingSet, office: Office, conversation: Conversation) -> LineWork:
    policy = office.policy()
    return LineWork(rows, policy, policy.get_line(conversation.line))


def _accepted(work: LineWork, conversation: Conversation, message: Message, response: Response) -> None:
    if message.author is not Author.person:
        return
    tell_readers(work, conversation, message)
    wait = answer_wait(work, conversation, response, cause="S3")
    if wait is not None:
        _withdraw_early_breach(work.rows, wait, response.at)
        mark_contacted(work, wait)


def _withdraw_early_breach(rows: WorkingSet, wait: Wait, at: datetime) -> None:
    """Take a breach back that the accepted attempt came before (B-1)."""
    if wait.breached_at is not None and at <= wait.deadline_at:
        cleared = rows.waits.put(wait.id, withdraw_breach(wait))
        record(rows, Fact.breach_withdrawn, cleared, at=at, cause="B-1")


def _remember_ids(rows: WorkingSet, claimed: ClaimedDelivery, message: Message, external_ids: tuple[str, ...]) -> None:
    """Make the provider's ids find the message: a client's reply or a report names them."""
    if claimed.connection_id is None or not external_ids:
        return
    thread = next((each for each in rows.threads if each.id == message.thread_id), None)
    for external_id in external_ids:
        key = (ConnectionId(claimed.connection_id), external_id, thread.external_id if thread else "")
        if key not in rows.message_refs:
            rows.message_refs.add(key, _ref(key, message))
    ref = _ref((ConnectionId(claimed.connection_id), external_ids[0], ""), message)
    patch_message(rows, ref, external_id=external_ids[0])


def _ref(key: tuple[ConnectionId, str, str], message: Message) -> MessageRef:
    return MessageRef(
        connection_id=key[0],
        thread=key[2],
        external_id=key[1],
        message_id=message.id,
        direction=message.direction,
        received_at=message.received_at,
        thread_id=message.thread_id,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
    )


def _tell_author(
    rows: WorkingSet, office: Office, conversation: Conversation, message: Message, *, settled: Settled
) -> None:
    """Tell the sender what became of the answer once it is certain, or certainly uncertain (S3)."""
    if settled.state == DeliveryState.queued or message.manager_id is None:
        return
    facts: dict[str, object] = {"message_id": int(message.id), "state": settled.state, "reason": settled.reason}
    if settled.state == DeliveryState.failed:
        record(rows, Fact.send_failed, _subject(rows, conversation), cause="S3", facts=facts)
    elif settled.state == DeliveryState.unknown:
        record(rows, Fact.send_unknown, _subject(rows, conversation), cause="S3", facts=facts)
    _close_thread(rows, message, settled)
    work = _work(rows, office, conversation)
    facts["received_at"] = message.received_at.isoformat()
    cause = f"{message.id}:{settled.state}"
    tell(work, Notice.reply_state, conversation, to=[message.manager_id], cause=cause, facts=facts)


def _subject(rows: WorkingSet, conversation: Conversation) -> Wait | Conversation:
    return rows.open_wait(conversation.contact_id, conversation.line) or conversation


def _close_thread(rows: WorkingSet, message: Message, settled: Settled) -> None:
    """Remember that a client has blocked us, so that the next answer takes another way."""
    is_refused = settled.state in {DeliveryState.failed, DeliveryState.unknown} and settled.reason.startswith("blocked")
    thread = next((each for each in rows.threads if each.id == message.thread_id), None)
    if thread is not None and is_refused:
        rows.threads.put((thread.connection_id, thread.external_id), replace(thread, reach=ReachState.blocked))


async def confirm_unknown(office: Office, actor: Person, message_id: MessageId, *, arrived: bool) -> None:
    """Write a person's word on a message whose arrival was unknown: arrived stops the wait at that attempt (S3).

    Commits; a second word changes nothing.

    Raises:
        NotFound: no such message for this actor.
        Conflict: its state is not unknown.
    """
    async with acquire(office.pool) as connection:
        delivery = await deliveries.find_of_message(connection, message_id)
        message = await timeline.find_message(connection, message_id)
    if delivery is None or message is None or message.conversation_id is None:
        raise NotFound("there is no such message for you")
    doubtful = Doubtful(message, delivery)
    await office.change(
        Scope(conversations={message.conversation_id}, ids=20),
        lambda rows: fold_confirmation(rows, office, actor, doubtful, arrived=arrived),
    )


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message whose arrival was unknown when it was looked at, and its delivery."""

    message: Message
    delivery: DeliveryRow


def fold_confirmation(rows: WorkingSet, office: Office, actor: Person, doubtful: Doubtful, *, arrived: bool) -> None:
    """Write the word of `actor` on a doubtful message (S3). Raises: Conflict, NotFound, PermissionDenied."""
    message, delivery = doubtful.message, doubtful.delivery
    conversation_id = ConversationId(message.conversation_id or 0)
    conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=conversation_id)
    if delivery.state != DeliveryState.unknown:
        raise Conflict(f"the state of this message is '{delivery.state}', there is nothing to confirm")
    rows.confirmed_deliveries[int(message.id)] = "sent" if arrived else "failed"
    fact = Fact.send_confirmed if arrived else Fact.send_failed
    by = ManagerId(actor.manager_id)
    record(rows, fact, _subject(rows, conversation), manager_id=by, actor=Actor.manager, cause="S3")
    if arrived:
        endpoint = office.endpoints().get(ConnectionId(delivery.connection_id or 0))
        response = Response(
            at=delivery.first_attempt_at or message.occurred_at,
            channel=endpoint.kind if endpoint else "",
            manager_id=message.manager_id,
            message_id=message.id,
            is_assisted=bool(delivery.payload.get(ASSISTED)),
        )
        _accepted(_work(rows, office, conversation), conversation, message, response)
