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
    command = parse_command(message.text) if message.text else None
    if command is not None and (command.press is None or command.press in WITHOUT_CONVERSATION):
        return False
    if text.startswith(notes):
        await turn.chat.react(turn.own, "✍")
    else:
        await play(turn, command.press.value if command and command.press else SAY, story=_story(target))
    return True


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
