"""Leads: stages, the refusal that names what is missing and lets fill it, reasons of loss, by hand (L-2 to L-9)."""

from collections.abc import Awaitable

from bots.screens.action import Action, Press, StaleButton
from bots.screens.lead import fill_screen, may_be_filled, missing_screen, reasons_screen, stages_screen
from bots.screens.starting import Written, ask_new_screen, parse_new, started_screen
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.reading import get
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from hub.domain.errors import FieldInvalid, FieldsMissing
from hub.domain.ids import ConversationId
from hub.domain.stages import StageState
from hub.inbox.hand_leads import HandLead, start_by_hand
from hub.inbox.leads import Filled, move_lead, set_lead_fields
from hub.inbox.plan_views import LeadView
from hub.inbox.queries.plans import find_next_task, get_lead_view

_WANTED = "wanted_stage"


async def stage(turn: Turn, action: Action) -> None:
    """Move the lead to the pressed or typed stage; without one, offer them all."""
    view = await _view(turn, action)
    wanted = action.arg or turn.words.partition(" ")[0].casefold()
    found = view.rules.find_stage(wanted)
    if found is None:
        await turn.show(stages_screen(turn.texts, view), about=view.conversation_id)
    elif found.state is StageState.lost:
        await turn.show(reasons_screen(turn.texts, view), about=view.conversation_id)
    else:
        await _move(turn, view, found.key, Filled())


async def lose(turn: Turn, action: Action) -> None:
    """Lose the lead for the pressed reason, or the one typed with words behind it; without one, ask (L-5)."""
    view = await _view(turn, action)
    key, _, note = (action.arg or turn.words).partition(" ")
    reason, lost = view.rules.find_reason(key), view.rules.first_with(StageState.lost)
    if reason is None or lost is None:
        await turn.show(reasons_screen(turn.texts, view), about=view.conversation_id)
    else:
        await _move(turn, view, lost.key, Filled(loss_reason=reason.key, loss_note=note.strip()))


async def fill(turn: Turn, action: Action) -> None:
    """Ask for a field's value, or set the one given; a move that waited for it is tried again (L-3, L-7)."""
    view = await _view(turn, action)
    key, value = _field(turn, view, action)
    if not may_be_filled(view, key):
        await turn.show(stages_screen(turn.texts, view), about=view.conversation_id)
        return
    asked = Action(Press.fill, view.conversation_id, 0, key)
    if not value:
        await ask(turn, asked, fill_screen(turn.texts, view, key))
        return
    try:
        await set_lead_fields(turn.office, turn.actor, view.conversation_id, values={key: value})
    except FieldInvalid:
        await ask(turn, asked, fill_screen(turn.texts, view, key))
        return
    await _go_on(turn, view.conversation_id)


def _field(turn: Turn, view: LeadView, action: Action) -> tuple[str, str]:
    """Return the field meant and its value, empty if it is still to be asked for."""
    if not action.arg:
        key, _, value = turn.words.partition(" ")
        return key, value.strip()
    key, _, place = action.arg.partition(".")
    rule = view.rules.find_lead_field(key)
    if place and (rule is None or not place.isdigit() or int(place) >= len(rule.choices)):
        raise StaleButton("the field has other choices by now")
    return key, rule.choices[int(place)] if place and rule else turn.words


async def _go_on(turn: Turn, conversation_id: ConversationId) -> None:
    """Try the move again that was refused for a missing field, else show what the lead holds now."""
    kept = await turn.desk.memory.recall(turn.chat.id, _WANTED)
    view = await get_lead_view(turn.office, turn.actor, conversation_id)
    if kept is not None and kept.get("conversation") == int(conversation_id):
        await _move(turn, view, str(kept["stage"]), Filled())
        return
    await refresh_card(turn, conversation_id)
    await turn.show(stages_screen(turn.texts, view), about=conversation_id)


async def _move(turn: Turn, view: LeadView, to: str, filled: Filled) -> None:
    moving = move_lead(turn.once, turn.actor, view.conversation_id, to=to, filled=filled)
    if not await with_missing_named(turn, view.conversation_id, moving):
        await turn.desk.memory.keep(turn.chat.id, _WANTED, {"conversation": int(view.conversation_id), "stage": to})
        return
    await forget_move(turn)
    await refresh_card(turn, view.conversation_id)
    found = view.rules.find_stage(to)
    await turn.say("lead.moved", number=view.number, stage=found.name.say(turn.texts.language) if found else to)


async def forget_move(turn: Turn) -> None:
    """Give up the move that a missing field has refused: what is filled in later moves nothing by itself."""
    await turn.desk.memory.forget(turn.chat.id, _WANTED)


async def with_missing_named(turn: Turn, conversation_id: ConversationId, doing: Awaitable[object]) -> bool:
    """Await what may move a lead; if fields are missing say which, with buttons to fill them, and return False."""
    try:
        await doing
    except FieldsMissing as refused:
        view = await get_lead_view(turn.office, turn.actor, conversation_id)
        await turn.show(missing_screen(turn.texts, view, refused.missing), about=conversation_id)
        return False
    return True


async def new(turn: Turn, action: Action) -> None:
    """Start a lead by hand of the written line: name, phone, note; without one, ask for it (L-9)."""
    written = parse_new(turn.words) if turn.words else None
    if written is None:
        await ask(turn, Action(Press.new), ask_new_screen(turn.texts, is_wrong=bool(turn.words)))
        return
    await start_from(turn, written)


async def start_from(turn: Turn, written: Written) -> None:
    """Start a lead of what is known and show it with its first step."""
    source = written.source or turn.texts("new.source")
    wanted = HandLead(written.name, written.phone, turn.texts("new.what"), note=written.note, source=source)
    conversation_id = await start_by_hand(turn.office, turn.actor, wanted, key=turn.key)
    card = await get(turn, Action(Press.card, conversation_id))
    task = await find_next_task(turn.office, turn.actor, conversation_id)
    await turn.show(started_screen(turn.texts, card, task), about=card.id)


async def _view(turn: Turn, action: Action) -> LeadView:
    return await get_lead_view(turn.office, turn.actor, ConversationId(action.subject))


DEEDS = {Press.stage: stage, Press.lose: lose, Press.fill: fill, Press.new: new}
WRITTEN = {Press.fill: fill, Press.new: new}
