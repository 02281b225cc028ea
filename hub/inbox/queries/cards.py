"""The card of a conversation and its history, as one manager may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.client_time import zone_elsewhere
from hub.domain.conversation import Conversation
from hub.domain.errors import NotFound
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId, ConversationId, MessageId, ThreadId
from hub.domain.line import LineMode
from hub.domain.message import DeliveryState, Message
from hub.domain.policy import LinePolicy
from hub.domain.rights import Action, Person, Subject, may
from hub.domain.wait import Wait
from hub.domain.words import Words
from hub.inbox.addresses import list_addresses, list_phones
from hub.inbox.masking import hide_in_card, hide_in_message
from hub.inbox.office import Office
from hub.inbox.queries.around import PAGE, Around, Asked, read_around
from hub.inbox.splitting import find_other_matter
from hub.inbox.telephones import find_number, find_telephone
from hub.inbox.viewer import Viewed, view
from hub.inbox.views import CardView, MessageView, WaitView
from hub.inbox.ways import capabilities_of, choose_way, is_window_closed, window_closes_at
from hub.store import cards, timeline
from hub.store.cards import StoredCard
from hub.store.pool import Connection, acquire
from hub.store.timeline import Entry

_ACCOUNT = Words("Telegram от имени {name}", "Telegram as {name}")
_BY_HAND = Words("{name}: по решению человека", "{name}: a person decided so")


async def get_card(office: Office, actor: Person, conversation_id: ConversationId) -> CardView:
    """Return a conversation with its client, its wait and the newest messages. Raises: NotFound by rights (RG-2)."""
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        [around] = await read_around(connection, [viewed.card], [Asked(conversation_id)])
    return show_card(office, actor, viewed, around)


async def get_history(
    office: Office, actor: Person, conversation_id: ConversationId, *, page: int
) -> tuple[list[MessageView], bool]:
    """Return five messages, oldest first, of the page counted from the newest (0), and whether there are older ones.

    Raises: NotFound by rights (RG-2).
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        offset = max(page, 0) * PAGE
        found = await timeline.list_of_conversation(connection, conversation_id, limit=PAGE + 1, offset=offset)
        shown = await show_entries(connection, office, viewed, list(reversed(found[:PAGE])))
    return shown, len(found) > PAGE


async def get_message(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId
) -> MessageView:
    """Return one message of a conversation, however old.

    Raises: NotFound by rights, or if it is no message of this conversation (RG-2).
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        found = await timeline.find_entry(connection, conversation_id, message_id)
        if found is None:
            raise NotFound("there is no such message for you")
        [shown] = await show_entries(connection, office, viewed, [found])
    return shown


async def show_entries(
    connection: Connection, office: Office, viewed: Viewed, entries: Sequence[Entry]
) -> list[MessageView]:
    """Return messages as the viewer may read them: without the client's numbers where the line says so (RG-5)."""
    shown = [_show_message(office, entry) for entry in entries]
    if viewed.sees_phones:
        return shown
    known = list_phones(await cards.list_identities(connection, [viewed.card.conversation.contact_id]))
    return [hide_in_message(each, known) for each in shown]


def show_card(office: Office, actor: Person, viewed: Viewed, around: Around) -> CardView:
    """Return what a person sees of a loaded conversation; `recent` holds what was loaded of its messages."""
    card = _draw(office, actor, viewed, around)
    return card if viewed.sees_phones else hide_in_card(card, list_phones(around.identities))


def _draw(office: Office, actor: Person, viewed: Viewed, around: Around) -> CardView:
    conversation, line, stored = viewed.card.conversation, viewed.line, viewed.card
    way = _way(office, viewed, around)
    return CardView(
        id=conversation.id,
        number=conversation.number,
        line=line.key,
        line_name=line.name,
        zone=line.calendar.zone,
        state=conversation.state.value,
        contact_id=conversation.contact_id,
        contact_name=stored.contact_name,
        company=stored.company,
        addresses=list_addresses(
            viewed, around.identities, around.threads, endpoints=office.endpoints(), now=office.clock.now()
        ),
        is_regular=stored.is_regular,
        channel=_channel(office, viewed, around),
        source=conversation.source,
        subject=conversation.subject,
        assignee_id=conversation.assignee_id,
        assignee_name=stored.assignee_name,
        offered_to_viewer=actor.manager_id in conversation.offered_to,
        transfer_to_viewer=conversation.transfer_to == actor.manager_id,
        wait=_wait(around.wait, viewed.line) if conversation.is_open else None,
        recent=tuple(_show_message(office, entry) for entry in around.entries),
        reply_channel=way.channel,
        reply_hint=way.address,
        reply_until=way.until,
        reply_sender=way.sender,
        chosen_thread_id=way.thread_id if way.thread_id == conversation.chosen_thread_id else None,
        reasons=_reasons(viewed),
        snoozed_until=conversation.snoozed_until,
        closed_at=conversation.closed_at,
        outcome=conversation.outcome,
        rating=stored.rating,
        candidate_id=stored.candidate_id,
        lead_stage=_stage_name(office, viewed),
        version=conversation.version,
        new_subject=_new_subject(viewed, around),
        client_zone=zone_elsewhere(_phones(around), line.calendar.zone, office.clock.now()),
        matter_due_at=stored.matter_due_at if conversation.is_open else None,
        is_matter_paused=stored.is_matter_paused and conversation.is_open,
        may_wait_for_client=_may_wait_for_client(stored, around, office.clock.now()),
        may_read_along=may_read_along(actor, conversation),
        reads_along=actor.manager_id in stored.readers,
        own_extension=_own_extension(office, actor, viewed, around),
        calling=stored.calling if conversation.is_open else "",
    )


