"""The client of the Bot API that `hub.app` opens for the manager bot, and the bot's menu.

Source: core.telegram.org/bots/api (Bot API 10.3, aiogram 3.31, read 2026-11-21). A relay or a self-hosted server is set
by `base_url`, a proxy by `proxy`; both empty mean Telegram itself.
"""

import json

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.methods import DeleteMessage, EditMessageText, Response, SendMessage
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bots.telegram.failures import provider_errors
from bots.texts import CATALOGUES, Texts

REQUEST_SECONDS = 30
# Held so that they live: pydantic forgets a generic type that nobody holds, and making one costs 7 ms (measured).
KEPT_TYPES = tuple(Response[method.__returning__] for method in (SendMessage, EditMessageText, DeleteMessage))  # type: ignore[name-defined]
# Not escaped: an escaped Russian letter is three times as long in the form that goes out.
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
MENU = ("my", "queue", "next", "overdue", "find", "card", "note", "snooze", "transfer", "close", "dismiss", "reached")
MENU_OF_PLANS = ("today", "tasks", "step", "stage", "new", "write")
MENU_OF_SELF = ("shift", "help")


def open_bot(token: str, *, base_url: str = "", proxy: str = "") -> Bot:
    """Return a client of the Bot API; close it with `await bot.session.close()`."""
    server = TelegramAPIServer.from_base(base_url) if base_url else PRODUCTION
    session = AiohttpSession(proxy=proxy or None, api=server, timeout=REQUEST_SECONDS, json_dumps=_dumps)
    return Bot(token, session=session)


async def publish_commands(bot: Bot) -> None:
    """Set the menu of commands in every language; repeating it changes nothing. Raises: ProviderError."""
    for language in CATALOGUES:
        texts = Texts(language)
        names = (*MENU, *MENU_OF_PLANS, *MENU_OF_SELF)
        commands = [BotCommand(command=name, description=texts(f"command.{name}")) for name in names]
        with provider_errors():
            await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code=language)
