"""Screens as plain text: a block a line, a client's words behind a bar, buttons by number."""

from bots.screens.action import Action
from bots.screens.screen import Block, Button, Screen

_BAR = "│ "


def draw(screen: Screen) -> str:
    """Return a screen with its buttons numbered from 1, row by row."""
    numbers = {id(button): number for number, button in enumerate(screen.buttons, 1)}
    rows = ["  ".join(_label(button, numbers[id(button)]) for button in row) for row in screen.rows if row]
    return "\n".join([*map(_lines, screen.blocks), *rows])


def find_action(screen: Screen, number: int) -> Action | None:
    """Return what the button with this number does, `None` if there is none or it only shows something to copy."""
    buttons = list(screen.buttons)
    return buttons[number - 1].action if 0 < number <= len(buttons) else None


def _lines(block: Block) -> str:
    return "\n".join(f"{_BAR}{line}" for line in block.text.split("\n")) if block.is_quote else block.text


def _label(button: Button, number: int) -> str:
    return f"[{number}] {button.label}: {button.copies}" if button.action is None else f"[{number}] {button.label}"
