"""The manager's day: counts, presence, and help by role."""

from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.board import PIN
from bots.screens.lists import list_rows
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Screen, bold, line
from bots.texts import Texts
from hub.domain.manager import Presence, Role
from hub.inbox.views import DeskView

CHOICES = (Presence.working, Presence.paused, Presence.off, Presence.schedule)


def desk_screen(texts: Texts, desk: DeskView, *, now: datetime) -> Screen:
    """Return the counts of the day, with a button for every presence but the present one."""
    blocks = [
        line(bold(texts("desk.title", name=one_line(desk.name)))),
        line(texts("desk.on_shift" if desk.is_on_shift else "desk.off_shift"), f" · {_presence(texts, desk.presence)}"),
        line(texts.count("desk.mine", desk.mine)),
        line(texts.count("desk.waiting", desk.waiting)),
        line(texts("desk.overdue", n=desk.overdue)),
        line(texts("desk.queue", n=desk.queue)),
    ]
    if desk.next_deadline_at:
        blocks.append(line(texts("desk.next"), *moments.due(texts, desk.next_deadline_at, zone=desk.zone, now=now)))
    others = [one.value for one in CHOICES if one.value != desk.presence]
    shift = tuple(Button(texts(f"button.{one}"), Action(Press.shift, arg=one)) for one in others)
    pin = Button(texts("button.pin"), Action(Press.desk, arg=PIN))
    return Screen(tuple(blocks), (shift, *list_rows(texts), (pin,)))


def help_screen(texts: Texts, role: Role) -> Screen:
    """Return what the bot can do, for this role."""
    keys = ["help.reply", "help.note", "help.lists", "help.work", "help.more", "help.rest", "help.whole"]
    keys += ["help.templates", "help.asklink", "help.calls", "help.plans", "help.plans_more"]
    keys += ["help.match", "help.number"]
    keys += ["help.shift", "help.practice", "help.self"]
    match role:
        case Role.manager:
            pass
        case Role.head:
            keys += ["help.head", "help.team", "help.read", "help.day", "help.rules"]
        case Role.admin:
            keys += ["help.admin", "help.team", "help.read", "help.people", "help.room", "help.rules"]
            keys += ["help.day", "help.health", "help.connect"]
    return Screen((line(bold(texts("help.title"))), *(line(texts(key)) for key in keys)), list_rows(texts))


def _presence(texts: Texts, presence: str) -> str:
    key = f"presence.{presence}"
    return texts(key) if texts.has(key) else presence
