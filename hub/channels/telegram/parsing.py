"""From an update to what happened, in the words of the hub. Pure.

Ignored on purpose (FR-2): joins, pins and other service messages, channel posts, words of bots (our own echo too).
Kinds of content we do not know become a message with a note: a client's utterance is never lost.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from hub.channels.telegram.business import account_change
from hub.channels.telegram.incoming_files import list_attachments
from hub.channels.telegram.incoming_words import words_of
from hub.channels.telegram.wire import (
    BusinessMessagesDeleted,
    Chat,
    Contact,
    Location,
    MembershipChanged,
    Message,
    Pressed,
    ReactionChanged,
    Update,
    User,
    Venue,
    thread_of,
)
from hub.domain.client_link import hash_of, token_in
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType, ProofLevel, canonical_phone, canonical_telegram
from hub.domain.inbound import (
    PRIVACY_COMMAND,
    START_COMMAND,
    STOP_COMMAND,
    Address,
    ChoiceMade,
    InboundEvent,
    InboundMessage,
    MessageDeleted,
    MessageEdited,
    Origin,
    ReachChanged,
    ReachState,
    ReactionSet,
    Sender,
    origin_of_link,
)
from hub.domain.message import MessageKind
from hub.domain.replacing import replace

_COMMAND = re.compile(r"/(start|stop|privacy)(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
_COMMANDS = {"start": START_COMMAND, "stop": STOP_COMMAND, "privacy": PRIVACY_COMMAND}
_LEFT = frozenset({"kicked", "left"})


def events_of(update: Update, *, region: str, received_at: datetime) -> Sequence[InboundEvent]:
    """Return the events of an update, empty if it is deliberately ignored.

    `region` is for phones without a country code; `received_at` dates deletions and changes of an account, which carry
    no instant.

    Raises:
        PayloadInvalid: the sender has no usable id.
    """
    if message := update.message or update.business_message:
        return _message_events(message, region)
    if edited := update.edited_message or update.edited_business_message:
        return _edit_events(edited)
    if update.my_chat_member:
        return (_reach(update.my_chat_member),)
    if update.message_reaction:
        return _reaction(update.message_reaction)
    if update.callback_query:
        return _choice(update.callback_query, received_at)
    if update.deleted_business_messages:
        return _deletions(update.deleted_business_messages, received_at)
    if update.business_connection:
        owner = _sender(update.business_connection.user)
        return (account_change(update.business_connection, owner, received_at=received_at),)
    return ()


def _message_events(message: Message, region: str) -> Sequence[InboundEvent]:
    if message.migrate_to_chat_id is not None:
        group = _group(message.chat, message.chat.id, message.migrate_to_chat_id)
        return (ReachChanged(message.thread, ReachState.moved, message.at, str(message.migrate_to_chat_id), group),)
    if message.sender is None or _is_of_a_bot(message, message.sender):
        return ()
    said = _utterance(message, message.sender, region)
    return () if said is None else (said,)


def _is_of_a_bot(message: Message, sender: User) -> bool:
    """Tell our own echo, other bots and channel posts that Telegram forwards by itself."""
    return sender.is_bot or message.sender_business_bot is not None or message.is_automatic_forward


def _utterance(message: Message, sender: User, region: str) -> InboundMessage | None:
    """Return the message of a person, None for service messages without content.

    What the app of an account's owner sends by itself answers nobody (S1); a client's message that was put off until
    now is as much a request as any.
    """
    is_staff = _is_owner(message, sender)
    base = InboundMessage(
        external_id=str(message.message_id),
        thread=message.thread,
        sender=_group(message.chat, message.chat.id) if message.chat.is_group else _sender(sender),
        occurred_at=message.at,
        reply_to=_reply_to(message),
        quoted=_quoted(message),
        group_key=message.media_group_id,
        thread_title=message.chat.title,
        is_staff=is_staff,
        automatic="auto_reply" if is_staff and message.is_from_offline else "",
        text=message.text,
        speaker=_sender(sender) if message.chat.is_group else None,
    )
    if message.text:
        return _with_command(base, is_to_bot=not message.business_connection_id)
    if message.contact:
        return _with_contact(base, message.contact, is_own=message.contact.user_id == sender.id, region=region)
    if message.location:
        return replace(base, kind=MessageKind.location, text=_place(message.location, message.venue))
    if words := words_of(message):
        return replace(base, text=words)
    files = list_attachments(message)
    return replace(base, kind=MessageKind.media, text=message.caption, attachments=files) if files else None


def _is_owner(message: Message, sender: User) -> bool:
    """Tell a message typed by the owner of a business account: the chat has the client's id (case 16)."""
    return bool(message.business_connection_id) and sender.id != message.chat.id


