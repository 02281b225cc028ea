"""Writes audit facts, and answers «что видел» (RG-4, RG-6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.crash import crash_point
from hub.domain.audit import AuditFact, Deed
from hub.domain.ids import ManagerId
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.office import Office
from hub.store import audit
from hub.store.audit import Shown
from hub.store.pool import Connection, acquire

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person read, exported or changed, and which conversations stood in their chat.

    `names` are what people call the subjects of deeds: a conversation's number, a manager's name.
    """

    deeds: Sequence[AuditFact]
    shown: Sequence[Shown]
    names: Mapping[str, str] = field(default_factory=dict)


async def note(office: Office, actor: Person, deed: Deed, subject: str, **facts: object) -> None:
    """Write that somebody did it. Commits by itself: what was read was read, whatever comes after."""
    async with acquire(office.pool) as connection:
        crash_point("audit.before_write")
        await note_in(connection, office, Noted(actor, deed, subject, facts))
    crash_point("audit.after_write")


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody does, to what; `facts` are plain JSON values."""

    actor: Person
    deed: Deed
    subject: str
    facts: Mapping[str, object] = field(default_factory=dict)


async def note_in(connection: Connection, office: Office, noted: Noted) -> None:
    """Write it in the caller's transaction, so that a change of rights and its fact are one commit."""
    new_id = await office.ids.reserve(connection, 1)
    by = noted.actor.manager_id
    await audit.add(connection, AuditFact(new_id(), by, noted.deed, noted.subject, office.clock.now(), noted.facts))


async def what_they_saw(office: Office, actor: Person, manager_id: ManagerId, *, since: datetime) -> Seen:
    """«Что видел»: return what a person of the business read and exported since an instant, oldest first (RG-4).

    Raises:
        PermissionDenied, NotFound: only an administrator asks.
    """
    ensure(actor, Action.manage_people, Subject())
    async with acquire(office.pool) as connection:
        deeds = await audit.list_of(connection, manager_id, since=since, limit=_MOST)
        names = await audit.name_subjects(connection, (deed.subject for deed in deeds))
        return Seen(deeds, await audit.list_shown(connection, manager_id, since=since, limit=_MOST), names)
