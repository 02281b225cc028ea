"""Screens as plain text: a block a line, a client's words behind a bar, buttons by number.

Nothing a client writes can drive the terminal: control characters, escape sequences among them, and those that turn
the reading direction are dropped here once more, whatever a screen let through (reliability 105). Names of
right-to-left scripts come isolated from `quoting`, so they turn nothing around them.
"""

import unicodedata
from dataclasses import dataclass, field

from bots.screens.action import Action
from bots.screens.quoting import ISOLATE, ISOLATED, JOINERS
from bots.screens.screen import Block, Button, Screen

BAR = "│ "
MOST = 99
_KEPT = frozenset({"\n", "\t", ISOLATE, ISOLATED, *JOINERS})
_DROPPED = frozenset({"Cc", "Cf", "Cs"})


@dataclass(slots=True)
class Numbers:
    """The numbers of the buttons shown last, from 1 to 99 and round again: a card that comes by itself takes none away.

    So a number typed while something arrives still presses what it stood at when it was read.
    """

    _actions: dict[int, Action | None] = field(default_factory=dict)
    _last: int = 0

    def give(self, button: Button) -> int:
        """Return the number of a button that is shown now."""
        self._last = self._last % MOST + 1
        self._actions[self._last] = button.action
        return self._last

    def find(self, number: int) -> Action | None:
        """Return what the button with this number does, `None` if there is none or it only shows what to copy."""
        return self._actions.get(number)


def draw(screen: Screen, numbers: Numbers) -> str:
    """Return a screen as text, its buttons with numbers of their own."""
    rows = ["  ".join(_label(button, numbers.give(button)) for button in row) for row in screen.rows if row]
    return "\n".join([*map(_lines, screen.blocks), *rows])


def plain(text: str) -> str:
    """Return text that a terminal only shows."""
    if text.isprintable():
        return text
    return "".join(each for each in text if each in _KEPT or unicodedata.category(each) not in _DROPPED)


def _lines(block: Block) -> str:
    words = plain(block.text)
    return "\n".join(f"{BAR}{line}" for line in words.split("\n")) if block.is_quote else words


def _label(button: Button, number: int) -> str:
    copied = f": {plain(button.copies)}" if button.action is None else ""
    return f"[{number}] {plain(button.label)}{copied}"
