"""Turns a checked policy document into the frozen values that decisions use; compiles the rules, once a revision.

What may be written stands in `hub.routing.tree`, what would be wrong in `hub.routing.faults`: nothing is checked here.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from hub.domain.calendar import WHOLE_DAY, Calendar, DayException, Hours
from hub.domain.client_base import ClientBase
from hub.domain.client_menu import Topic
from hub.domain.ids import LineKey
from hub.domain.ladder import Ladder, LadderLevel, Recipient
from hub.domain.line import (
    AcceptTargets,
    AutoText,
    AutoTexts,
    BotTalk,
    CallSettings,
    RatingSettings,
    RoutingSettings,
    Targets,
)
from hub.domain.policy import LinePolicy, Policy, RoutingRule, SlaPolicy, StaffPolicy
from hub.domain.reply_template import ReplyTemplate
from hub.domain.words import Words
from hub.routing.automation_templates import TEMPLATES
from hub.routing.automations import build_automations, lay_over
from hub.routing.conditions import explain_all
from hub.routing.crm_rules import build_crm_rules
from hub.routing.groups import Calendars, compile_all
from hub.routing.lead_rules import build_lead_rules
from hub.routing.spelling import read_clock, read_days, read_hours
from hub.routing.tree import (
    CalendarSection,
    ExceptionSection,
    LevelSection,
    LineSection,
    PolicyDocument,
    RuleSection,
    SlaSection,
    StaffSection,
    TopicSection,
)

OWNER_NOT_BEFORE = timedelta(hours=1)
"""The owner of the business is never told earlier (B-2)."""

Week = tuple[tuple[Hours, ...], ...]


def to_policy(document: PolicyDocument, revision: int) -> Policy:
    """Return the run-time values of one revision. The document must be free of faults (`hub.routing.document`)."""
    calendars = build_calendars(document)
    lines = {LineKey(key): _build_line(LineKey(key), document, calendars) for key in document.lines}
    return Policy(
        revision=revision,
        lines=lines,
        default_line=LineKey(document.business.default_line or next(iter(document.lines))),
        rules=tuple(_build_rule(rule, calendars) for rule in document.rules),
        sla=tuple(_build_sla(sla) for sla in document.sla),
        staff={
            key: _build_staff(key, staff, calendars, zone=document.business.zone)
            for key, staff in document.managers.items()
        },
        internal_numbers=frozenset(document.business.internal_numbers),
        shared_after=document.business.shared_after,
        business_name=document.business.name,
        head_window=document.business.head_window,
        client_base=ClientBase(document.business.protect_chats, document.business.clear_chats_after),
        room_after=document.business.room_after,
        topics=tuple(_build_topic(key, section) for key, section in document.topics.items()),
        privacy_url=document.business.privacy_url,
        day_digest=read_clock(document.business.day_digest),
        leads=build_lead_rules(document.leads),
        automations=build_automations(lay_over(TEMPLATES, document.automations), calendars),
        crms=build_crm_rules(document.crm),
    )


def build_calendars(document: PolicyDocument) -> Calendars:
    """Return all calendars by key, the installation's own also under the empty key."""
    built = {key: build_calendar(section, document.business.zone) for key, section in document.calendars.items()}
    own = document.business.calendar
    return {**built, "": built[own] if own in built else next(iter(built.values()))}


def build_calendar(section: CalendarSection, zone: str) -> Calendar:
    """Return one calendar."""
    week = build_week(section.hours)
    return Calendar(
        zone=ZoneInfo(section.zone or zone),
        week=week,
        exceptions=_build_exceptions(section.exceptions, week),
        country=section.country,
        shortened_by=section.shortened_by,
        is_always_open=section.always_open,
    )


def build_week(hours: Mapping[str, tuple[str, ...]]) -> Week:
    """Return seven tuples of sorted hours, Monday first; hours over midnight stand on the day they begin."""
    days: list[list[Hours]] = [[] for _ in range(7)]
    for names, written in hours.items():
        for day in read_days(names):
            for text in written:
                days[day].append(read_hours(text))
    return tuple(tuple(sorted(day, key=lambda each: each.opens)) for day in days)


def _build_exceptions(sections: Iterable[ExceptionSection], week: Week) -> tuple[DayException, ...]:
    return tuple(DayException(each.date, _exception_hours(each, week)) for each in sections)


def _exception_hours(section: ExceptionSection, week: Week) -> tuple[Hours, ...]:
    if section.like:
        return week[read_days(section.like)[0]]
    return tuple(sorted(map(read_hours, section.hours), key=lambda each: each.opens))


def _with_own_days(shift: Calendar, staff: StaffSection) -> Calendar:
    """Return a shift with a person's days off and extra shifts; `like` means a day of that shift."""
    if not staff.exceptions:
        return shift
    week = (WHOLE_DAY,) * 7 if shift.is_always_open else shift.week
    return shift.with_exceptions(_build_exceptions(staff.exceptions, week))


