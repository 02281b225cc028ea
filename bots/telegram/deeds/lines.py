"""Handing a conversation to another line, and through it to that line's team (R-12, D-7)."""

from bots.screens.action import Action, Press
from bots.screens.lines import KEPT, LATER, code_of, later_screen, line_note_screen, lines_screen
from bots.screens.lines import move as move_action
from bots.screens.quoting import one_line
from bots.screens.transfer import AT_ONCE
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.reading import get
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from hub.domain.errors import Conflict, NotFound
from hub.inbox.lines import move_to_line
from hub.inbox.queries import list_other_lines
from hub.inbox.views import CardView, LineView

LINE_WORDS = frozenset({"line", "линия", "линию", "линии"})
_LATER_WORDS = frozenset({"later", "позже"})


async def move(turn: Turn, action: Action) -> None:
    """Show the other lines, or hand over to the pressed one after what has to be asked first."""
    card = await get(turn, action)
    lines = await list_other_lines(turn.office, turn.actor, card.id)
    if not action.arg:
        await turn.show(lines_screen(turn.texts, card, lines), about=card.id)
        return
    code, _, flags = action.arg.partition(".")
    other = _line(lines, code)
    if AT_ONCE in flags:
        await _hand_over(turn, card, other, flags=flags, note="")
    else:
        await _ask_first(turn, card, other, flags)


async def move_with_note(turn: Turn, action: Action) -> None:
    """Hand over with the note the manager wrote."""
    card = await get(turn, action)
    code, _, flags = action.arg.partition(".")
    other = _line(await list_other_lines(turn.office, turn.actor, card.id), code)
    await _hand_over(turn, card, other, flags=flags, note=turn.words)


async def move_by_words(turn: Turn, card: CardView, words: str, note: str) -> None:
    """Hand over to the line that the words behind a command name; «позже» agrees to its deadline (D-7)."""
    name, flags = _read(words)
    lines = await list_other_lines(turn.office, turn.actor, card.id)
    named = [one for one in lines if name and (one.key == name or one.name.casefold().startswith(name))]
    if len(named) != 1:
        await turn.show(lines_screen(turn.texts, card, named or lines), about=card.id)
    elif note and (flags or named[0].later_due_at is None):
        await _hand_over(turn, card, named[0], flags=flags, note=note)
    else:
        await _ask_first(turn, card, named[0], flags)


async def _ask_first(turn: Turn, card: CardView, other: LineView, flags: str) -> None:
    """Ask about a deadline that would be later, then for a note."""
    if other.later_due_at is not None and not set(flags) & {KEPT, LATER if other.may_agree else KEPT}:
        await turn.show(later_screen(turn.texts, card, other, now=turn.now()), about=card.id)
        return
    await ask(turn, move_action(card, other, flags), line_note_screen(turn.texts, card, other, flags=flags))


async def _hand_over(turn: Turn, card: CardView, other: LineView, *, flags: str, note: str) -> None:
    """Hand over; the start of the client's wait stays, and so does the deadline unless a later one was agreed."""
    is_later = LATER in flags and other.later_due_at is not None
    if is_later and not other.may_agree:
        await turn.show(later_screen(turn.texts, card, other, now=turn.now()), about=card.id)
        return
    name = one_line(other.name)
    try:
        await move_to_line(turn.once, turn.actor, card.id, line=other.key, note=note, is_later_agreed=is_later)
    except Conflict:
        await turn.say("move.busy", number=card.number, name=name)
        return
    await refresh_card(turn, card.id)
    await turn.say("move.done", number=card.number, name=name)


def _line(lines: list[LineView], code: str) -> LineView:
    for one in lines:
        if code_of(one) == code:
            return one
    raise NotFound("there is no such line any more")


def _read(words: str) -> tuple[str, str]:
    """Return the name and the flags that words behind «линия» mean."""
    *name, last = words.casefold().split() or [""]
    if last in _LATER_WORDS:
        return " ".join(name), LATER
    return " ".join((*name, last)), ""


DEEDS = {Press.move: move}
WRITTEN = {Press.move: move_with_note}
