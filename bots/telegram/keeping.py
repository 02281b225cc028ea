"""The client base stays with the business, as far as Telegram lets a bot see to that.

Every message the manager bot sends passes here: protected against forwarding, copying and saving where the rules say
so, and noted where they want it taken away again. Deleting: core.telegram.org/bots/api, deleteMessages (1 to 100 at
once, private chats, 48 hours; API 10.3, read 2026-11-22). Links stay, so what is answered later finds its conversation.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import TelegramMethod
from aiogram.types import Message, ReplyKeyboardMarkup

from bots.office import BotOffice
from bots.telegram.chat import Chat
from hub.domain.client_base import DELETABLE_FOR, ClientBase
from hub.store import shown
from hub.store.pool import acquire
from hub.store.shown import Shown
from hub.store.turns import turn

_AT_ONCE = 100
_MOST = 1000
_AT_IT_FOR = timedelta(minutes=10)
_MARGIN = timedelta(minutes=5)
"""A message is left alone so long before Telegram would refuse: one too old spoils the whole call."""
_log = structlog.get_logger()


class Guard(BaseRequestMiddleware):
    """Stands between the bot and the network."""

    def __init__(self, desk: BotOffice) -> None:
        self._desk = desk

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        """Send a method, protected where it can be, and note what it brought."""
        rules = _rules(self._desk)
        is_message = "protect_content" in type(method).model_fields
        if is_message and rules.protects_chats:
            method = method.model_copy(update={"protect_content": True})
        answer = await make_request(bot, method)
        if is_message and rules.clears_chats_after:
            await self._note(method, answer)
        return answer

    async def _note(self, method: TelegramMethod[Any], answer: object) -> None:
        sent = [each for each in (answer if isinstance(answer, list) else [answer]) if isinstance(each, Message)]
        if not sent or sent[0].chat.type != "private":
            return
        is_lasting = isinstance(getattr(method, "reply_markup", None), ReplyKeyboardMarkup)
        ids, chat_id = tuple(each.message_id for each in sent), sent[0].chat.id
        async with acquire(self._desk.office.pool) as connection:
            await shown.remember(connection, Shown(self._desk.bot_name, chat_id, ids, self._desk.now(), is_lasting))


def guard(bot: Bot, desk: BotOffice) -> None:
    """Let everything a client of the Bot API sends keep the rules on the client base; once a client."""
    bot.session.middleware(Guard(desk))


async def clear_due(desk: BotOffice, bot: Bot) -> int:
    """Delete from managers' chats what is old enough; return how many messages. Commits chat by chat.

    Another process that is at it goes on alone. Raises: ProviderError: the rest is for the next time.
    """
    rules, now = _rules(desk), desk.now()
    if not rules.clears_chats_after:
        return 0
    async with turn(desk.office.pool, desk.bot_name, "clearing", lease=_AT_IT_FOR) as is_mine:
        if not is_mine:
            return 0
        async with acquire(desk.office.pool) as connection:
            await shown.forget_before(connection, now - DELETABLE_FOR + _MARGIN)
            due = await shown.list_due(connection, desk.bot_name, before=now - rules.clears_chats_after, limit=_MOST)
        for chat_id, ids in due.items():
            await take_away(desk, Chat(bot, chat_id), ids)
    count = sum(map(len, due.values()))
    if count:
        _log.info("chats.cleared", chats=len(due), messages=count)
    return count


async def clear_chat(desk: BotOffice, chat: Chat) -> list[int]:
    """Delete everything known to stand in a chat that can still be deleted; return what it was. Commits.

    Raises: ProviderError: the rest is for the next time.
    """
    async with acquire(desk.office.pool) as connection:
        since = desk.now() - DELETABLE_FOR + _MARGIN
        ids = await shown.list_of_chat(connection, desk.bot_name, chat.id, since=since)
    await take_away(desk, chat, ids)
    return ids


async def take_away(desk: BotOffice, chat: Chat, ids: Sequence[int]) -> None:
    """Delete messages of a chat and forget them. Commits a hundred at a time."""
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        await chat.delete_all(some)
        async with acquire(desk.office.pool) as connection:
            await shown.forget(connection, desk.bot_name, chat.id, some)


def _rules(desk: BotOffice) -> ClientBase:
    return desk.office.policy().client_base
