"""«Рабочий стол»: the counts of the day in one line that stays pinned above the chat."""

from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.screen import Button, Row, Screen, Span, line
from bots.texts import Texts
from hub.inbox.views import DeskView

PIN, UNPIN = "pin", "unpin"


def board_screen(texts: Texts, desk: DeskView, *, now: datetime) -> Screen:
    """Return «Мои 6 · ждут ответа 2 · 🔴 1 · очередь 4 · ближайший срок до 12:35»; the last counts by itself."""
    counts = texts("board.counts", mine=desk.mine, waiting=desk.waiting, queue=desk.queue)
    parts = [Span(counts), *([Span(texts("board.overdue", n=desk.overdue))] if desk.overdue else [])]
    if desk.next_deadline_at:
        due = moments.due(texts, desk.next_deadline_at, zone=desk.zone, now=now)
        parts += [Span(texts("board.next")), *due]
    remove = Button(texts("button.unpin"), Action(Press.desk, arg=UNPIN))
    return Screen((line(*parts),), (_lists(texts), (remove,)))


def _lists(texts: Texts) -> Row:
    presses = (Press.my, Press.queue, Press.overdue, Press.next)
    return tuple(Button(texts(f"button.{press.value}"), Action(press)) for press in presses)
