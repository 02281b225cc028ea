"""One-time links by which an administrator connects something in a browser, so that no secret is written in a chat.

A link is for one person, one kind of connection and one connection that works, within fifteen minutes; it is used up in
the commit that saves the connection. Only the hash of its token is stored. Opening it changes nothing (link scanners
do); whoever it is for is read afresh at every step, so it ends with their role (RG-4). What a link opens is a form: it
shows nothing of what is connected already.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.delivery import Notice
from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.manager import Manager
from hub.domain.rights import Action, Person, Subject, ensure, may
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.inbox.people import hold_administration
from hub.inbox.viewer import person_of
from hub.inbox.word import Word, tell_in
from hub.store import connect_links, managers
from hub.store.connect_links import ConnectLink
from hub.store.pool import Connection, acquire
from hub.store.secrets import new_token, token_hash

LASTING = timedelta(minutes=15)


class LinkOver(NotFound):
    """The link was used, or its fifteen minutes are over."""

    code = "connect.link_over"


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that holds, and whose it is now."""

    id: int
    kind: str
    manager: Manager
    actor: Person


@dataclass(frozen=True, slots=True)
class Made:
    """The connection for which a link was used."""

    id: ConnectionId
    name: str


async def make_link(office: Office, actor: Person, kind: str) -> str:
    """Return the token of a link that connects one `kind`; earlier unused links of the person end. Commits.

    Raises:
        PermissionDenied, NotFound: only an administrator connects.
    """
    ensure(actor, Action.manage_connections, Subject())
    token, until = new_token(), office.clock.now() + LASTING
    async with acquire(office.pool) as connection, connection.transaction():
        new_id = await office.ids.reserve(connection, 1)
        link = ConnectLink(new_id(), token_hash(token), actor.manager_id, kind, until)
        await connect_links.add(connection, link)
        await note_in(connection, office, Noted(actor, Deed.connect_link_made, f"connect:{link.id}", {"kind": kind}))
        crash_point("connect_links.before_make_commit")
    crash_point("connect_links.after_make_commit")
    return token


async def open_link(office: Office, token: str) -> OpenLink:
    """Return the link of a token; changes nothing.

    Raises:
        LinkOver: it was used, or its time has run out.
        NotFound: there is none, or whoever it was made for administrates nothing any more.
    """
    wanted = token_hash(token)
    async with acquire(office.pool) as connection:
        link = await connect_links.find(connection, wanted)
        manager = None if link is None else await managers.find_manager(connection, link.manager_id)
    if link is None or manager is None or not hmac.compare_digest(link.token_hash, wanted):
        raise NotFound("there is no such link")
    actor = _administrator(office, manager)
    if link.used_at is not None or link.expires_at <= office.clock.now():
        raise LinkOver("the link was used or is over: ask the bot for a new one with /connect")
    return OpenLink(link.id, link.kind, manager, actor)


def _administrator(office: Office, manager: Manager) -> Person:
    actor = person_of(office.policy(), manager)
    if not may(actor, Action.manage_connections, Subject()):
        raise NotFound("there is no such link")
    return actor


async def use_link(connection: Connection, office: Office, link: OpenLink, *, made: Made) -> None:
    """Use a link up for a connection, with its audit fact and the word to whoever connected. The caller commits.

    All of it stands or falls with the connection: until that is saved, whatever goes wrong, the link can be used again.

    Raises:
        LinkOver: somebody else just used it, or a later link has ended it.
        NotFound: whoever it was made for administrates nothing any more; their settings may have been tried for long.
    """
    await hold_administration(connection, link.actor)
    if not await connect_links.take(connection, link.id, now=office.clock.now()):
        raise LinkOver("the link was used just now")
    facts = {"kind": link.kind, "name": made.name}
    await note_in(connection, office, Noted(link.actor, Deed.connected, f"connection:{made.id}", facts))
    manager_id = ManagerId(int(link.manager.id))
    await tell_in(connection, office, [Word(Notice.connection_made, manager_id, f"connection:{made.id}", facts)])