def _sender(user: User) -> Sender:
    value = canonical_telegram(user.id)
    if value is None:
        raise PayloadInvalid("not an update of the Bot API: message.from.id is no user's id")
    shown = f"@{user.username}" if user.username else ""
    address = Address(IdentityType.tg_user, value, shown, ProofLevel.proven)
    return Sender((address,), f"{user.first_name} {user.last_name}".strip(), user.username, user.language_code)


def _group(chat: Chat, *ids: int) -> Sender:
    """Return a group as the client it is: its members come and go (case 39)."""
    addresses = [Address(IdentityType.tg_chat, str(each), level=ProofLevel.proven) for each in ids]
    return Sender(tuple(addresses), chat.title)


def _with_command(said: InboundMessage, *, is_to_bot: bool) -> InboundMessage:
    """Mark a bare command (FR-2); the payload of /start, set by a deep link, names the source or the card it is from.

    A link from a card says nothing but that it was opened, and its token is not kept in the words.
    """
    found = _COMMAND.fullmatch(said.text) if is_to_bot else None
    if found is None:
        return said
    payload = (found[2] or "") if found[1] == "start" else ""
    if token := token_in(payload):
        link = Address(IdentityType.card_link, hash_of(token))
        sender = replace(said.sender, addresses=(*said.sender.addresses, link))
        return replace(said, automatic=_COMMANDS[found[1]], text="/start", sender=sender)
    return replace(said, automatic=_COMMANDS[found[1]], origin=origin_of_link(payload) if payload else Origin())


def _with_contact(said: InboundMessage, card: Contact, *, is_own: bool, region: str) -> InboundMessage:
    """Add the number of a card: proven only if the card is the sender's own, else claimed (M-2)."""
    name = f"{card.first_name} {card.last_name}".strip()
    said = replace(said, kind=MessageKind.contact, text=f"{name} {card.phone_number}".strip())
    phone = canonical_phone(f"+{card.phone_number.strip().lstrip('+')}") or canonical_phone(
        card.phone_number, region=region
    )
    if phone is None or said.speaker is not None:
        return said
    level = ProofLevel.proven if is_own else ProofLevel.claimed
    address = Address(IdentityType.phone, phone.e164, card.phone_number, level)
    return replace(said, sender=replace(said.sender, addresses=(*said.sender.addresses, address)))


def _place(location: Location, venue: Venue | None) -> str:
    point = f"{location.latitude:.6f}, {location.longitude:.6f}"
    return "\n".join(part for part in (venue.title, venue.address, point) if part) if venue else point


def _reply_to(message: Message) -> str:
    target = message.reply_to_message
    return str(target.message_id) if target and target.forum_topic_created is None else ""


def _quoted(message: Message) -> str:
    """Return the words a person answers: those they marked, else all of the message."""
    target = message.reply_to_message
    if message.quote is not None and message.quote.text:
        return message.quote.text
    return (target.text or target.caption) if target and target.forum_topic_created is None else ""


def _edit_events(message: Message) -> Sequence[InboundEvent]:
    """Return the new text; a moving live location and a keyboard that changed say nothing new."""
    if message.sender is None or _is_of_a_bot(message, message.sender):
        return ()
    if not (message.text or list_attachments(message)):
        return ()
    text = message.text or message.caption
    return (MessageEdited(str(message.message_id), message.thread, text, message.edited_at),)


def _reach(change: MembershipChanged) -> ReachChanged:
    state = ReachState.blocked if change.new_chat_member.status in _LEFT else ReachState.open
    return ReachChanged(str(change.chat.id), state, change.at)


def _reaction(change: ReactionChanged) -> Sequence[InboundEvent]:
    """Return the newest mark of a person, without a picture where it was taken away or is a custom one."""
    if change.user is None or change.user.is_bot:
        return ()
    emoji = next((each.emoji for each in reversed(change.new_reaction) if each.type == "emoji"), "")
    thread = thread_of(change.chat.id, "")
    return (ReactionSet(str(change.message_id), thread, _sender(change.user), change.at, emoji),)


def _choice(press: Pressed, received_at: datetime) -> Sequence[InboundEvent]:
    """Return the choice of a person below a message of ours; a press carries no instant of its own."""
    if press.message is None or press.sender.is_bot:
        return ()
    thread, message = thread_of(press.message.chat.id, ""), str(press.message.message_id)
    return (ChoiceMade(press.id, thread, _sender(press.sender), received_at, message, press.data),)


def _deletions(deleted: BusinessMessagesDeleted, received_at: datetime) -> Sequence[InboundEvent]:
    thread = thread_of(deleted.chat.id, deleted.business_connection_id)
    return [MessageDeleted(str(number), thread, received_at) for number in deleted.message_ids]
