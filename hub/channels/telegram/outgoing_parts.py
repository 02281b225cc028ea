"""Cuts an outgoing message into the calls that bring it: the same message always gives the same parts.

Files go first, photos and videos in albums of up to ten, documents and audio among their own kind; a short text is the
caption of the first, a longer one follows in pieces. A point on the map and a card go as such. A reply mark is on the
first part, buttons on the last one that can carry them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hub.channels.telegram.business import is_over_account
from hub.channels.telegram.splitting import split_text, utf16_length
from hub.channels.telegram.wire import is_group
from hub.domain.enclosures import Card, Enclosure, Point
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Choice, OutboundMessage

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024
_PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
_ALBUM_LIMIT = 10
_ALBUM_OF = {
    AttachmentKind.photo: "visual",
    AttachmentKind.video: "visual",
    AttachmentKind.document: "document",
    AttachmentKind.audio: "audio",
}
# Kind -> method and the field that holds the file.
METHODS: Mapping[AttachmentKind, tuple[str, str]] = {
    AttachmentKind.photo: ("sendPhoto", "photo"),
    AttachmentKind.video: ("sendVideo", "video"),
    AttachmentKind.audio: ("sendAudio", "audio"),
    AttachmentKind.voice: ("sendVoice", "voice"),
    AttachmentKind.video_note: ("sendVideoNote", "video_note"),
    AttachmentKind.sticker: ("sendSticker", "sticker"),
    AttachmentKind.document: ("sendDocument", "document"),
}
_WITHOUT_CAPTION = frozenset({AttachmentKind.video_note, AttachmentKind.sticker})


@dataclass(frozen=True, slots=True)
class Part:
    """One call: a text, a file or an album with an optional caption, an enclosure; `extra` are further parameters."""

    text: str = ""
    files: tuple[Attachment, ...] = ()
    extra: Mapping[str, object] | None = None
    enclosure: Enclosure | None = None


def plan_parts(message: OutboundMessage) -> list[Part]:
    """Return the parts of a message in sending order, empty if there is nothing to send."""
    groups = list(_file_groups(message.attachments))
    keyboard = _keyboard(message)
    if message.enclosure is not None:
        parts = [Part(enclosure=message.enclosure)]
    elif _fits_as_caption(message.text, groups, has_keyboard=keyboard is not None):
        parts = [Part(message.text.strip(), groups[0]), *(Part(files=group) for group in groups[1:])]
    else:
        texts = split_text(message.text, TEXT_LIMIT)
        parts = [*(Part(files=group) for group in groups), *(Part(text) for text in texts)]
    if parts and message.reply_to:
        parts[0] = replace(parts[0], extra=_reply(message.reply_to))
    if parts and keyboard is not None and len(parts[-1].files) < 2:
        parts[-1] = replace(parts[-1], extra={**(parts[-1].extra or {}), "reply_markup": keyboard})
    return parts


def _fits_as_caption(text: str, groups: Sequence[tuple[Attachment, ...]], *, has_keyboard: bool) -> bool:
    """Tell whether the text may stand under the first files: albums carry no buttons, some kinds no text."""
    if not groups or utf16_length(text.strip()) > CAPTION_LIMIT:
        return False
    if has_keyboard and (len(groups) > 1 or len(groups[0]) > 1):
        return False
    return groups[0][0].kind not in _WITHOUT_CAPTION


def _file_groups(files: Sequence[Attachment]) -> Iterator[tuple[Attachment, ...]]:
    """Yield neighbours that fit into one album, others alone."""
    sendable = [_sendable(file) for file in files]
    for album, neighbours in groupby(sendable, lambda file: _ALBUM_OF.get(file.kind, "")):
        members = list(neighbours)
        size = _ALBUM_LIMIT if album else 1
        for start in range(0, len(members), size):
            yield tuple(members[start : start + size])


def _sendable(file: Attachment) -> Attachment:
    """Return the file; a photo over 10 MB goes as a document, the provider takes it no other way."""
    is_large_photo = file.kind is AttachmentKind.photo and file.size_bytes > _PHOTO_LIMIT_BYTES
    return replace(file, kind=AttachmentKind.document) if is_large_photo else file


def _reply(message_id: str) -> dict[str, object]:
    """Return the mark of a reply; a target the client deleted must not stop the message."""
    if not message_id.isdigit():
        return {}
    return {"reply_parameters": {"message_id": int(message_id), "allow_sending_without_reply": True}}


def _keyboard(message: OutboundMessage) -> dict[str, object] | None:
    """Return the buttons below the message, else those under the input field; None for none, or where none can be.

    Groups have none under the input field: a number is asked for in private chats alone, and all the message would be
    refused ("phone number can be requested in private chats only").
    """
    if is_over_account(message.thread):
        return None
    if message.choices:
        return inline_keyboard(message.choices)
    rows: list[list[dict[str, object]]] = [[{"text": label}] for label in message.buttons]
    if message.contact_button:
        rows.insert(0, [{"text": message.contact_button, "request_contact": True}])
    if not rows or is_group(message.thread):
        return None
    return {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}


def inline_keyboard(choices: Sequence[Choice]) -> dict[str, object]:
    """Return the choices as one row of buttons below a message."""
    return {"inline_keyboard": [[{"text": each.label, "callback_data": each.data} for each in choices]]}


def request_of(enclosure: Enclosure) -> tuple[str, dict[str, object]]:
    """Return method and parameters that bring a point, a place or a card."""
    match enclosure:
        case Card():
            return "sendContact", {"phone_number": enclosure.phone, "first_name": enclosure.name or enclosure.phone}
        case Point(latitude, longitude, "", ""):
            return "sendLocation", {"latitude": latitude, "longitude": longitude}
        case Point(latitude, longitude, title, address):
            point = {"latitude": latitude, "longitude": longitude}
            return "sendVenue", {**point, "title": title or address, "address": address or title}
