"""A manager's words on their way to a client: sent at once where the context is clear, else kept until it is.

Context is always explicit (reliability 72): a reply to a linked message, or a choice among the manager's conversations.
Nothing is ever sent to a guessed client, and a text that could not go out is kept ten minutes for another way.
"""

from dataclasses import replace
from datetime import timedelta

from bots.memory import Purpose
from bots.screens import feedback
from bots.screens.refusals import refusal
from bots.screens.screen import Screen
from bots.screens.ways import unsent_screen
from bots.telegram.cards import refresh_card
from bots.telegram.drafts import keep_draft, recall_draft
from bots.telegram.held import say_held
from bots.telegram.next_up import offer_next
from bots.telegram.practice import choose_whom, was_practised
from bots.telegram.turn import Turn
from hub.domain.errors import Composing, Conflict, ContactBlocked, HubError, ReplyWindowClosed
from hub.domain.ids import ConversationId
from hub.inbox.queries import get_card, list_mine
from hub.inbox.reply import Content, reply

TOGETHER = timedelta(seconds=90)
_LAST = "last_answered"


async def answer(turn: Turn, conversation_id: ConversationId, content: Content) -> bool:
    """Send `content` to the client of a conversation, taking it if it is free; 👀 says that it is on its way.

    What cannot go out stays with the manager, who is asked what to do with it: send it all the same (R-11), send it to
    another address (M-16), or leave it as a note (R-10). Returns whether it went out.
    """
    known = await turn.desk.memory.recall(turn.chat.id, _together(conversation_id)) is not None
    content = replace(content, is_confirmed=content.is_confirmed or known, may_be_held=True)
    try:
        result = await reply(turn.office, turn.actor, conversation_id, content=content, key=turn.key)
    except (Conflict, ContactBlocked, ReplyWindowClosed) as refused:
        await keep_draft(turn, content, about=conversation_id)
        await turn.show(await _what_now(turn, conversation_id, refused))
        return False
    if turn.own:
        await turn.link(turn.own, conversation_id, Purpose.answer, result.message_id)
    await _confirm(turn, conversation_id)
    if result.is_held:
        await say_held(turn, conversation_id, result.message_id)
    if result.took:
        await refresh_card(turn, conversation_id)
    await offer_next(turn, after=conversation_id)
    return True


async def answer_together(turn: Turn, conversation_id: ConversationId) -> None:
    """Remember that the manager knows of the other who answers, so that nobody is asked about every line (R-11)."""
    await turn.desk.memory.keep(turn.chat.id, _together(conversation_id), {}, lasting=TOGETHER)


async def ask_whom(turn: Turn, content: Content, *, album: str = "") -> None:
    """Keep a text or file that came without context and ask whom it is for; parts of an album are asked about once."""
    if await was_practised(turn):
        return
    kept = await recall_draft(turn)
    if album and kept is not None and kept.album == album:
        before = kept.content
        joined = Content(before.text or content.text, before.attachments + content.attachments)
        await keep_draft(turn, joined, album=album)
        return
    await keep_draft(turn, content, album=album)
    rows = await list_mine(turn.office, turn.actor)
    await turn.show(await choose_whom(turn, rows))


async def _what_now(turn: Turn, conversation_id: ConversationId, refused: HubError) -> Screen:
    """Return the question about a text that was not sent.

    Raises:
        HubError: the refusal itself, where there is nothing to ask.
    """
    if isinstance(refused, Composing):
        return feedback.composing_screen(turn.texts, refused.winner, refused.said, conversation_id=conversation_id)
    if not isinstance(refused, Conflict):
        card = await get_card(turn.office, turn.actor, conversation_id)
        return unsent_screen(turn.texts, card, refusal(turn.texts, refused))
    if not refused.winner:
        raise refused
    return feedback.taken_screen(turn.texts, refused.winner, conversation_id=conversation_id)


async def _confirm(turn: Turn, conversation_id: ConversationId) -> None:
    """Say that it is on its way: by a reaction, and in words where they are needed.

    They are where no reaction can be, where the client is another than before, and in the place of a pressed question.
    """
    reacted = bool(turn.own) and await turn.chat.react(turn.own, "👀")
    last = await turn.desk.memory.recall(turn.chat.id, _LAST)
    is_other = last is not None and last.get("conversation") != int(conversation_id)
    await turn.desk.memory.keep(turn.chat.id, _LAST, {"conversation": int(conversation_id)})
    if is_other or turn.pressed or not reacted:
        card = await get_card(turn.office, turn.actor, conversation_id)
        await turn.show(feedback.sending(turn.texts, card, card.reply_hint), about=conversation_id)


def _together(conversation_id: ConversationId) -> str:
    return f"together:{conversation_id}"
