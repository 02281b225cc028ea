"""What the manager bot has put into chats and may have to take away again: kept until it is deleted, or cannot be.

Written only where the rules ask for it. `is_lasting` marks what stays whatever its age: a message that carries the
buttons below the input field. Every call commits by itself unless the caller has a transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

_DUE = """
SELECT s.chat_id, s.bot_message_id FROM shown s
LEFT JOIN links l ON l.bot = s.bot AND l.chat_id = s.chat_id AND l.bot_message_id = s.bot_message_id
WHERE s.bot = $1 AND s.sent_at <= $2 AND NOT s.is_lasting AND coalesce(l.purpose, '') <> 'card'
ORDER BY s.chat_id, s.bot_message_id LIMIT $3
"""
_OF_CHAT = """
SELECT bot_message_id FROM shown WHERE bot = $1 AND chat_id = $2 AND sent_at > $3
UNION SELECT bot_message_id FROM links WHERE bot = $1 AND chat_id = $2 AND created_at > $3 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """Messages that were sent into a chat at once."""

    bot: str
    chat_id: int
    ids: tuple[int, ...]
    at: datetime
    is_lasting: bool


async def remember(connection: asyncpg.Connection, sent: Shown) -> None:
    """Keep that messages were sent; repeating it changes nothing."""
    await connection.execute(
        "INSERT INTO shown (bot, chat_id, bot_message_id, sent_at, is_lasting) "
        "SELECT $1, $2, u, $4, $5 FROM unnest($3::bigint[]) AS u ON CONFLICT DO NOTHING",
        sent.bot,
        sent.chat_id,
        sent.ids,
        sent.at,
        sent.is_lasting,
    )


async def list_due(connection: asyncpg.Connection, bot: str, *, before: datetime, limit: int) -> dict[int, list[int]]:
    """Return by chat what was sent until `before` and may go; cards stay."""
    found: dict[int, list[int]] = {}
    for row in await connection.fetch(_DUE, bot, before, limit):
        found.setdefault(row["chat_id"], []).append(row["bot_message_id"])
    return found


async def list_of_chat(connection: asyncpg.Connection, bot: str, chat_id: int, *, since: datetime) -> list[int]:
    """Return everything known to stand in a chat since then, the person's own answers included."""
    return [int(row["bot_message_id"]) for row in await connection.fetch(_OF_CHAT, bot, chat_id, since)]


async def forget(connection: asyncpg.Connection, bot: str, chat_id: int, ids: Sequence[int]) -> None:
    """Forget messages that were taken away."""
    await connection.execute(
        "DELETE FROM shown WHERE bot = $1 AND chat_id = $2 AND bot_message_id = ANY($3::bigint[])",
        bot,
        chat_id,
        list(ids),
    )


async def forget_before(connection: asyncpg.Connection, before: datetime) -> None:
    """Forget what nobody can take away any more."""
    await connection.execute("DELETE FROM shown WHERE sent_at < $1", before)
