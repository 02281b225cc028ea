"""What administrators see of the people of the business, and what they change: newcomers, roles (RG-1, RG-4).

Leaving is `hub.inbox.people`, whose team somebody is in stands in the rules (`hub.inbox.rule_changes`).
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import LineKey, ManagerId
from hub.domain.line import EVERYONE
from hub.domain.manager import Role, is_on_shift
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.inbox.people import end_invites_by, hold_administration
from hub.store import people, staff
from hub.store.pool import acquire
from hub.store.staff import StaffRow


@dataclass(frozen=True, slots=True)
class StaffView:
    """One person as administrators see them. `lines` are the names of the lines whose team they are in.

    `held` is what goes on if they leave: conversations they have, are offered or are being handed.
    """

    id: ManagerId
    key: str
    name: str
    role: Role
    is_active: bool
    is_in_bot: bool
    is_reachable: bool
    invited_until: datetime | None
    lines: tuple[str, ...]
    presence: str
    is_on_shift: bool
    conversations: int
    waiting: int
    tasks: int
    last_seen_at: datetime | None
    zone: ZoneInfo
    held: int = 0


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A line whose team people are chosen for; one for everybody has nobody to choose."""

    key: LineKey
    name: str
    is_for_all: bool


async def list_staff(office: Office, actor: Person) -> list[StaffView]:
    """Return everybody: those who work or are invited by name, then those who left.

    Raises:
        PermissionDenied, NotFound: only an administrator sees all people.
    """
    ensure(actor, Action.manage_people, Subject())
    now = office.clock.now()
    async with acquire(office.pool) as connection:
        rows = await staff.list_staff(connection, now=now)
    views = [_view(office, each, now) for each in rows]
    return sorted(views, key=lambda each: (not (each.is_active or each.invited_until), each.name.casefold()))


async def get_staff(office: Office, actor: Person, manager_id: ManagerId) -> StaffView:
    """Return one person, with what goes on to others if they leave.

    Raises:
        NotFound: there is no such person, or the actor is no administrator.
    """
    ensure(actor, Action.manage_people, Subject())
    now = office.clock.now()
    async with acquire(office.pool) as connection:
        rows = await staff.list_staff(connection, now=now, only=manager_id)
        if not rows:
            raise NotFound("there is no such person")
        held = await people.count_held(connection, manager_id)
    return _view(office, rows[0], now, held=held)


async def change_role(office: Office, actor: Person, manager_id: ManagerId, role: Role) -> None:
    """Give a person another role from this moment on. Commits; repeating it changes nothing.

    The unused invitations that somebody made end with their administration.

    Raises:
        Conflict: nobody changes their own role, so there is always an administrator left.
        NotFound: there is no such person any more, or the actor is no administrator, or just lost that.
    """
    ensure(actor, Action.manage_people, Subject())
    if manager_id == actor.manager_id:
        raise Conflict("nobody changes their own role: ask another administrator")
    async with acquire(office.pool) as connection, connection.transaction():
        await hold_administration(connection, actor)
        person = await people.hold_manager(connection, manager_id)
        if person is None or not (person.is_active or await people.is_invited(connection, manager_id)):
            raise NotFound("there is no such person any more")
        if person.role is role:
            return
        await staff.set_role(connection, manager_id, role.value)
        if person.role is Role.admin:
            await end_invites_by(connection, office, manager_id)
        facts = {"was": person.role.value, "role": role.value}
        await note_in(connection, office, Noted(actor, Deed.role_changed, f"manager:{manager_id}", facts))
        crash_point("staff.before_role_commit")
    crash_point("staff.after_role_commit")


def list_line_choices(office: Office, actor: Person) -> list[LineChoice]:
    """Return the lines in the order of the rules.

    Raises:
        PermissionDenied, NotFound: only an administrator puts people into teams.
    """
    ensure(actor, Action.manage_people, Subject())
    return [LineChoice(key, line.name, EVERYONE in line.team) for key, line in office.policy().lines.items()]


def _view(office: Office, row: StaffRow, now: datetime, *, held: int = 0) -> StaffView:
    policy, manager = office.policy(), row.manager
    lines = [line for line in policy.lines.values() if line.has_member(manager.key)]
    shifts = [policy.shift_of(manager.key, line) for line in lines]
    return StaffView(
        id=manager.id,
        key=manager.key,
        name=manager.name or manager.key,
        role=manager.role,
        is_active=manager.is_active,
        is_in_bot=manager.tg_user_id is not None,
        is_reachable=manager.is_reachable,
        invited_until=row.invited_until,
        lines=tuple(line.name for line in lines),
        presence=manager.presence_at(now).value,
        is_on_shift=any(is_on_shift(manager, shift, now) for shift in shifts),
        conversations=row.conversations,
        waiting=row.waiting,
        tasks=row.tasks,
        last_seen_at=row.last_seen_at,
        zone=policy.get_line(policy.default_line).calendar.zone,
        held=held,
    )
