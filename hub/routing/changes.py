"""What people change of the rules without a file: one wish each, turned into edits of whatever document is in force.

A wish is kept as it was said, so that it can be made over a newer document when somebody else was faster. Reading what
a person typed is `hub.routing.typed`, writing it into the text `hub.routing.editing`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.automation import Mode
from hub.domain.errors import NotFound
from hub.domain.line import EVERYONE
from hub.routing.automation_switch import switch
from hub.routing.document import parse_policy
from hub.routing.editing import Edit, Edited, edit
from hub.routing.tree import CalendarSection, ExceptionSection, LineSection, PolicyDocument
from hub.routing.typed import read_typed_days, read_typed_hours, read_typed_targets

JOIN = "join"
LEAVE = "leave"
_NOT_WITH_ALWAYS = ("country", "shortened_by", "exceptions")


class Wished(StrEnum):
    """What kind of thing is to be changed."""

    hours = "hours"
    days = "days"
    targets = "targets"
    text = "text"
    template = "template"
    team = "team"
    automation = "automation"
    document = "document"


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish. `words` are as typed, of a whole document its text.

    `name` is `ru.welcome` for a text, the key of a template, of a person (`words` say join or leave) or an automation.
    """

    kind: Wished
    line: str = ""
    name: str = ""
    words: str = ""


def fulfil(text: str, wish: Wish, *, at: datetime) -> Edited:
    """Return the document with a wish fulfilled.

    Raises:
        PolicyInvalid: what was typed is not understood, or the document would be wrong with it.
        NotFound: the line, text, template or automation is gone.
    """
    if wish.kind is Wished.document:
        parse_policy(wish.words, at=at)
        return Edited(wish.words, keeps_comments=True)
    if wish.kind is Wished.automation:
        return Edited(switch(text, wish.name, Mode(wish.words)), keeps_comments=True)
    document = parse_policy(text)
    if wish.line not in document.lines:
        raise NotFound(f"there is no line '{wish.line}' any more")
    return edit(text, _EDITS[wish.kind](document, wish, at), at=at)


def calendar_key(document: PolicyDocument, line: LineSection) -> str:
    """Return the key of the calendar by which a line is open."""
    return line.calendar or document.business.calendar or next(iter(document.calendars))


def sharing_lines(document: PolicyDocument, key: str) -> list[str]:
    """Return the names of the lines that are open by a calendar."""
    return [line.name for line in document.lines.values() if calendar_key(document, line) == key]


def local_day(document: PolicyDocument, calendar: CalendarSection, at: datetime) -> date:
    """Return the date at an instant in the zone of a calendar."""
    return at.astimezone(ZoneInfo(calendar.zone or document.business.zone)).date()


def _hours(document: PolicyDocument, wish: Wish, at: datetime) -> list[Edit]:
    del at
    key = calendar_key(document, document.lines[wish.line])
    typed, present = read_typed_hours(wish.words), document.calendars[key]
    table = ("calendars", key, "hours")
    edits = [Edit(table, day, None) for day in present.hours if day not in typed.by_day]
    edits += [Edit(table, day, spans) for day, spans in typed.by_day.items()]
    if typed.is_always_open:
        return [*edits, *(Edit(("calendars", key), name, None) for name in _NOT_WITH_ALWAYS), _always(key, is_on=True)]
    return [*edits, _always(key, is_on=False)] if present.always_open else edits


def _always(key: str, *, is_on: bool) -> Edit:
    return Edit(("calendars", key), "always_open", is_on or None)


def _days(document: PolicyDocument, wish: Wish, at: datetime) -> list[Edit]:
    key = calendar_key(document, document.lines[wish.line])
    calendar = document.calendars[key]
    today = local_day(document, calendar, at)
    typed = read_typed_days(wish.words, today=today)
    kept = [_exception(each) for each in calendar.exceptions if each.date not in typed and each.date >= today]
    new = [{"date": day, **({"hours": hours} if hours else {})} for day, hours in typed.items() if hours is not None]
    listed = sorted([*kept, *new], key=lambda each: str(each["date"]))
    return [Edit(("calendars", key), "exceptions", listed or None)]


def _exception(section: ExceptionSection) -> dict[str, object]:
    """Return an exception as it is written; days that are over are not kept."""
    written: dict[str, object] = {"date": section.date}
    if section.hours:
        written["hours"] = list(section.hours)
    if section.like:
        written["like"] = section.like
    return written


def _targets(document: PolicyDocument, wish: Wish, at: datetime) -> list[Edit]:
    """Return the named targets; the channels of first answers are those that are named beside them, and no others."""
    del document, at
    table, typed = ("lines", wish.line, "targets"), read_typed_targets(wish.words)
    edits = [Edit(table, name, length) for name, length in typed.named.items()]
    if typed.by_channel or "first_response" in typed.named:
        edits.append(Edit(table, "first_response_by_channel", typed.by_channel))
    return edits


def _text(document: PolicyDocument, wish: Wish, at: datetime) -> list[Edit]:
    del document, at
    language, _, name = wish.name.partition(".")
    return [Edit(("lines", wish.line, "texts", language), name, wish.words or None)]


def _template(document: PolicyDocument, wish: Wish, at: datetime) -> list[Edit]:
    """Return a template with the typed text; without one it goes. A new one is typed as `Name: text`."""
    del at
    present = document.lines[wish.line].templates.get(wish.name)
    if not wish.words:
        return [Edit(("lines", wish.line, "templates"), wish.name, None)]
    table = ("lines", wish.line, "templates", wish.name)
    if present is not None:
        return [Edit(table, "text", wish.words)]
    name, _, text = wish.words.partition(":")
    return [Edit(table, "text", text.strip()), Edit(table, "name", name.strip())]


def _team(document: PolicyDocument, wish: Wish, at: datetime) -> list[Edit]:
    """Return a team with or without somebody; whom the document does not name yet gets a section of their own."""
    del at
    team = [each for each in document.lines[wish.line].team if each != wish.name]
    if EVERYONE in team:
        return []
    if wish.words != JOIN:
        return [Edit(("lines", wish.line), "team", team)]
    known = [] if wish.name in document.managers else [Edit(("managers",), wish.name, {})]
    return [*known, Edit(("lines", wish.line), "team", [*team, wish.name])]


_EDITS: Mapping[Wished, Callable[[PolicyDocument, Wish, datetime], list[Edit]]] = {
    Wished.hours: _hours,
    Wished.days: _days,
    Wished.targets: _targets,
    Wished.text: _text,
    Wished.template: _template,
    Wished.team: _team,
}
