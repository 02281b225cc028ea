"""Files, points and cards that managers send. Files are fetched from Telegram and made durable before their answer.

Telegram gives files to bots up to 20 MB (core.telegram.org/bots/api, getFile, Bot API 10.3); name and type come from
the message, since getFile may lose them.
"""

from dataclasses import dataclass, replace

from aiogram.types import Audio, Document, Message, Video, VideoNote, Voice

from bots.office import BotOffice
from hub.crash import crash_point
from hub.domain.enclosures import Card, Enclosure, Point
from hub.domain.message import Attachment, AttachmentKind

LIMIT_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Carried:
    """What a manager's message carries besides words: a file still at Telegram, or a point or card.

    `is_other` is what cannot be passed on.
    """

    file: Attachment | None = None
    enclosure: Enclosure | None = None
    is_other: bool = False

    @property
    def is_too_large(self) -> bool:
        return self.file is not None and self.file.size_bytes > LIMIT_BYTES


def read_file(message: Message) -> Carried:
    """Return the file of a message, if any."""
    if message.photo:
        size = message.photo[-1]
        return Carried(Attachment(AttachmentKind.photo, "photo.jpg", "image/jpeg", size.file_size or 0, size.file_id))
    if message.sticker:
        sticker = message.sticker
        return Carried(
            Attachment(AttachmentKind.sticker, "sticker.webp", "image/webp", sticker.file_size or 0, sticker.file_id)
        )
    if message.animation:  # comes as a document too, and would not play as one
        moving = message.animation
        name, mime = moving.file_name or "animation.mp4", moving.mime_type or "video/mp4"
        return Carried(Attachment(AttachmentKind.video, name, mime, moving.file_size or 0, moving.file_id))
    return _read_described(message) or _read_other(message)


def _read_described(message: Message) -> Carried | None:
    for kind in (
        AttachmentKind.document,
        AttachmentKind.voice,
        AttachmentKind.video,
        AttachmentKind.audio,
        AttachmentKind.video_note,
    ):
        if (found := _described(message, kind)) is not None:
            return Carried(found)
    return None


def _read_other(message: Message) -> Carried:
    if message.contact is not None:
        name = " ".join(part for part in (message.contact.first_name, message.contact.last_name) if part)
        return Carried(enclosure=Card(message.contact.phone_number, name))
    if message.location is not None:
        title, address = (message.venue.title, message.venue.address) if message.venue else ("", "")
        return Carried(enclosure=Point(message.location.latitude, message.location.longitude, title, address))
    return Carried(is_other=message.text is None and message.caption is None)


async def store(desk: BotOffice, file: Attachment) -> Attachment:
    """Fetch a file from Telegram and make it durable; return it with its stored name.

    Raises:
        ProviderError: Telegram did not give it.
        StorageUnavailable: there is no room.
    """
    content = await desk.fetch_file(file.provider_ref)
    crash_point("bot.before_store_file")
    digest = await desk.store_file(content)
    crash_point("bot.after_store_file")
    return replace(file, sha256=digest, size_bytes=len(content), provider_ref="")


def _described(message: Message, kind: AttachmentKind) -> Attachment | None:
    found: Document | Voice | Video | Audio | VideoNote | None = getattr(message, kind.value)
    if found is None:
        return None
    name = getattr(found, "file_name", None) or f"{kind.value}{_ENDINGS[kind]}"
    mime = getattr(found, "mime_type", None) or _TYPES[kind]
    return Attachment(kind, name, mime, found.file_size or 0, found.file_id)


_ENDINGS = {
    AttachmentKind.document: "",
    AttachmentKind.voice: ".ogg",
    AttachmentKind.video: ".mp4",
    AttachmentKind.audio: ".mp3",
    AttachmentKind.video_note: ".mp4",
}
_TYPES = {
    AttachmentKind.document: "application/octet-stream",
    AttachmentKind.voice: "audio/ogg",
    AttachmentKind.video: "video/mp4",
    AttachmentKind.audio: "audio/mpeg",
    AttachmentKind.video_note: "video/mp4",
}
