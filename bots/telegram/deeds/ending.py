"""Ending and putting off: snooze, close with an outcome, reopen, no reply needed, wait for the client (S8, S9, P)."""

from dataclasses import replace
from datetime import datetime

from bots.screens import closing, dates, moments
from bots.screens.action import Action, Press
from bots.screens.lead import missing_screen
from bots.screens.screen import notice
from bots.screens.snooze import parse_until, snooze_screen
from bots.screens.words import outcome_name
from bots.telegram.cards import post_card, refresh_card
from bots.telegram.deeds.reading import get
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from bots.telegram.undoable import Undo, Undoable, say_undoable
from hub.domain.conversation import Outcome
from hub.domain.errors import FieldsMissing, ReasonMissing, SnoozeTooLong, StillWaiting
from hub.domain.ids import ConversationId
from hub.inbox import conversations, splitting, waits
from hub.inbox.queries.plans import get_lead_view
from hub.inbox.views import CardView


async def snooze(turn: Turn, action: Action) -> None:
    """Offer times, or take the one written behind the command."""
    card = await get(turn, action)
    if not turn.words:
        await turn.show(snooze_screen(turn.texts, card, now=turn.now()), about=card.id)
        return
    await _put_off(turn, card, parse_until(turn.words, now=turn.now(), zone=card.zone))


async def sleep(turn: Turn, action: Action) -> None:
    """Put off until the pressed time; a date is chosen by its month, its day and the line's hours."""
    card = await get(turn, action)
    line = turn.office.policy().get_line(card.line)
    choosing = dates.Dates(line.calendar, turn.now(), lambda arg: Action(Press.sleep, card.id, card.version, arg))
    if action.arg == dates.NOTHING:
        return
    if action.arg.startswith(dates.MONTH):
        month = action.arg.removeprefix(dates.MONTH)
        shown = dates.read_day(month) if month else choosing.today
        await turn.show(dates.month_screen(turn.texts, choosing, shown), about=card.id)
    elif action.arg.startswith(dates.DAY):
        day = dates.read_day(action.arg.removeprefix(dates.DAY))
        await turn.show(dates.hours_screen(turn.texts, choosing, day), about=card.id)
    else:
        await _put_off(turn, card, _until(turn, card, action.arg))


def _until(turn: Turn, card: CardView, arg: str) -> datetime | None:
    if arg.startswith(dates.AT):
        until = dates.read_instant(arg.removeprefix(dates.AT))
        return until if turn.now() < until <= turn.now() + dates.LONGEST else None
    return parse_until(arg, now=turn.now(), zone=card.zone)


async def waitclient(turn: Turn, action: Action) -> None:
    """Say that the client has to act: the clock of the whole matter stands until they do (P-2)."""
    card = await get(turn, action)
    refused = "" if card.is_matter_paused else closing.why_matter_runs(card, now=turn.now())
    if not refused and not card.is_matter_paused:
        await conversations.wait_for_client(turn.once, turn.actor, card.id)
        await refresh_card(turn, card.id)
    await turn.say(refused or "matter.paused", number=card.number)


async def close(turn: Turn, action: Action) -> None:
    """Ask for the outcome, or take the one written behind the command with its comment."""
    card = await get(turn, action)
    word, _, note = turn.words.partition(" ")
    word, note = word.casefold(), note.strip()
    if word not in Outcome.__members__:
        await turn.show(closing.outcomes_screen(turn.texts, card), about=card.id)
    elif Outcome(word) is Outcome.refused and not note:
        await turn.show(closing.refusal_screen(turn.texts, card), about=card.id)
    else:
        await _close(turn, card, Outcome(word), note)


async def end(turn: Turn, action: Action) -> None:
    """Close with the pressed outcome; a refusal asks why first."""
    card = await get(turn, action)
    word, _, why = action.arg.partition(".")
    outcome = Outcome(word) if word in Outcome.__members__ else Outcome.solved
    if outcome is Outcome.refused and why not in closing.REFUSALS:
        await turn.show(closing.refusal_screen(turn.texts, card), about=card.id)
        return
    if why == closing.OWN_REASON:
        await ask(turn, action, notice(turn.texts("close.write_refused", number=card.number)))
        return
    await _close(turn, card, outcome, turn.texts(f"refusal.{why}") if why else "")


