"""Who has the conversation: take, give back, decline, hand over, accept, refuse (R-8, R-10, R-12)."""

from contextlib import suppress
from dataclasses import replace

from bots.screens import transfer as transfer_screens
from bots.screens.action import Action, Press, from_base36
from bots.screens.quoting import one_line
from bots.screens.screen import notice
from bots.screens.transfer import ANYWAY, AT_ONCE, confirm_screen, note_screen, receivers_screen
from bots.telegram.cards import collapse_card, post_card, refresh_card
from bots.telegram.deeds.lines import LINE_WORDS, move_by_words
from bots.telegram.next_up import offer_next, withdraw_offer
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from bots.telegram.undoable import Undo, Undoable, remember_undoable, say_undoable
from hub.domain.errors import Composing, Conflict, NotFound
from hub.domain.ids import ConversationId, ManagerId
from hub.inbox import assignment
from hub.inbox.queries import get_card, list_other_lines, list_queue, list_receivers
from hub.inbox.reading import open_card
from hub.inbox.reply import begin_answer
from hub.inbox.views import CardView, ManagerView

NOTE_MARK = "//"


async def take(turn: Turn, action: Action) -> None:
    """Take a free conversation; the loser of a race reads who was faster (R-10)."""
    conversation_id = ConversationId(action.subject)
    try:
        await assignment.take(turn.once, turn.actor, conversation_id)
    except Conflict as conflict:
        await collapse_card(turn, conversation_id, conflict.winner)
        raise
    await _show_mine(turn, conversation_id)


async def take_next(turn: Turn, action: Action) -> None:
    """Take the most urgent conversation of the queue, passing over those that were taken meanwhile.

    The button of a «⏭ Дальше» line names its client, who may be one's own already.
    """
    if action.subject:
        await _see_to(turn, ConversationId(action.subject))
        return
    for row in await list_queue(turn.office, turn.actor):
        try:
            await assignment.take(turn.once, turn.actor, row.id)
        except (Conflict, NotFound):
            continue
        await _show_mine(turn, row.id)
        return
    await turn.say("done.nothing_urgent")


async def _see_to(turn: Turn, conversation_id: ConversationId) -> None:
    """Bring down the card of the client who was offered as the next; one who is gone is followed by another."""
    try:
        card = await get_card(turn.office, turn.actor, conversation_id)
        if card.assignee_id is None:
            await assignment.take(turn.once, turn.actor, conversation_id)
    except (Conflict, NotFound):
        await replace(turn, pressed=0).say("next.gone")
        await offer_next(turn, after=conversation_id)
        return
    await withdraw_offer(turn)
    await post_card(turn, await open_card(turn.office, turn.actor, conversation_id))


async def release(turn: Turn, action: Action) -> None:
    """Put a conversation back into the queue."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    await assignment.release(turn.once, turn.actor, card.id)
    await refresh_card(turn, card.id)
    await turn.say("done.released", number=card.number)


async def decline(turn: Turn, action: Action) -> None:
    """Pass an offer on to others."""
    await assignment.decline(turn.once, turn.actor, ConversationId(action.subject))
    await refresh_card(turn, ConversationId(action.subject))
    await turn.say("done.declined")


async def accept(turn: Turn, action: Action) -> None:
    """Accept what is being handed over."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    if not card.transfer_to_viewer:
        await turn.say("transfer.not_asked", number=card.number)
        return
    await assignment.accept_transfer(turn.once, turn.actor, card.id)
    await _show_mine(turn, card.id)


async def refuse(turn: Turn, action: Action) -> None:
    """Leave it with whom it was."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    if not card.transfer_to_viewer:
        await turn.say("transfer.not_asked", number=card.number)
        return
    await assignment.decline_transfer(turn.once, turn.actor, card.id)
    await refresh_card(turn, card.id)
    await turn.say("done.refused", number=card.number)


async def transfer(turn: Turn, action: Action) -> None:
    """Show whom it may be handed to; `/transfer 1042 Анна // заметка` names one at once, `линия Поддержка` a line."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    words, _, note = turn.words.partition(NOTE_MARK)
    first, _, rest = words.strip().partition(" ")
    if first.casefold() in LINE_WORDS:
        await move_by_words(turn, card, rest, note.strip())
        return
    receivers = await list_receivers(turn.office, turn.actor, card.id)
    wanted = words.strip().casefold()
    named = [one for one in receivers if wanted and one.name.casefold().startswith(wanted)]
    if len(named) != 1:
        others = await list_other_lines(turn.office, turn.actor, card.id)
        screen = receivers_screen(turn.texts, card, named or receivers, has_lines=bool(others))
        await turn.show(screen, about=card.id)
    elif note.strip():
        await hand_over(turn, card, named[0], note=note.strip(), is_forced=False)
    else:
        await _ask_note(turn, card, named[0], is_forced=False)


