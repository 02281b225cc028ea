"""The lane of answers: a stored message becomes what its channel sends, and the outcome becomes facts (S3).

A letter gets its identity here, once and for ever: the Message-ID is made from the delivery's key, so every attempt is
the same letter for every server on its way. In-Reply-To and References are RFC 5322 §3.6.4.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.channels.base import Channel, Sends
from hub.crash import crash_point
from hub.delivery.alarms import Alarms
from hub.delivery.changes import ChangeHandler, is_change, read_choices
from hub.delivery.worker import LaneWork
from hub.domain.enclosures import enclosed_in
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId
from hub.domain.message import Author
from hub.domain.outbound import Failed, Later, MailHeaders, OutboundMessage, SendResult, Sent
from hub.domain.workset import Settled
from hub.inbox.office import Office
from hub.inbox.outcomes import settle_reply
from hub.store import deliveries, outgoing
from hub.store.deliveries import CONNECTION_PAUSED, ClaimedDelivery
from hub.store.outgoing import Letter, Outgoing
from hub.store.pool import acquire

_GONE = Failed("not_found", "подключение удалено: ответьте другим способом")
_NO_MESSAGE = Failed("not_found", "сообщение удалено")


@dataclass(frozen=True, slots=True)
class ReplyHandler:
    """Brings answers and automatic texts to clients. `channel_of` gives a connection's adapter, if it is there."""

    office: Office
    channel_of: Callable[[int], object | None]
    alarms: Alarms

    def as_lane(self) -> LaneWork:
        """Return the reply lane's work."""
        return LaneWork(self.send, self.finish, self.is_repeatable)

    async def send(self, claimed: ClaimedDelivery) -> SendResult:
        """Send one message by its thread's channel.

        A connection whose credentials are refused is paused and the administrators are told; its answers stay queued.
        """
        if is_change(claimed):
            return await self._heed(claimed, await self._changes.carry_out(claimed))
        channel = self.channel_of(claimed.connection_id or 0)
        if not isinstance(channel, Sends) or not isinstance(channel, Channel):
            return _GONE
        found = await self._find(claimed)
        if found is None:
            return _NO_MESSAGE
        if found.is_paused:
            return Later(CONNECTION_PAUSED)
        message = await self._compose(claimed, found, channel)
        crash_point("delivery.before_send")
        result = await channel.send(message)
        crash_point("delivery.after_send")
        if isinstance(result, Failed) and result.moved_to:
            result = await channel.send(replace(message, thread=result.moved_to))
            crash_point("delivery.after_second_send")
        return await self._heed(claimed, result)

    async def finish(self, claimed: ClaimedDelivery, result: SendResult, settled: Settled) -> None:
        """Write the end of the attempt with its effects (S3)."""
        if is_change(claimed):
            await self._changes.finish(claimed, settled)
            return
        found = await self._find(claimed)
        if found is None:
            async with acquire(self.office.pool) as connection:
                await deliveries.finish(connection, [settled])
            return
        accepted_at = result.accepted_at if isinstance(result, Sent) else None
        await settle_reply(self.office, claimed, found.message, settled, accepted_at=accepted_at)

    def is_repeatable(self, claimed: ClaimedDelivery) -> bool:
        """Tell whether the channel's provider makes one of two equal requests; two equal changes always are one."""
        if is_change(claimed):
            return True
        channel = self.channel_of(claimed.connection_id or 0)
        return isinstance(channel, Channel) and channel.capabilities.is_send_idempotent

    @property
    def _changes(self) -> ChangeHandler:
        return ChangeHandler(self.office, self.channel_of)

    async def _find(self, claimed: ClaimedDelivery) -> Outgoing | None:
        received_at = datetime.fromisoformat(str(claimed.payload["received_at"]))
        async with acquire(self.office.pool) as connection:
            return await outgoing.find_outgoing(connection, claimed.message_id or 0, received_at)

    async def _compose(self, claimed: ClaimedDelivery, found: Outgoing, channel: Channel[Any]) -> OutboundMessage:
        message = found.message
        mail = None
        if channel.capabilities.writes_to is IdentityType.email:
            async with acquire(self.office.pool) as connection:
                letters = await outgoing.list_letters(connection, message)
            mail = mail_headers(claimed.key, found, letters)
        return OutboundMessage(
            thread=found.thread,
            key=claimed.key,
            text=message.text,
            attachments=message.attachments,
            reply_to=found.answered,
            part=claimed.part,
            author_name=found.author_name,
            buttons=tuple(map(str, claimed.payload.get("buttons", ()))),
            contact_button=str(claimed.payload.get("contact_button", "")),
            choices=read_choices(claimed.payload),
            enclosure=enclosed_in(message),
            mail=mail,
        )

    async def _heed(self, claimed: ClaimedDelivery, result: SendResult) -> SendResult:
        """Keep the answer where it is not its fault but its connection's."""
        if not isinstance(result, Failed) or not result.is_connection_fault:
            return result
        await self.alarms.pause(ConnectionId(claimed.connection_id or 0), result.explanation)
        return Later(CONNECTION_PAUSED)


def mail_headers(key: str, found: Outgoing, letters: Sequence[Letter]) -> MailHeaders:
    """Return what a letter needs beside its text; `letters` are those of its thread, newest first.

    The Message-ID is completed with the sender's domain by the channel.
    """
    answered = next((each.external_id for each in letters if each.is_inbound and "@" in each.external_id), "")
    subject = next((each.subject for each in letters if each.subject), "")
    return MailHeaders(
        message_id=hashlib.sha256(key.encode()).hexdigest()[:40],
        subject=reply_subject(subject),
        to=found.address,
        in_reply_to=answered,
        references=tuple(each.external_id for each in reversed(letters) if "@" in each.external_id),
        is_automatic=found.message.author is not Author.person,
    )


def reply_subject(subject: str) -> str:
    """Return the subject of an answer: one Re: in front, whatever stood there."""
    if not subject or subject[:3].casefold() == "re:":
        return subject
    return f"Re: {subject}"
