"""What happens in groups: `/room`, presses on the room's list, the group's move, the bot being taken out (7.12).

Only what somebody asked the bot for is answered there, and a press by a toast: it is judged by the rights of whoever
pressed, and cards go to their private chat. Somebody who is no manager gets one neutral toast for a press and nothing
else; neither does somebody who writes in the group's name, whom nobody can tell from another.
"""

import structlog
from aiogram import Bot
from aiogram.types import CallbackQuery, ChatMemberRestricted, ChatMemberUpdated, Message

from bots.office import BotOffice
from bots.screens.action import Action, Press, decode
from bots.screens.refusals import refusal
from bots.screens.room import LINK, UNLINK, ask_screen, here_screen
from bots.screens.screen import notice
from bots.telegram.cards import post_card
from bots.telegram.chat import Chat
from bots.telegram.commands import parse_command
from bots.telegram.entrance import admit
from bots.telegram.failures import BLOCKED, GONE, provider_errors
from bots.telegram.turn import Turn
from bots.texts import Texts
from hub.crash import crash_point
from hub.domain.errors import (
    AlreadyDone,
    HubError,
    PermanentFailure,
    PermissionDenied,
    ProviderError,
    StorageUnavailable,
)
from hub.domain.ids import ConversationId
from hub.domain.rights import Action as Right
from hub.domain.rights import Subject, may
from hub.inbox import assignment
from hub.inbox.queries import get_card
from hub.inbox.rooms import Room, find_room, link_room, lose_room, move_room, unlink_room

GONE_STATES = frozenset({"kicked", "left"})
_LONGEST_TOAST = 200
log = structlog.get_logger(__name__)


async def on_group_message(message: Message, desk: BotOffice, bot: Bot, key: str) -> None:
    """Follow a group that moved; answer `/room` of an administrator, and nothing else."""
    if message.migrate_to_chat_id is not None:
        await move_room(desk.office, desk.bot_name, message.chat.id, to=message.migrate_to_chat_id)
        return
    command = parse_command(message.text or "")
    if message.from_user is None or command is None or command.press is not Press.room:
        return
    turn = await admit(desk, bot, message.from_user, key=key)
    if turn is not None:
        await _ask(turn, message)


async def _ask(turn: Turn, message: Message) -> None:
    """Ask whether this group shall be the room, or shall be it no more; others than administrators hear who may."""
    if not may(turn.actor, Right.manage_connections, Subject()):
        await turn.say("room.only_admin")
        return
    room, title = await find_room(turn.office, turn.desk.bot_name), message.chat.title or ""
    if room is not None and (room.chat_id, room.topic) == _place(message):
        screen = here_screen(turn.texts, title)
    else:
        other = room.title if room is not None and room.chat_id != message.chat.id else ""
        screen = ask_screen(turn.texts, title, instead_of=other)
    await _chat(turn.chat.bot, message).show(screen)


async def on_group_press(query: CallbackQuery, desk: BotOffice, bot: Bot, key: str) -> None:
    """Carry out a press by the rights of whoever pressed, and answer it by a toast."""
    turn = await admit(desk, bot, query.from_user, key=key)
    if turn is None:
        texts = Texts((query.from_user.language_code or "ru")[:2])
        await _toast(bot, query.id, texts("room.stranger"))
        return
    try:
        words = await _carry_out(turn, query)
    except (ProviderError, StorageUnavailable):
        raise
    except HubError as error:
        log.info("bot.room_press_refused", reason=error.code, manager_id=turn.actor.manager_id)
        words = refusal(turn.texts, error)
    await _toast(bot, query.id, words)


async def on_group_membership(change: ChatMemberUpdated, desk: BotOffice) -> None:
    """End the room of a group that took the bot out, or its word."""
    member = change.new_chat_member
    is_silenced = isinstance(member, ChatMemberRestricted) and not member.can_send_messages
    if member.status in GONE_STATES or is_silenced:
        await lose_room(desk.office, desk.bot_name, change.chat.id)


async def _carry_out(turn: Turn, query: CallbackQuery) -> str:
    """Return what the toast says. Raises: HubError where it was refused."""
    action = decode(query.data or "")
    match action.press:
        case Press.take:
            return await _take(turn, ConversationId(action.subject))
        case Press.card:
            return await _open(turn, ConversationId(action.subject), "room.shown")
        case Press.room if isinstance(query.message, Message):
            return await _choose(turn, query.message, action)
        case _:
            return turn.texts("error.stale")


async def _take(turn: Turn, conversation_id: ConversationId) -> str:
    """Take a client; a repeated update has done it already and shows the card again."""
    try:
        await assignment.take(turn.once, turn.actor, conversation_id)
    except AlreadyDone:
        log.info("bot.room_press_repeated", manager_id=turn.actor.manager_id)
    return await _open(turn, conversation_id, "room.taken")


async def _open(turn: Turn, conversation_id: ConversationId, told: str) -> str:
    """Bring the card to the private chat of whoever pressed; one who has none is told to open it."""
    card = await get_card(turn.office, turn.actor, conversation_id)
    try:
        await post_card(turn, card)
    except PermanentFailure as failure:
        if failure.reason not in (BLOCKED, GONE):
            raise
        return turn.texts("room.no_chat")
    return turn.texts(told, number=card.number)


async def _choose(turn: Turn, asked: Message, action: Action) -> str:
    """Link or unlink, and say so in place of the question."""
    bot_name, key = turn.desk.bot_name, "room.cancelled"
    if not may(turn.actor, Right.manage_connections, Subject()):
        raise PermissionDenied("only an administrator links or unlinks the team room")
    if action.arg == LINK:
        chat_id, topic = _place(asked)
        room = Room(chat_id, asked.chat.title or "", turn.texts.language, turn.now(), topic)
        await link_room(turn.office, turn.actor, bot_name, room)
        key = "room.linked"
    elif action.arg == UNLINK:
        await unlink_room(turn.office, turn.actor, bot_name, chat_id=asked.chat.id)
        key = "room.unlinked"
    words = turn.texts(key)
    await _chat(turn.chat.bot, asked).replace(asked.message_id, notice(words))
    return words


def _place(message: Message) -> tuple[int, int]:
    """Return the group and the topic of a message, 0 for the general part; a reply's thread is no topic."""
    return message.chat.id, message.message_thread_id or 0 if message.is_topic_message else 0


def _chat(bot: Bot, message: Message) -> Chat:
    chat_id, topic = _place(message)
    return Chat(bot, chat_id, topic=topic)


async def _toast(bot: Bot, query_id: str, words: str) -> None:
    """Answer a press; that it is too old for it, or that Telegram does not hear, is logged and harmless."""
    crash_point("bot.before_toast")
    try:
        with provider_errors():
            await bot.answer_callback_query(query_id, words[:_LONGEST_TOAST])
    except ProviderError as error:
        log.info("bot.room_press_unanswered", reason=error.code)
    crash_point("bot.after_toast")
