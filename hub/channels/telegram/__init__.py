"""Telegram for clients: a bot that people write to, by long polling or webhook.

Source: https://core.telegram.org/bots/api (API 10.3 of 2026-08, read 2026-11-21) and the server's own source,
https://github.com/tdlib/telegram-bot-api. Evidence: documented; no live bot was tried.
Surprising: there is no idempotency key, so an answer that is lost leaves a send unknown; `update_id` starts anew at a
random number after a quiet week; kinds left out of `allowed_updates` are lost for good; bots never learn that a client
deleted a message; files over 20 MB are not given to bots; a bot cannot write to who never wrote to it.
Texts leave without any parse mode, so nothing a person writes can break them. aiogram is not used here: the manager
bot has it, and accepting a message must not wait for its import.
"""

from hub.channels.telegram.channel import TelegramChannel
from hub.channels.telegram.settings import TelegramSettings

CHANNEL = TelegramChannel

__all__ = ["CHANNEL", "TelegramChannel", "TelegramSettings"]
