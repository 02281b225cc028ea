"""A manager's words at a terminal: to the client, as a note, by another way where the first is closed."""

from collections.abc import Mapping

from bots.screens import feedback
from bots.screens.action import Action, Press
from bots.screens.feedback import ANYWAY
from bots.screens.refusals import refusal
from bots.screens.screen import Screen, notice
from bots.screens.ways import choice_screen, reachable, read_way, unsent_screen, way_of
from bots.screens.words import address_text
from bots.terminal.deed import Deed, Written
from bots.terminal.seat import Seat
from hub.domain.errors import Composing, Conflict, ContactBlocked, HubError, ReplyWindowClosed
from hub.domain.ids import ConversationId
from hub.inbox.queries import get_card
from hub.inbox.reply import Content, add_note, reply


async def answer(seat: Seat, about: ConversationId, content: Content) -> Screen:
    """Send words to the client of a conversation, taking it if it is free. Commits.

    What cannot go out is kept, and the screen says what can be done with it.
    """
    try:
        said = await reply(seat.office, seat.actor, about, content=content, key=seat.line_key)
    except (Conflict, ContactBlocked, ReplyWindowClosed) as refused:
        seat.draft = content.text
        return await _what_now(seat, about, refused)
    seat.about, seat.draft, seat.answers = about, "", seat.answers + 1
    return feedback.sending(seat.texts, await get_card(seat.office, seat.actor, about), said.address)


async def to(seat: Seat, action: Action) -> Screen:
    """Send the kept words to the pressed conversation's client, confirmed or to another address by the argument."""
    if not seat.draft:
        return notice(seat.texts("reply.lost_draft"))
    content = Content(seat.draft, is_confirmed=action.arg == ANYWAY)
    if action.arg and action.arg != ANYWAY:
        thread_id, identity_id = read_way(action.arg)
        content = Content(seat.draft, thread_id=thread_id, identity_id=identity_id)
    return await answer(seat, ConversationId(action.subject), content)


async def memo(seat: Seat, action: Action) -> Screen:
    """Leave the kept words as a note."""
    words, seat.draft = seat.draft, ""
    return await note_down(seat, action, words) if words else notice(seat.texts("reply.lost_draft"))


async def note(seat: Seat, action: Action) -> Screen:
    """Ask for a note."""
    seat.asked = action
    return notice(seat.texts("note.ask", number=(await seat.get(action)).number))


async def note_down(seat: Seat, action: Action, words: str) -> Screen:
    """Keep a note for colleagues; the client never sees it (S2)."""
    card = await seat.get(action)
    await add_note(seat.office, seat.actor, card.id, text=words, key=seat.line_key)
    return notice(seat.texts("note.done", number=card.number))


async def write(seat: Seat, action: Action) -> Screen:
    """Ask for the words that go to the pressed address; without one ask which (M-16)."""
    card = await seat.get(action)
    ways = {way_of(each): each for each in reachable(card)}
    if action.arg not in ways:
        return choice_screen(seat.texts, card)
    seat.asked = action
    return notice(seat.texts("write.ask", address=address_text(seat.texts, ways[action.arg]), number=card.number))


async def write_there(seat: Seat, action: Action, words: str) -> Screen:
    """Send the written words to the address that was chosen."""
    thread_id, identity_id = read_way(action.arg)
    content = Content(words, thread_id=thread_id, identity_id=identity_id)
    return await answer(seat, ConversationId(action.subject), content)


async def cancel(seat: Seat, _: Action) -> Screen:
    """Drop whatever is being asked or kept."""
    seat.asked, seat.draft = None, ""
    return notice(seat.texts("done.cancelled"))


async def _what_now(seat: Seat, about: ConversationId, refused: HubError) -> Screen:
    """Return the question about words that were not sent. Raises: the refusal where there is nothing to ask."""
    if isinstance(refused, Composing):
        return feedback.composing_screen(seat.texts, refused.winner, refused.said, conversation_id=about)
    if not isinstance(refused, Conflict):
        card = await get_card(seat.office, seat.actor, about)
        return unsent_screen(seat.texts, card, refusal(seat.texts, refused))
    if not refused.winner:
        raise refused
    return feedback.taken_screen(seat.texts, refused.winner, conversation_id=about)


DEEDS: Mapping[Press, Deed] = {
    Press.to: to,
    Press.memo: memo,
    Press.note: note,
    Press.write: write,
    Press.cancel: cancel,
}
WRITTEN: Mapping[Press, Written] = {Press.note: note_down, Press.write: write_there}
