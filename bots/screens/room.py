"""The team room: one list for a group, the day's figures, and the question before a group becomes one (telegram 7.12).

A group is more eyes than a private chat: a client is a first name and an initial, never a telephone, a mailbox or a
word of what was written. Buttons show nothing there; what they open comes to whoever pressed, in private.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.day import day_screen
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Screen, Span, bold, line, notice
from bots.screens.words import channel_name
from bots.texts import Texts
from hub.inbox.day_views import DayView
from hub.inbox.queries.room import RoomView
from hub.inbox.views import RowView

SHOWN = 8
PER_ROW = 4
LINK, UNLINK, KEEP = "link", "unlink", "keep"
_LONGEST_WORD = 24
_ADDRESS = re.compile(r"[\d@]")


def room_screen(texts: Texts, view: RoomView, *, now: datetime) -> Screen:
    """Return who is late and whom nobody took, eight of each, numbered through; one sentence if there is nobody."""
    title = line(bold(texts("room.title")))
    if not view.late and not view.free:
        return Screen((title, line(texts("room.calm"))))
    late, free = view.late[:SHOWN], view.free[:SHOWN]
    blocks = [title]
    blocks += _part(texts, "room.late", view.late, first=1, now=now)
    blocks += _part(texts, "room.free", view.free, first=len(late) + 1, now=now)
    buttons = [_button(texts, row, place) for place, row in enumerate((*late, *free), start=1)]
    return Screen(tuple(blocks), tuple(tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW)))


def told_day(texts: Texts, view: DayView, *, now: datetime) -> Screen:
    """Return the day's figures in words, without the buttons that open clients."""
    return Screen(day_screen(texts, view, now=now).blocks)


def ask_screen(texts: Texts, title: str, *, instead_of: str = "") -> Screen:
    """Return the question whether this group shall be the room, and which one it is so far."""
    blocks = [line(texts("room.ask", title=one_line(title, 60)))]
    if instead_of:
        blocks.append(line(texts("room.ask_instead", title=one_line(instead_of, 60))))
    return Screen(tuple(blocks), ((_choice(texts, LINK), _choice(texts, KEEP)),))


def here_screen(texts: Texts, title: str) -> Screen:
    """Return that this is the room already, with the way to end that."""
    row = (_choice(texts, UNLINK), _choice(texts, KEEP))
    return notice(texts("room.is_here", title=one_line(title, 60)), row)


def still_in_words(texts: Texts, payload: Mapping[str, object]) -> str:
    """Return the sentence that who left, or their former account, has to be taken out of the group by hand."""
    name, title = (one_line(str(payload.get(part, "")), 60) for part in ("name", "title"))
    return texts("room.still_in_moved" if payload.get("is_moved") else "room.still_in", name=name, title=title)


def short_name(texts: Texts, name: str) -> str:
    """Return a client's name as a group may read it: «Мария П.», without words that hold a number or an address."""
    words = [each for each in name.split() if not _ADDRESS.search(each) and any(map(str.isalpha, each))]
    if not words:
        return texts("room.nameless")
    first = one_line(words[0], _LONGEST_WORD)
    return f"{first} {_initial(words[1])}." if len(words) > 1 else first


def _initial(word: str) -> str:
    return next(each for each in word if each.isalpha()).upper()


def _part(texts: Texts, key: str, rows: Sequence[RowView], *, first: int, now: datetime) -> Iterator[Block]:
    if not rows:
        return
    yield line(bold(texts(key, n=len(rows))))
    for place, row in enumerate(rows[:SHOWN], start=first):
        yield _row(texts, row, place, now)
    if len(rows) > SHOWN:
        yield line(texts("room.more", n=len(rows) - SHOWN))


def _row(texts: Texts, row: RowView, place: int, now: datetime) -> Block:
    head = f"{place}. #{row.number} {short_name(texts, row.contact_name)}"
    about = [channel_name(texts, row.channel)] if row.channel else []
    about += [one_line(row.line_name, 40), *_holder(texts, row)]
    if row.needs_callback:
        about.append(texts("room.callback"))
    return line(f"{head} · {' · '.join(about)}", *_time(texts, row, now))


def _holder(texts: Texts, row: RowView) -> tuple[str, ...]:
    if row.assignee_name:
        return (texts("room.owner", name=one_line(row.assignee_name, 40)),)
    return (texts("room.nobody"),) if row.is_overdue else ()


def _time(texts: Texts, row: RowView, now: datetime) -> tuple[Span, ...]:
    """Return when an answer is due; a callback may be late while it is not."""
    if row.deadline_at is None or (row.is_overdue and row.deadline_at > now):
        return ()
    if row.is_overdue:
        return Span(" · "), moments.remaining(texts, row.deadline_at, now=now)
    return Span(" · "), *moments.due(texts, row.deadline_at, zone=row.zone, now=now)


def _button(texts: Texts, row: RowView, place: int) -> Button:
    if row.assignee_name:
        return Button(texts("button.room_open", n=place), Action(Press.card, row.id))
    return Button(texts("button.take_number", n=place), Action(Press.take, row.id))


def _choice(texts: Texts, arg: str) -> Button:
    return Button(texts(f"button.room_{arg}"), Action(Press.room, arg=arg))