async def refused_because(turn: Turn, action: Action) -> None:
    """Close as refused for the written reason (L-5)."""
    await _close(turn, await get(turn, action), Outcome.refused, turn.words)


async def reopen(turn: Turn, action: Action) -> None:
    """Open a closed conversation again."""
    card = await get(turn, action)
    await conversations.reopen(turn.once, turn.actor, card.id)
    await post_card(turn, await get(turn, action))


async def split(turn: Turn, action: Action) -> None:
    """Make a conversation of its own of the letter under another subject (case 42)."""
    own = await splitting.split_off(turn.once, turn.actor, ConversationId(action.subject))
    await refresh_card(turn, ConversationId(action.subject))
    await post_card(turn, await get(turn, replace(action, subject=int(own))))


async def dismiss(turn: Turn, action: Action) -> None:
    """Say that no reply is needed, with the reason behind the command or by choice."""
    card = await get(turn, action)
    if turn.words:
        await _dismiss(turn, card, turn.words)
    else:
        await turn.show(closing.reasons_screen(turn.texts, card, now=turn.now()), about=card.id)


async def needless(turn: Turn, action: Action) -> None:
    """Say that no reply is needed for the pressed reason; an own one is written."""
    card = await get(turn, action)
    if action.arg == closing.OWN_REASON:
        await ask(turn, action, notice(turn.texts("dismiss.write", number=card.number)))
    elif action.arg in closing.REASONS:
        await _dismiss(turn, card, turn.texts(f"dismiss.{action.arg}"))
    else:
        await _dismiss(turn, card, "")


async def needless_because(turn: Turn, action: Action) -> None:
    """Say that no reply is needed for the written reason."""
    await _dismiss(turn, await get(turn, action), turn.words)


async def _put_off(turn: Turn, card: CardView, until: datetime | None) -> None:
    if until is None:
        await turn.say("snooze.format", number=card.number)
        return
    try:
        await conversations.snooze(turn.once, turn.actor, card.id, until=until)
    except SnoozeTooLong as refused:
        longest = moments.duration(turn.texts, refused.limit)
        await turn.say("snooze.too_long", number=card.number, longest=longest)
        return
    await refresh_card(turn, card.id)
    at = moments.clock_time(turn.texts, until, zone=card.zone, now=turn.now())
    done = Undoable(Undo.snooze, card.id, card.number)
    await say_undoable(turn, done, turn.texts("snooze.done", number=card.number, time=at))


async def _close(turn: Turn, card: CardView, outcome: Outcome, note: str) -> None:
    """Close; a client who still waits is answered or dismissed first (S9), a refusal says why (L-5)."""
    try:
        await conversations.close(turn.once, turn.actor, card.id, outcome=outcome, note=note)
    except StillWaiting:
        await turn.show(closing.still_waiting_screen(turn.texts, card), about=card.id)
        return
    except ReasonMissing:
        await turn.show(closing.refusal_screen(turn.texts, card), about=card.id)
        return
    except FieldsMissing as refused:
        view = await get_lead_view(turn.office, turn.actor, card.id)
        await turn.show(missing_screen(turn.texts, view, refused.missing), about=card.id)
        return
    await refresh_card(turn, card.id)
    words = turn.texts("close.done", number=card.number, outcome=outcome_name(turn.texts, outcome.value))
    await say_undoable(turn, Undoable(Undo.close, card.id, card.number), words)


async def _dismiss(turn: Turn, card: CardView, reason: str) -> None:
    try:
        await waits.dismiss(turn.once, turn.actor, card.id, reason=reason)
    except ReasonMissing:
        await turn.show(closing.reasons_screen(turn.texts, card, now=turn.now()), about=card.id)
        return
    await refresh_card(turn, card.id)
    done = Undoable(Undo.dismiss, card.id, card.number)
    await say_undoable(turn, done, turn.texts("dismiss.done", number=card.number))


DEEDS = {
    Press.snooze: snooze,
    Press.sleep: sleep,
    Press.waitclient: waitclient,
    Press.close: close,
    Press.end: end,
    Press.reopen: reopen,
    Press.sever: split,
    Press.dismiss: dismiss,
    Press.needless: needless,
}
WRITTEN = {Press.needless: needless_because, Press.end: refused_because}
