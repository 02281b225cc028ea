"""Brings notices to managers: the `Notifier` of `hub.domain.ports` over the manager bot.

One notice is one or a few requests to the Bot API. Links are kept right after each send, so a repetition after a crash
repeats at most the one message whose link was not yet kept.
"""

from collections.abc import Mapping

from aiogram import Bot

from bots.office import BotOffice
from bots.telegram.chat import Chat
from bots.telegram.failures import BLOCKED, as_result
from bots.telegram.farewell import FAREWELLS, say_farewell
from bots.telegram.notices import tell
from bots.telegram.turn import Turn
from bots.texts import Texts
from hub.domain.errors import PermanentFailure, ProviderError
from hub.domain.ids import ManagerId
from hub.domain.outbound import Failed, SendResult, Sent
from hub.inbox.people import set_reachable


class TelegramNotifier:
    """Sends what a payload of the notify lane describes to its manager's chat."""

    def __init__(self, desk: BotOffice, bot: Bot) -> None:
        self._desk = desk
        self._bot = bot

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        """Show or refresh what `payload` describes; see `hub.domain.delivery.Notice` for its fields.

        A manager without Telegram, or who left, is `Failed`; one who blocked the bot also counts as unreachable
        from now on (R-6). Repeating a key refreshes what it has already shown.
        """
        started_at = self._desk.now()
        if payload["notice"] in FAREWELLS:
            return await say_farewell(self._desk, self._bot, payload)
        found = await self._desk.reader.find_person(ManagerId(int(str(payload["manager_id"]))))
        if found is None:
            return Failed("not_found", "the manager no longer has access")
        manager, actor = found
        if manager.tg_user_id is None:
            return Failed("not_found", "the manager has no Telegram account bound: send an invitation")
        turn = Turn(self._desk, Chat(self._bot, manager.tg_user_id), actor, Texts(manager.language), key)
        try:
            ids = await tell(turn, payload)
        except ProviderError as error:
            if isinstance(error, PermanentFailure) and error.reason == BLOCKED:
                await set_reachable(self._desk.office, manager.tg_user_id, False)
            return as_result(error)
        return Sent(tuple(str(message_id) for message_id in ids), started_at)
