"""The people of the lines somebody leads: who works, what each has, how quickly they answer today (telegram 7.12).

Today begins at midnight of the default line. A median counts what RP-1 counts as a first answer, by the calendar frozen
in the wait (D-1), and credits who sent it (S7).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager, is_on_shift
from hub.domain.metrics import spread_of
from hub.domain.rights import Action, Person, Subject, may
from hub.inbox.office import Office
from hub.inbox.queries.lists import row_view
from hub.inbox.queries.reports.measuring import Calendars
from hub.inbox.team_views import HeldView, MemberView, TeamView
from hub.inbox.viewer import reach_of
from hub.store import lists, people, team
from hub.store.pool import acquire
from hub.store.team import Work


async def get_team(office: Office, actor: Person) -> TeamView:
    """Return the people of the lines the actor leads, those at work first, with their load and today's answers.

    Raises:
        PermissionDenied: the actor leads no line.
    """
    led, zone, now = lines_led(office, actor), _zone(office), office.clock.now()
    async with acquire(office.pool) as connection:
        told = await team.list_work(connection, reach_of(actor), since=_midnight(zone, now), now=now)
        calendars = Calendars(connection, office.policy())
        members = [
            await _member(office, calendars, each.manager, work=each)
            for each in told
            if each.manager is not None and _is_of(office, led, each.manager, each)
        ]
    queue = next((each for each in told if each.manager is None), None)
    return TeamView(
        zone=zone,
        members=sorted(members, key=lambda each: (not each.is_on_shift, -each.overdue, -each.waiting, each.name)),
        queue=queue.conversations if queue else 0,
        queue_oldest_at=queue.oldest_at if queue else None,
    )


async def list_held(office: Office, actor: Person, manager_id: ManagerId) -> HeldView:
    """Return what a colleague has open on the lines the actor leads.

    Raises:
        PermissionDenied: the actor leads no line.
        NotFound: there is no such person, or not on these lines (RG-2).
    """
    led, now = lines_led(office, actor), office.clock.now()
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, manager_id)
        held = await lists.list_held(connection, reach_of(actor), manager_id, now=now)
        waiting = await team.list_waiting(connection, reach_of(actor), manager_id)
    is_there = manager is not None and manager.is_active
    if manager is None or not (is_there and (held or _is_member(office, led, manager))):
        raise NotFound("there is no such colleague on your lines")
    return HeldView(manager.id, manager.name, [row_view(office, each, actor) for each in held], len(waiting))


def lines_led(office: Office, actor: Person) -> list[LineKey]:
    """Return the lines whose people the actor may see and relieve, in the order of the policy.

    Raises:
        PermissionDenied: there are none.
    """
    led = [key for key in office.policy().lines if may(actor, Action.reassign, Subject(key))]
    if not led:
        raise PermissionDenied("only the head of a line sees its team; ask an administrator for the role")
    return led


def _is_of(office: Office, led: list[LineKey], manager: Manager, work: Work) -> bool:
    return bool(work.conversations) or _is_member(office, led, manager)


def _is_member(office: Office, led: list[LineKey], manager: Manager) -> bool:
    return any(office.policy().get_line(key).has_member(manager.key) for key in led)


async def _member(office: Office, calendars: Calendars, manager: Manager, *, work: Work) -> MemberView:
    now, policy = office.clock.now(), office.policy()
    shifts = [policy.shift_of(manager.key, line) for line in policy.lines.values() if line.has_member(manager.key)]
    lengths = []
    for answer in work.answers:
        calendar = await calendars.get(answer.revision, answer.line)
        lengths.append(calendar.open_time_between(answer.started_at, answer.ended_at))
    median = spread_of(int(each.total_seconds()) for each in lengths).median
    return MemberView(
        id=manager.id,
        name=manager.name,
        presence=manager.presence_at(now).value,
        is_on_shift=any(is_on_shift(manager, shift, now) for shift in shifts),
        conversations=work.conversations,
        waiting=work.waiting,
        overdue=work.overdue,
        oldest_at=work.oldest_at,
        answered=len(lengths),
        median=None if median is None else timedelta(seconds=median),
    )


def _zone(office: Office) -> ZoneInfo:
    policy = office.policy()
    return policy.get_line(policy.default_line).calendar.zone


def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
