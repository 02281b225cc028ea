"""What a search found: a line for each conversation and one for what fits, eight a page, a button to open each."""

from collections.abc import Sequence
from datetime import datetime

from bots.screens.action import Action, Press
from bots.screens.lists import PER_ROW, SHOWN, list_rows, row_head
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line
from bots.texts import Texts
from hub.inbox.views import RowView

_FOUND_LIMIT = 100


def found_screen(texts: Texts, words: str, rows: Sequence[RowView], *, page: int, now: datetime) -> Screen:
    """Return a page of what was found for `words`, the first one is 0; a page beyond the last one is the last."""
    title = line(bold(texts("list.found", text=one_line(words, 40))))
    if not rows:
        return Screen((title, line(texts("list.empty")), line(texts("find.hint"))), list_rows(texts))
    page = min(page, (len(rows) - 1) // SHOWN)
    first = page * SHOWN
    shown = rows[first : first + SHOWN]
    blocks = [title]
    for place, row in enumerate(shown, start=first + 1):
        blocks += _blocks(texts, row, place=place, now=now)
    if left := len(rows) - first - len(shown):
        blocks.append(line(texts.count("list.more", left)))
    buttons = [Button(texts("button.open", number=row.number), Action(Press.card, row.id)) for row in shown]
    cut = [tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW)]
    return Screen(tuple(blocks), (*cut, *_pages(texts, page, has_more=left > 0), *list_rows(texts)))


def _blocks(texts: Texts, row: RowView, *, place: int, now: datetime) -> tuple[Block, ...]:
    owner = texts("list.assignee", name=one_line(row.assignee_name)) if row.assignee_name else ""
    below = " · ".join(part for part in (_fitting(texts, row), owner) if part)
    head = row_head(texts, row, place=place, now=now)
    return (head, line(f"    {below}")) if below else (head,)


def _fitting(texts: Texts, row: RowView) -> str:
    """Return what fits; a name and a number stand in the line above, so the last words said are shown with them."""
    key, found = f"found.{row.found_by}", one_line(row.found, _FOUND_LIMIT)
    return texts(key, text=found) if found and texts.has(key) else one_line(row.last_text, 60)


def _pages(texts: Texts, page: int, *, has_more: bool) -> tuple[Row, ...]:
    there = ("button.earlier_found", page - 1) if page else None
    on = ("button.more_found", page + 1) if has_more else None
    row = tuple(Button(texts(way[0]), Action(Press.search, 0, 0, str(way[1]))) for way in (there, on) if way)
    return (row,) if row else ()
