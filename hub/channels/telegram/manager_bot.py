"""The managers' own bot as a source of receipts: polls or takes webhooks like a client's bot, and understands nothing.

What an update means is the business of `bots.telegram`; here it only gets its id and its chat, so that updates of one
chat keep their order.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from hub.channels.base import Capabilities, PollBatch, Raw
from hub.channels.telegram.channel import TelegramChannel
from hub.domain.inbound import InboundEvent

_FIRST: Mapping[str, Sequence[str]] = {
    "ru": (
        "Откройте в Telegram чат с @BotFather и отправьте /newbot: это отдельный бот для работы, клиентам его не дают.",
        "Скопируйте токен вида 123456:AAE… в поле token; токен бота, которому пишут клиенты, не подойдёт.",
    ),
    "en": (
        "Open the chat with @BotFather in Telegram and send /newbot: a bot for work alone, clients never get it.",
        "Copy the token (123456:AAE…) into the field token; that of the bot clients write to will not do.",
    ),
}
WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "inline_query")


class ManagerBotChannel(TelegramChannel):
    """The bot in which managers work."""

    capabilities = Capabilities()
    wanted = WANTED

    def setup_steps(self, language: str) -> list[str]:
        """Return what a person does: make the second bot; then whatever any bot needs."""
        last = super().setup_steps(language)[-1]
        return [*_FIRST[language if language in _FIRST else "en"], last]

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return nothing: managers' updates are no events of clients."""
        del raw
        return ()

    async def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        """Yield batches for ever, none of them history: what a manager pressed is still to be done."""
        async for batch in super().batches(cursor):
            yield replace(batch, is_history=False)