async def give(turn: Turn, action: Action) -> None:
    """Hand over to the one pressed: ask for a confirmation if they cannot take it now, then for a note (R-12)."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    number, _, flags = action.arg.partition(".")
    receiver = await _receiver(turn, card, from_base36(number))
    if AT_ONCE in flags:
        await hand_over(turn, card, receiver, note="", is_forced=ANYWAY in flags)
    else:
        await _ask_note(turn, card, receiver, is_forced=ANYWAY in flags)


async def give_with_note(turn: Turn, action: Action) -> None:
    """Hand over with the note the manager wrote."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    number, _, flags = action.arg.partition(".")
    receiver = await _receiver(turn, card, from_base36(number))
    await hand_over(turn, card, receiver, note=turn.words, is_forced=ANYWAY in flags)


async def hand_over(turn: Turn, card: CardView, receiver: ManagerView, *, note: str, is_forced: bool) -> None:
    """Hand over; the client's clock runs on unchanged. Somebody who cannot take it by now needs a confirmation."""
    try:
        await assignment.transfer(turn.once, turn.actor, card.id, to=receiver.id, note=note, force=is_forced)
    except Conflict as conflict:
        present = await _receiver(turn, card, receiver.id)
        unable = replace(present, why_not=present.why_not or str(conflict))
        await turn.show(confirm_screen(turn.texts, card, unable), about=card.id)
        return
    await refresh_card(turn, card.id)
    done = Undoable(Undo.transfer, card.id, card.number)
    await say_undoable(turn, done, turn.texts("transfer.done", number=card.number, name=one_line(receiver.name)))


async def _ask_note(turn: Turn, card: CardView, receiver: ManagerView, *, is_forced: bool) -> None:
    if receiver.why_not and not is_forced:
        await turn.show(confirm_screen(turn.texts, card, receiver), about=card.id)
        return
    waiting = transfer_screens.give(card, receiver, ANYWAY if is_forced else "")
    await ask(turn, waiting, note_screen(turn.texts, card, receiver, is_forced=is_forced))


async def _receiver(turn: Turn, card: CardView, manager_id: int) -> ManagerView:
    for receiver in await list_receivers(turn.office, turn.actor, card.id):
        if receiver.id == ManagerId(manager_id):
            return receiver
    raise NotFound("the colleague is no longer on this line")


async def _show_mine(turn: Turn, conversation_id: ConversationId) -> None:
    """Show the conversation as mine, in the place of its live card, below if there is none; I am about to answer."""
    with suppress(Composing):  # asked when the answer is there
        await begin_answer(turn.office, turn.actor, conversation_id)
    if await turn.desk.memory.latest_card(turn.chat.id, conversation_id) is None:
        card = await get_card(turn.office, turn.actor, conversation_id)
        await post_card(turn, card)
    else:
        await refresh_card(turn, conversation_id)
        card = await get_card(turn.office, turn.actor, conversation_id)
        # The newest message about the client is what people answer, so it has to lead to them as the card does.
        await turn.show(notice(turn.texts("done.taken", number=card.number)), about=conversation_id)
    await remember_undoable(turn, Undoable(Undo.take, conversation_id, card.number))


DEEDS = {
    Press.take: take,
    Press.next: take_next,
    Press.release: release,
    Press.decline: decline,
    Press.accept: accept,
    Press.refuse: refuse,
    Press.transfer: transfer,
    Press.give: give,
}
"""Deeds of presses and commands."""

WRITTEN = {Press.give: give_with_note}
"""Deeds that a written line completes."""
