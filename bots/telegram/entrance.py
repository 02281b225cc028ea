"""Who may come in: people by invitation, with the role they have at this very moment (RG-4, reliability 91).

A stranger gets one neutral sentence and nothing else, whatever they write or press; a person who left is a stranger.
"""

import structlog
from aiogram import Bot
from aiogram.types import Message, User

from bots.office import BotOffice
from bots.screens.screen import Screen, line, notice
from bots.telegram.chat import Chat
from bots.telegram.client import publish_commands_of
from bots.telegram.keys import key_rows
from bots.telegram.render import labels_below
from bots.telegram.turn import Turn
from bots.texts import Texts
from hub.domain.errors import HubError, PermanentFailure, ProviderError, StorageUnavailable
from hub.domain.manager import Role
from hub.inbox.people import INVITE_MARK, accept_invite
from hub.inbox.queries import get_actor_by_telegram

INVITE = f"/start {INVITE_MARK}"
log = structlog.get_logger(__name__)


async def admit(desk: BotOffice, bot: Bot, user: User, *, key: str) -> Turn | None:
    """Return a turn of the manager whose Telegram account this is, `None` for a stranger."""
    actor = await get_actor_by_telegram(desk.office, user.id)
    if actor is None:
        return None
    manager = await desk.find_manager(actor.manager_id)
    language = manager.language if manager else ""
    return Turn(desk, Chat(bot, user.id), actor, Texts(language), key)


async def greet_stranger(desk: BotOffice, bot: Bot, message: Message) -> None:
    """Accept an invitation, or say the neutral sentence."""
    user, text = message.from_user, message.text or ""
    if user is None:
        return
    texts = Texts((user.language_code or "ru")[:2])
    if not text.startswith(INVITE):
        await say_neutral(bot, user)
        return
    try:
        await accept_invite(desk.office, text.removeprefix(INVITE).strip(), user.id, user.full_name)
    except (ProviderError, StorageUnavailable):
        raise
    except HubError as error:
        log.warning("bot.invite_refused", reason=error.code)
        await Chat(bot, user.id).show(notice(texts("start.bad_invite")))
        return
    turn = await admit(desk, bot, user, key="")
    if turn is not None:
        await welcome(turn, user.full_name)


async def say_neutral(bot: Bot, user: User) -> None:
    """Say the one sentence that strangers get; whom Telegram lets nobody write to gets nothing."""
    texts = Texts((user.language_code or "ru")[:2])
    try:
        await Chat(bot, user.id).show(notice(texts("start.stranger")))
    except PermanentFailure as failure:
        log.info("bot.stranger_untold", reason=failure.reason)


async def welcome(turn: Turn, name: str) -> None:
    """Greet a manager and put the keys under the input field, heads' own ones for heads."""
    role = turn.actor.role
    screen = Screen((line(turn.texts("start.welcome", name=name)), line(turn.texts("start.practice"))))
    await turn.chat.show(screen, below=labels_below(*key_rows(turn.texts, role)))
    if role is not Role.manager:
        await _give_own_menu(turn)


async def _give_own_menu(turn: Turn) -> None:
    """Set the chat's own menu; one that Telegram refuses for good is no trouble, since commands work without it."""
    try:
        await publish_commands_of(turn.actor.role, turn.chat.bot, turn.chat.id)
    except PermanentFailure as failure:
        log.warning("bot.menu_refused", manager_id=turn.actor.manager_id, reason=failure.reason)
