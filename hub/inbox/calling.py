"""A call ordered from a card: the PBX rings the manager first, then the client (C-5).

The press writes the order and its delivery in one commit; `hub.delivery.calls` asks the provider afterwards, once.
That a client was called is never said here but by the PBX's own events, which end the wait where there was talk.
"""

from dataclasses import dataclass

from hub.crash import crash_point
from hub.domain.conversation import Conversation
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.errors import CallImpossible, Conflict
from hub.domain.ids import ConnectionId, ConversationId, DeliveryId, ManagerId
from hub.domain.ledger import Fact
from hub.domain.message import DeliveryState
from hub.domain.order import order_hash
from hub.domain.rights import Action, Person
from hub.domain.workset import Settled, WorkingSet
from hub.inbox.assignment import take_over
from hub.inbox.folds.call_orders import Order, arm_order, drop_order, find_standing
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.office import Office
from hub.inbox.reply import ensure_not_observing
from hub.inbox.rights import get_conversation, who_was_faster
from hub.inbox.telephones import find_number, find_telephone
from hub.store import people
from hub.store.deliveries import ClaimedDelivery
from hub.store.pool import acquire
from hub.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Ordered:
    """A call on its way: which extension rings first; `is_new` is False if it was ordered a moment ago already."""

    extension: str
    is_new: bool


async def order_call(office: Office, actor: Person, conversation_id: ConversationId) -> Ordered:
    """Order a call of the client from the actor's telephone; a free client becomes the actor's. Within `office.once`.

    A second order within 30 s is the first one. Commits.

    Raises:
        CallImpossible: no number, no PBX that calls, or no telephone of the actor's on it.
        Conflict: a colleague of the line has the conversation; `winner` is the name (R-10).
        NotFound, PermissionDenied: by rights; nobody calls from a line that only watches (FR-8).
    """
    scope = Scope(conversations={conversation_id}, ids=20)
    outcome = await office.change(scope, lambda rows: _fold_order(rows, office, actor, conversation_id))
    if isinstance(outcome, Ordered):
        return outcome
    async with acquire(office.pool) as connection:
        names = await people.list_names(connection, [outcome])
    raise Conflict("a colleague has taken it already", names.get(outcome, ""))


def _fold_order(
    rows: WorkingSet, office: Office, actor: Person, conversation_id: ConversationId
) -> Ordered | ManagerId:
    if (winner := who_was_faster(rows, actor, conversation_id)) is not None:
        return winner
    conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=conversation_id)
    ensure_not_observing(office, conversation)
    if (standing := find_standing(rows, conversation)) is not None:
        return Ordered(standing.extension, is_new=False)
    order = _order(rows, office, actor, conversation)
    if conversation.assignee_id is None:
        policy = office.policy()
        work = LineWork(rows, policy, policy.get_line(conversation.line))
        conversation = take_over(work, conversation, actor.manager_id, fact=Fact.taken)
    arm_order(rows, conversation, order)
    _queue(rows, conversation, order)
    return Ordered(order.extension, is_new=True)


def _order(rows: WorkingSet, office: Office, actor: Person, conversation: Conversation) -> Order:
    """Return what is to be ordered. Raises: CallImpossible."""
    threads = rows.threads_of(conversation.contact_id)
    phone = find_number(threads, rows.identities_of(conversation.contact_id))
    if not phone:
        raise CallImpossible("no number of this client is known", "no_number")
    telephone = find_telephone(office, actor.manager_id, conversation, threads)
    if telephone is not None:
        return Order(rows.now, telephone.extension, phone, telephone.endpoint.id, actor.manager_id)
    if any(each.can_call for each in office.endpoints().values()):
        raise CallImpossible("no extension of yours is known: send /extension 101 to the bot", "no_extension")
    raise CallImpossible("no PBX connection places calls: copy the number and dial it", "no_pbx")


def _queue(rows: WorkingSet, conversation: Conversation, order: Order) -> None:
    new_id = DeliveryId(rows.new_id())
    key = f"call:{conversation.id}:{new_id}"
    rows.deliveries[key] = Delivery(
        id=new_id,
        lane=Lane.call,
        order_hash=order_hash("call", order.manager_id),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={"extension": order.extension, "phone": order.phone},
        connection_id=ConnectionId(order.connection_id),
        conversation_id=conversation.id,
        manager_id=order.manager_id,
    )


async def settle_order(office: Office, claimed: ClaimedDelivery, settled: Settled) -> None:
    """Write what the provider said of an order; who ordered hears of anything but a yes. Commits.

    Raises:
        LeaseLost: somebody else has the delivery by now; nothing was written.
    """
    conversation_id = ConversationId(claimed.conversation_id or 0)

    def fold(rows: WorkingSet) -> None:
        rows.settled_deliveries.append(settled)
        conversation = rows.conversations.get(conversation_id)
        if conversation is not None and settled.state not in {DeliveryState.sent, DeliveryState.queued}:
            _end_in_vain(rows, office, conversation, claimed, settled=settled)

    crash_point("call_outcome.before_commit")
    await office.change(Scope(conversations={conversation_id}, ids=10), fold)
    crash_point("call_outcome.after_commit")


def _end_in_vain(
    rows: WorkingSet, office: Office, conversation: Conversation, claimed: ClaimedDelivery, *, settled: Settled
) -> None:
    drop_order(rows, conversation)
    policy = office.policy()
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    facts = {"state": settled.state, "reason": settled.reason, "extension": str(claimed.payload["extension"])}
    to = [ManagerId(claimed.manager_id)] if claimed.manager_id is not None else []
    tell(work, Notice.call_state, conversation, to=to, cause=claimed.key, facts=facts)
