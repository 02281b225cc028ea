"""Automations whose time has come: their timers fire once, and a look twice a day arms those that no event begins.

The state is looked at again under the locks (`hub.inbox.folds.automation_timers`); that a lead stands still is read
from its whole history before. A crash in between costs nothing: a timer fires in the commit of its effects, and the
look arms only what is not armed and has not acted.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from hub.crash import crash_point
from hub.domain.automation import Automation, Happening, SendText, TriggerKind
from hub.domain.ids import ContactId, ConversationId, LeadId, LineKey
from hub.domain.replacing import replace
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.automation_desk import AutomationDesk
from hub.inbox.folds.automation_timers import arm, due_after, pack, still_lasts, stillness, subject_of, unpack
from hub.inbox.folds.automations import IDS_EACH, fire
from hub.inbox.office import Office
from hub.store import automations as stored
from hub.store.automations import Armed, Lasting
from hub.store.pool import Connection, acquire
from hub.store.rows import to_json_text
from hub.store.scope import Scope
from hub.store.timers import DueTimer

SCAN_EVERY = timedelta(hours=12)
AHEAD = timedelta(days=1)
"""Timers are armed so far ahead: longer than until the next look."""
MORNING = time(9)
Activity = Mapping[int, datetime]


async def fire_automations(office: Office, due: Sequence[DueTimer]) -> int:
    """Fire those of `due` that still stand; return how many. Commits once."""
    activity = await _read_activity(office, due)
    scope = _scope(due)

    def fold(rows: WorkingSet) -> int:
        desk = AutomationDesk(rows, office.policy(), scope, office.endpoints())
        return sum([_pass(desk, each, activity) for each in due])

    crash_point("automations.before_fire")
    count = await office.change(scope, fold)
    crash_point("automations.after_fire")
    return count


async def _read_activity(office: Office, due: Sequence[DueTimer]) -> Activity:
    still = [int(each.facts["lead_id"]) for each in due if each.facts["trigger"] == TriggerKind.no_activity]
    if not still:
        return {}
    async with acquire(office.pool) as connection:
        return await stored.read_activity(connection, still)


def _scope(due: Sequence[DueTimer]) -> Scope:
    happened = [unpack(each.facts) for each in due]
    return Scope(
        contacts={int(each.contact_id) for each in happened},
        conversations={int(each.conversation_id) for each in happened if each.conversation_id is not None},
        leads={int(each.lead_id) for each in happened if each.lead_id is not None},
        lines={str(each.line) for each in happened},
        always_lines=True,
        automations={str(each.facts["automation"]) for each in due},
        firings={each.subject for each in happened},
        causes={each.cause for each in happened},
        firing_ids=IDS_EACH * len(happened),
        ids=IDS_EACH * len(happened),
    )


def _pass(desk: AutomationDesk, due: DueTimer, activity: Activity) -> bool:
    key = (TimerKind.automation, due.subject)
    timer = desk.rows.timers.get(key)
    if timer is None or timer.state is not TimerState.armed or timer.due_at > desk.rows.now:
        return False
    desk.rows.timers.put(key, replace(timer, state=TimerState.fired, fired_at=desk.rows.now))
    automation = desk.policy.automations.by_id.get(str(timer.facts["automation"]))
    if automation is not None:
        _act(desk, automation, timer, activity)
    return True


def _act(desk: AutomationDesk, automation: Automation, timer: Timer, activity: Activity) -> None:
    happened = _as_it_is_now(desk, unpack(timer.facts))
    if not still_lasts(desk, happened):
        return
    if happened.kind is TriggerKind.no_activity:
        happened = _since_last(desk, automation, happened, activity)
    is_late_enough = happened.kind is not TriggerKind.no_activity or _is_long(desk, automation, happened)
    if is_late_enough and automation.matches(desk.facts_of(happened)):
        fire(desk, automation, happened, only=SendText if timer.facts.get("morning") else None)


def _as_it_is_now(desk: AutomationDesk, happened: Happening) -> Happening:
    """Return what armed a timer with the card the lead belongs to by now."""
    lead = desk.lead_of(happened)
    return happened if lead is None else replace(happened, contact_id=lead.contact_id)


def _since_last(desk: AutomationDesk, automation: Automation, happened: Happening, activity: Activity) -> Happening:
    """Return how long the lead stands still really, and arm the next look for when that can be long enough again."""
    lead = desk.rows.leads[int(str(happened.lead_id))]
    since = max(activity.get(int(lead.id), happened.at), lead.created_at)
    found = replace(stillness(lead, since), chain=happened.chain, is_kept=True)
    due = due_after(desk, automation, found, since)
    arm(desk, automation, found, due=due if due > desk.rows.now else due_after(desk, automation, found, desk.rows.now))
    return found


def _is_long(desk: AutomationDesk, automation: Automation, happened: Happening) -> bool:
    return due_after(desk, automation, happened, happened.at) <= desk.rows.now


async def watch_automations(office: Office) -> int:
    """Arm timers of what no event begins, twice a day and after new rules; return how many there were. Commits."""
    automations, now = office.policy().automations.scanned, office.clock.now()
    if not automations:
        return 0
    revision = office.policy().revision
    async with acquire(office.pool) as connection:
        last = await stored.read_scan(connection)
        if last is not None and last[0] > now and last[1].get("revision") == revision:
            return 0
    armed = sum([await _look(office, each) for each in automations])
    crash_point("automations.before_note")
    async with acquire(office.pool) as connection:
        new_id = await office.ids.reserve(connection, 1)
        await stored.note_scan(connection, new_id(), next_at=now + SCAN_EVERY, revision=revision)
    crash_point("automations.after_note")
    return armed


async def _look(office: Office, automation: Automation) -> int:
    """Arm one automation for everybody it concerns until some time after the next look."""
    async with acquire(office.pool) as connection:
        found = await _list_lasting(office, automation, connection)
        if found:
            new_id = await office.ids.reserve(connection, len(found))
            timers = [_timer(office, automation, each, new_id()) for each in found]
            await stored.arm_timers(connection, [each for each in timers if _is_ours(office, each)])
    return len(found)


def _is_ours(office: Office, armed: Armed) -> bool:
    """Tell whether this hub does it: what was due before a restore was the lost hub's to do (case 38)."""
    restored = office.restored()
    return restored is None or armed.due_at > restored.at


