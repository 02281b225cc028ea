"""Small phrases that several families of screens share: channels, files, names, an address with its picture."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from bots.screens.call_words import call_line
from bots.screens.quoting import cut, one_line, whole_text
from bots.screens.screen import Block, line, quote
from bots.texts import Texts
from hub.channels.registry import get_channel_class
from hub.channels.telephony.base import Telephony
from hub.domain.errors import ConfigError
from hub.domain.message import Attachment, Direction, MessageKind
from hub.inbox.views import AddressView, MessageView

_ICONS = {"phone": "📞", "email": "✉️", "tg_user": "💬", "tg_chat": "👥", "tg_business": "💬", "crm_id": "🔗"}
KILOBYTE = 1024
_ORDER = "o_"
_FIELD_LIMIT = 200
_FORM_FIELDS = frozenset({"name", "phone", "email", "company"})


def channel_name(texts: Texts, kind: str) -> str:
    """Return what people call a channel: every PBX is a call, an unknown kind its own name."""
    key = "channel.telephony" if _is_telephony(kind) else f"channel.{kind}"
    return texts(key) if texts.has(key) else kind


def outcome_name(texts: Texts, outcome: str) -> str:
    """Return how a conversation ended, in words."""
    key = f"outcome.{outcome}"
    return texts(key) if texts.has(key) else outcome


def ending_words(texts: Texts, payload: Mapping[str, object]) -> str:
    """Return the word that a connection's access runs out: which, until when, and what to do."""
    ends_on = date.fromisoformat(str(payload["ends_on"]))
    told = f"{ends_on:%d.%m.%Y}" if texts.language == "ru" else ends_on.isoformat()
    name = one_line(str(payload.get("name", "")), 200)
    return texts("system.connection_ending", name=name, date=told, days=str(payload["days"]))


def account_words(texts: Texts, payload: Mapping[str, object]) -> str:
    """Return what became of a colleague's own account behind the clients' bot, and what to do."""
    facts = {name: one_line(str(payload.get(name, "")), 200) for name in ("account", "name", "owner", "owner_id")}
    state = str(payload["state"])
    return texts(f"account.{state}_unknown" if state == "open" and not facts["owner"] else f"account.{state}", **facts)


def failure_words(texts: Texts, reason: str) -> str:
    """Return why an answer was not delivered: in words for the reasons we know, else as the channel said it."""
    key = f"failure.{reason}"
    return texts(key) if texts.has(key) and reason != "other" else texts("failure.other", reason=one_line(reason, 120))


def source_name(texts: Texts, source: str) -> str:
    """Return where a client came from, on one line; a link with the number of an order says which order it is."""
    if source.startswith(_ORDER) and (number := one_line(source.removeprefix(_ORDER), 40)):
        return texts("source.order", number=number)
    return one_line(source)


def contact_name(texts: Texts, name: str) -> str:
    """Return the client's name on one line, or the words for an unknown one."""
    return one_line(name, 60) or texts("client.unknown")


def address_icon(address_type: str) -> str:
    """Return the picture of an address type."""
    return _ICONS.get(address_type, "•")


def address_text(texts: Texts, address: AddressView) -> str:
    """Return an address with its picture, on one line, marked if several people use it (M-7)."""
    words = f"{address_icon(address.type)} {one_line(address.text, 60)}"
    return texts("address.shared", address=words) if address.is_shared else words


def file_line(texts: Texts, attachment: Attachment) -> Block:
    """Return the line of one file: its name, its size if known, and why it is only announced."""
    name = one_line(attachment.name, 60) or texts(f"kind.{attachment.kind.value}")
    size = file_size(texts, attachment.size_bytes)
    words = texts("message.file_size", name=name, size=size) if size else texts("message.file", name=name)
    return line(f"{words} — {one_line(attachment.note, 120)}" if attachment.note else words)


def body_blocks(texts: Texts, message: MessageView, *, limit: int) -> tuple[Block, ...]:
    """Return what a message says: its text as a quotation, form fields line by line, its files; a call in words.

    What has no place here is told of: it can be read whole (`bots.screens.whole`).
    """
    if message.kind is MessageKind.call:
        return (call_line(texts, message),)
    blocks = []
    if message.is_deleted:
        blocks.append(line(deleted_words(texts, message)))
    words, missing = shown_words(texts, message, limit=limit)
    if words:
        blocks.append(quote(words))
    elif not message.attachments and not message.is_deleted:
        blocks.append(line(texts("message.media")))
    if missing:
        blocks.append(line(texts.count("message.cut", len(words) + missing, shown=len(words))))
    return (*blocks, *(file_line(texts, attachment) for attachment in message.attachments))


def deleted_words(texts: Texts, message: MessageView) -> str:
    """Return that a message is deleted: by the client, or an answer of ours at the client."""
    return texts("message.deleted" if message.direction is Direction.inbound else "message.taken_back")


def shown_words(texts: Texts, message: MessageView, *, limit: int) -> tuple[str, int]:
    """Return a message's text and form fields as a screen has place for them, and how many characters it leaves out."""
    text = whole_text(message.text)
    shown, left_out = [cut(text, limit)], len(text) - len(cut(text, limit))
    for label, value in unread_fields(message):
        short = one_line(value, _FIELD_LIMIT)
        shown.append(f"{field_name(texts, label)}: {short}")
        left_out += len(one_line(value, len(value) + _FIELD_LIMIT)) - len(short)
    return "\n".join(filter(None, shown)), left_out


def field_name(texts: Texts, label: str) -> str:
    """Return what a field of a form is called: those every form has in the reader's words, others as the form says."""
    return texts(f"form.{label}") if label in _FORM_FIELDS else one_line(label, 40)


def unread_fields(message: MessageView) -> list[tuple[str, str]]:
    """Return the fields of a form that its text does not say already, without the blanks around their values."""
    found = ((label, value.strip()) for label, value in message.fields)
    return [(label, value) for label, value in found if value and value not in message.text]


@cache
def _is_telephony(kind: str) -> bool:
    try:
        return issubclass(get_channel_class(kind), Telephony)
    except ConfigError:
        return False


def file_size(texts: Texts, size_bytes: int) -> str:
    """Return a size in words, empty if it is not known."""
    if size_bytes >= KILOBYTE * KILOBYTE:
        return texts("size.mb", n=round(size_bytes / KILOBYTE / KILOBYTE, 1))
    return texts("size.kb", n=max(1, size_bytes // KILOBYTE)) if size_bytes else ""
