"""Handing a conversation over: whom, the confirmation for somebody who cannot take it now, the note (R-12)."""

from collections.abc import Sequence

from bots.screens.action import Action, Press, to_base36
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Row, Screen, line
from bots.texts import Texts
from hub.inbox.views import CardView, ManagerView

SHOWN = 20
ANYWAY = "f"
AT_ONCE = "s"


def receivers_screen(texts: Texts, card: CardView, receivers: Sequence[ManagerView], *, has_lines: bool) -> Screen:
    """Return the colleagues of the line with their load, those who can take it first, and the way to other lines."""
    ordered = sorted(receivers, key=lambda one: (bool(one.why_not), one.open_waits, one.name))[:SHOWN]
    rows = [(_receiver(texts, card, one),) for one in ordered]
    lines = ((button(texts, card, Press.move),),) if has_lines else ()
    asked = texts("transfer.ask" if receivers else "transfer.nobody", number=card.number)
    return Screen((line(asked),), (*rows, *lines, _ways_out(texts, card)))


def confirm_screen(texts: Texts, card: CardView, receiver: ManagerView) -> Screen:
    """Return the question before a transfer to somebody who is not eligible, with the reason."""
    name = one_line(receiver.name)
    why_not = one_line(receiver.why_not, 120).replace(f"{name}: ", "")
    words = texts("transfer.confirm", name=name, reason=why_not)
    yes = Button(texts("button.transfer_anyway", name=name), give(card, receiver, ANYWAY))
    back = button(texts, card, Press.transfer, label="button.other_person")
    return Screen((line(words),), ((yes,), (back, button(texts, card, Press.cancel))))


def note_screen(texts: Texts, card: CardView, receiver: ManagerView, *, is_forced: bool) -> Screen:
    """Return the request for a note to the receiver, which may be left out."""
    flags = f"{AT_ONCE}{ANYWAY if is_forced else ''}"
    without = Button(texts("button.without_note"), give(card, receiver, flags))
    asked = line(texts("transfer.note", name=one_line(receiver.name)))
    return Screen((asked,), ((without, button(texts, card, Press.cancel)),))


def give(card: CardView, receiver: ManagerView, flags: str = "") -> Action:
    """Return the action that hands over to `receiver`; flags: `f` in spite of why not, `s` without a note."""
    arg = f"{to_base36(receiver.id)}.{flags}" if flags else to_base36(receiver.id)
    return Action(Press.give, card.id, card.version, arg)


def _ways_out(texts: Texts, card: CardView) -> Row:
    """Return the row below the choices: back into the queue, where somebody has it, and nothing at all."""
    queue = () if card.assignee_id is None else (button(texts, card, Press.release),)
    return (*queue, button(texts, card, Press.cancel))


def _receiver(texts: Texts, card: CardView, receiver: ManagerView) -> Button:
    mark = "🟢" if receiver.is_on_shift and not receiver.why_not else "🌙"
    load = texts.count("transfer.open", receiver.open_waits)
    label = texts("transfer.receiver", mark=mark, name=one_line(receiver.name, 30), load=load)
    return Button(label, give(card, receiver))
