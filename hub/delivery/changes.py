"""Changes in the lane of answers: a message at the client gets new words, goes away, or gets a reaction.

A refused reaction is nobody's trouble; of a refused edit or deletion the author hears, since the client sees the words
all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.channels.base import Changes
from hub.crash import crash_point
from hub.domain.message import Message
from hub.domain.outbound import ChangeKind, Choice, Failed, Later, OutboundChange, SendResult
from hub.domain.workset import Settled
from hub.inbox.folds.outgoing import CHANGE
from hub.inbox.office import Office
from hub.inbox.outcomes import settle_change
from hub.store import outgoing
from hub.store.deliveries import CONNECTION_PAUSED, ClaimedDelivery
from hub.store.pool import acquire

_GONE = Failed("not_found", "сообщение или подключение удалено")
_CANNOT = Failed("unsupported", "этот канал не меняет отправленное")


def is_change(claimed: ClaimedDelivery) -> bool:
    """Tell a change of a message from a message."""
    return CHANGE in claimed.payload


def read_choices(payload: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the buttons that a delivery puts below its message, as `hub.inbox.folds.outgoing` has written them."""
    return tuple(Choice(str(label), str(data)) for label, data in payload.get("choices", ()))


@dataclass(frozen=True, slots=True)
class ChangeHandler:
    """Changes messages at clients. `channel_of` gives a connection's adapter, if it is there."""

    office: Office
    channel_of: Callable[[int], object | None]

    async def carry_out(self, claimed: ClaimedDelivery) -> SendResult:
        """Ask the channel for one change."""
        channel, found = self.channel_of(claimed.connection_id or 0), await self._find(claimed)
        if channel is None or found is None or not found.external_ids:
            return _GONE
        if not isinstance(channel, Changes):
            return _CANNOT
        if found.is_paused:
            return Later(CONNECTION_PAUSED)
        wanted = OutboundChange(
            kind=ChangeKind(str(claimed.payload[CHANGE])),
            thread=found.thread,
            external_ids=found.external_ids,
            text=str(claimed.payload["text"]),
            has_files=bool(found.message.attachments),
            choices=read_choices(claimed.payload),
            press=str(claimed.payload.get("press", "")),
        )
        crash_point("change.before_send")
        result = await channel.change(wanted)
        crash_point("change.after_send")
        return result

    async def finish(self, claimed: ClaimedDelivery, settled: Settled) -> None:
        """Write the end of the attempt with its effects."""
        found = await self._find(claimed)
        message: Message | None = found.message if found else None
        await settle_change(self.office, claimed, message, settled, kind=ChangeKind(str(claimed.payload[CHANGE])))

    async def _find(self, claimed: ClaimedDelivery) -> outgoing.Changed | None:
        received_at = datetime.fromisoformat(str(claimed.payload["received_at"]))
        async with acquire(self.office.pool) as connection:
            return await outgoing.find_changed(connection, int(claimed.payload["message_id"]), received_at)
