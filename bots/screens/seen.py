"""The list of what somebody read, as a text file for the administrator (RG-4): times, what was done, with whom."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bots.screens.quoting import one_line
from bots.texts import Texts
from hub.inbox.auditing import Seen

_STAMP = "%d.%m.%Y %H:%M"


def seen_lines(texts: Texts, seen: Seen, *, zone: ZoneInfo) -> list[str]:
    """Return a line each, oldest first, empty if nothing was read; numbers and names only, never what was written."""
    shown = [(each.first_at, "shown", f"#{each.number}") for each in seen.shown]
    deeds = [(each.occurred_at, each.action.value, seen.names.get(each.subject, "")) for each in seen.deeds]
    told = sorted([*shown, *deeds])
    return [f"{_stamp(at, zone)}  {_said(texts, what)}  {one_line(of)}".rstrip() for at, what, of in told]


def seen_title(texts: Texts, name: str, span: tuple[datetime, datetime], *, zone: ZoneInfo) -> str:
    """Return the first line of the file: whose it is, from when to when, by which clock."""
    since, until = (_stamp(at, zone) for at in span)
    return texts("people.seen_head", name=one_line(name), since=since, until=until, zone=zone.key)


def _said(texts: Texts, what: str) -> str:
    key = f"deed.{what}"
    return texts(key) if texts.has(key) else what


def _stamp(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime(_STAMP)
