"""The client of the Bot API that `hub.app` opens for the manager bot, and the bot's menu.

Source: core.telegram.org/bots/api (Bot API 10.3, aiogram 3.31, read 2026-11-21). A relay or a self-hosted server is set
by `base_url`, a proxy by `proxy`; both empty mean Telegram itself.
"""

import json
from collections.abc import Sequence

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.methods import DeleteMessage, EditMessageText, Response, SendMessage
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, BotCommandScopeUnion

from bots.telegram.failures import provider_errors
from bots.texts import CATALOGUES, Texts
from hub.domain.manager import Role

REQUEST_SECONDS = 30
# Held so that they live: pydantic forgets a generic type that nobody holds, and making one costs 7 ms (measured).
KEPT_TYPES = tuple(Response[method.__returning__] for method in (SendMessage, EditMessageText, DeleteMessage))  # type: ignore[name-defined]
# Not escaped: an escaped Russian letter is three times as long in the form that goes out.
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
MENU = ("my", "queue", "next", "overdue", "find", "card", "note", "snooze", "transfer", "close", "dismiss", "reached")
MENU_OF_PLANS = ("today", "tasks", "step", "stage", "new", "write", "tpl")
MENU_OF_HEADS = ("team", "day", "stats")
MENU_OF_ADMINS = ("admin", "team", "people", "invite", "rules", "health", "autos", "connect")
MENU_OF_SELF = ("shift", "practice", "help")
_FIRST: dict[Role, tuple[str, ...]] = {Role.manager: (), Role.head: MENU_OF_HEADS, Role.admin: MENU_OF_ADMINS}


def open_bot(token: str, *, base_url: str = "", proxy: str = "") -> Bot:
    """Return a client of the Bot API; close it with `await bot.session.close()`."""
    server = TelegramAPIServer.from_base(base_url) if base_url else PRODUCTION
    session = AiohttpSession(proxy=proxy or None, api=server, timeout=REQUEST_SECONDS, json_dumps=_dumps)
    return Bot(token, session=session)


async def publish_commands(bot: Bot) -> None:
    """Set the menu of commands in every language; repeating it changes nothing. Raises: ProviderError."""
    await _publish(bot, (*MENU, *MENU_OF_PLANS, *MENU_OF_SELF), BotCommandScopeAllPrivateChats())


async def publish_commands_of(role: Role, bot: Bot, chat_id: int) -> None:
    """Set the menu of one person's chat as their role has it now. Raises: ProviderError."""
    await _publish(bot, (*_FIRST[role], *MENU, *MENU_OF_PLANS, *MENU_OF_SELF), BotCommandScopeChat(chat_id=chat_id))


async def _publish(bot: Bot, names: Sequence[str], scope: BotCommandScopeUnion) -> None:
    for language in CATALOGUES:
        texts = Texts(language)
        commands = [BotCommand(command=name, description=texts(f"command.{name}")) for name in names]
        with provider_errors():
            await bot.set_my_commands(commands, scope=scope, language_code=language)