def _build_line(key: LineKey, document: PolicyDocument, calendars: Calendars) -> LinePolicy:
    section = document.lines[key]
    return LinePolicy(
        key=key,
        name=section.name,
        calendar=calendars[section.calendar],
        mode=section.mode,
        team=section.team,
        duty=section.duty,
        shift=calendars[section.shift] if section.shift else None,
        shifts=_build_shifts(document, section, calendars),
        targets=_build_targets(section),
        accept=AcceptTargets(section.accept.offer, section.accept.direct),
        routing=_build_routing(section),
        calls=_build_calls(section),
        bot=BotTalk(section.bot.clock_start, section.bot.patience),
        texts=_build_texts(section),
        templates=tuple(
            ReplyTemplate(key, each.name, each.text, each.text_en or "") for key, each in section.templates.items()
        ),
        ladder=Ladder() if section.ladder is None else Ladder(tuple(_build_level(each) for each in section.ladder)),
        reopen_window=section.reopen_window,
        lead_window=section.lead_window,
        phone_masking=section.phone_masking,
        has_thanks_filter=section.thanks_filter,
        takes_over=section.take_over,
        makes_lead_on_start=section.lead_on_start,
        takes_reactions=section.reaction_answers,
        snooze_unanswered=section.snooze_unanswered,
        letter_hold=section.letter_hold,
        rating=RatingSettings(section.rating, section.low_rating),
    )


def _build_topic(key: str, section: TopicSection) -> Topic:
    question = Words(section.question, section.question_en or section.question)
    return Topic(key, Words(section.name, section.name_en or section.name), section.line, question, section.tags)


def _build_shifts(document: PolicyDocument, section: LineSection, calendars: Calendars) -> dict[str, Calendar]:
    """Return the shifts of those who have days of their own on the team's shift or in the opening hours."""
    usual = calendars[section.shift or section.calendar]
    own_days = {key: staff for key, staff in document.managers.items() if staff.exceptions and not staff.shift}
    return {key: _with_own_days(usual, staff) for key, staff in own_days.items()}


def _build_targets(section: LineSection) -> Targets:
    targets, by_channel = section.targets, section.targets.first_response_by_channel
    return Targets(
        first_response=targets.first_response,
        next_response=targets.next_response,
        callback=targets.callback,
        resolution=targets.resolution,
        first_response_by_channel=Targets().first_response_by_channel if by_channel is None else by_channel,
        next_response_by_channel=targets.next_response_by_channel,
    )


def _build_routing(section: LineSection) -> RoutingSettings:
    return RoutingSettings(
        strategy=section.strategy,
        capacity=section.capacity,
        owner_off_shift=section.owner_off_shift,
        owner_extra=section.owner_extra,
        owner_memory=section.owner_memory,
        shift_end=section.shift_end,
    )


def _build_calls(section: LineSection) -> CallSettings:
    calls = section.calls
    return CallSettings(
        min_talk=calls.min_talk,
        hangup_grace=calls.hangup_grace,
        attempts=calls.attempts,
        is_written_answer_enough=calls.written_answer_is_enough,
    )


def _build_texts(section: LineSection) -> AutoTexts:
    by_language = {
        language: {purpose: getattr(texts, purpose.value) for purpose in AutoText}
        for language, texts in section.texts.items()
    }
    return AutoTexts(by_language, section.out_of_hours_repeat)


def _build_level(section: LevelSection) -> LadderLevel:
    is_for_owner = Recipient.owner in section.recipients
    not_before = max(section.not_before, OWNER_NOT_BEFORE) if is_for_owner else section.not_before
    return LadderLevel(section.percent, section.recipients, section.action, section.min_target, not_before)


def _build_rule(section: RuleSection, calendars: Calendars) -> RoutingRule:
    return RoutingRule(
        name=section.name,
        matches=compile_all(section.when, calendars),
        words=explain_all(section.when),
        line=section.line,
        tags=section.tags,
        skills=frozenset(section.skills),
        preferred_skills=frozenset(section.preferred_skills),
        priority=section.priority,
    )


def _build_sla(section: SlaSection) -> SlaPolicy:
    return SlaPolicy(
        key=section.key,
        lines=frozenset(section.lines),
        channels=frozenset(section.channels),
        sources=frozenset(section.sources),
        segments=frozenset(section.segments),
        priorities=frozenset(section.priorities),
        first_response=section.first_response,
        next_response=section.next_response,
        callback=section.callback,
    )


def _build_staff(key: str, section: StaffSection, calendars: Calendars, *, zone: str) -> StaffPolicy:
    return StaffPolicy(
        key=key,
        skills=frozenset(section.skills),
        capacity=section.capacity,
        shift=_with_own_days(calendars[section.shift], section) if section.shift else None,
        quiet=_build_quiet(section, calendars, zone) if section.quiet_hours else None,
    )


def _build_quiet(section: StaffSection, calendars: Calendars, zone: str) -> Calendar:
    """Return the quiet hours in the zone of the personal shift, else of the business."""
    own_zone = calendars[section.shift].zone if section.shift else ZoneInfo(zone)
    return Calendar(own_zone, build_week({"mon-sun": section.quiet_hours}))
