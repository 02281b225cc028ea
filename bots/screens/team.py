"""The head's view of the people of their lines: load and today's answers, one person's clients, the relief (7.12)."""

from collections.abc import Sequence
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.lists import SHOWN as LISTED
from bots.screens.lists import list_screen
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line, notice
from bots.texts import Texts
from hub.inbox.relieving import Relief
from hub.inbox.team_views import HeldView, MemberView, TeamView
from hub.inbox.views import RowView

SHOWN = 30
PER_ROW = 2
YES = "yes"
_NAME = 24
_TYPED = 60


def team_screen(texts: Texts, team: TeamView, *, now: datetime) -> Screen:
    """Return everybody's load with a button that opens their clients, and what nobody has taken."""
    at = moments.clock_time(texts, now, zone=team.zone, now=now)
    blocks = [line(bold(texts("team.title", time=at)))]
    for member in team.members[:SHOWN]:
        blocks += _member(texts, member, now)
    if len(team.members) > SHOWN:
        blocks.append(line(texts("team.more", n=len(team.members) - SHOWN)))
    blocks.append(line(texts("team.queue", n=team.queue), _oldest(texts, team.queue_oldest_at, now)))
    return Screen(tuple(blocks), (*_people(team.members[:SHOWN]), _around(texts)))


def held_screen(texts: Texts, held: HeldView, *, now: datetime) -> Screen:
    """Return what one person has open: each is read along, or taken over; below, the relief of who waits."""
    listed = list_screen(texts, texts("team.held", name=one_line(held.name)), held.rows, now=now)
    shown = _reading_rows(texts, held.rows)
    relief = Button(texts("button.relieve", n=held.waiting), Action(Press.relieve, held.id))
    back = Button(texts("button.team"), Action(Press.team))
    return Screen(listed.blocks, (*shown, (relief, back) if held.waiting else (back,)))


def _reading_rows(texts: Texts, rows: Sequence[RowView]) -> tuple[Row, ...]:
    """Return a row of buttons for each conversation on the screen: read along, take over."""
    return tuple(
        (
            Button(texts("button.read_number", number=row.number), Action(Press.read, row.id)),
            Button(texts("button.take_over", number=row.number), Action(Press.take, row.id)),
        )
        for row in rows[:LISTED]
    )


def named_screen(texts: Texts, found: Sequence[MemberView], name: str) -> Screen:
    """Return how many people a typed name fits, with a button for each of them."""
    said = one_line(name, _TYPED)
    back = (Button(texts("button.team"), Action(Press.team)),)
    if not found:
        return notice(texts("team.nobody_named", name=said), back)
    return notice(texts.count("team.several_named", len(found), name=said), *_people(found[:SHOWN]), back)


def confirm_screen(texts: Texts, held: HeldView) -> Screen:
    """Return the question before somebody's waiting clients go on."""
    asked = texts.count("team.relieve_ask", held.waiting, name=one_line(held.name))
    yes = Button(texts("button.relieve_yes"), Action(Press.relieve, held.id, arg=YES))
    return notice(asked, (yes, Button(texts("button.team"), Action(Press.team))))


def relieved_screen(texts: Texts, held: HeldView, relief: Relief) -> Screen:
    """Return how many went on, and how many stay."""
    name = one_line(held.name)
    told = [line(texts.count("team.relieved", relief.moved, name=name))]
    if relief.kept:
        told.append(line(texts.count("team.kept", relief.kept, name=name)))
    return Screen(tuple(told), ((Button(texts("button.team"), Action(Press.team)),),))


def _member(texts: Texts, member: MemberView, now: datetime) -> tuple[Block, Block]:
    head = line(f"{_mark(member)} ", bold(one_line(member.name, 60)), f" · {_load(texts, member)}")
    answers = texts("team.no_answers")
    if member.median is not None:
        answers = texts("team.answers", n=member.answered, median=moments.duration(texts, member.median))
    return head, line(f"    {answers}", _oldest(texts, member.oldest_at, now))


def _load(texts: Texts, member: MemberView) -> str:
    load = texts("team.load", n=member.conversations, waiting=member.waiting)
    return f"{load} · 🔴 {member.overdue}" if member.overdue else load


def _oldest(texts: Texts, since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    return f" · {texts('team.oldest', amount=moments.duration(texts, now - since))}"


def _mark(member: MemberView) -> str:
    if not member.is_on_shift:
        return "🌙"
    return "☕️" if member.presence == "paused" else "🟢"


def _people(members: Sequence[MemberView]) -> tuple[Row, ...]:
    buttons = [_person(each) for each in members]
    return tuple(tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW))


def _person(member: MemberView) -> Button:
    return Button(f"{_mark(member)} {one_line(member.name, _NAME)}", Action(Press.team, member.id))


def _around(texts: Texts) -> Row:
    again = Button(texts("button.refresh"), Action(Press.team))
    beside = (Press.overdue, Press.queue, Press.day)
    return (again, *(Button(texts(f"button.{press.value}"), Action(press)) for press in beside))
