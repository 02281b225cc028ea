"""What the parts of a policy document say of each other, and where that is wrong: each fault names place and mend.

Called after every part was found right by itself (`hub.routing.tree`). What is right but probably not meant is in
`hub.routing.doubts`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from hub.domain.calendar import DAY, ZERO, Calendar, Hours
from hub.domain.facts import fold
from hub.domain.line import EVERYONE
from hub.domain.words import Words
from hub.routing.automation_faults import Known, list_automation_faults
from hub.routing.build import Week, build_calendar, build_week
from hub.routing.conditions import list_calendar_keys
from hub.routing.crm_rules import list_crm_faults
from hub.routing.fault import Fault, fault
from hub.routing.lead_rules import build_lead_rules, list_lead_faults
from hub.routing.spelling import DAYS, read_hours
from hub.routing.tree import ExceptionSection, LineSection, PolicyDocument, RuleSection

_KINDS = {
    "calendars": Words("среди календарей", "among the calendars"),
    "lines": Words("среди линий", "among the lines"),
    "managers": Words("среди менеджеров", "among the managers"),
}


def list_faults(document: PolicyDocument, at: datetime | None) -> list[Fault]:
    """Return all faults between parts, in the order of the document; empty if it may be applied.

    `at` is the instant from which each line must have open hours within 60 days (D-5); without it only the week counts.
    """
    faults = [*_business(document), *_calendars(document)]
    if not faults:
        faults += [*_open_hours(document, at), *_managers(document), *_lines(document)]
    faults += [*_sla(document), *_rules(document), *_topics(document), *list_lead_faults(document.leads)]
    known = _known(document)
    faults += list_crm_faults(document.crm, known.leads)
    return [*faults, *list_automation_faults(document.automations, known)]


def _known(document: PolicyDocument) -> Known:
    return Known(
        leads=build_lead_rules(document.leads),
        lines=document.lines,
        managers=document.managers,
        calendars=document.calendars,
    )


def _business(document: PolicyDocument) -> Iterator[Fault]:
    business = document.business
    yield from _unknown("business.calendar", [business.calendar], "calendars", document.calendars)
    yield from _unknown("business.default_line", [business.default_line], "lines", document.lines)


def _calendars(document: PolicyDocument) -> Iterator[Fault]:
    for key, section in document.calendars.items():
        place = f"calendars.{key}"
        if section.always_open and (section.hours or section.exceptions or section.country):
            yield fault(
                place,
                "always_open пишут без остального; для закрытого дня вместо него hours mon-sun = ['00:00-24:00']",
                "always_open stands alone; for a closed day write hours mon-sun = ['00:00-24:00'] instead",
            )
        for day, hours in zip(DAYS, _with_tails(build_week(section.hours)), strict=True):
            if _overlap(hours):
                yield fault(f"{place}.hours", *_overlapping(day))
        yield from _exceptions(place, section.exceptions)


def _topics(document: PolicyDocument) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for key, topic in document.topics.items():
        yield from _unknown(f"topics.{key}.line", [topic.line], "lines", document.lines)
        for name in {topic.name, topic.name_en} - {""}:
            other = seen.setdefault(fold(name), key)
            if other != key:
                yield fault(
                    f"topics.{key}.name",
                    f"«{name}» уже на кнопке темы {other}; назовите иначе",
                    f"'{name}' stands on the button of {other} already; choose another name",
                )
    if document.topics and not any(text.start for line in document.lines.values() for text in line.texts.values()):
        yield fault(
            "topics",
            "темы показывает текст после /start; впишите его: start в [lines.КЛЮЧ.texts.ru]",
            "topics stand under the text after /start; write it: start in [lines.KEY.texts.ru]",
        )


def _exceptions(place: str, exceptions: Iterable[ExceptionSection]) -> Iterator[Fault]:
    seen, place = set(), f"{place}.exceptions"
    for exception in exceptions:
        day = exception.date
        if day in seen:
            yield fault(place, f"{day} указан дважды; оставьте один", f"{day} is given twice; leave one of them")
        seen.add(day)
        if exception.like and exception.hours:
            yield fault(
                place, f"у {day} есть и hours, и like; оставьте одно", f"{day} has both hours and like; leave one"
            )
        if _overlap(sorted(map(read_hours, exception.hours), key=lambda each: each.opens)):
            yield fault(place, *_overlapping(day))


def _overlapping(day: object) -> tuple[str, str]:
    return (
        f"часы {day} пересекаются; разведите их или объедините",
        f"intervals of {day} overlap; draw them apart, or join them",
    )


def _open_hours(document: PolicyDocument, at: datetime | None) -> Iterator[Fault]:
    """Every calendar that a line counts with must open (D-5); one that nobody uses may be empty."""
    first = next(iter(document.calendars))
    for key, line in document.lines.items():
        name = line.calendar or document.business.calendar or first
        section = document.calendars.get(name)
        if section and not _opens(build_calendar(section, document.business.zone), at):
            yield fault(
                f"lines.{key}.calendar",
                f"у «{name}» нет рабочих часов в ближайшие 60 дней; впишите их в [calendars.{name}.hours]",
                f"'{name}' has no open hours in the next 60 days; write some into [calendars.{name}.hours]",
            )


def _opens(calendar: Calendar, at: datetime | None) -> bool:
    if at is not None:
        return calendar.next_opening(at) is not None
    return calendar.is_always_open or any(calendar.week) or any(each.hours for each in calendar.exceptions)


def _managers(document: PolicyDocument) -> Iterator[Fault]:
    for key, staff in document.managers.items():
        yield from _unknown(f"managers.{key}.shift", [staff.shift], "calendars", document.calendars)
        yield from _exceptions(f"managers.{key}", staff.exceptions)


def _lines(document: PolicyDocument) -> Iterator[Fault]:
    for key, line in document.lines.items():
        place = f"lines.{key}"
        yield from _unknown(f"{place}.calendar", [line.calendar], "calendars", document.calendars)
        yield from _unknown(f"{place}.shift", [line.shift], "calendars", document.calendars)
        yield from _unknown(f"{place}.team", line.team, "managers", [*document.managers, EVERYONE])
        yield from _unknown(f"{place}.duty", [line.duty], "managers", document.managers)
        yield from _ladder(place, line)


def _ladder(place: str, line: LineSection) -> Iterator[Fault]:
    percents = [level.percent for level in line.ladder or ()]
    if percents != sorted(set(percents)):
        yield fault(
            f"{place}.ladder",
            "ступени должны возрастать, каждый процент один раз; переставьте их",
            "levels must rise, each percent once; put them in order",
        )


def _sla(document: PolicyDocument) -> Iterator[Fault]:
    seen = set()
    for number, section in enumerate(document.sla, start=1):
        if section.key in seen:
            yield _twice(f"sla[{number}].key", section.key)
        seen.add(section.key)
        yield from _unknown(f"sla[{number}].lines", section.lines, "lines", document.lines)


def _rules(document: PolicyDocument) -> Iterator[Fault]:
    for index, rule in enumerate(document.rules):
        place = f"rules[{index + 1}]"
        yield from _unknown(f"{place}.line", [rule.line], "lines", document.lines)
        keys = [key for condition in rule.when for key in list_calendar_keys(condition)]
        yield from _unknown(f"{place}.when", keys, "calendars", document.calendars)
        yield from _dead_rule(place, rule, document.rules[:index])


def _dead_rule(place: str, rule: RuleSection, earlier: Iterable[RuleSection]) -> Iterator[Fault]:
    """Find rules without effect: an earlier one with fewer or the same conditions takes every request first."""
    if not (rule.line or rule.tags or rule.skills or rule.preferred_skills or rule.priority):
        yield fault(
            place,
            f"правило «{rule.name}» ничего не делает; дайте ему line, tags, skills или priority",
            f"the rule '{rule.name}' does nothing; give it a line, tags, skills or a priority",
        )
    for other in earlier:
        if other.name == rule.name:
            yield _twice(f"{place}.name", rule.name)
        if set(other.when) <= set(rule.when):
            yield fault(
                place,
                f"правило «{rule.name}» не сработает никогда: «{other.name}» выше забирает все его запросы; поставьте "
                f"«{rule.name}» выше или уберите",
                f"the rule '{rule.name}' can never match, '{other.name}' above it takes all its requests; put "
                f"'{rule.name}' above it, or take it away",
            )
            return


def _twice(place: str, name: str) -> Fault:
    return fault(place, f"«{name}» указано дважды; дайте другое имя", f"'{name}' is given twice; give it another name")


def _unknown(place: str, names: Iterable[str], kind: str, known: Iterable[str]) -> Iterator[Fault]:
    there_are, among = list(known), _KINDS[kind]
    listed = ", ".join(there_are)
    for name in names:
        if name and name not in there_are:
            ru = f"; добавьте раздел [managers.{name}], он может быть пустым" if kind == "managers" else ""
            en = f"; write a section [managers.{name}], it may be empty" if kind == "managers" else ""
            yield fault(
                place,
                f"«{name}» нет {among.ru}; есть: {listed or 'ничего'}{ru}",
                f"'{name}' is not {among.en}; there are: {listed or 'none'}{en}",
            )


def _with_tails(week: Week) -> list[tuple[Hours, ...]]:
    """Return each day's hours with what the day before left after midnight."""
    tails = [tuple(Hours(ZERO, each.closes - DAY) for each in day if each.closes > DAY) for day in week]
    return [(*tails[number - 1], *day) for number, day in enumerate(week)]


def _overlap(hours: Iterable[Hours]) -> bool:
    ordered = list(hours)
    return any(later.opens < earlier.closes for earlier, later in pairwise(ordered))
