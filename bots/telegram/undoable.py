"""What the manager can take back: said with a button, and remembered for `/undo` while it lasts.

One thing a chat, the newest. It is a row, so a restart in between loses nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bots.screens.action import Action, Press, StaleButton, to_base36
from bots.screens.screen import Button, notice
from bots.telegram.turn import Turn
from hub.inbox.undoing import UNDONE_WITHIN

_NAME = "undo"
_LONGER = timedelta(hours=12)


class Undo(StrEnum):
    """What can be taken back."""

    close = "close"
    dismiss = "dismiss"
    snooze = "snooze"
    transfer = "transfer"
    take = "take"
    letter = "letter"
    merge = "merge"


_SHORT = frozenset({Undo.close, Undo.dismiss})


@dataclass(frozen=True, slots=True)
class Undoable:
    """A thing done: on which conversation (of a merge: which merge), `number` as people call it.

    `detail` is the message of a letter.
    """

    what: Undo
    subject: int
    number: int = 0
    detail: int = 0

    @property
    def action(self) -> Action:
        """Return the press that takes it back."""
        if self.what is Undo.merge:
            return Action(Press.undo, self.subject)
        arg = f"{self.what}.{to_base36(self.detail)}" if self.detail else self.what.value
        return Action(Press.undo, self.subject, arg=arg)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The newest thing done and the message that said so."""

    undoable: Undoable
    shown: int


async def say_undoable(turn: Turn, undoable: Undoable, words: str) -> int:
    """Say that something was done, with the button that takes it back; return the message's id."""
    button = Button(turn.texts("button.undo_this"), undoable.action)
    shown = await turn.show(notice(words, (button,)))
    await remember_undoable(turn, undoable, shown=shown)
    return shown


async def remember_undoable(turn: Turn, undoable: Undoable, *, shown: int = 0) -> None:
    """Remember it in place of what was done before."""
    facts = {"what": undoable.what.value, "subject": undoable.subject, "number": undoable.number}
    facts |= {"detail": undoable.detail, "shown": shown}
    lasting = UNDONE_WITHIN if undoable.what in _SHORT else _LONGER
    await turn.desk.memory.keep(turn.chat.id, _NAME, facts, lasting=lasting)


async def recall_undoable(turn: Turn) -> Remembered | None:
    """Return the newest thing that can still be taken back, `None` if there is none."""
    kept = await turn.desk.memory.recall(turn.chat.id, _NAME)
    if kept is None:
        return None
    subject, number, detail, shown = (int(str(kept[name])) for name in ("subject", "number", "detail", "shown"))
    return Remembered(Undoable(Undo(str(kept["what"])), subject, number, detail), shown)


async def forget_undoable(turn: Turn) -> None:
    """Forget it: it is taken back."""
    await turn.desk.memory.forget(turn.chat.id, _NAME)


def read_undo(arg: str) -> tuple[Undo, str]:
    """Return what a button takes back, and of which detail. Raises: StaleButton."""
    what, _, detail = arg.partition(".")
    try:
        return Undo(what), detail
    except ValueError as error:
        raise StaleButton("the button takes back what nobody knows") from error
