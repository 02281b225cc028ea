"""Which message of a manager's chat shows what: a reply to it, however old, finds its conversation.

Every call commits by itself unless the caller has a transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

import asyncpg

_REMEMBER = """
INSERT INTO links (bot, chat_id, bot_message_id, conversation_id, manager_id, purpose, message_id, created_at)
SELECT *, $8::timestamptz FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[])
ON CONFLICT (bot, chat_id, bot_message_id) DO UPDATE SET conversation_id = excluded.conversation_id,
  manager_id = excluded.manager_id, purpose = excluded.purpose, message_id = excluded.message_id
"""
_STANDING = """
SELECT
  (SELECT max(bot_message_id) FROM links l WHERE l.conversation_id = u.conversation_id AND l.purpose = 'card'
    AND l.bot = $1 AND l.chat_id = u.chat_id) AS card,
  ARRAY(SELECT bot_message_id FROM links l WHERE l.message_id = u.message_id AND l.purpose = 'mirror'
    AND l.bot = $1 AND l.chat_id = u.chat_id ORDER BY bot_message_id) AS mirror
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS u(chat_id, conversation_id, message_id, place)
ORDER BY u.place
"""
_COLUMNS = "bot, chat_id, bot_message_id, conversation_id, manager_id, purpose, message_id"
_values = attrgetter(*_COLUMNS.split(", "))


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


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation in a chat, and which of the hub's messages is looked for there."""

    chat_id: int
    conversation_id: int
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The chat's newest card of the conversation, and what mirrors the message there: long ones take several."""

    card: int | None
    mirror: Sequence[int] = ()


async def remember(connection: asyncpg.Connection, kept: Iterable[Link], *, at: datetime) -> None:
    """Keep links, of a message named twice the later one; repeating it changes nothing."""
    by_message = {(link.bot, link.chat_id, link.bot_message_id): _values(link) for link in kept}
    await connection.execute(_REMEMBER, *zip(*by_message.values(), strict=True), at)


async def list_standing(connection: asyncpg.Connection, bot: str, places: Sequence[Place]) -> list[Standing]:
    """Return what stands in each place, in their order."""
    columns = zip(*((each.chat_id, each.conversation_id, each.message_id) for each in places), strict=True)
    return [Standing(row["card"], tuple(row["mirror"])) for row in await connection.fetch(_STANDING, bot, *columns)]


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


async def count_below(connection: asyncpg.Connection, bot: str, chat_id: int, bot_message_id: int, *, upto: int) -> int:
    """Return how many messages about conversations stand below a message of the chat; no more than `upto` are looked at.

    A card of months ago has thousands below it.
    """
    found: int = await connection.fetchval(
        "SELECT count(*) FROM "
        "(SELECT FROM links WHERE bot = $1 AND chat_id = $2 AND bot_message_id > $3 LIMIT $4) below",
        bot,
        chat_id,
        bot_message_id,
        upto,
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


async def list_shown(
    connection: asyncpg.Connection, bot: str, chat_id: int, *, message_id: int, purpose: str
) -> Sequence[int]:
    """Return the chat's messages of a purpose that show a message of the hub, oldest first."""
    rows = await connection.fetch(
        "SELECT bot_message_id FROM links "
        "WHERE bot = $1 AND chat_id = $2 AND message_id = $3 AND purpose = $4 ORDER BY bot_message_id",
        bot,
        chat_id,
        message_id,
        purpose,
    )
    return tuple(row["bot_message_id"] for row in rows)
