"""What a deed at a terminal is: it changes something or nothing, and returns what is to be seen then."""

from collections.abc import Awaitable, Callable

from bots.screens.action import Action
from bots.screens.screen import Screen
from bots.terminal.seat import Seat

Deed = Callable[[Seat, Action], Awaitable[Screen]]
"""Carries out a press or a bare command. Raises the errors of the hub."""

Written = Callable[[Seat, Action, str], Awaitable[Screen]]
"""Carries out what a written line completes, or a command with words. Raises the errors of the hub."""
