"""Which message of a manager's chat shows what: a reply to it, however old, finds its conversation.

Every call commits by itself unless the caller has a transaction.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

_REMEMBER = """
INSERT INTO links (bot, chat_id, bot_message_id, conversation_id, manager_id, purpose, message_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (bot, chat_id, bot_message_id) DO UPDATE SET conversation_id = excluded.conversation_id,
  manager_id = excluded.manager_id, purpose = excluded.purpose, message_id = excluded.message_id
"""
_COLUMNS = "bot, chat_id, bot_message_id, conversation_id, manager_id, purpose, message_id"


@dataclass(frozen=True, slots=True)
class Link:
    """A message of the bot `bot` in a manager's chat.

    `purpose` is `card`, `mirror` and the like; `message_id` is the hub's message it shows.
    """

    bot: str
    chat_id: int
    bot_message_id: int
    conversation_id: int
    manager_id: int
    purpose: str
    message_id: int | None = None


async def remember(connection: asyncpg.Connection, link: Link, *, at: datetime) -> None:
    """Keep a link; repeating it changes nothing."""
    await connection.execute(
        _REMEMBER,
        link.bot,
        link.chat_id,
        link.bot_message_id,
        link.conversation_id,
        link.manager_id,
        link.purpose,
        link.message_id,
        at,
    )


async def find(connection: asyncpg.Connection, bot: str, chat_id: int, bot_message_id: int) -> Link | None:
    """Return what a message shows, `None` if it is not about a conversation."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM links WHERE bot = $1 AND chat_id = $2 AND bot_message_id = $3",
        bot,
        chat_id,
        bot_message_id,
    )
    return None if row is None else Link(**row)


async def latest_card(connection: asyncpg.Connection, bot: str, chat_id: int, conversation_id: int) -> int | None:
    """Return the chat's newest card of a conversation."""
    found: int | None = await connection.fetchval(
        "SELECT max(bot_message_id) FROM links "
        "WHERE conversation_id = $3 AND purpose = 'card' AND bot = $1 AND chat_id = $2",
        bot,
        chat_id,
        conversation_id,
    )
    return found


async def find_shown(
    connection: asyncpg.Connection, bot: str, chat_id: int, *, message_id: int, purpose: str
) -> int | None:
    """Return the chat's newest message of a purpose that shows a message of the hub."""
    found: int | None = await connection.fetchval(
        "SELECT max(bot_message_id) FROM links WHERE bot = $1 AND chat_id = $2 AND message_id = $3 AND purpose = $4",
        bot,
        chat_id,
        message_id,
        purpose,
    )
    return found
