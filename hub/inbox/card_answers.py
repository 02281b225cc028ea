"""A manager answers a card by e-mail: the words go to the client on the client's own channel (S4, M-15).

Such a letter counts only from the manager's own address, and only where our receiver vouches for it (DMARC). It answers
once, however often it comes; what cannot be done is told by a letter, whose notice is written in a commit of its own
under the same key. It never becomes a client's request.
"""

from dataclasses import dataclass, replace

from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.errors import Conflict, ContactBlocked, HubError, NotFound, PermissionDenied, ReplyWindowClosed
from hub.domain.identity import IdentityType
from hub.domain.ids import ConversationId, DeliveryId, IdentityId, ManagerId
from hub.domain.inbound import InboundEvent, InboundMessage
from hub.domain.order import order_hash
from hub.domain.reply_line import answer_above
from hub.domain.rights import Person
from hub.domain.workset import WorkingSet
from hub.inbox.card_letters import find_answered
from hub.inbox.endpoint import Endpoint
from hub.inbox.office import Office
from hub.inbox.queries import get_card
from hub.inbox.reply import Content, reply
from hub.inbox.viewer import person_of
from hub.store import people
from hub.store.pool import acquire
from hub.store.scope import Scope

_REASONS: tuple[tuple[type[HubError], str], ...] = (
    (ReplyWindowClosed, "window"),
    (ContactBlocked, "blocked"),
    (PermissionDenied, "denied"),
    (NotFound, "gone"),
    (Conflict, "busy"),
)


async def take_card_answer(office: Office, endpoint: Endpoint, event: InboundEvent) -> bool:
    """Carry out a letter that answers a card, once; return False for everything else. Commits.

    A robot's letter (somebody is on holiday) is taken and answers nothing.

    Raises:
        StorageUnavailable: nothing, or all of it, was written; the same letter may come again.
    """
    if not isinstance(event, InboundMessage) or event.mail is None:
        return False
    author = _author(office, event)
    if author is None:
        return False
    conversation_id = await find_answered(office, endpoint.id, event.mail, author)
    actor = None if conversation_id is None else await _find_person(office, author)
    if conversation_id is None or actor is None:
        return False
    if not event.automatic:
        await _answer(office, actor, conversation_id, event)
    return True


def _author(office: Office, message: InboundMessage) -> ManagerId | None:
    """Return whose mailbox stands in From, proven or not."""
    sender = next(iter(message.sender.addresses), None)
    is_mailbox = sender is not None and sender.type is IdentityType.email
    return office.staff().get((IdentityType.email, "", sender.value)) if sender is not None and is_mailbox else None


async def _find_person(office: Office, manager_id: ManagerId) -> Person | None:
    """Return a manager with the rights of this moment, `None` for one who left (RG-4)."""
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, manager_id)
    return person_of(office.policy(), manager) if manager is not None and manager.is_active else None


@dataclass(frozen=True, slots=True)
class _Try:
    """An answer that is to be given once: who answers whom, under which key for ever."""

    actor: Person
    conversation_id: ConversationId
    key: str


async def _answer(office: Office, actor: Person, conversation_id: ConversationId, message: InboundMessage) -> None:
    """Send the words above the line to the client, or queue the letter that says why not."""
    once = _Try(actor, conversation_id, f"mail:{conversation_id}:{message.external_id}")
    words = answer_above(message.text, message.visible_length)
    files = tuple(each for each in message.attachments if each.sha256)
    if message.mail is None or not message.mail.is_sender_verified:
        await _refuse(office, once, "unproven")
    elif not words and not files:
        await _refuse(office, once, "empty")
    else:
        await _reply(office, once, Content(words, files, is_confirmed=True))


async def _reply(office: Office, once: _Try, content: Content) -> None:
    """Send it where the client wrote from, or to the one address the card named: answering it chose that (M-16)."""
    chosen = replace(content, identity_id=await _find_named(office, once))
    try:
        await reply(office, once.actor, once.conversation_id, content=chosen, key=once.key)
    except (NotFound, PermissionDenied, Conflict, ReplyWindowClosed, ContactBlocked) as error:
        winner = error.winner if isinstance(error, Conflict) else ""
        reason = "taken" if winner else next(word for kind, word in _REASONS if isinstance(error, kind))
        await _refuse(office, once, reason, winner=winner)


async def _find_named(office: Office, once: _Try) -> IdentityId | None:
    """Return the address that the card named; `None` also by rights, which are for the answer to refuse."""
    try:
        card = await get_card(office, once.actor, once.conversation_id)
    except NotFound:
        return None
    return card.only_address.identity_id if card.only_address is not None else None


async def _refuse(office: Office, once: _Try, reason: str, *, winner: str = "") -> None:
    """Queue the letter that says why the answer did not go out; once a letter. Commits."""
    key, manager_id = f"{Notice.mail_refused}:{once.key}", once.actor.manager_id

    def fold(rows: WorkingSet) -> None:
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager_id, Notice.mail_refused),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={
                "notice": Notice.mail_refused.value,
                "manager_id": int(manager_id),
                "conversation_id": int(once.conversation_id),
                "reason": reason,
                "winner": winner,
            },
            conversation_id=once.conversation_id,
            manager_id=manager_id,
        )

    await office.change(Scope(ids=1), fold)
