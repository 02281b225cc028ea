"""A person takes a CRM away: its secrets go, and what the hub knew of its records; the CRM itself is left as it is.

Nothing here asks the CRM, which may be gone already. A run that is under way ends by itself; what it would remember of
a connection that is no more is not stored (`hub.store.crm_items.save`).
"""

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.ids import ConnectionId
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.store import crm_leaving
from hub.store.crm_leaving import Known
from hub.store.pool import acquire


async def leave(office: Office, actor: Person, connection_id: ConnectionId, *, name: str) -> Known:
    """Forget a CRM and return what was known of it; a connection that is gone already is none. Commits.

    Raises:
        PermissionDenied: only an administrator takes one away.
    """
    ensure(actor, Action.manage_connections, Subject())
    async with acquire(office.pool) as connection:
        crash_point("crm.before_leave")
        async with connection.transaction():
            known = await crm_leaving.count_known(connection, connection_id)
            await crm_leaving.forget(connection, connection_id)
            facts = {"name": name, "records": known.records}
            await note_in(connection, office, Noted(actor, Deed.crm_removed, f"connection:{connection_id}", facts))
        crash_point("crm.after_leave")
    return known
