"""Deciding at a terminal: take and give back, hand over, put off, close, and the calls the hub cannot hear."""

from collections.abc import Mapping

from bots.screens import closing, moments
from bots.screens.action import Action, Press, from_base36
from bots.screens.quoting import one_line
from bots.screens.screen import Screen, notice
from bots.screens.snooze import parse_until, snooze_screen
from bots.screens.transfer import ANYWAY, AT_ONCE, confirm_screen, note_screen, receivers_screen
from bots.screens.words import outcome_name
from bots.terminal.deed import Deed, Written
from bots.terminal.reading import queue
from bots.terminal.seat import Seat
from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict, NotFound, ReasonMissing, StillWaiting
from hub.domain.ids import ConversationId
from hub.inbox import assignment, conversations, waits
from hub.inbox.queries import list_queue, list_receivers
from hub.inbox.views import CardView, ManagerView


async def take(seat: Seat, action: Action) -> Screen:
    """Take a conversation and show it."""
    await assignment.take(seat.office, seat.actor, ConversationId(action.subject))
    return await seat.show(ConversationId(action.subject))


async def take_next(seat: Seat, _: Action) -> Screen:
    """Take the most urgent conversation of the queue, passing over those that were taken meanwhile."""
    for row in await list_queue(seat.office, seat.actor):
        try:
            return await take(seat, Action(Press.take, row.id))
        except (Conflict, NotFound):
            continue
    return notice(seat.texts("done.nothing_urgent"))


async def release(seat: Seat, action: Action) -> Screen:
    """Give it back and show the queue."""
    await assignment.release(seat.office, seat.actor, ConversationId(action.subject))
    seat.about = None
    return await queue(seat, action)


async def decline(seat: Seat, action: Action) -> Screen:
    """Pass an offer on to others."""
    await assignment.decline(seat.office, seat.actor, ConversationId(action.subject))
    return notice(seat.texts("done.declined"))


async def accept(seat: Seat, action: Action) -> Screen:
    """Accept what is being handed over."""
    await assignment.accept_transfer(seat.office, seat.actor, ConversationId(action.subject))
    return await seat.show(ConversationId(action.subject))


async def refuse(seat: Seat, action: Action) -> Screen:
    """Leave it with whom it was."""
    card = await seat.get(action)
    await assignment.decline_transfer(seat.office, seat.actor, card.id)
    return notice(seat.texts("done.refused", number=card.number))


async def transfer(seat: Seat, action: Action) -> Screen:
    """Show whom it may be handed to."""
    card = await seat.get(action)
    found = await list_receivers(seat.office, seat.actor, card.id)
    return receivers_screen(seat.texts, card, found, has_lines=False)


async def give(seat: Seat, action: Action) -> Screen:
    """Hand over to the pressed colleague: a confirmation where they cannot take it now, then a note (R-12)."""
    card = await seat.get(action)
    receiver, flags = await _receiver(seat, card, action.arg)
    if AT_ONCE in flags:
        return await give_with_note(seat, action, "")
    if receiver.why_not and ANYWAY not in flags:
        return confirm_screen(seat.texts, card, receiver)
    seat.asked = action
    return note_screen(seat.texts, card, receiver, is_forced=ANYWAY in flags)


async def give_with_note(seat: Seat, action: Action, words: str) -> Screen:
    """Hand over with the written note."""
    card = await seat.get(action)
    receiver, flags = await _receiver(seat, card, action.arg)
    await assignment.transfer(seat.office, seat.actor, card.id, to=receiver.id, note=words, force=ANYWAY in flags)
    seat.asked = None
    return notice(seat.texts("transfer.done", number=card.number, name=one_line(receiver.name)))


async def snooze(seat: Seat, action: Action) -> Screen:
    """Offer times to put off to."""
    return snooze_screen(seat.texts, await seat.get(action), now=seat.now())


async def sleep(seat: Seat, action: Action) -> Screen:
    """Put off until the pressed time."""
    return await put_off(seat, action, action.arg)


async def put_off(seat: Seat, action: Action, words: str) -> Screen:
    """Put off until what the words mean."""
    card = await seat.get(action)
    until = parse_until(words, now=seat.now(), zone=card.zone)
    if until is None:
        return notice(seat.texts("snooze.format", number=card.number))
    await conversations.snooze(seat.office, seat.actor, card.id, until=until)
    at = moments.clock_time(seat.texts, until, zone=card.zone, now=seat.now())
    return notice(seat.texts("snooze.done", number=card.number, time=at))


async def close(seat: Seat, action: Action) -> Screen:
    """Ask for the outcome."""
    return closing.outcomes_screen(seat.texts, await seat.get(action))


