"""The managers' own bot as a source of receipts: polls or takes webhooks like a client's bot, and understands nothing.

What an update means is the business of `bots.telegram`; here it only gets its id and its chat, so that updates of one
chat keep their order.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from hub.channels.base import Capabilities, PollBatch, Raw
from hub.channels.telegram.channel import TelegramChannel
from hub.domain.inbound import InboundEvent

WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "inline_query")


class ManagerBotChannel(TelegramChannel):
    """The bot in which managers work."""

    capabilities = Capabilities()
    wanted = WANTED

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return nothing: managers' updates are no events of clients."""
        del raw
        return ()

    async def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        """Yield batches for ever, none of them history: what a manager pressed is still to be done."""
        async for batch in super().batches(cursor):
            yield replace(batch, is_history=False)
