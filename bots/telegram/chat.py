"""A private chat of the manager bot: show a screen, change one, react, send a file.

Sends and edits are separate calls without identity on the provider's side; who calls decides what a repetition means.
Every method raises only `ProviderError`s (see `failures.provider_errors`).
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.types import (
    BufferedInputFile,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberRestricted,
    LinkPreviewOptions,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from bots.screens.quoting import ELLIPSIS
from bots.screens.screen import Screen
from bots.telegram.failures import BLOCKED, GONE, MARKUP, UNCHANGED, provider_errors
from bots.telegram.render import Drawing, draw
from bots.telegram.splitting import CAPTION_LIMIT
from hub.crash import crash_point
from hub.domain.errors import PermanentFailure
from hub.domain.message import Attachment, AttachmentKind

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat of one person with the bot, numbered like the person; or a group, `topic` 0 being its general part."""

    bot: Bot
    id: int
    topic: int = 0

    async def show(
        self, screen: Screen, *, reply_to: int | None = None, below: ReplyKeyboardMarkup | None = None
    ) -> list[int]:
        """Send a screen and return the ids of its messages, the one with the buttons last.

        A picture carries the words; more than fit below it follow it, and where Telegram takes none they go alone.
        """
        drawings = draw(screen)
        if screen.picture:
            captions = draw(screen, limit=CAPTION_LIMIT)
            is_whole = len(captions) == 1
            sent = await self._send_picture(screen, captions[0] if is_whole else _title(screen), reply_to=reply_to)
            if sent and is_whole:
                return sent
        ids: list[int] = []
        for drawing in drawings:
            answer_to = reply_to if not ids else None
            ids.append(
                await self._send(drawing, is_quiet=screen.is_quiet or bool(ids), reply_to=answer_to, below=below)
            )
        return ids

    async def show_rest(self, screen: Screen, *, after: int = 0) -> AsyncIterator[int]:
        """Send the messages of a screen behind the first `after`, and yield the id of each as soon as it is there."""
        for place, drawing in enumerate(draw(screen)[after:], start=after):
            yield await self._send(drawing, is_quiet=screen.is_quiet or place > 0, reply_to=None, below=None)

    async def _send_picture(self, screen: Screen, words: Drawing, *, reply_to: int | None) -> list[int]:
        """Send the picture with some words below it; return no id where Telegram does not take it."""
        crash_point("bot.before_send_picture")
        try:
            with provider_errors():
                sent = await self.bot.send_photo(
                    self.id,
                    BufferedInputFile(screen.picture, "hub-day.png"),
                    message_thread_id=self.topic or None,
                    caption=words.text,
                    caption_entities=list(words.entities),
                    reply_markup=words.keyboard,
                    disable_notification=screen.is_quiet,
                    reply_parameters=_answering(reply_to),
                )
        except PermanentFailure as failure:
            if failure.reason == BLOCKED:
                raise
            return []
        crash_point("bot.after_send_picture")
        return [sent.message_id]

    async def replace(self, message_id: int, screen: Screen) -> bool:
        """Turn a message of the bot into `screen`; return False if it cannot be changed any more.

        A screen that needs several messages shows its first one here. Repeating it changes nothing.
        """
        drawings = draw(screen)
        return await self._replace(message_id, Drawing(drawings[0].text, drawings[0].entities, drawings[-1].keyboard))

    async def replace_all(self, ids: Sequence[int], screen: Screen) -> int:
        """Turn messages that together are one screen into `screen`; return how many of its messages stand there now.

        It may take more of them than there are; those it needs no more are taken away. 0 if one of them cannot be
        changed any more. Repeating it changes nothing.
        """
        drawings = draw(screen)
        for message_id, drawing in zip(ids, drawings, strict=False):
            if not await self._replace(message_id, drawing):
                return 0
        for message_id in ids[len(drawings) :]:
            await self._replace(message_id, Drawing(ELLIPSIS, ()))  # one older than 48 h cannot be deleted
            await self.delete(message_id)
        return min(len(ids), len(drawings))

    async def delete(self, message_id: int) -> None:
        """Take a message of the bot away; one that is gone, or too old to be deleted (48 h), stays as it is."""
        crash_point("bot.before_delete")
        with suppress(PermanentFailure), provider_errors():
            await self.bot.delete_message(self.id, message_id)
        crash_point("bot.after_delete")

    async def delete_all(self, ids: Sequence[int]) -> None:
        """Take messages of a private chat away, at most 100; one by one where one of them cannot be deleted."""
        crash_point("bot.before_clear")
        try:
            with provider_errors():
                await self.bot.delete_messages(self.id, list(ids))
        except PermanentFailure:
            for message_id in ids:
                await self.delete(message_id)
        crash_point("bot.after_clear")

    async def take_out(self, user_id: int) -> None:
        """Remove somebody from a group, who cannot come back until let in. Repeating it changes nothing."""
        crash_point("bot.before_take_out")
        with provider_errors():
            await self.bot.ban_chat_member(self.id, user_id)
        crash_point("bot.after_take_out")

    async def has(self, user_id: int) -> bool:
        """Tell whether somebody is a member of a group now."""
        with provider_errors():
            member = await self.bot.get_chat_member(self.id, user_id)
        is_out = isinstance(member, ChatMemberLeft | ChatMemberBanned)
        return not (is_out or (isinstance(member, ChatMemberRestricted) and not member.is_member))

    async def pin(self, message_id: int) -> None:
        """Pin a message of the bot without sound; a chat that lets nobody pin keeps it unpinned."""
        crash_point("bot.before_pin")
        with suppress(PermanentFailure), provider_errors():
            await self.bot.pin_chat_message(self.id, message_id, disable_notification=True)
        crash_point("bot.after_pin")

    async def react(self, message_id: int, emoji: str) -> bool:
        """Put the bot's reaction under a message of the person, none for ""; return False where none can be."""
        try:
            with provider_errors():
                await self.bot.set_message_reaction(
                    self.id, message_id, reaction=[ReactionTypeEmoji(emoji=emoji)] if emoji else []
                )
        except PermanentFailure:
            return False
        return True

    async def send_file(
        self, attachment: Attachment, content: bytes, caption: Screen, *, reply_to: int | None = None
    ) -> int:
        """Send a stored file of a client with the line that names them; return the id of its message."""
        [drawing, *_] = draw(caption, limit=CAPTION_LIMIT)
        file = BufferedInputFile(content, attachment.name or attachment.kind.value)
        crash_point("bot.before_send_file")
        with provider_errors():
            message_id = await self._upload(attachment.kind, file, drawing, reply_to)
        crash_point("bot.after_send_file")
        return message_id

    async def _send(
        self, drawing: Drawing, *, is_quiet: bool, reply_to: int | None, below: ReplyKeyboardMarkup | None
    ) -> int:
        """Send one message; markup that Telegram does not take goes out as plain text once (reliability 68)."""
        crash_point("bot.before_send")
        try:
            with provider_errors():
                sent = await self.bot.send_message(
                    self.id,
                    drawing.text,
                    entities=list(drawing.entities),
                    reply_markup=drawing.keyboard or below,
                    disable_notification=is_quiet,
                    reply_parameters=_answering(reply_to),
                    link_preview_options=_NO_PREVIEW,
                    message_thread_id=self.topic or None,
                )
        except PermanentFailure as failure:
            if failure.reason != MARKUP or not drawing.entities:
                raise
            plain = Drawing(drawing.text, (), drawing.keyboard)
            return await self._send(plain, is_quiet=is_quiet, reply_to=reply_to, below=below)
        crash_point("bot.after_send")
        return sent.message_id

    async def _replace(self, message_id: int, drawing: Drawing) -> bool:
        try:
            await self._edit(message_id, drawing)
        except PermanentFailure as failure:
            if failure.reason == GONE:
                return False
            if failure.reason != UNCHANGED:
                raise
        return True

    async def _edit(self, message_id: int, drawing: Drawing) -> None:
        crash_point("bot.before_edit")
        with provider_errors():
            await self.bot.edit_message_text(
                drawing.text,
                chat_id=self.id,
                message_id=message_id,
                entities=list(drawing.entities),
                reply_markup=drawing.keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        crash_point("bot.after_edit")

    async def _upload(
        self, kind: AttachmentKind, file: BufferedInputFile, drawing: Drawing, reply_to: int | None
    ) -> int:
        words: dict[str, Any] = {"caption": drawing.text, "caption_entities": list(drawing.entities)}
        words |= {"disable_notification": True, "reply_parameters": _answering(reply_to)}
        words["reply_markup"] = drawing.keyboard
        match kind:
            case AttachmentKind.photo:
                return (await self.bot.send_photo(self.id, file, **words)).message_id
            case AttachmentKind.voice:
                return (await self.bot.send_voice(self.id, file, **words)).message_id
            case AttachmentKind.video:
                return (await self.bot.send_video(self.id, file, **words)).message_id
            case AttachmentKind.audio | AttachmentKind.recording:
                return (await self.bot.send_audio(self.id, file, **words)).message_id
            case AttachmentKind.document | AttachmentKind.sticker | AttachmentKind.video_note:
                return (await self.bot.send_document(self.id, file, **words)).message_id


def _title(screen: Screen) -> Drawing:
    """Return the first line of a screen, for below a picture whose words follow."""
    return draw(Screen(screen.blocks[:1]), limit=CAPTION_LIMIT)[0]


def _answering(message_id: int | None) -> ReplyParameters | None:
    """Return the mark of a reply; one to a message that is gone is sent all the same."""
    return ReplyParameters(message_id=message_id, allow_sending_without_reply=True) if message_id else None
