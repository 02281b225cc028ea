"""«⏭ Дальше»: who waits most urgently, offered in one quiet line when an answer is on its way."""

from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Screen, bold, line
from bots.screens.words import channel_name, contact_name
from bots.texts import Texts
from hub.inbox.views import RowView


def next_screen(texts: Texts, row: RowView, *, now: datetime) -> Screen:
    """Return who comes next, until when, and their last words; the time counts by itself where the app can."""
    name = contact_name(texts, row.contact_name)
    channel = f" · {channel_name(texts, row.channel)} · " if row.channel else " · "
    due = moments.due(texts, row.deadline_at, zone=row.zone, now=now) if row.deadline_at else ()
    head = line(texts("next.head"), bold(f"#{row.number} {name}"), channel, *due)
    words = one_line(row.last_text, 80)
    label = "button.next_open" if row.assignee_name else "button.next_take"
    button = Button(texts(label, name=one_line(name, 30)), Action(Press.next, row.id))
    return Screen((head, line(words)) if words else (head,), ((button,),))
