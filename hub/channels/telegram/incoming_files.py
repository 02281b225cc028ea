"""The files of a received message, those that bots may not have included, and a note for kinds nobody knows yet."""

from collections.abc import Iterator

from hub.channels.telegram.wire import File, Message
from hub.domain.message import Attachment, AttachmentKind

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
_TOO_LARGE = "больше 20 МБ: такие файлы Telegram ботам не отдаёт, попросите прислать ссылку"
_UNKNOWN = "такое сообщение видно только в приложении Telegram"
_DEFAULT_MIME = {
    AttachmentKind.photo: "image/jpeg",
    AttachmentKind.video: "video/mp4",
    AttachmentKind.audio: "audio/mpeg",
    AttachmentKind.voice: "audio/ogg",
    AttachmentKind.video_note: "video/mp4",
    AttachmentKind.sticker: "image/webp",
    AttachmentKind.document: "application/octet-stream",
}
# Content that comes beside other fields, or says something about the message rather than being one.
# fmt: off
_NO_CONTENT = frozenset({
    "author_signature", "boost_added", "business_connection_id", "caption_entities", "channel_chat_created",
    "chat_background_set", "chat_owner_changed", "chat_owner_left", "chat_shared", "checklist_tasks_added",
    "checklist_tasks_done", "connected_website", "delete_chat_photo", "direct_message_price_changed",
    "direct_messages_topic", "effect_id", "entities", "external_reply", "forward_date", "forward_from",
    "forward_from_chat", "forward_from_message_id", "forward_origin", "forward_sender_name", "forward_signature",
    "game_score", "gift", "gift_upgrade_sent", "group_chat_created", "guest_query_id", "has_media_spoiler",
    "has_protected_content", "invoice", "is_paid_post", "is_topic_message", "left_chat_member",
    "left_chat_participant", "link_preview_options", "message_auto_delete_timer_changed", "message_thread_id",
    "migrate_from_chat_id", "new_chat_member", "new_chat_members", "new_chat_participant", "new_chat_photo",
    "new_chat_title", "paid_message_price_changed", "paid_star_count", "passport_data", "pinned_message",
    "proximity_alert_triggered", "quote", "refunded_payment", "reply_markup", "reply_to_checklist_task_id",
    "reply_to_story", "sender_boost_count", "sender_chat", "sender_tag", "show_caption_above_media",
    "successful_payment", "suggested_post_info", "supergroup_chat_created", "unique_gift", "user_shared",
    "users_shared", "via_bot", "web_app_data", "write_access_allowed",
})
# fmt: on
_NO_CONTENT_PREFIXES = (
    "forum_topic_",
    "general_forum_topic_",
    "video_chat_",
    "voice_chat_",
    "giveaway",
    "suggested_post_",
    "poll_option_",
    "managed_bot_",
)


def list_attachments(message: Message) -> tuple[Attachment, ...]:
    """Return the file of a message, or a note that there is something only the app can show; empty if neither."""
    known = next(_known_files(message), None)
    if known is not None:
        return (known,)
    name = next((name for name in message.model_extra or {} if _is_content(name)), "")
    return (Attachment(AttachmentKind.document, name=name, note=_UNKNOWN),) if name else ()


def _is_content(name: str) -> bool:
    return name not in _NO_CONTENT and not name.startswith(_NO_CONTENT_PREFIXES)


def _known_files(message: Message) -> Iterator[Attachment]:
    """Yield what there is; an animation also comes as a document, so that stands last."""
    if message.photo:
        yield _attachment(AttachmentKind.photo, max(message.photo, key=lambda size: size.file_size))
    for kind, file in (
        (AttachmentKind.video, message.video or message.animation),
        (AttachmentKind.audio, message.audio),
        (AttachmentKind.voice, message.voice),
        (AttachmentKind.video_note, message.video_note),
        (AttachmentKind.sticker, message.sticker),
        (AttachmentKind.document, message.document),
    ):
        if file is not None:
            yield _attachment(kind, file)


def _attachment(kind: AttachmentKind, file: File) -> Attachment:
    is_too_large = file.file_size > DOWNLOAD_LIMIT_BYTES
    return Attachment(
        kind=kind,
        name=file.file_name or file.emoji,
        mime=file.mime_type or _DEFAULT_MIME[kind],
        size_bytes=file.file_size,
        provider_ref="" if is_too_large else file.file_id,
        note=_TOO_LARGE if is_too_large else "",
    )
