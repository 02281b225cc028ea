"""What is probably not meant in a policy document: it may be applied, and `hub policy check` says where to look.

Unlike `hub.routing.faults` nothing here refuses a document: a revision that is in force must stay readable, and a
person may come back.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from hub.domain.calendar import HORIZON
from hub.domain.line import EVERYONE, ClockStart
from hub.domain.production_calendar import production_year
from hub.routing.build import build_calendars
from hub.routing.conditions import AllOf, AnyOf, Channel, Condition, Not, explain_all
from hub.routing.crm_known import Crms, list_crm_doubts
from hub.routing.fault import Fault, fault
from hub.routing.lead_rules import build_lead_rules
from hub.routing.reach import find_contradiction, is_covered
from hub.routing.tree import PolicyDocument, RuleSection, SlaSection


@dataclass(frozen=True, slots=True)
class People:
    """Who is known to the hub, by key: who works here, and who has left."""

    working: frozenset[str]
    left: frozenset[str] = frozenset()


def list_doubts(
    document: PolicyDocument,
    at: datetime,
    *,
    kinds: Collection[str] = (),
    people: People | None = None,
    crms: Crms | None = None,
) -> list[Fault]:
    """Return what is probably not meant; `kinds` of channels, `people` and `crms` are compared if they are given."""
    doubts = [*_undecreed_years(document, at), *_running_out(document, at)]
    doubts += [*_unreachable_rules(document), *_unreachable_sla(document)]
    doubts += _idle_bots(document)
    doubts += _unknown_kinds(document, kinds) if kinds else ()
    doubts += list_crm_doubts(document.crm, build_lead_rules(document.leads), crms)
    return doubts if people is None else [*doubts, *_people(document, people), *_teams(document, people)]


def _undecreed_years(document: PolicyDocument, at: datetime) -> Iterator[Fault]:
    """Name years whose exchanged days off are not published yet: they are counted by their usual weekends."""
    years = {at.year, (at + HORIZON).year}
    for (key, section), year in product(document.calendars.items(), sorted(years)):
        if section.country and not production_year(section.country, year).is_decreed:
            yield fault(
                f"calendars.{key}.country",
                f"переносы выходных на {year} год ({section.country}) хабу ещё не известны; когда их утвердят, "
                "обновите хаб или впишите эти дни в exceptions",
                f"exchanged days off of {year} ({section.country}) are not known to the hub yet; once they are "
                "decreed, upgrade the hub or write these days as exceptions",
            )


def _running_out(document: PolicyDocument, at: datetime) -> Iterator[Fault]:
    """Name lines that open now and will not any more two months from now: their deadlines would fall back (D-5)."""
    calendars = build_calendars(document)
    for key, line in document.lines.items():
        calendar = calendars[line.calendar]
        if calendar.next_opening(at) and not calendar.next_opening(at + HORIZON):
            day = (at + HORIZON).astimezone(calendar.zone).date()
            yield fault(
                f"lines.{key}.calendar",
                f"после {day} рабочих часов нет: сроки пойдут по часам; допишите часы",
                f"there are no open hours after {day}: deadlines will run by the wall clock; write more hours",
            )


def _idle_bots(document: PolicyDocument) -> Iterator[Fault]:
    """Name lines whose clock waits for a hand-over and whose bot has no time to talk (FR-6)."""
    for key, line in document.lines.items():
        if line.bot.clock_start is ClockStart.handover and not line.bot.patience:
            yield fault(
                f"lines.{key}.bot.patience",
                "у бота нет времени на ответ: клиента сразу отдают людям, и срок идёт с первого сообщения; задайте "
                'patience или уберите clock_start = "handover"',
                "the bot has no time to answer: the client goes to people at once, as from the first message; set "
                'patience, or take clock_start = "handover" away',
            )


def _unreachable_rules(document: PolicyDocument) -> Iterator[Fault]:
    for index, rule in enumerate(document.rules):
        place = f"rules[{index + 1}]"
        if pair := find_contradiction(rule.when):
            one, other = (explain_all([each]) for each in pair)
            yield fault(
                f"{place}.when",
                f"правило «{rule.name}» не сработает никогда: «{one.ru}» и «{other.ru}» вместе не бывает; уберите одно "
                'или объедините их через kind = "any"',
                f'the rule \'{rule.name}\' can never match: no request meets both "{one.en}" and "{other.en}"; take '
                'one away, or join them with kind = "any"',
            )
        elif earlier := _hidden_by(rule, document.rules[:index]):
            yield fault(
                place,
                f"правило «{rule.name}» не сработает никогда: все его запросы раньше забирает «{earlier.name}»; "
                f"поставьте «{rule.name}» выше или уберите",
                f"the rule '{rule.name}' can never match: '{earlier.name}' above it takes all its requests; put "
                f"'{rule.name}' above it, or take it away",
            )


def _hidden_by(rule: RuleSection, earlier: Collection[RuleSection]) -> RuleSection | None:
    return next((other for other in earlier if is_covered(rule.when, other.when)), None)


def _unreachable_sla(document: PolicyDocument) -> Iterator[Fault]:
    priorities = {rule.priority for rule in document.rules if rule.priority}
    for index, section in enumerate(document.sla):
        place = f"sla[{index + 1}]"
        if section.priorities and priorities.isdisjoint(section.priorities):
            yield fault(
                f"{place}.priorities",
                f"сроки «{section.key}» не выберет никто: ни одно правило не ставит priority "
                f"{_named(section.priorities)}; поставьте его в [[rules]] или уберите условие",
                f"nobody will choose '{section.key}': no rule sets the priority {_named(section.priorities)}; set it "
                "in [[rules]], or take the condition away",
            )
        if hidden_by := next((each for each in document.sla[:index] if _covers(each, section)), None):
            yield fault(
                place,
                f"сроки «{section.key}» не выберет никто: всё берёт «{hidden_by.key}» выше; поменяйте их местами",
                f"nobody will choose '{section.key}': whatever fits it fits '{hidden_by.key}' above; swap them",
            )


def _covers(earlier: SlaSection, later: SlaSection) -> bool:
    conditions = ("lines", "channels", "sources", "segments", "priorities")
    pairs = ((set(getattr(earlier, name)), set(getattr(later, name))) for name in conditions)
    return all(not wide or (narrow and narrow <= wide) for wide, narrow in pairs)


def _unknown_kinds(document: PolicyDocument, kinds: Collection[str]) -> Iterator[Fault]:
    for place, name in _named_kinds(document):
        if name not in kinds:
            listed = ", ".join(sorted(kinds))
            yield fault(
                place,
                f"канала «{name}» не бывает, под него ничего не подойдёт; есть: {listed}",
                f"no channel is called '{name}', nothing will ever fit it; there are: {listed}",
            )


def _named_kinds(document: PolicyDocument) -> Iterator[tuple[str, str]]:
    for key, line in document.lines.items():
        for field in ("first_response_by_channel", "next_response_by_channel"):
            yield from ((f"lines.{key}.targets.{field}", name) for name in getattr(line.targets, field) or ())
    for number, section in enumerate(document.sla, start=1):
        yield from ((f"sla[{number}].channels", name) for name in section.channels)
    for number, rule in enumerate(document.rules, start=1):
        yield from ((f"rules[{number}].when", name) for each in rule.when for name in _kinds_in(each))


def _kinds_in(condition: Condition) -> Iterator[str]:
    match condition:
        case Channel():
            yield from condition.names
        case AllOf() | AnyOf():
            for inner in condition.of:
                yield from _kinds_in(inner)
        case Not():
            yield from _kinds_in(condition.of)
        case _:
            return


def _people(document: PolicyDocument, people: People) -> Iterator[Fault]:
    """Everybody a line names must work here; the strategy would ask nobody, and the duty notice would reach nobody."""
    for key, line in document.lines.items():
        named = {f"lines.{key}.team": line.team, f"lines.{key}.duty": (line.duty,)}
        for place, keys in named.items():
            for each in keys:
                yield from _absent(place, each, people)


def _absent(place: str, key: str, people: People) -> Iterator[Fault]:
    if key in people.left:
        yield fault(
            place,
            f"«{key}» больше не работает здесь; уберите из списка или назовите другого",
            f"'{key}' has left; take the name out, or name somebody else",
        )
    elif key and key != EVERYONE and key not in people.working:
        yield fault(
            place,
            f"«{key}» хабу не знаком; добавьте: hub people add {key} ИМЯ",
            f"the hub knows no '{key}'; add the person: hub people add {key} NAME",
        )


def _teams(document: PolicyDocument, people: People) -> Iterator[Fault]:
    for key, line in document.lines.items():
        if not _members(line.team, people):
            yield fault(
                f"lines.{key}.team",
                "на линии никого нет: клиентов не возьмёт никто, о них узнает только дежурный; впишите в team людей "
                'или ["*"]',
                "nobody is on the line: no client will be taken, only who is on duty hears of them; write people into "
                'team, or ["*"]',
            )


def _members(team: Collection[str], people: People) -> Collection[str]:
    return people.working if EVERYONE in team else people.working.intersection(team)


def _named(words: Collection[str]) -> str:
    return ", ".join(f"'{each}'" for each in words)


def people_of(active: Mapping[str, bool]) -> People:
    """Return people from who is active by key."""
    return People(
        frozenset(key for key, is_active in active.items() if is_active),
        frozenset(key for key, is_active in active.items() if not is_active),
    )
