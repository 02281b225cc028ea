"""Looking: card, history, reasons, lists, search, desk, help. Reading a client leaves an audit fact."""

from bots.screens.action import Action, Press, page_in
from bots.screens.board import PIN, UNPIN
from bots.screens.desk import desk_screen, help_screen
from bots.screens.found import found_screen
from bots.screens.history import Page, history_screen, why_screen
from bots.screens.lists import list_screen
from bots.telegram.board import pin_board, unpin_board
from bots.telegram.cards import post_card
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.domain.manager import Presence
from hub.inbox import queries, reading
from hub.inbox.people import set_presence
from hub.inbox.views import CardView

_SEARCHED = "searched"


async def card(turn: Turn, action: Action) -> None:
    """Bring the live card down to the end of the chat."""
    await post_card(turn, await open_(turn, action))


async def history(turn: Turn, action: Action) -> None:
    """Show a page of the history, the newest one first."""
    shown = await get(turn, action)
    number = page_in(action.arg)
    messages, has_older = await reading.read_history(turn.office, turn.actor, shown.id, page=number)
    screen = history_screen(turn.texts, shown, Page(messages, number, has_older), now=turn.now())
    await turn.show(screen, about=shown.id)


async def why(turn: Turn, action: Action) -> None:
    """Show how it came about: identity, routing, deadline."""
    shown = await get(turn, action)
    reasons = await reading.read_reasons(turn.office, turn.actor, shown.id)
    await turn.show(why_screen(turn.texts, shown, reasons), about=shown.id)


async def my(turn: Turn, action: Action) -> None:
    """List the manager's open conversations."""
    rows = await queries.list_mine(turn.office, turn.actor)
    await turn.show(list_screen(turn.texts, turn.texts("list.my"), rows, now=turn.now()))


async def queue(turn: Turn, action: Action) -> None:
    """List what nobody has taken."""
    rows = await queries.list_queue(turn.office, turn.actor)
    await turn.show(list_screen(turn.texts, turn.texts("list.queue"), rows, now=turn.now()))


async def overdue(turn: Turn, action: Action) -> None:
    """List what is late: own conversations, for heads those of their lines."""
    rows = await queries.list_overdue(turn.office, turn.actor)
    await turn.show(list_screen(turn.texts, turn.texts("list.overdue"), rows, now=turn.now()))


async def search(turn: Turn, action: Action) -> None:
    """List what fits the words of the command; another page of it asks for the same words again."""
    words = turn.words or await _searched(turn, action)
    if not words:
        await turn.say("find.ask")
        return
    await turn.desk.memory.keep(turn.chat.id, _SEARCHED, {"words": words})
    rows = await reading.search(turn.office, turn.actor, words)
    page = page_in(action.arg)
    await turn.show(found_screen(turn.texts, words, rows, page=page, now=turn.now()))


async def _searched(turn: Turn, action: Action) -> str:
    """Return what was looked for last, for another page of it; empty once it is forgotten."""
    kept = await turn.desk.memory.recall(turn.chat.id, _SEARCHED) if action.arg else None
    return str(kept["words"]) if kept else ""


async def desk(turn: Turn, action: Action) -> None:
    """Show the counts of the day; pin them above the chat, where they are kept up to date, or take them away."""
    if action.arg == PIN:
        await pin_board(turn)
        await turn.say("board.pinned")
    elif action.arg == UNPIN:
        await unpin_board(turn)
    else:
        counts = await queries.get_desk(turn.office, turn.actor)
        await turn.show(desk_screen(turn.texts, counts, now=turn.now()))


async def shift(turn: Turn, action: Action) -> None:
    """Set whether the manager works; `/shift` alone shows the day."""
    wanted = action.arg or turn.words.casefold()
    if wanted in Presence.__members__:
        await set_presence(turn.office, turn.actor, Presence(wanted))
    await desk(turn, Action(Press.desk))


async def help_(turn: Turn, action: Action) -> None:
    """Show what the bot can do."""
    await turn.show(help_screen(turn.texts, turn.actor.role))


async def open_(turn: Turn, action: Action) -> CardView:
    """Return the conversation that the manager wants to see; that it was read is a fact (RG-6)."""
    return await reading.open_card(turn.office, turn.actor, ConversationId(action.subject))


async def get(turn: Turn, action: Action) -> CardView:
    """Return the conversation an action is about, as this manager may see it."""
    return await queries.get_card(turn.office, turn.actor, ConversationId(action.subject))


DEEDS = {
    Press.card: card,
    Press.history: history,
    Press.why: why,
    Press.my: my,
    Press.queue: queue,
    Press.overdue: overdue,
    Press.search: search,
    Press.desk: desk,
    Press.shift: shift,
    Press.help: help_,
}
