"""What `hub people` does to the people of the business, a commit a command."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.app.adapters import get_row
from hub.app.ground import Ground
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.crash import crash_point
from hub.domain.errors import ConfigError, NotFound
from hub.domain.identity import IdentityType, canonical_email, canonical_phone
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Role
from hub.inbox.auditing import Seen, what_they_saw
from hub.inbox.extensions import Wanted, remove_extension, set_extension
from hub.inbox.people import INVITED_FOR, create_invite, dismiss_manager
from hub.store import managers
from hub.store.connections import list_connections
from hub.store.pool import acquire

OFF = "off"
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_OF_A_CONNECTION = frozenset({IdentityType.pbx_extension, IdentityType.pbx_login})


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom it lets into the bot, once, until when."""

    name: str
    token: str
    until: datetime


async def list_people(ground: Ground) -> list[Manager]:
    """Return everybody by id."""
    async with acquire(ground.pool) as connection:
        return await managers.list_managers(connection)


async def find_person(ground: Ground, key: str) -> Manager:
    """Return the person of a key.

    Raises:
        NotFound: there is none; names those there are.
    """
    people = await list_people(ground)
    for person in people:
        if person.key == key:
            return person
    raise NotFound(f"nobody has the key '{key}'; there are: {', '.join(each.key for each in people) or 'none'}")


async def add_person(ground: Ground, key: str, name: str, *, role: Role, language: str) -> None:
    """Add a person who may work at once. Commits.

    Raises:
        ConfigError: the key is no key or taken, or the language is none of ours.
    """
    if not _KEY.fullmatch(key):
        raise ConfigError(f"'{key}' is no key: small letters a-z, digits, - and _, up to 40, for instance anna")
    if language not in {"ru", "en"}:
        raise ConfigError(f"the language '{language}' is not known: ru or en")
    if key in {each.key for each in await list_people(ground)}:
        raise ConfigError(f"the key '{key}' is taken: choose another, or `hub people invite {key}`")
    async with acquire(ground.pool) as connection:
        new_id = ManagerId((await ground.ids.reserve(connection, 1))())
        person = Manager(new_id, key, name, role=role, language=language)
        crash_point("people.before_add")
        await managers.add_manager(connection, person, at=ground.clock.now())


async def invite_person(ground: Ground, key: str) -> Invitation:
    """Return a new invitation of a person, which ends earlier ones (RG-4). Commits. Raises: NotFound."""
    person = await find_person(ground, key)
    async with open_office(ground) as office:
        token = await create_invite(office, THE_OPERATOR, key=key, name=person.name)
    return Invitation(person.name, token, ground.clock.now() + INVITED_FOR)


async def remove_person(ground: Ground, key: str) -> tuple[str, int]:
    """End a person's access at once and hand the work over (RG-4); return the name and how many clients. Commits."""
    person = await find_person(ground, key)
    async with open_office(ground) as office:
        return person.name, await dismiss_manager(office, THE_OPERATOR, person.id)


async def what_was_seen(ground: Ground, key: str, *, days: int) -> Seen:
    """Return what a person read, exported or changed in the last days (RG-4). Raises: NotFound."""
    person = await find_person(ground, key)
    async with open_office(ground) as office:
        return await what_they_saw(office, THE_OPERATOR, person.id, since=ground.clock.now() - timedelta(days=days))


async def credit_address(ground: Ground, key: str, kind: IdentityType, *, value: str, over: str) -> str:
    """Credit calls and answers from an address to a person (M-15) and return the name. Commits.

    Raises:
        ConfigError: the address is not written as its kind wants, or an extension names no PBX.
    """
    person = await find_person(ground, key)
    scope = await _scope(ground, kind, over)
    async with acquire(ground.pool) as connection:
        new_id = (await ground.ids.reserve(connection, 1))()
        await managers.add_staff_identity(connection, new_id, person.id, address=(kind, scope, _canonical(kind, value)))
    return person.name


async def give_extension(ground: Ground, key: str, extension: str, *, over: str) -> str:
    """Write a person's telephone on a PBX, or take it away, and return the person's name. Commits.

    Raises:
        NotFound: nobody has this key.
        ExtensionRefused: no such PBX, or it writes telephones otherwise.
    """
    person = await find_person(ground, key)
    wanted = Wanted(person.id, over)
    async with open_office(ground) as office:
        if extension == OFF:
            await remove_extension(office, THE_OPERATOR, wanted)
        else:
            await set_extension(office, THE_OPERATOR, wanted, extension)
    return person.name


async def _scope(ground: Ground, kind: IdentityType, over: str) -> str:
    """Return where an address holds: everywhere, or over one connection."""
    if kind not in _OF_A_CONNECTION:
        return ""
    if not over:
        raise ConfigError(f"{kind} belongs to one PBX: name it with --connection, as `hub connections` shows it")
    async with acquire(ground.pool) as connection:
        return str(get_row(await list_connections(connection), over).id)


def _canonical(kind: IdentityType, value: str) -> str:
    """Return an address as identities are compared."""
    if kind is IdentityType.phone and (phone := canonical_phone(value)):
        return phone.e164
    if kind is IdentityType.email and (email := canonical_email(value)):
        return email.value
    if kind in {IdentityType.phone, IdentityType.email}:
        raise ConfigError(f"'{value}' is no {kind}; write it like +79161234567 or anna@example.ru")
    return value.strip()