def _own_extension(office: Office, actor: Person, viewed: Viewed, around: Around) -> str:
    """Return which telephone of the viewer a call would ring first, empty where none can be ordered (FR-8)."""
    conversation = viewed.card.conversation
    is_possible = conversation.is_open and viewed.line.mode is not LineMode.observe
    if not is_possible or not find_number(around.threads, around.identities):
        return ""
    telephone = find_telephone(office, actor.manager_id, conversation, around.threads)
    return telephone.extension if telephone else ""


def may_read_along(actor: Person, conversation: Conversation) -> bool:
    """Tell whether somebody may read along now: it is open, a colleague has it, and they lead the line."""
    is_anothers = conversation.assignee_id not in (None, actor.manager_id)
    return conversation.is_open and is_anothers and may(actor, Action.reassign, Subject(conversation.line))


def _may_wait_for_client(stored: StoredCard, around: Around, now: datetime) -> bool:
    """Tell whether the clock of the whole matter runs and it is the client's turn (P-2)."""
    conversation, answered_at = stored.conversation, stored.conversation.last_response_at
    if not conversation.is_open or around.wait is not None or stored.matter_due_at is None:
        return False
    return answered_at is not None and answered_at >= conversation.opened_at and stored.matter_due_at > now


def _new_subject(viewed: Viewed, around: Around) -> str:
    """Return the subject that may be split off, empty if there is none (case 42)."""
    said = [entry.message for entry in around.entries]
    letter = find_other_matter(viewed.card.conversation, around.wait, said)
    return letter.subject if letter else ""


def _phones(around: Around) -> list[str]:
    return [row.value for row in around.identities if row.type is IdentityType.phone]


def _stage_name(office: Office, viewed: Viewed) -> str:
    """Return what people call the lead's stage, its key if a later revision took it away."""
    stage = office.policy().leads.find_stage(viewed.card.lead_stage)
    return viewed.say(stage.name) if stage else viewed.card.lead_stage


@dataclass(frozen=True, slots=True)
class _Way:
    """The channel an answer would take now, its address in words and until when; all empty if there is no way."""

    channel: str = ""
    address: str = ""
    until: datetime | None = None
    sender: str = ""
    thread_id: ThreadId | None = None


def _way(office: Office, viewed: Viewed, around: Around) -> _Way:
    endpoints = office.endpoints()
    conversation = viewed.card.conversation
    thread = choose_way(endpoints, around.threads, conversation.chosen_thread_id or conversation.reply_thread_id)
    if thread is None or is_window_closed(endpoints, thread, office.clock.now()):
        return _Way()
    endpoint = endpoints[thread.connection_id]
    account = endpoint.account_over(thread.external_id)
    is_letter = capabilities_of(endpoint.kind).writes_to is IdentityType.email
    named = thread.address or thread.title if is_letter else thread.title or thread.address
    address = viewed.say(_ACCOUNT).format(name=account.name) if account else named
    sender = endpoint.name if is_letter else ""
    return _Way(endpoint.kind, address, window_closes_at(endpoints, thread), sender, thread.id)


def _channel(office: Office, viewed: Viewed, around: Around) -> str:
    """Return the channel of the wait, else where the client wrote last."""
    if around.wait is not None:
        return around.wait.channel
    preferred = viewed.card.conversation.reply_thread_id
    thread = next((each for each in around.threads if each.id == preferred), None)
    return _kind(office, thread.connection_id if thread else None)


def _kind(office: Office, connection_id: int | None) -> str:
    endpoint = office.endpoints().get(ConnectionId(connection_id or 0))
    return endpoint.kind if endpoint else ""


def _reasons(viewed: Viewed) -> tuple[str, ...]:
    """Return why it is with whom it is: the last decision's reasons, unless a person has decided otherwise since."""
    stored, owner = viewed.card, viewed.card.conversation.assignee_id
    if owner is not None and stored.decided_for != owner:
        return (viewed.say(_BY_HAND).format(name=stored.assignee_name),)
    key = "en" if viewed.language == "en" else "ru"
    return tuple(reason[key] for reason in stored.reasons)


def _wait(wait: Wait | None, line: LinePolicy) -> WaitView | None:
    if wait is None:
        return None
    return WaitView(
        id=wait.id,
        kind=wait.kind.value,
        started_at=wait.started_at,
        deadline_at=wait.deadline_at,
        target_seconds=wait.target_seconds,
        requests=wait.requests,
        needs_callback=wait.needs_callback,
        callback_due_at=wait.callback_due_at,
        missed_calls=wait.missed_calls,
        last_missed_at=wait.last_missed_at,
        call_attempts=wait.call_attempts,
        may_give_up=wait.call_attempts >= line.calls.attempts,
        breached_at=wait.breached_at,
    )


def _show_message(office: Office, entry: Entry) -> MessageView:
    message = entry.message
    return MessageView(
        id=message.id,
        direction=message.direction,
        kind=message.kind,
        author=message.author,
        author_name=entry.author_name,
        channel=_kind(office, entry.connection_id),
        text="" if message.deleted_at else _visible(message),
        occurred_at=message.occurred_at,
        subject=message.subject,
        attachments=message.attachments,
        fields=message.fields,
        delivery=DeliveryState(entry.delivery_state) if entry.delivery_state else None,
        delivery_reason=entry.delivery_reason,
        is_edited=message.edited_at is not None,
        is_deleted=message.deleted_at is not None,
    )


def _visible(message: Message) -> str:
    """Return what the client wrote now, without the quoted history below it."""
    return message.text if message.visible_length < 0 else message.text[: message.visible_length].rstrip()
