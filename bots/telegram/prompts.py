"""Questions that a manager answers with a line of text: a note, a result, a reason.

What is being asked is a row, so a restart loses nothing; it holds for ten minutes, and a reply to a card always goes to
its client, whatever is being asked (reliability 72).
"""

from dataclasses import replace

from bots.screens.action import Action, Press, decode, encode
from bots.screens.screen import Button, Screen
from bots.telegram.turn import Turn

_NAME = "prompt"


async def ask(turn: Turn, action: Action, screen: Screen) -> int:
    """Show a question; the manager's next line of text completes `action`, and a button takes the question back.

    Returns the message that asks.
    """
    cancel = Button(turn.texts("button.cancel"), Action(Press.cancel))
    shown = await turn.show(screen if screen.rows else replace(screen, rows=((cancel,),)))
    await turn.desk.memory.keep(turn.chat.id, _NAME, {"action": encode(action), "shown": shown})
    return shown


async def asked(turn: Turn) -> tuple[Action, int] | None:
    """Return what is being asked and the message that asks it, `None` if nothing is."""
    facts = await turn.desk.memory.recall(turn.chat.id, _NAME)
    if facts is None:
        return None
    return decode(str(facts["action"])), int(str(facts["shown"]))


async def answered(turn: Turn) -> None:
    """Stop asking."""
    await turn.desk.memory.forget(turn.chat.id, _NAME)
