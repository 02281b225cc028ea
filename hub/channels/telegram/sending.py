"""Sends one message part by part, within the limits, from the part where the last attempt stopped.

Limits (core.telegram.org/bots/faq, 2026): about 30 a second for a bot, 1 a second for a chat, 20 a minute for a group;
we stay under them. A 429 closes the chat's bucket. The answer does not say whose limit it was; when two chats are told
to wait until the same instant it was the bot's, and its bucket closes too.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from hub.channels.base import Context
from hub.channels.telegram.bot_api import ApiAnswer, BotApi, OutgoingFile
from hub.channels.telegram.outcome import failure_of, fault_of
from hub.channels.telegram.outgoing_parts import METHODS, UPLOAD_LIMIT_BYTES, Part, plan_parts, request_of
from hub.channels.telegram.wire import address_of, is_group
from hub.crash import crash_point
from hub.domain.errors import ProviderError
from hub.domain.message import Attachment
from hub.domain.outbound import Failed, Later, OutboundMessage, SendResult, Sent, Unknown

_PATIENCE = timedelta(seconds=3)
_SAME_END = timedelta(seconds=2)


class Sender:
    """The sending side of one bot."""

    def __init__(self, api: BotApi, context: Context) -> None:
        self._api = api
        self._context = context
        self._bucket = f"telegram:{context.connection_id}"
        self._last_limited: tuple[str, datetime] | None = None

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send what is left of a message; see `hub.channels.base.Sends`."""
        parts = plan_parts(message)
        if (refused := _refuse_early(message, parts)) is not None:
            return refused
        started_at = self._context.clock.now()
        ids: tuple[str, ...] = ()
        for number in range(message.part, len(parts)):
            outcome = await self._send_part(message.thread, parts[number])
            match outcome:
                case Later() | Unknown():
                    return replace(outcome, part=number, external_ids=ids)
                case Failed():
                    return outcome
                case accepted:
                    ids += accepted
        return Sent(ids, started_at)

    async def _send_part(self, thread: str, part: Part) -> tuple[str, ...] | Later | Failed | Unknown:
        """Return the message ids of an accepted part, else why not."""
        wait = await self._wait_needed(thread)
        if wait > _PATIENCE:
            return Later("rate_limited", wait)
        await asyncio.sleep(wait.total_seconds())
        method, params, files = await self._request(part)
        try:
            crash_point("telegram.part_going")
            answer = await self._api.call(method, address_of(thread) | params, files=files)
            crash_point("telegram.part_answered")
        except ProviderError as error:
            return fault_of(error)
        if answer.status == 429 and answer.retry_after is not None:
            await self._close_buckets(thread, answer.retry_after)
        ids = _message_ids(answer)
        return ids or failure_of(answer)

    async def _request(self, part: Part) -> tuple[str, dict[str, object], list[OutgoingFile]]:
        """Return method, parameters and files of a part."""
        extra = dict(part.extra or {})
        if part.enclosure is not None:
            method, params = request_of(part.enclosure)
            return method, {**params, **extra}, []
        if not part.files:
            return "sendMessage", {"text": part.text, **extra}, []
        files = [await self._read(file, f"file{number}") for number, file in enumerate(part.files)]
        if len(files) == 1:
            method, field = METHODS[part.files[0].kind]
            caption = {"caption": part.text} if part.text else {}
            return method, {field: "attach://file0", **caption, **extra}, files
        media: list[dict[str, object]] = [
            {"type": METHODS[file.kind][1], "media": f"attach://file{number}"} for number, file in enumerate(part.files)
        ]
        if part.text:
            media[0]["caption"] = part.text
        return "sendMediaGroup", {"media": media, **extra}, files

    async def _read(self, file: Attachment, field: str) -> OutgoingFile:
        content = await self._context.read_file(file.sha256)
        return OutgoingFile(field, file.name or f"{file.kind}", file.mime, content)

    async def _wait_needed(self, thread: str) -> timedelta:
        """Return how long to wait; a chat that must wait long takes nothing from the bot's share."""
        rates = self._context.rates
        chat = await rates.take(f"{self._bucket}:{thread}", per_second=0.3 if is_group(thread) else 1, burst=3)
        if chat > _PATIENCE:
            return chat
        return max(chat, await rates.take(self._bucket, per_second=25, burst=25))

    async def _close_buckets(self, thread: str, wait: timedelta) -> None:
        ends_at, last = self._context.clock.now() + wait, self._last_limited
        self._last_limited = (thread, ends_at)
        await self._context.rates.block(f"{self._bucket}:{thread}", wait)
        if last is not None and last[0] != thread and abs(ends_at - last[1]) <= _SAME_END:
            await self._context.rates.block(self._bucket, wait)


def _refuse_early(message: OutboundMessage, parts: list[Part]) -> Failed | None:
    """Return why a message cannot be sent at all, before anything of it leaves."""
    if not parts:
        return Failed("refused", "Пустое сообщение: нет ни текста, ни файлов.")
    for file in message.attachments:
        if file.kind not in METHODS:
            return Failed("unsupported_media", f"Telegram не принимает файлы вида «{file.kind}».")
        if not file.sha256:
            return Failed("refused", f"Файл «{file.name}» ещё не сохранён у нас.")
        if file.size_bytes > UPLOAD_LIMIT_BYTES:
            return Failed("too_large", f"Файл «{file.name}» больше 50 МБ, Telegram его не примет.")
    return None


def _message_ids(answer: ApiAnswer) -> tuple[str, ...]:
    """Return the ids of the accepted messages, empty if there are none to be read."""
    if not answer.is_ok:
        return ()
    messages = answer.result if isinstance(answer.result, list) else [answer.result]
    ids = [message.get("message_id") if isinstance(message, dict) else None for message in messages]
    return tuple(str(number) for number in ids) if ids and all(isinstance(number, int) for number in ids) else ()
