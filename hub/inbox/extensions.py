"""The telephone of a person on a PBX: calls from it are theirs (M-15), and calls from cards ring it.

A person says their own and an administrator anybody's; the PBX's adapter knows how such an address is written. One
person has one on each PBX. What is written here is in force everywhere within seconds.
"""

from dataclasses import dataclass

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.errors import Conflict
from hub.domain.ids import ManagerId
from hub.domain.rights import Action, Person, Subject, ensure, may
from hub.inbox.auditing import Noted, note_in
from hub.inbox.endpoint import Endpoint
from hub.inbox.office import Office
from hub.inbox.telephones import Telephone
from hub.inbox.ways import is_pbx, staff_address_of, staff_form_of
from hub.store import managers, people
from hub.store.pool import Connection, acquire


class ExtensionRefused(Conflict):
    """A telephone is not written down: `reason` is `no_pbx`, `which`, `wrong` or `taken`; `facts` go into the words."""

    code = "conflict.extension"

    def __init__(self, message: str, reason: str, **facts: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose telephone is meant, and on which PBX, by its name; empty where there is one alone."""

    manager_id: ManagerId
    pbx: str = ""


async def set_extension(office: Office, actor: Person, wanted: Wanted, extension: str) -> Telephone:
    """Write a person's telephone on a PBX, in place of the one before. Commits; repeating it changes nothing.

    An administrator takes it from whoever has it; a person does not.

    Raises:
        ExtensionRefused: no such PBX, not written as the PBX does, or somebody else's.
        NotFound, PermissionDenied: another person's telephone is the administrator's matter.
    """
    _ensure(actor, wanted)
    endpoint = _find_pbx(office, wanted.pbx)
    if not staff_form_of(endpoint.kind).fullmatch(extension):
        message = f"'{extension}' is no telephone of {endpoint.name}: write the extension or login its account shows"
        raise ExtensionRefused(message, "wrong", extension=extension, pbx=endpoint.name)
    address = (staff_address_of(endpoint.kind), str(endpoint.id), extension)
    async with acquire(office.pool) as connection, connection.transaction():
        await _ensure_free(connection, actor, wanted, (endpoint, extension))
        new_id = (await office.ids.reserve(connection, 1))()
        await managers.clear_staff_identities(connection, wanted.manager_id, address[:2])
        await managers.add_staff_identity(connection, new_id, wanted.manager_id, address=address)
        facts = {"connection": int(endpoint.id)}
        await note_in(connection, office, Noted(actor, Deed.extension_set, f"manager:{wanted.manager_id}", facts))
        crash_point("extension.before_commit")
    crash_point("extension.after_commit")
    return Telephone(endpoint, extension)


async def remove_extension(office: Office, actor: Person, wanted: Wanted) -> None:
    """Forget a person's telephones, on the named PBX or on all. Commits; with none there nothing changes.

    Raises:
        ExtensionRefused: no PBX has this name.
        NotFound, PermissionDenied: another person's telephone is the administrator's matter.
    """
    _ensure(actor, wanted)
    chosen = [_find_pbx(office, wanted.pbx)] if wanted.pbx else _list_pbxs(office)
    async with acquire(office.pool) as connection, connection.transaction():
        for endpoint in chosen:
            scope = (staff_address_of(endpoint.kind), str(endpoint.id))
            await managers.clear_staff_identities(connection, wanted.manager_id, scope)
        await note_in(connection, office, Noted(actor, Deed.extension_set, f"manager:{wanted.manager_id}", {}))
        crash_point("extension.before_removal_commit")
    crash_point("extension.after_removal_commit")


async def list_extensions(office: Office, actor: Person) -> list[Telephone]:
    """Return the actor's own telephones on the PBXs there are, as stored now."""
    async with acquire(office.pool) as connection:
        staff = await managers.load_staff(connection)
    own = {(kind, scope): value for (kind, scope, value), whose in staff.items() if whose == actor.manager_id}
    found = ((each, own.get((staff_address_of(each.kind), str(each.id)))) for each in _list_pbxs(office))
    return [Telephone(endpoint, extension) for endpoint, extension in found if extension]


def _ensure(actor: Person, wanted: Wanted) -> None:
    if not actor.is_active or actor.manager_id != wanted.manager_id:
        ensure(actor, Action.manage_people, Subject())


async def _ensure_free(connection: Connection, actor: Person, wanted: Wanted, telephone: tuple[Endpoint, str]) -> None:
    """Refuse a telephone that a colleague has, unless an administrator moves it; of one who left it is free."""
    endpoint, extension = telephone
    address = (staff_address_of(endpoint.kind), str(endpoint.id), extension)
    whose = (await managers.load_staff(connection)).get(address)
    if whose in (None, wanted.manager_id) or may(actor, Action.manage_people, Subject()):
        return
    owner = await people.find_manager(connection, ManagerId(int(whose or 0)))
    if owner is not None and owner.is_active:
        message = f"{extension} of {endpoint.name} is {owner.name}'s: an administrator can move it"
        raise ExtensionRefused(message, "taken", extension=extension, pbx=endpoint.name, name=owner.name)


def _find_pbx(office: Office, name: str) -> Endpoint:
    there = _list_pbxs(office)
    if not there:
        raise ExtensionRefused("no PBX is connected: connect one first with hub connect", "no_pbx")
    fitting = [each for each in there if not name or each.name.casefold() == name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(each.name for each in there)
    raise ExtensionRefused(f"name one PBX of: {names}", "which", pbx=names)


def _list_pbxs(office: Office) -> list[Endpoint]:
    return sorted((each for each in office.endpoints().values() if is_pbx_of(each)), key=lambda each: each.id)


def is_pbx_of(endpoint: Endpoint) -> bool:
    """Tell whether a connection reports telephone calls; a CRM's kind is no channel's."""
    return not endpoint.is_crm and is_pbx(endpoint.kind)
