"""What automations do, one function an action; each returns in words what was done, or why not.

Everything happens in the fold that decided it, through the same folds as people's own deeds; who is told learns it
from deliveries of the same commit. Texts to clients respect the night, the channel's window and a client's no.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import assert_never

from hub.domain.automation import (
    SENDING,
    Action,
    AddTag,
    Assign,
    Audience,
    Automation,
    Happening,
    MakeTask,
    MoveStage,
    Notify,
    SendText,
    SetField,
    Target,
)
from hub.domain.client_time import ZONE_FIELD, client_zone, when_to_write
from hub.domain.contact import Contact
from hub.domain.conversation import Conversation, Thread
from hub.domain.delivery import Notice
from hub.domain.identity import IdentityType
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.lead import Lead
from hub.domain.ledger import Fact
from hub.domain.line import LineMode
from hub.domain.replacing import replace
from hub.domain.timer import TimerKind
from hub.domain.words import Words
from hub.inbox.folds.assignment import count_assignment, duty_of, facts_of_line, heads_or_duty
from hub.inbox.folds.auto_texts import Template, write_by_template
from hub.inbox.folds.automation_desk import AutomationDesk
from hub.inbox.folds.automation_timers import pack
from hub.inbox.folds.breaches import put_in_hands
from hub.inbox.folds.fields import add_contact_tags, add_lead_tags, set_contact_fields, set_lead_fields
from hub.inbox.folds.lead_moves import Because, move_by_event
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import NO_DELAY, tell
from hub.inbox.folds.tasks import NewTask, add_task
from hub.inbox.ways import choose_automatic_way, is_window_closed

"""Tags of a client who does not want to be written to by automations."""

MORNING = time(9)
_NO_LEAD = Words("лида нет", "there is no lead")


@dataclass(frozen=True, slots=True)
class Deed:
    """An automation that acts because of something, where people see it: in a conversation of the client."""

    desk: AutomationDesk
    automation: Automation
    happened: Happening
    conversation_id: ConversationId

    @property
    def work(self) -> LineWork:
        return self.desk.work_of(self.happened)

    @property
    def conversation(self) -> Conversation:
        return self.desk.rows.conversations[self.conversation_id]

    @property
    def contact(self) -> Contact:
        return self.desk.rows.contacts[self.conversation.contact_id]

    @property
    def lead(self) -> Lead | None:
        return self.desk.lead_of(self.happened)

    @property
    def cause(self) -> str:
        """Return what makes its notices unique."""
        return f"{self.automation.id}:{self.happened.cause}"


def perform(deed: Deed, action: Action) -> Words:
    """Carry out one action and return what was done, or why it was not."""
    match action:
        case MakeTask():
            return _make_task(deed, action)
        case MoveStage():
            return _move(deed, action)
        case Assign():
            return _assign(deed, action)
        case Notify():
            return _notify(deed, action)
        case SendText():
            return _send(deed, action)
        case AddTag():
            return _add_tag(deed, action)
        case SetField():
            return _set_field(deed, action)
        case never:
            assert_never(never)


def describe(action: Action) -> Words:
    """Return what an action would do, for a dry run and for lists."""
    match action:
        case MakeTask():
            return Words(f"задача «{action.what.ru}»", f"task “{action.what.en}”")
        case MoveStage():
            return Words(f"стадия {action.to}", f"stage {action.to}")
        case Assign():
            return Words(f"назначить: {action.to}", f"assign to {action.to}")
        case Notify():
            return Words(f"сообщить: {', '.join(action.to)}", f"tell {', '.join(action.to)}")
        case SendText():
            return Words("написать клиенту", "write to the client")
        case AddTag():
            return Words(f"метка «{action.tag}»", f"tag “{action.tag}”")
        case SetField():
            return Words(f"поле {action.field}", f"field {action.field}")
        case never:
            assert_never(never)


def _make_task(deed: Deed, action: MakeTask) -> Words:
    place = deed.happened.count - 1
    if place >= len(action.due):
        return Words("попыток больше нет", "no attempts are left")
    work, delay = deed.work, action.due[place]
    due = _next_morning(work) if delay is None else action.counting.after(work.line.calendar, work.rows.now, delay)
    manager_id = _person(deed, action.to)
    what = action.what.say(_language(work, manager_id))
    add_task(work, deed.lead or deed.conversation, NewTask(what, due, manager_id, cause=deed.automation.id))
    return describe(action)


def _next_morning(work: LineWork) -> datetime:
    """Return when the line opens next on a later day; nine in the morning where it never closes."""
    calendar, now = work.line.calendar, work.rows.now
    tomorrow = now.astimezone(calendar.zone).date() + timedelta(days=1)
    if calendar.is_always_open:
        return datetime.combine(tomorrow, MORNING, calendar.zone).astimezone(UTC)
    midnight = datetime.combine(tomorrow, time(0), calendar.zone).astimezone(UTC)
    return calendar.next_opening(midnight) or midnight


def _move(deed: Deed, action: MoveStage) -> Words:
    lead = deed.lead
    if lead is None:
        return _NO_LEAD
    because = Because(deed.automation.id, loss_reason=action.reason)
    moved = move_by_event(deed.work, lead, action.to, because)
    if moved.stage != action.to:
        return Words(f"стадия {action.to}: не хватает полей", f"stage {action.to}: fields are missing")
    return describe(action)


def _assign(deed: Deed, action: Assign) -> Words:
    rows, conversation, manager_id = deed.desk.rows, deed.conversation, _person(deed, action.to)
    if not conversation.is_open or manager_id is None:
        return Words("назначать нечего или некому", "nothing to assign, or nobody")
    if conversation.assignee_id == manager_id:
        return Words("ответственный уже тот", "it is theirs already")
    before = [each for each in (conversation.assignee_id, *conversation.offered_to) if each not in (None, manager_id)]
    given = rows.conversations.put(
        conversation.id, replace(conversation, assignee_id=manager_id, offered_to=(), transfer_to=None)
    )
    _give_wait(deed, conversation, manager_id)
    tell(deed.work, Notice.assigned, given, to=[manager_id], cause=deed.cause)
    tell(deed.work, Notice.taken_away, given, to=[each for each in before if each], cause=deed.cause)
    return describe(action)


def _give_wait(deed: Deed, conversation: Conversation, manager_id: ManagerId) -> None:
    """Let the wait follow its conversation: start and deadline stay (B-4)."""
    rows = deed.desk.rows
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    if wait is not None:
        wait = put_in_hands(rows, wait, manager_id)
        rows.disarm(TimerKind.accept, f"wait:{wait.id}")
    count_assignment(rows, manager_id, is_turn=False)
    record(rows, Fact.assigned, wait or conversation, manager_id=manager_id, cause=deed.automation.id)


def _notify(deed: Deed, action: Notify) -> Words:
    people = _audience(deed, action.to)
    if not people:
        return Words("сообщить некому", "nobody to tell")
    facts = {"automation": deed.automation.id, "ru": action.text.ru, "en": action.text.en}
    for each in people:
        delay = _until_awake(deed.work, each)
        tell(deed.work, Notice.automation, deed.conversation, to=[each], cause=deed.cause, facts=facts, delay=delay)
    return describe(action)


def _audience(deed: Deed, to: Iterable[Audience]) -> list[ManagerId]:
    """Return who is told, each once; where the responsible or a head is missing, the duty person."""
    known, work = facts_of_line(deed.work), deed.work
    found: dict[ManagerId, None] = {}
    for each in to:
        match each:
            case Audience.responsible:
                own = deed.desk.responsible_for(deed.happened)
                people = [own] if own in known and own is not None else duty_of(work)
            case Audience.head:
                people = heads_or_duty(work)
            case Audience.team:
                people = [person.id for person in known.values() if work.line.has_member(person.key)]
            case Audience.duty:
                people = duty_of(work)
            case never:
                assert_never(never)
        found |= dict.fromkeys(people)
    return list(found)


def _until_awake(work: LineWork, manager_id: ManagerId) -> timedelta:
    """Return how long a person's quiet hours still last (B-2)."""
    now, quiet = work.rows.now, work.policy.get_staff(facts_of_line(work)[manager_id].key).quiet
    if quiet is None or not quiet.is_open(now):
        return NO_DELAY
    ends = quiet.next_closing(now)
    return ends - now if ends is not None else NO_DELAY


