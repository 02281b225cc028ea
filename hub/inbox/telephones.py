"""Which telephone of a manager rings for a client, and which number of the client's is dialled: for card and order.

A manager's telephone on a PBX is the address by which that PBX knows its people (M-15): an extension, or a login.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.contact import ContactIdentity
from hub.domain.conversation import Conversation, Thread
from hub.domain.identity import IdentityType
from hub.domain.ids import ManagerId
from hub.inbox.endpoint import Endpoint
from hub.inbox.office import Office
from hub.inbox.ways import Endpoints, staff_address_of

Staff = Mapping[tuple[str, str, str], ManagerId]
_CALLS = "tel:"


@dataclass(frozen=True, slots=True)
class Telephone:
    """What a connection rings first: an extension, a login or a number of a manager."""

    endpoint: Endpoint
    extension: str


def find_number(threads: Sequence[Thread], identities: Iterable[ContactIdentity]) -> str:
    """Return the number the client called from last, else the first one known, empty if there is none."""
    known = (row.value for row in identities if row.type is IdentityType.phone)
    called = _last_call(threads)
    return called.address if called else next(known, "")


def find_telephone(
    office: Office, manager_id: ManagerId, conversation: Conversation, threads: Sequence[Thread]
) -> Telephone | None:
    """Return the manager's telephone to ring: on the PBX the client called last, else on the line's, else on any."""
    if not any(each.can_call for each in office.endpoints().values()):
        return None
    called, line = _last_call(threads), conversation.line
    last = called.connection_id if called else None
    return min(
        list_telephones(office.endpoints(), office.staff(), manager_id),
        key=lambda each: (each.endpoint.id != last, each.endpoint.line != line, each.endpoint.id),
        default=None,
    )


def list_telephones(endpoints: Endpoints, staff: Staff, manager_id: ManagerId) -> list[Telephone]:
    """Return the telephones of a manager on the connections that place calls."""
    own = {(kind, scope): value for (kind, scope, value), whose in staff.items() if whose == manager_id}
    able = (each for each in endpoints.values() if each.can_call)
    found = ((each, own.get((staff_address_of(each.kind), str(each.id)))) for each in able)
    return [Telephone(each, extension) for each, extension in found if extension]


def _last_call(threads: Iterable[Thread]) -> Thread | None:
    calls = (each for each in threads if each.external_id.startswith(_CALLS) and each.address)
    return max(calls, key=lambda each: each.last_inbound_at or each.created_at, default=None)
