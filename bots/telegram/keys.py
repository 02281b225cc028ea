"""The buttons under the input field, by role: each sends its label, and the label is its command."""

from bots.screens.action import Press
from bots.texts import CATALOGUES, Texts
from hub.domain.manager import Role

_FIRST = (
    (Press.my, Press.queue, Press.overdue),
    (Press.today, Press.tasks, Press.next),
)
_LAST = {
    Role.manager: ((Press.desk, Press.help),),
    Role.head: ((Press.desk, Press.team, Press.help),),
    Role.admin: ((Press.desk, Press.team), (Press.admin, Press.help)),
}
_ALL = {press for row in (*_FIRST, *(row for rows in _LAST.values() for row in rows)) for press in row}
_PRESSES = {Texts(language)(f"button.{press.value}"): press for language in CATALOGUES for press in _ALL}


def key_rows(texts: Texts, role: Role = Role.manager) -> tuple[tuple[str, ...], ...]:
    """Return the labels under the input field of somebody of this role."""
    return tuple(tuple(texts(f"button.{press.value}") for press in row) for row in (*_FIRST, *_LAST[role]))


def key_pressed(text: str) -> Press | None:
    """Return what a message asks for that is the label of a key, in whichever language; `None` for other text."""
    return _PRESSES.get(text.strip())