def _person(deed: Deed, to: str) -> ManagerId | None:
    """Return a person by key, the head, or the responsible; the duty person stands in, nobody if there is none."""
    work, known = deed.work, facts_of_line(deed.work)
    if to in tuple(Audience):
        return next(iter(_audience(deed, [Audience(to)])), None)
    named = next((each.id for each in known.values() if each.key == to), None)
    return named if named is not None else next(iter(duty_of(work)), None)


def _language(work: LineWork, manager_id: ManagerId | None) -> str:
    load = work.rows.managers.get(manager_id) if manager_id is not None else None
    return load.manager.language if load else ""


def _send(deed: Deed, action: SendText) -> Words:
    if _may_not_write(deed, deed.contact):
        return Words("клиенту не пишем", "the client is not written to")
    threads = deed.desk.rows.threads_of(deed.contact.id)
    thread = choose_automatic_way(deed.desk.endpoints, threads, deed.conversation.reply_thread_id)
    if thread is None:
        return Words("писать клиенту некуда", "there is no way to write to the client")
    if is_window_closed(deed.desk.endpoints, thread, deed.desk.rows.now):
        return Words("канал уже не даёт писать", "the channel does not let us write any more")
    return _write(deed, action, thread)


def _may_not_write(deed: Deed, contact: Contact) -> bool:
    return contact.is_blocked or contact.has_opted_out or deed.work.line.mode is LineMode.observe


def _write(deed: Deed, action: SendText, thread: Thread) -> Words:
    """Write now, or leave it to the client's morning."""
    rows, work, contact = deed.desk.rows, deed.work, deed.contact
    phones = [row.value for row in rows.identities_of(contact.id) if row.type is IdentityType.phone]
    zone = client_zone(contact.fields.get(ZONE_FIELD, ""), phones, work.line.calendar.zone)
    at = when_to_write(rows.now, zone)
    if at > rows.now:
        subject = f"{deed.happened.subject}:{SENDING}:{deed.automation.id}"
        rows.arm(TimerKind.automation, subject, at, **pack(deed.automation, deed.happened, is_morning=True))
        return Words(
            f"напишет утром, {at.astimezone(zone):%H:%M}", f"writes in the morning, {at.astimezone(zone):%H:%M}"
        )
    template = Template(action.find(contact.language), contact.language or "ru", deed.automation.id)
    write_by_template(work, thread, deed.conversation, template)
    return describe(action)


def _add_tag(deed: Deed, action: AddTag) -> Words:
    if action.on is Target.client:
        add_contact_tags(deed.work, deed.contact, [action.tag])
    elif deed.lead is not None:
        add_lead_tags(deed.work, deed.lead, [action.tag], cause=deed.automation.id)
    else:
        return _NO_LEAD
    return describe(action)


def _set_field(deed: Deed, action: SetField) -> Words:
    values = {action.field: action.value}
    if action.on is Target.client:
        set_contact_fields(deed.work, deed.contact, values)
    elif deed.lead is not None:
        set_lead_fields(deed.work, deed.lead, values, cause=deed.automation.id)
    else:
        return _NO_LEAD
    return describe(action)
