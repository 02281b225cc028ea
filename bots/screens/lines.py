"""Handing a conversation to another line: which, the question about a later deadline (D-7), the note (R-12).

A line owns its team, so this is how a client goes to another team too. Buttons name a line by a short code of its key,
which holds whatever else the rules say by then.
"""

from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

from bots.screens import moments
from bots.screens.action import Action, Press, to_base36
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Screen, line
from bots.screens.transfer import AT_ONCE
from bots.texts import Texts
from hub.inbox.views import CardView, LineView

LATER = "l"
KEPT = "k"


def lines_screen(texts: Texts, card: CardView, lines: Sequence[LineView]) -> Screen:
    """Return the other lines by name, or that there are none."""
    rows = tuple((Button(texts("button.line", name=one_line(one.name, 40)), move(card, one)),) for one in lines)
    asked = texts("move.ask" if lines else "move.nowhere", number=card.number)
    return Screen((line(asked),), (*rows, (button(texts, card, Press.transfer, label="button.to_person"), _no(texts))))


def later_screen(texts: Texts, card: CardView, other: LineView, *, now: datetime) -> Screen:
    """Return the question about the deadline; who may not agree to a later one reads who may, and that it stays."""
    later, present = (_time(texts, card, at, now) for at in (other.later_due_at, _deadline(card)))
    key = "move.later" if other.may_agree else "move.later_denied"
    words = texts(key, number=card.number, name=one_line(other.name), later=later, present=present)
    keep = Button(texts("button.keep_due", time=present), move(card, other, KEPT))
    agree = (Button(texts("button.later_due", time=later), move(card, other, LATER)),) if other.may_agree else ()
    back = button(texts, card, Press.move, label="button.other_line")
    return Screen((line(words),), ((keep, *agree), (back, _no(texts))))


def line_note_screen(texts: Texts, card: CardView, other: LineView, *, flags: str) -> Screen:
    """Return the request for a note to the colleagues of the line, which may be left out."""
    without = Button(texts("button.without_note"), move(card, other, f"{flags}{AT_ONCE}"))
    return Screen((line(texts("move.note", name=one_line(other.name))),), ((without, _no(texts)),))


def move(card: CardView, other: LineView, flags: str = "") -> Action:
    """Return the action that hands over to a line; flags: `l` later deadline agreed, `k` kept, `s` without a note."""
    arg = f"{code_of(other)}.{flags}" if flags else code_of(other)
    return Action(Press.move, card.id, card.version, arg)


def code_of(other: LineView) -> str:
    """Return what a button says for a line: its key may be longer than a button."""
    return to_base36(crc32(other.key.encode()))


def _deadline(card: CardView) -> datetime | None:
    return card.wait.deadline_at if card.wait else None


def _time(texts: Texts, card: CardView, at: datetime | None, now: datetime) -> str:
    return moments.clock_time(texts, at, zone=card.zone, now=now) if at else ""


def _no(texts: Texts) -> Button:
    return Button(texts("button.cancel"), Action(Press.cancel))
