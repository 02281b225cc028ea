"""Who is who: people of the business and the users of a CRM, matched by mail address or as an administrator said.

What an administrator says is kept as an address of the person (type `crm_id`, scope the connection), like a PBX
extension, and comes before the mail address (`hub.crm_sync.account`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.crash import crash_point
from hub.crm_sync.account import Account
from hub.crm_sync.base import CrmUser
from hub.crm_sync.resync import mark_and_queue
from hub.domain.audit import Deed
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.store import managers
from hub.store.crm_overview import list_of_unknown_owner
from hub.store.pool import acquire


@dataclass(frozen=True, slots=True)
class Match:
    """A user of the CRM and whose account it is, None if nobody knows. `is_told`: an administrator said so.

    `is_own`: the hub itself works there as this user. `clients` are those there whose responsible this unknown user is.
    """

    user: CrmUser
    manager_id: ManagerId | None
    is_told: bool = False
    is_own: bool = False
    clients: int = 0

    @property
    def is_missing(self) -> bool:
        """Tell whether a person should say who that is: the user works there, and perhaps has clients."""
        return self.manager_id is None and not self.is_own and (self.user.is_active or self.clients > 0)


def list_matches(account: Account, unknown: Mapping[str, int]) -> list[Match]:
    """Return the users of a CRM with whose they are, as they stand there; `unknown` counts clients of strangers.

    A responsible whom the CRM no longer lists is there too, without a name.
    """
    told = {user for kind, scope, user in account.office.staff() if (kind, scope) == _where(account.connection_id)}
    listed = {user.id: user for user in account.schema.users}
    absent = {user: CrmUser(user, is_active=False) for user in (*unknown, *told) if user not in listed}
    return [
        Match(
            user,
            account.manager_of(user.id),
            user.id in told,
            user.id == account.schema.own_user,
            unknown.get(user.id, 0) if account.manager_of(user.id) is None else 0,
        )
        for user in (*listed.values(), *absent.values())
    ]


async def link_user(
    office: Office, actor: Person, connection_id: ConnectionId, *, user: str, manager_id: ManagerId
) -> int:
    """Say whose account a user of a CRM is; return how many clients that user had as a stranger. Commits.

    Those clients are held against the CRM anew, so that their responsible arrives here.

    Raises:
        PermissionDenied: only an administrator says so.
    """
    ensure(actor, Action.manage_people, Subject())
    noted = Noted(actor, Deed.crm_linked, f"manager:{manager_id}", {"crm": int(connection_id), "user": user})
    async with acquire(office.pool) as connection:
        new_id = (await office.ids.reserve(connection, 1))()
        crash_point("crm.before_link")
        async with connection.transaction():
            address = (*_where(connection_id), user)
            await managers.add_staff_identity(connection, new_id, manager_id, address=address)
            await note_in(connection, office, noted)
        crash_point("crm.after_link")
        clients = await list_of_unknown_owner(connection, connection_id, user)
    if clients:
        await mark_and_queue(office, connection_id, clients)
    return len(clients)


async def unlink_user(office: Office, actor: Person, connection_id: ConnectionId, *, user: str) -> bool:
    """Take back what `link_user` said; False if nothing was said of that user. Commits.

    Raises:
        PermissionDenied: only an administrator takes it back.
    """
    ensure(actor, Action.manage_people, Subject())
    async with acquire(office.pool) as connection:
        crash_point("crm.before_unlink")
        async with connection.transaction():
            whose = await managers.remove_staff_identity(connection, (*_where(connection_id), user))
            if whose is not None:
                facts = {"crm": int(connection_id), "user": user}
                await note_in(connection, office, Noted(actor, Deed.crm_unlinked, f"manager:{whose}", facts))
        crash_point("crm.after_unlink")
    return whose is not None


def _where(connection_id: ConnectionId) -> tuple[str, str]:
    return IdentityType.crm_id.value, str(connection_id)
