"""The rules of lines as people read and change them in a chat: hours, days off, targets, texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.domain.ids import LineKey
from hub.domain.rights import Action, Person, Subject, may
from hub.inbox.office import Office
from hub.inbox.rule_changes import load_rules
from hub.routing.changes import calendar_key, local_day, sharing_lines
from hub.routing.spelling import write_duration
from hub.routing.tree import PolicyDocument

AUTO_TEXTS = ("welcome", "out_of_hours", "missed_call")


@dataclass(frozen=True, slots=True)
class LineRules:
    """What the document says of one line. `hours` by day as written, empty for day and night (`is_always_open`).

    `days_off` are dated exceptions from today on, without hours for closed. `shares_with` are other lines that are open
    by the same calendar. `texts` are the Russian automatic ones, `templates` names and texts by key.
    """

    key: LineKey
    name: str
    hours: Mapping[str, tuple[str, ...]]
    is_always_open: bool
    country: str
    days_off: tuple[tuple[date, tuple[str, ...]], ...]
    shares_with: tuple[str, ...]
    targets: Mapping[str, str]
    by_channel: Mapping[str, str]
    texts: Mapping[str, str]
    templates: Mapping[str, tuple[str, str]]


async def list_line_rules(office: Office, actor: Person) -> list[LineRules]:
    """Return the lines whose rules the actor may propose to change, in the order of the document, read afresh.

    Raises:
        NotFound: there are none.
    """
    rules = await load_rules(office, actor)
    keys = [key for key in rules.document.lines if may(actor, Action.propose_policy, Subject(LineKey(key)))]
    return [_view(rules.document, key, office) for key in keys]


def _view(document: PolicyDocument, key: str, office: Office) -> LineRules:
    line = document.lines[key]
    calendar_name = calendar_key(document, line)
    calendar, targets = document.calendars[calendar_name], line.targets
    today = local_day(document, calendar, office.clock.now())
    by_channel = targets.first_response_by_channel or {}
    named = ("first_response", "next_response", "callback")
    texts = line.texts.get("ru")
    return LineRules(
        key=LineKey(key),
        name=line.name,
        hours=calendar.hours,
        is_always_open=calendar.always_open,
        country=calendar.country,
        days_off=tuple(sorted((each.date, each.hours) for each in calendar.exceptions if each.date >= today)),
        shares_with=tuple(name for name in sharing_lines(document, calendar_name) if name != line.name),
        targets={name: write_duration(getattr(targets, name)) for name in named},
        by_channel={channel: write_duration(length) for channel, length in by_channel.items()},
        texts={name: getattr(texts, name) if texts else "" for name in AUTO_TEXTS},
        templates={name: (each.name, each.text) for name, each in line.templates.items()},
    )
