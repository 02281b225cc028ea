"""What a head is told of several late clients at once (B-2): a line for each, a button that opens it.

The most urgent come first, as the query gave them. All of them are listed however many they are; a keyboard has its
limit, so beyond it the numbers stand in the lines and a command opens them.
"""

from collections.abc import Sequence
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, Span, bold, line
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.views import RowView

MOST_BUTTONS = 40
PER_ROW = 4


def digest_screen(texts: Texts, rows: Sequence[RowView], *, settled: int, now: datetime) -> Screen:
    """Return the clients who wait; `settled` are those of whom the head need not hear any more."""
    blocks = [line(bold(texts.count("digest.title", len(rows))))]
    for place, row in enumerate(rows, start=1):
        blocks += _row_blocks(texts, row, place=place, now=now)
    if settled:
        blocks.append(line(texts.count("digest.settled", settled)))
    if len(rows) > MOST_BUTTONS:
        blocks.append(line(texts("digest.by_number")))
    return Screen(tuple(blocks), _button_rows(texts, rows[:MOST_BUTTONS]))


def _row_blocks(texts: Texts, row: RowView, *, place: int, now: datetime) -> tuple[Block, Block]:
    owner = texts("list.assignee", name=one_line(row.assignee_name)) if row.assignee_name else texts("digest.free")
    return (
        line(
            f"{place}. ", bold(f"#{row.number} {contact_name(texts, row.contact_name)}"), " · ", *_due(texts, row, now)
        ),
        line(f"    {one_line(row.line_name, 40)} · {owner}"),
    )


def _due(texts: Texts, row: RowView, now: datetime) -> tuple[Span, ...]:
    light = "🔴" if row.is_overdue else "🟡"
    what = f"{light} {texts('list.callback')} " if row.needs_callback else f"{light} "
    if row.deadline_at is None:
        return (Span(what.rstrip()),)
    return (Span(what), *moments.due(texts, row.deadline_at, zone=row.zone, now=now))


def _button_rows(texts: Texts, rows: Sequence[RowView]) -> tuple[Row, ...]:
    buttons = [Button(texts("button.open", number=row.number), Action(Press.card, row.id)) for row in rows]
    return tuple(tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW))
