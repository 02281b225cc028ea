"""What a manager reads of an update that three attempts did not finish: that it was not done, and how to do it again.

The attempts may have been cut off behind the commit; then it was done after all, and the conversation is shown instead.
"""

from aiogram import Bot
from aiogram.types import CallbackQuery, Message, Update

from bots.office import BotOffice
from bots.screens.action import StaleButton, decode
from bots.screens.quoting import one_line
from bots.screens.screen import notice
from bots.telegram.commands import parse_command
from bots.telegram.entrance import admit
from bots.telegram.repeats import was_done
from bots.telegram.turn import Turn
from hub.inbox.reply import find_said


async def tell_parked(desk: BotOffice, bot: Bot, update: Update, *, key: str) -> None:
    """Say that what a manager pressed or wrote was set aside; strangers hear nothing.

    Raises:
        ProviderError, StorageUnavailable: it could not be said.
    """
    said = update.callback_query or update.message or update.edited_message
    user = said.from_user if said is not None else None
    turn = await admit(desk, bot, user, key=key) if user is not None else None
    if turn is None or await find_said(desk.office, key) is not None:
        return
    match said:
        case CallbackQuery():
            await _tell_press(turn, said)
        case Message():
            await _tell_message(turn, said)
        case None:
            return


async def _tell_press(turn: Turn, pressed: CallbackQuery) -> None:
    try:
        press = decode(pressed.data or "").press
    except StaleButton:
        press = None
    if await was_done(turn, press):
        return
    words = turn.texts("error.parked_press", label=_label(pressed))
    below = pressed.message.message_id if pressed.message else None
    await turn.chat.show(notice(words).aloud(), reply_to=below)


async def _tell_message(turn: Turn, written: Message) -> None:
    command = parse_command(written.text or "")
    if await was_done(turn, command.press if command else None):
        return
    key = "error.parked_reply" if written.reply_to_message else "error.parked"
    await turn.chat.show(notice(turn.texts(key)).aloud(), reply_to=written.message_id)


def _label(pressed: CallbackQuery) -> str:
    """Return what the pressed button says, as far as Telegram still shows it."""
    keyboard = pressed.message.reply_markup if isinstance(pressed.message, Message) else None
    rows = keyboard.inline_keyboard if keyboard else []
    labels = (button.text for row in rows for button in row if button.callback_data == pressed.data)
    return one_line(next(labels, "…"), 60)
