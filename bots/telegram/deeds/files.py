"""A file that was too large to come: one press asks the client for a link, as an answer of whoever presses (S1)."""

from dataclasses import replace

from bots.screens.action import Action, Press
from bots.telegram.answers import answer
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries.file_links import word_link_request
from hub.inbox.reply import Content, find_said


async def ask_link(turn: Turn, action: Action) -> None:
    """Ask for the link, once for a message: a double tap is two updates (case 16)."""
    conversation_id = ConversationId(action.subject)
    wanted = await word_link_request(turn.office, turn.actor, conversation_id)
    if wanted is None:
        await turn.say("asklink.nothing")
        return
    once = replace(turn, key=f"asklink:{wanted.message_id}")
    if await find_said(turn.office, once.key) is not None:
        await turn.say("asklink.sent")
    else:
        await answer(once, conversation_id, Content(wanted.text, reply_to=wanted.message_id))


DEEDS = {Press.ask_link: ask_link}