async def _list_lasting(office: Office, automation: Automation, connection: Connection) -> list[Happening]:
    now, trigger = office.clock.now(), automation.trigger
    earliest = now - trigger.after - stored.LATEST
    match trigger.kind:
        case TriggerKind.no_activity:
            found = await stored.list_still_leads(connection, automation.id, after=earliest)
        case TriggerKind.contact_silent:
            until = now - trigger.after + AHEAD
            found = await stored.list_silent(connection, after=earliest, until=until)
        case _:
            return await _list_dated(office, automation, connection)
    happened = [_happening(trigger.kind, each, "still" if each.lead_id else "silent") for each in found]
    return [each for each in happened if automation.wants(each)]


async def _list_dated(office: Office, automation: Automation, connection: Connection) -> list[Happening]:
    """Return whose date is today or tomorrow by the clock of the default line, `before` days ahead."""
    trigger, policy = automation.trigger, office.policy()
    zone = policy.get_line(policy.default_line).calendar.zone
    today = office.clock.now().astimezone(zone).date()
    listed: list[Happening] = []
    for day in (today, today + timedelta(days=1)):
        wanted = stored.Dated(trigger.field, day + trigger.before, trigger.is_yearly, trigger.is_of_lead)
        at = datetime.combine(day, MORNING, zone).astimezone(UTC)
        found = await stored.list_dated(connection, wanted, since=at)
        happened = [_happening(trigger.kind, each, f"{trigger.field}:{wanted.day}") for each in found]
        listed += [each for each in happened if automation.wants(each)]
    return listed


def _happening(kind: TriggerKind, lasting: Lasting, cause: str) -> Happening:
    return Happening(
        kind=kind,
        contact_id=ContactId(lasting.contact_id),
        line=LineKey(lasting.line),
        cause=cause if kind is TriggerKind.date_reached else f"{cause}:{lasting.since.isoformat()}",
        at=lasting.since,
        conversation_id=None if lasting.conversation_id is None else ConversationId(lasting.conversation_id),
        lead_id=None if lasting.lead_id is None else LeadId(lasting.lead_id),
    )


def _timer(office: Office, automation: Automation, happened: Happening, new_id: int) -> Armed:
    trigger, calendar = automation.trigger, office.policy().get_line(happened.line).calendar
    due = trigger.counting.after(calendar, happened.at, trigger.after)
    facts = to_json_text(pack(automation, happened))
    return Armed(new_id, subject_of(automation, happened), due, facts)
