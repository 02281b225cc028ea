"""A person asks for clients to be held against a CRM anew: everything is read again, what was refused is tried again.

The marks are set in one commit and the work is queued in the next; a process that dies in between leaves marks that
the next change of the client, or the same question asked again, brings up. Nothing here asks the CRM.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.ids import ConnectionId
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import Noted, note, note_in
from hub.inbox.folds.crm_marks import queue_sync
from hub.inbox.office import Office
from hub.store import crm_cards, crm_items
from hub.store.pool import acquire
from hub.store.scope import Scope

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Resynced:
    """How many clients were queued, and how many of their records there were marked to be looked at."""

    clients: int = 0
    records: int = 0


async def resync_client(office: Office, actor: Person, connection_id: ConnectionId, contact_id: int) -> Resynced:
    """Queue one client, also what may or may not be in the CRM: whoever names a client has looked. Commits.

    Raises:
        PermissionDenied: only an administrator asks.
    """
    ensure(actor, Action.manage_connections, Subject())
    noted = Noted(actor, Deed.crm_resynced, f"contact:{contact_id}", {"crm": int(connection_id)})
    async with acquire(office.pool) as connection:
        crash_point("crm.before_resync")
        async with connection.transaction():
            marked = await crm_items.mark_all_stale(connection, connection_id, [contact_id], retries_unsure=True)
            await note_in(connection, office, noted)
        crash_point("crm.after_resync")
    await queue_clients(office, connection_id, [contact_id])
    return Resynced(1, marked)


async def resync_all(
    office: Office,
    actor: Person,
    connection_id: ConnectionId,
    *,
    since: datetime,
    progress: Callable[[int, int], None],
) -> Resynced:
    """Queue every client the CRM has, and those who wrote or were written to since `since`. Commits by chunks.

    What may or may not be there already is left alone: a second one of each would be made. Repeating it is harmless.

    Raises:
        PermissionDenied: only an administrator asks.
    """
    ensure(actor, Action.manage_connections, Subject())
    subject = f"connection:{connection_id}"
    await note(office, actor, Deed.crm_resynced, subject, since=since.isoformat())
    async with acquire(office.pool) as connection:
        total = await crm_cards.count_wanted(connection, connection_id, since=since)
    done, after = Resynced(), 0
    while chunk := await _list(office, connection_id, since, after=after):
        done = Resynced(done.clients + len(chunk), done.records + await mark_and_queue(office, connection_id, chunk))
        after = chunk[-1]
        progress(done.clients, max(total, done.clients))
    return done


async def mark_and_queue(office: Office, connection_id: ConnectionId, contact_ids: Sequence[int]) -> int:
    """Queue clients to be held against a CRM anew; return how many records of them were marked. Commits twice."""
    async with acquire(office.pool) as connection:
        crash_point("crm.before_marks")
        async with connection.transaction():
            marked = await crm_items.mark_all_stale(connection, connection_id, contact_ids, retries_unsure=False)
        crash_point("crm.after_marks")
    await queue_clients(office, connection_id, contact_ids)
    return marked


async def _list(office: Office, connection_id: ConnectionId, since: datetime, *, after: int) -> list[int]:
    async with acquire(office.pool) as connection:
        return await crm_cards.list_wanted(connection, connection_id, since=since, after=after, limit=CHUNK)


async def queue_clients(office: Office, connection_id: ConnectionId, contact_ids: Sequence[int]) -> None:
    """Queue clients whose things are marked. Commits."""
    await office.change(Scope(ids=len(contact_ids) + 10), lambda rows: queue_sync(rows, connection_id, contact_ids))
