"""What the messenger has to do when somebody leaves: their chat is cleared, the team room lets them go (RG-4).

Both are notices in the commit that ended access, so they are tried until they are done. What Telegram refuses for good
an administrator is told to do by hand: a bot removes members only as an administrator of the group who may, and never
another administrator or the owner (core.telegram.org/bots/api, banChatMember, API 10.3, read 2026-11-22). Banned and
not just removed: by a link of the group they would be back.
"""

from collections.abc import Mapping

import structlog
from aiogram import Bot

from bots.office import BotOffice
from bots.telegram.chat import Chat
from bots.telegram.failures import ChatMoved, as_result
from bots.telegram.keeping import clear_chat
from hub.domain.delivery import Notice
from hub.domain.errors import OutcomeUnknown, PermanentFailure, ProviderError
from hub.domain.outbound import Later, SendResult, Sent
from hub.inbox.queries import get_actor_by_telegram
from hub.inbox.rooms import tell_still_there

FAREWELLS = frozenset({Notice.chat_ended, Notice.room_farewell})
log = structlog.get_logger(__name__)


async def say_farewell(desk: BotOffice, bot: Bot, payload: Mapping[str, object]) -> SendResult:
    """Carry out one of `FAREWELLS`; repeating it changes nothing. Commits what is forgotten or told."""
    started_at = desk.now()
    try:
        if payload["notice"] == Notice.chat_ended:
            await clear_chat(desk, Chat(bot, int(str(payload["chat_id"]))))
        else:
            await _leave_room(desk, Chat(bot, int(str(payload["room"]))), payload)
    except OutcomeUnknown as error:
        return Later(str(error))  # both bear repeating, so a broken connection is as good as none
    except ProviderError as error:
        return as_result(error)
    return Sent((), started_at)


async def _leave_room(desk: BotOffice, room: Chat, payload: Mapping[str, object]) -> None:
    """Take who left out of the room, unless they are back at work; else let the administrators do it.

    Raises: ProviderError: it has to be tried again.
    """
    user_id = int(str(payload["user"]))
    if await get_actor_by_telegram(desk.office, user_id) is not None:
        return
    try:
        await room.take_out(user_id)
    except ChatMoved as moved:
        await _leave_room(desk, Chat(room.bot, moved.chat_id), payload)
    except PermanentFailure as refused:
        if await _is_gone(room, user_id):
            return
        log.warning("bot.room_member_kept", chat_id=room.id, reason=refused.reason)
        await tell_still_there(desk.office, payload)
    else:
        log.info("bot.room_member_removed", chat_id=room.id)


async def _is_gone(room: Chat, user_id: int) -> bool:
    """Tell whether somebody is surely no member; a group that does not say may have them.

    Raises: ProviderError: it has to be asked again.
    """
    try:
        return not await room.has(user_id)
    except (PermanentFailure, OutcomeUnknown):
        return False