async def end(seat: Seat, action: Action) -> Screen:
    """Close with the pressed outcome; a refusal asks why (L-5)."""
    chosen, _, why = action.arg.partition(".")
    if why == closing.OWN_REASON:
        seat.asked = action
        return notice(seat.texts("close.write_refused", number=(await seat.get(action)).number))
    return await _close(seat, await seat.get(action), chosen, seat.texts(f"refusal.{why}") if why else "")


async def refused_because(seat: Seat, action: Action, words: str) -> Screen:
    """Close as refused for the written reason."""
    return await _close(seat, await seat.get(action), Outcome.refused, words)


async def close_by_words(seat: Seat, action: Action, words: str) -> Screen:
    """Close with the named outcome and the comment behind it; ask where the word is none."""
    word, _, note = words.partition(" ")
    card = await seat.get(action)
    if word.casefold() not in Outcome.__members__:
        return closing.outcomes_screen(seat.texts, card)
    return await _close(seat, card, word.casefold(), note.strip())


async def reopen(seat: Seat, action: Action) -> Screen:
    """Open a closed conversation again and show it."""
    await conversations.reopen(seat.office, seat.actor, ConversationId(action.subject))
    return await seat.show(ConversationId(action.subject))


async def dismiss(seat: Seat, action: Action) -> Screen:
    """Ask why no reply is needed (S8)."""
    return closing.reasons_screen(seat.texts, await seat.get(action), now=seat.now())


async def needless(seat: Seat, action: Action) -> Screen:
    """Say that no reply is needed for the pressed reason; an own one is written."""
    if action.arg == closing.OWN_REASON:
        seat.asked = action
        return notice(seat.texts("dismiss.write", number=(await seat.get(action)).number))
    known = action.arg in closing.REASONS
    return await needless_because(seat, action, seat.texts(f"dismiss.{action.arg}") if known else "")


async def needless_because(seat: Seat, action: Action, words: str) -> Screen:
    """Say that no reply is needed for the written reason."""
    card = await seat.get(action)
    await waits.dismiss(seat.office, seat.actor, card.id, reason=words)
    return notice(seat.texts("dismiss.done", number=card.number))


async def reached(seat: Seat, action: Action) -> Screen:
    """Ask for the result of the talk (C-11)."""
    seat.asked = action
    return notice(seat.texts("reached.ask", number=(await seat.get(action)).number))


async def reached_with(seat: Seat, action: Action, words: str) -> Screen:
    """Declare that the client was reached by phone, with the written result."""
    card = await seat.get(action)
    await waits.declare_reached(seat.office, seat.actor, card.id, result=words)
    return notice(seat.texts("reached.done", number=card.number))


async def noanswer(seat: Seat, action: Action) -> Screen:
    """Count an attempt that reached nobody; the clock runs on (C-6)."""
    card = await seat.get(action)
    await waits.record_call_attempt(seat.office, seat.actor, card.id)
    attempts = (card.wait.call_attempts if card.wait else 0) + 1
    return notice(seat.texts("noanswer.done", number=card.number, n=attempts))


async def _receiver(seat: Seat, card: CardView, arg: str) -> tuple[ManagerView, str]:
    number, _, flags = arg.partition(".")
    for each in await list_receivers(seat.office, seat.actor, card.id):
        if each.id == from_base36(number):
            return each, flags
    raise NotFound("the colleague is no longer on this line")


async def _close(seat: Seat, card: CardView, outcome: str, note: str) -> Screen:
    """Close; a client who still waits is answered or dismissed first (S9), a refusal says why (L-5)."""
    try:
        await conversations.close(seat.office, seat.actor, card.id, outcome=Outcome(outcome), note=note)
    except StillWaiting:
        return closing.still_waiting_screen(seat.texts, card)
    except ReasonMissing:
        return closing.refusal_screen(seat.texts, card)
    seat.about = None
    return notice(seat.texts("close.done", number=card.number, outcome=outcome_name(seat.texts, outcome)))


DEEDS: Mapping[Press, Deed] = {
    Press.take: take,
    Press.next: take_next,
    Press.release: release,
    Press.decline: decline,
    Press.accept: accept,
    Press.refuse: refuse,
    Press.transfer: transfer,
    Press.give: give,
    Press.snooze: snooze,
    Press.sleep: sleep,
    Press.close: close,
    Press.end: end,
    Press.reopen: reopen,
    Press.dismiss: dismiss,
    Press.needless: needless,
    Press.reached: reached,
    Press.noanswer: noanswer,
}
WRITTEN: Mapping[Press, Written] = {
    Press.give: give_with_note,
    Press.snooze: put_off,
    Press.close: close_by_words,
    Press.end: refused_because,
    Press.dismiss: needless_because,
    Press.needless: needless_because,
    Press.reached: reached_with,
}
