"""How the hub is, and what was set aside: looked at and put back into work by administrators, on either door."""

from collections.abc import Sequence

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.health import Health
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.store import deliveries, receipts
from hub.store.deliveries import DeliveryRow
from hub.store.pool import acquire
from hub.store.receipts import ParkedReceipt
from hub.store.status import read_health

SetAside = ParkedReceipt | DeliveryRow


async def get_health(office: Office, actor: Person) -> Health:
    """Return how the installation is. Reads only.

    Raises:
        PermissionDenied, NotFound: only an administrator looks.
    """
    ensure(actor, Action.manage_connections, Subject())
    async with acquire(office.pool) as connection:
        return await read_health(connection, now=office.clock.now())


async def list_set_aside(office: Office, actor: Person, *, limit: int) -> list[SetAside]:
    """Return payloads, then deliveries that failed, are parked or may not have arrived, each oldest first.

    Raises:
        PermissionDenied, NotFound: only an administrator looks.
    """
    ensure(actor, Action.replay, Subject())
    async with acquire(office.pool) as connection:
        payloads = await receipts.list_parked(connection, limit=limit)
        wrong = await deliveries.list_wrong(connection, limit=limit)
    found: list[SetAside] = [*payloads, *wrong]
    return found[:limit]


async def put_back(office: Office, actor: Person, numbers: Sequence[int] | None) -> int:
    """Put what was set aside back into work, all that is parked without numbers; returns how many. Commits.

    What they already caused is not caused again; a delivery that failed for good is tried again only by its number.

    Raises:
        PermissionDenied, NotFound: only an administrator does.
    """
    ensure(actor, Action.replay, Subject())
    async with acquire(office.pool) as connection, connection.transaction():
        count = await receipts.replay(connection, numbers)
        count += await deliveries.retry(connection, numbers, now=office.clock.now())
        if count:
            await note_in(connection, office, Noted(actor, Deed.replayed, "set_aside", {"count": count}))
        crash_point("set_aside.before_commit")
    crash_point("set_aside.after_commit")
    for lane in ("receipts", "reply", "notify"):
        office.wakeup.wake(lane)
    return count
