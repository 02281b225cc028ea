"""People of the business: looked up by id, key or client number, let in by invitation, and what they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.errors import Conflict
from hub.domain.manager import Manager
from hub.store import managers
from hub.store.rows import codec_of

_RESPONSIBLE = """
SELECT k.name AS contact_name, coalesce(m.name, '') AS manager_name, coalesce(s.value, '') AS extension
FROM identities i JOIN contacts k ON k.id = i.contact_id
LEFT JOIN LATERAL (
  SELECT coalesce(c.assignee_id, k.crm_owner_id, c.last_responder_id) AS manager_id FROM conversations c
  WHERE c.contact_id = k.id ORDER BY c.state = 'open' DESC, c.id DESC LIMIT 1
) work ON true
LEFT JOIN managers m ON m.id = coalesce(work.manager_id, k.crm_owner_id) AND m.is_active
LEFT JOIN LATERAL (
  SELECT value FROM staff_identities WHERE manager_id = m.id AND type = 'pbx_extension' ORDER BY id LIMIT 1
) s ON true
WHERE i.type = 'phone' AND i.scope = '' AND i.value = $1
"""
_HELD = """
FROM conversations WHERE state = 'open'
  AND (assignee_id = $1 OR transfer_to = $1 OR offered_to @> to_jsonb($1::bigint))
"""


@dataclass(frozen=True, slots=True)
class ResponsibleRow:
    """Whose client calls; empty fields are unknown."""

    extension: str
    manager_name: str
    contact_name: str


async def find_manager(connection: asyncpg.Connection, manager_id: int) -> Manager | None:
    """Return a person of the business, also one who left."""
    row = await connection.fetchrow("SELECT * FROM managers WHERE id = $1", manager_id)
    return None if row is None else codec_of(Manager).decode(row)


async def hold_manager(connection: asyncpg.Connection, manager_id: int) -> Manager | None:
    """Return a person as `find_manager` does; nobody changes, lets in or takes out them until the transaction ends.

    Whoever changes invitations of theirs too does so afterwards: two in the other order would wait for each other.
    """
    row = await connection.fetchrow("SELECT * FROM managers WHERE id = $1 FOR NO KEY UPDATE", manager_id)
    return None if row is None else codec_of(Manager).decode(row)


async def list_names(connection: asyncpg.Connection, ids: Iterable[int | None]) -> dict[int, str]:
    """Return names by id."""
    wanted = [each for each in ids if each is not None]
    return dict(await connection.fetch("SELECT id, name FROM managers WHERE id = ANY($1::bigint[])", wanted))


async def find_responsible(connection: asyncpg.Connection, phone: str) -> ResponsibleRow | None:
    """Return whose client has this number (E.164), in one query; `None` for unknown numbers."""
    row = await connection.fetchrow(_RESPONSIBLE, phone)
    return None if row is None else ResponsibleRow(**row)


async def find_by_key(connection: asyncpg.Connection, key: str) -> Manager | None:
    """Return the person the policy document calls `key`."""
    row = await connection.fetchrow("SELECT * FROM managers WHERE key = $1", key)
    return None if row is None else codec_of(Manager).decode(row)


async def accept_invite(
    connection: asyncpg.Connection, token_hash: str, tg_user_id: int, *, name: str, at: datetime
) -> Manager | None:
    """Bind a Telegram account to the invited person; `name` only fills an empty one. The caller commits.

    Returns `None` if the token is unknown, used or expired.

    Raises:
        Conflict: the account belongs to another person of the business; rolled back, the invitation stays good.
    """
    try:
        manager = await managers.use_invite(connection, token_hash, tg_user_id, at)
    except asyncpg.UniqueViolationError as error:
        raise Conflict("this Telegram account belongs to another person of the business") from error
    if manager is None:
        return None
    await connection.execute(
        "UPDATE managers SET left_at = NULL, name = CASE WHEN name = '' THEN $2 ELSE name END WHERE id = $1",
        manager.id,
        name,
    )
    return await find_manager(connection, manager.id)


async def hold_invited(connection: asyncpg.Connection, token_hash: str) -> Manager | None:
    """Return whom an invitation is for, used or not; held as by `hold_manager`."""
    row = await connection.fetchrow(
        "SELECT m.* FROM invites i JOIN managers m ON m.id = i.manager_id WHERE i.token_hash = $1 "
        "FOR NO KEY UPDATE OF m",
        token_hash,
    )
    return None if row is None else codec_of(Manager).decode(row)


async def is_invited(connection: asyncpg.Connection, manager_id: int) -> bool:
    """Tell whether a person was invited who is not here yet and has not left."""
    found = "SELECT EXISTS (SELECT FROM managers WHERE id = $1 AND NOT is_active AND left_at IS NULL)"
    return bool(await connection.fetchval(found, manager_id))


async def list_held_conversations(connection: asyncpg.Connection, manager_id: int, *, limit: int) -> list[int]:
    """Return open conversations that a person has, is offered or is being handed, in the order they came."""
    rows = await connection.fetch(f"SELECT id {_HELD} ORDER BY id LIMIT $2", manager_id, limit)
    return [row["id"] for row in rows]


async def count_held(connection: asyncpg.Connection, manager_id: int) -> int:
    """Return how many conversations `list_held_conversations` has without a limit."""
    return int(await connection.fetchval(f"SELECT count(*) {_HELD}", manager_id))
