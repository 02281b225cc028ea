"""A pressed button: decoded strictly, checked against the state it was drawn on, carried out, or refused politely."""

import structlog

from bots.screens.action import Action, decode
from bots.screens.refusals import refusal
from bots.screens.screen import notice
from bots.telegram.cards import post_card
from bots.telegram.deeds import DEEDS, GUARDED
from bots.telegram.repeats import was_done
from bots.telegram.turn import Turn
from hub.domain.errors import AlreadyDone, HubError, ProviderError, StorageUnavailable
from hub.domain.ids import ConversationId
from hub.inbox.queries import get_card

log = structlog.get_logger(__name__)


async def press(turn: Turn, data: str) -> None:
    """Carry out what a button says; whatever the hub refuses is said in one polite sentence (reliability 92).

    Raises:
        ProviderError, StorageUnavailable: it could not be done now: the update comes again.
    """
    try:
        await _carry_out(turn, decode(data))
    except (ProviderError, StorageUnavailable):
        raise
    except HubError as error:
        log.info("bot.press_refused", reason=error.code, manager_id=turn.actor.manager_id)
        await say_refusal(turn, error)


async def say_refusal(turn: Turn, error: HubError) -> None:
    """Say why something was not done; a sentence below, so that no card disappears for it."""
    await turn.chat.show(notice(refusal(turn.texts, error)), reply_to=turn.own or None)


async def _carry_out(turn: Turn, action: Action) -> None:
    if await was_done(turn, action.press):
        return
    if action.press in GUARDED and await _has_changed(turn, action):
        return
    try:
        await DEEDS[action.press](turn, action)
    except AlreadyDone:
        await was_done(turn, action.press)


async def _has_changed(turn: Turn, action: Action) -> bool:
    """Tell whether a decision was pressed for an older state; then the present one is shown instead."""
    card = await get_card(turn.office, turn.actor, ConversationId(action.subject))
    if action.version in (0, card.version):
        return False
    await turn.say("error.changed")
    await post_card(turn, card)
    return True
