"""Calls from a card, and answers the hub cannot see: «Дозвонился», «Не ответил», given elsewhere (C-6, C-11, S11)."""

from dataclasses import replace

from bots.screens.action import Action, Press, from_base36
from bots.screens.elsewhere import WAYS, ways_screen
from bots.screens.screen import notice
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.reading import get
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from hub.domain.ids import MessageId
from hub.inbox import waits
from hub.inbox.calling import order_call
from hub.inbox.listening import listen
from hub.inbox.reply import add_note


async def call(turn: Turn, action: Action) -> None:
    """Let the PBX ring the manager, then the client; the card says so until the call is over (C-5)."""
    card = await get(turn, action)
    ordered = await order_call(turn.once, turn.actor, card.id)
    await refresh_card(turn, card.id)
    if not ordered.is_new:
        await turn.say("call.under_way", extension=ordered.extension)
    elif turn.own or turn.pressed:
        await turn.say("call.ordered", number=card.number, extension=ordered.extension)


async def hear(turn: Turn, action: Action) -> None:
    """Bring the recording of the pressed talk into the chat, of the newest one without a press (C-12)."""
    card = await get(turn, action)
    wanted = MessageId(from_base36(action.arg)) if action.arg else None
    listened = await listen(turn.once, turn.actor, card.id, wanted)
    below = replace(turn, pressed=0)  # the page of history that was pressed stays
    if listened is None:
        await below.say("recording.none", number=card.number)
    elif not listened.is_there:
        await below.say("recording.coming")


async def reached(turn: Turn, action: Action) -> None:
    """Declare that the client was reached by phone; the result is required (C-11), so it is asked for."""
    card = await get(turn, action)
    if not turn.words:
        await ask(turn, action, notice(turn.texts("reached.ask", number=card.number)))
        return
    await waits.declare_reached(turn.once, turn.actor, card.id, result=turn.words)
    await refresh_card(turn, card.id)
    await turn.say("reached.done", number=card.number)


async def noanswer(turn: Turn, action: Action) -> None:
    """Count an attempt that reached nobody; the clock runs on (C-6)."""
    card = await get(turn, action)
    await waits.record_call_attempt(turn.once, turn.actor, card.id)
    await refresh_card(turn, card.id)
    attempts = (card.wait.call_attempts if card.wait else 0) + 1
    await turn.say("noanswer.done", number=card.number, n=attempts)


async def elsewhere(turn: Turn, action: Action) -> None:
    """Ask which way the client was answered."""
    card = await get(turn, action)
    await turn.show(ways_screen(turn.texts, card), about=card.id)


async def answered(turn: Turn, action: Action) -> None:
    """Record the answer given elsewhere with its one-line result (S11)."""
    card = await get(turn, action)
    if not turn.words:
        await ask(turn, action, notice(turn.texts("elsewhere.write", number=card.number)))
        return
    way = action.arg if action.arg in WAYS else WAYS[-1]
    await waits.answered_elsewhere(turn.once, turn.actor, card.id, channel=way, at=turn.now(), result=turn.words)
    await refresh_card(turn, card.id)
    await turn.say("elsewhere.done", number=card.number)


async def note(turn: Turn, action: Action) -> None:
    """Keep a note for colleagues; the client never sees it (S2)."""
    card = await get(turn, action)
    if not turn.words:
        await ask(turn, action, notice(turn.texts("note.ask", number=card.number)))
        return
    await add_note(turn.office, turn.actor, card.id, text=turn.words, key=turn.key)
    await turn.say("note.done", number=card.number)


DEEDS = {
    Press.call: call,
    Press.listen: hear,
    Press.reached: reached,
    Press.noanswer: noanswer,
    Press.elsewhere: elsewhere,
    Press.answered: answered,
    Press.note: note,
}
WRITTEN = {Press.reached: reached, Press.answered: answered, Press.note: note}
