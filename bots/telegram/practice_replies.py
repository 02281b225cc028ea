"""A reply to a training card is a gesture of its story, whatever it says: it never goes further than that.

A training message is known by the 🎓 it begins with. One that is linked to a conversation is none, whatever it says.
"""

from aiogram.types import Message

from bots.practice.story import SAY
from bots.screens.action import Press, StaleButton, decode
from bots.screens.practice import MARK
from bots.telegram.commands import WITHOUT_CONVERSATION, parse_command
from bots.telegram.practice import play
from bots.telegram.turn import Turn


async def practise_by_reply(turn: Turn, message: Message, *, notes: tuple[str, ...]) -> bool:
    """Do what a reply to a training message means; False for other messages, and for commands about nobody.

    Words that begin as `notes` do are for colleagues, and there are none here.
    """
    target, text = message.reply_to_message, message.text or message.caption or ""
    if target is None or not _is_training(target):
        return False
    gesture = _gesture(message.text or "")
    if gesture and text.startswith(notes):
        await turn.chat.react(turn.own, "✍")
    elif gesture:
        await play(turn, gesture, story=_story(target))
    return bool(gesture)


def _gesture(text: str) -> str:
    """Return what a reply does in a story, empty for a command that needs no conversation: it works as everywhere."""
    command = parse_command(text) if text else None
    if command is None:
        return SAY
    is_about_client = command.press is not None and command.press not in WITHOUT_CONVERSATION
    return command.name if is_about_client else ""


def _is_training(target: Message) -> bool:
    return target.from_user is not None and target.from_user.is_bot and (target.text or "").startswith(MARK)


def _story(target: Message) -> int:
    """Return the number of the one story that the buttons of a message name; 0 for none, and for the list of all."""
    rows = target.reply_markup.inline_keyboard if target.reply_markup else []
    named = {_subject(button.callback_data or "") for row in rows for button in row}
    return named.pop() if len(named) == 1 else 0


def _subject(data: str) -> int:
    try:
        action = decode(data)
    except StaleButton:
        return 0
    return action.subject if action.press is Press.practice else 0
