"""Lists of conversations: mine, queue, overdue, the queue card. Eight lines in the given order, a button for each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, Span, bold, line
from bots.screens.words import channel_name, contact_name
from bots.texts import Texts
from hub.inbox.views import RowView

SHOWN = 8
PER_ROW = 4


def list_screen(texts: Texts, title: str, rows: Sequence[RowView], *, now: datetime) -> Screen:
    """Return a list under `title` (words, not a key). Free conversations get a take button, others open their card."""
    if not rows:
        return Screen((line(bold(title)), line(texts("list.empty"))), list_rows(texts))
    page = _page(texts, title, rows[:SHOWN], total=len(rows), now=now)
    return replace(page, rows=(*page.rows, *list_rows(texts)))


def offers_screen(texts: Texts, rows: Sequence[RowView], *, total: int, now: datetime) -> Screen:
    """Return the queue card: how many are free, the first `rows` of them with a take button each, nothing else.

    It stands in one place, so it has no button that would put another screen there.
    """
    if not total:
        return Screen((line(bold(texts("offers.none"))),))
    return _page(texts, texts("offers.title", n=total), rows, total=total, now=now)


def offers_pointer(texts: Texts) -> Screen:
    """Return what an older queue card shrinks to."""
    return Screen((line(texts("offers.moved")),))


def _page(texts: Texts, title: str, rows: Sequence[RowView], *, total: int, now: datetime) -> Screen:
    blocks = [line(bold(title))]
    for place, row in enumerate(rows, start=1):
        blocks += _row_blocks(texts, row, place=place, now=now)
    if total > len(rows):
        blocks.append(line(texts.count("list.more", total - len(rows))))
    buttons = [_button(texts, row, place) for place, row in enumerate(rows, start=1)]
    cut = [tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW)]
    return Screen(tuple(blocks), tuple(cut))


def list_rows(texts: Texts) -> tuple[Row, ...]:
    """Return the rows that lead to the other lists: conversations, then the day and its tasks (§4, T-2)."""
    conversations = (Press.my, Press.queue, Press.overdue, Press.next)
    return _ways(texts, *conversations), _ways(texts, Press.today, Press.tasks)


def _ways(texts: Texts, *presses: Press) -> Row:
    return tuple(Button(texts(f"button.{press.value}"), Action(press)) for press in presses)


def row_head(texts: Texts, row: RowView, *, place: int, now: datetime) -> Block:
    """Return who it is, where and what is due."""
    return line(
        f"{place}. ",
        bold(f"#{row.number} {contact_name(texts, row.contact_name)}"),
        f" · {channel_name(texts, row.channel)} · " if row.channel else " · ",
        *_state(texts, row, now),
    )


def _row_blocks(texts: Texts, row: RowView, *, place: int, now: datetime) -> tuple[Block, ...]:
    head = row_head(texts, row, place=place, now=now)
    words = one_line(row.last_text, 60)
    owner = texts("list.assignee", name=one_line(row.assignee_name)) if row.assignee_name else ""
    below = " · ".join(part for part in (owner, words) if part)
    return (head, line(f"    {below}")) if below else (head,)


def _state(texts: Texts, row: RowView, now: datetime) -> tuple[Span, ...]:
    if not row.is_waiting:
        return (Span(_calm(texts, row, now)),)
    icon = "🔴" if row.is_overdue else "📵" if row.needs_callback else "🟢"
    what = f" {texts('list.callback')}" if row.needs_callback else ""
    asleep = (Span(f" · 😴 {_calm(texts, row, now)}"),) if row.snoozed_until else ()
    if row.deadline_at is None:
        return (Span(f"{icon}{what}"), *asleep)
    return (Span(f"{icon}{what} "), *moments.due(texts, row.deadline_at, zone=row.zone, now=now), *asleep)


def _calm(texts: Texts, row: RowView, now: datetime) -> str:
    if row.snoozed_until is None:
        return texts("list.calm")
    return texts("list.snoozed", time=moments.clock_time(texts, row.snoozed_until, zone=row.zone, now=now))


def _button(texts: Texts, row: RowView, place: int) -> Button:
    if row.assignee_name:
        return Button(texts("button.open", number=row.number), Action(Press.card, row.id))
    return Button(texts("button.take_number", n=place), Action(Press.take, row.id))
