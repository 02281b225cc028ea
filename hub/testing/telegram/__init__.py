"""A fake Telegram at a socket: the Bot API as bots see it, and people who write and press as people do.

For tests and the sandbox: `BotApi` (module `world`) is the whole world, `people` its inhabitants, `screen` what they
see. Rules follow tdlib/telegram-bot-api and core.telegram.org/bots/api as studied in 2026; real throttling numbers and
how apps draw things cannot be proved here. To add a method: see `methods`. Never imports pytest.
"""

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.files import Media
from hub.testing.telegram.people import Person
from hub.testing.telegram.screen import Screen, Seen
from hub.testing.telegram.state import Post, Press
from hub.testing.telegram.world import BotApi

__all__ = ["BotAccount", "BotApi", "Media", "Person", "Post", "Press", "Screen", "Seen"]
