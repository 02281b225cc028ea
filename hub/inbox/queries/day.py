"""Today and the last week of the lines somebody leads: RP-1, RP-5, RP-6 and RP-7 in a few figures.

Definitions are those of the reports (semantics §9), told from the same ledgers: working time by the calendar frozen in
a wait, credit to who sent an answer (S7), a breach to who was responsible. Days before are looked at up to the same
time of day, so that a morning is compared with mornings. Dates are of the default line's zone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.audit import Deed
from hub.domain.errors import PermissionDenied
from hub.domain.ids import ConversationId
from hub.domain.metrics import Measured
from hub.domain.rights import Person
from hub.inbox.auditing import note
from hub.inbox.day_views import DayView, LateView, UsualDay, WeekView
from hub.inbox.office import Office
from hub.inbox.queries.day_sums import DaySums, add_up
from hub.inbox.queries.reports import asking
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.measuring import holder_in
from hub.inbox.queries.team import lines_led
from hub.inbox.viewer import reach_of
from hub.store import reports, team
from hub.store.pool import Connection
from hub.store.reports import Period

WEEKS = 4
HOURS = 24
_DAY = timedelta(days=1)


async def open_day(office: Office, actor: Person) -> DayView:
    """Return `get_day` to who asks for it; that it was read is an audit fact (RG-6), committed at the end."""
    seen = await get_day(office, actor)
    await note(office, actor, Deed.report_read, "report:day")
    return seen


async def find_day(office: Office, actor: Person, day: date) -> DayView | None:
    """Return a day that is to be told: `None` once it is over, off without a word, or to who leads no line now."""
    try:
        seen = await get_day(office, actor)
    except PermissionDenied:
        return None
    return None if seen.says_nothing or seen.day != day else seen


async def open_week(office: Office, actor: Person) -> WeekView:
    """Return the last seven days beside the seven before; the audit fact is committed at the end (RG-6).

    Raises:
        PermissionDenied: the actor leads no line.
    """
    lines_led(office, actor)
    async with reports.reading(office.pool) as connection:
        question = await asking.resolve(connection, office, actor, asking.Asked())
        today = question.now.astimezone(question.zone).date()
        days = [today - _DAY * back for back in range(6, -1, -1)]
        spans = [(day, await add_up(connection, _about(question, day, day))) for day in days]
        whole = await add_up(connection, _about(question, days[0], today))
        before = await add_up(connection, _about(question, days[0] - 7 * _DAY, today - 7 * _DAY))
    await note(office, actor, Deed.report_read, "report:week")
    return WeekView(question.zone, [(day, sums.view()) for day, sums in spans], whole.view(), before.view())


async def get_day(office: Office, actor: Person) -> DayView:
    """Return today up to now on the lines the actor leads, all as of one instant.

    Raises:
        PermissionDenied: the actor leads no line.
    """
    led, reach = lines_led(office, actor), reach_of(actor)
    async with reports.reading(office.pool) as connection:
        question = await asking.resolve(connection, office, actor, asking.Asked())
        day = question.now.astimezone(question.zone).date()
        today = await add_up(connection, _about(question, day, day))
        days = [day - 7 * _DAY * back for back in range(WEEKS, 0, -1)]
        before = [await add_up(connection, _about(question, each, each)) for each in days]
        late = await _list_late(connection, today)
        work = await team.list_work(connection, reach, since=question.now, now=question.now)
    weekdays = [*zip(days, (sums.asked() for sums in before), strict=True), (day, today.asked())]
    calendars = [office.policy().get_line(line).calendar for line in led]
    midnight = _midnight(day, question.zone)
    return DayView(
        day=day,
        zone=question.zone,
        is_day_off=not any(each.list_open_spans(midnight, midnight + _DAY) for each in calendars),
        span=today.view(),
        by_channel=today.leads.most_common(),
        late=late,
        people=today.people(),
        usual=_usual(before),
        hours=[today.hours[hour].asked() for hour in range(HOURS)],
        usual_hours=_usual_hours(before),
        weekdays=weekdays,
        waiting=sum(each.waiting for each in work),
        overdue=sum(each.overdue for each in work),
    )


async def _list_late(connection: Connection, sums: DaySums) -> list[LateView]:
    """Return the worst first."""
    worst = [measured for _, _, measured in sums.late]
    known = await reports.list_conversations(connection, [int(each.story.wait.conversation_id) for each in worst])
    return [_late(sums.question, each, known.get(int(each.story.wait.conversation_id), (0, ""))) for each in worst]


def _late(question: Question, measured: Measured, known: tuple[int, str]) -> LateView:
    holder = holder_in(measured, question.now)
    return LateView(
        conversation_id=ConversationId(measured.story.wait.conversation_id),
        number=known[0],
        contact_name=known[1],
        manager="" if holder is None else question.name_of(holder),
        is_answered=measured.is_answered,
    )


def _usual(before: Sequence[DaySums]) -> UsualDay | None:
    """Return the average of those days on which anything was asked, `None` if there are none."""
    lived = [sums.view() for sums in before if sums.asked().total or sums.leads]
    if not lived:
        return None
    medians = [each.median for each in lived if each.median is not None]
    return UsualDay(
        days=len(lived),
        leads=sum(each.leads for each in lived) / len(lived),
        late=sum(each.asked.late for each in lived) / len(lived),
        missed=sum(each.missed for each in lived) / len(lived),
        median=sum(medians, timedelta(0)) / len(medians) if medians else None,
    )


def _usual_hours(before: Sequence[DaySums]) -> list[float]:
    lived = [sums for sums in before if sums.asked().total]
    return [sum(sums.hours[hour].asked().total for sums in lived) / max(len(lived), 1) for hour in range(HOURS)]


def _about(question: Question, first: date, last: date) -> Question:
    """Return the question about some days, the last of them up to the present time of day."""
    now = question.now.astimezone(question.zone)
    until = datetime.combine(last, now.time(), question.zone).astimezone(question.now.tzinfo)
    period = Period(_midnight(first, question.zone), min(until, question.now) + timedelta(microseconds=1))
    return replace(question, period=period)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
