"""Looking at a terminal: card, client, history, reasons, lists, the day."""

from collections.abc import Mapping

from bots.screens.action import Action, Press, from_base36
from bots.screens.client import client_screen
from bots.screens.desk import desk_screen
from bots.screens.found import found_screen
from bots.screens.history import Page, history_screen, why_screen
from bots.screens.lists import list_screen
from bots.screens.screen import Screen, bold, line, notice, quote
from bots.screens.whole import whole_document
from bots.terminal.deed import Deed, Written
from bots.terminal.seat import Seat
from hub.domain.ids import ConversationId, MessageId
from hub.domain.manager import Presence
from hub.inbox import queries, reading
from hub.inbox.people import set_presence

HELP = ("press", "answer", "number", "note", "lists", "work", "end")


async def card(seat: Seat, action: Action) -> Screen:
    """Show a conversation; what is typed now goes to its client."""
    opened = await reading.open_card(seat.office, seat.actor, ConversationId(action.subject))
    return await seat.show(opened.id)


async def client(seat: Seat, action: Action) -> Screen:
    """Show the client's card."""
    return client_screen(seat.texts, await reading.open_card(seat.office, seat.actor, ConversationId(action.subject)))


async def history(seat: Seat, action: Action) -> Screen:
    """Show a page of the history, the newest one first."""
    shown = await seat.get(action)
    number = int(action.arg) if action.arg.isascii() and action.arg.isdigit() else 0
    messages, has_older = await reading.read_history(seat.office, seat.actor, shown.id, page=number)
    return history_screen(seat.texts, shown, Page(messages, number, has_older), now=seat.now())


async def whole(seat: Seat, action: Action) -> Screen:
    """Show every word of a message that a screen cut; without a button the client's newest."""
    card = await seat.get(action)
    wanted = MessageId(from_base36(action.arg)) if action.arg else None
    found = await reading.read_whole(seat.office, seat.actor, card.id, wanted)
    return Screen((quote(whole_document(seat.texts, card, found).rstrip("\n")),))


async def why(seat: Seat, action: Action) -> Screen:
    """Show how it came about."""
    shown = await seat.get(action)
    return why_screen(seat.texts, shown, await reading.read_reasons(seat.office, seat.actor, shown.id))


async def my(seat: Seat, _: Action) -> Screen:
    """List one's own open conversations."""
    rows = await queries.list_mine(seat.office, seat.actor)
    return list_screen(seat.texts, seat.texts("list.my"), rows, now=seat.now())


async def queue(seat: Seat, _: Action) -> Screen:
    """List what nobody has taken."""
    rows = await queries.list_queue(seat.office, seat.actor)
    return list_screen(seat.texts, seat.texts("list.queue"), rows, now=seat.now())


async def overdue(seat: Seat, _: Action) -> Screen:
    """List what is late."""
    rows = await queries.list_overdue(seat.office, seat.actor)
    return list_screen(seat.texts, seat.texts("list.overdue"), rows, now=seat.now())


async def find(seat: Seat, _: Action) -> Screen:
    """Say how to search."""
    return notice(seat.texts("find.ask"))


async def search(seat: Seat, _: Action, words: str) -> Screen:
    """List what fits the words."""
    rows = await reading.search(seat.office, seat.actor, words)
    return found_screen(seat.texts, words, rows, page=0, now=seat.now())


async def desk(seat: Seat, _: Action) -> Screen:
    """Show the counts of the day."""
    return desk_screen(seat.texts, await queries.get_desk(seat.office, seat.actor), now=seat.now())


async def shift(seat: Seat, action: Action) -> Screen:
    """Set whether the manager works, and show the day."""
    if action.arg in Presence.__members__:
        await set_presence(seat.office, seat.actor, Presence(action.arg))
    return await desk(seat, action)


async def help_(seat: Seat, _: Action) -> Screen:
    """Show what can be typed."""
    return Screen(
        (line(bold(seat.texts("terminal.help"))), *(line(seat.texts(f"terminal.help_{key}")) for key in HELP))
    )


DEEDS: Mapping[Press, Deed] = {
    Press.card: card,
    Press.client: client,
    Press.history: history,
    Press.whole: whole,
    Press.why: why,
    Press.my: my,
    Press.queue: queue,
    Press.overdue: overdue,
    Press.search: find,
    Press.desk: desk,
    Press.shift: shift,
    Press.help: help_,
}
WRITTEN: Mapping[Press, Written] = {Press.search: search}
