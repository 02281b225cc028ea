"""What `bots.intake` needs of the manager bot in Telegram: carry out an update, answer a press."""

from collections.abc import Mapping, Sequence

import structlog
from aiogram import Bot
from aiogram.types import Message, Update
from pydantic import ValidationError

from bots.office import BotOffice
from bots.telegram.dispatcher import build_dispatcher
from bots.telegram.failures import provider_errors
from bots.telegram.parking import tell_parked
from hub.crash import crash_point
from hub.domain.errors import HubError, ProviderError, StorageUnavailable, TemporaryFailure

log = structlog.get_logger(__name__)


class ManagerBot:
    """One bot and its dispatcher; the `Messenger` of `bots.intake`."""

    def __init__(self, desk: BotOffice, bot: Bot) -> None:
        self._bot = bot
        self._desk = desk
        self._dispatcher = build_dispatcher(desk)

    async def feed(self, update: Mapping[str, object], key: str) -> None:
        """Carry out one stored update; `key` names whatever it causes.

        Raises:
            ProviderError, StorageUnavailable: it could not be done now; the update should come again.
        """
        await self._dispatcher.feed_raw_update(self._bot, dict(update), key=key)

    async def feed_album(self, updates: Sequence[Mapping[str, object]], key: str) -> None:
        """Carry out the parts of one album as one message; `key` names whatever it causes.

        Raises:
            ProviderError, StorageUnavailable: it could not be done now; the updates should come again.
        """
        first, *rest = updates
        more = [Message.model_validate(each["message"]) for each in rest]
        await self._dispatcher.feed_raw_update(self._bot, dict(first), key=key, more=more)

    async def answer_press(self, query_id: str) -> None:
        """Stop the waiting sign; that Telegram does not hear it is logged and harmless."""
        crash_point("bot.before_answer_press")
        try:
            with provider_errors():
                await self._bot.answer_callback_query(query_id)
        except ProviderError as error:
            log.info("bot.press_unanswered", reason=error.code)
        crash_point("bot.after_answer_press")

    async def say_parked(self, update: Mapping[str, object], key: str) -> None:
        """Tell the manager that a press or message could not be carried out and will not be tried again by itself.

        Raises:
            TemporaryFailure, StorageUnavailable: not now.
        """
        try:
            await tell_parked(self._desk, self._bot, Update.model_validate(update), key=key)
        except (TemporaryFailure, StorageUnavailable):
            raise
        except (HubError, ValidationError) as error:
            log.info("bot.parked_untold", reason=str(getattr(error, "code", "not an update")))
