"""The managers' own bot as a source of receipts: polls or takes webhooks like a client's bot, and understands nothing.

What an update means is the business of `bots.telegram`; here it only gets its id and its chat, so that updates of one
chat keep their order.
"""

from collections.abc import AsyncIterator, Mapping, Sequence

from hub.channels.base import Capabilities, PollBatch, Raw
from hub.channels.telegram import polling
from hub.channels.telegram.channel import TelegramChannel
from hub.channels.telegram.settings import Mode
from hub.domain.inbound import InboundEvent

WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")


class ManagerBotChannel(TelegramChannel):
    """The bot in which managers work."""

    capabilities = Capabilities()

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return nothing: managers' updates are no events of clients."""
        del raw
        return ()

    async def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        """Yield batches for ever, with the kinds of updates a manager's screen needs; history is none of them."""
        if self.settings.mode is Mode.polling:
            async for batch in polling.poll(self._api, self.context.clock, cursor, wanted=WANTED):
                yield PollBatch(batch.raws, batch.cursor)
