"""To which conversation a manager's message belongs: by the link of the message replied to, else by its own buttons.

Between a card's arrival in the chat and the commit of its link lies an instant; whoever answers in it, or answers the
copy whose sender died there, still means the client on the card. A message of the bot carries the conversation in its
buttons, and Telegram brings them with the reply.
"""

from aiogram.types import Message

from bots.memory import Purpose, Shown
from bots.screens.action import Action, Press, StaleButton, decode
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId

_ON_ONE_CARD = (Press.why, Press.accept, Press.close, Press.reopen)
"""Presses that stand below one conversation, never in a list; «Взять» does in lists."""


async def find_replied(turn: Turn, message: Message) -> Shown | None:
    """Return what the message replied to shows; `None` for none, and for one that names no single conversation."""
    target = message.reply_to_message
    if target is None:
        return None
    return await turn.desk.memory.find(turn.chat.id, target.message_id) or _by_buttons(turn, target)


def _by_buttons(turn: Turn, target: Message) -> Shown | None:
    """Return what the bot's own message says it shows. Whose it may be is asked by the use-case, as for any press."""
    if target.from_user is None or not target.from_user.is_bot:  # in a private chat there is one bot
        return None
    named = {action.subject for action in _actions(target) if action.press in _ON_ONE_CARD}
    if len(named) != 1:
        return None
    return Shown(target.message_id, ConversationId(named.pop()), turn.actor.manager_id, Purpose.card)


def _actions(message: Message) -> list[Action]:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return [action for row in rows for button in row if (action := _action(button.callback_data or ""))]


def _action(text: str) -> Action | None:
    try:
        return decode(text)
    except StaleButton:
        return None
