"""The lane of files: what a client's message only named is fetched, kept, and shown to who has the conversation.

A file is on disk before the row that names it commits. One that can never be had keeps its name and the reason in
words; what came before a temporary failure is kept, so nothing is fetched twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hub.channels.base import FetchesMedia
from hub.crash import crash_point
from hub.delivery.alarms import Alarms
from hub.delivery.recordings import Recordings, is_listened
from hub.delivery.worker import LaneWork
from hub.domain.delivery import Notice
from hub.domain.errors import AuthenticationFailed, PayloadTooLarge, PermanentFailure, TemporaryFailure
from hub.domain.ids import ConnectionId
from hub.domain.message import Attachment, Message
from hub.domain.outbound import Failed, Later, SendResult, Sent
from hub.domain.workset import MessagePatch, WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.folds.reading_along import tell_readers
from hub.inbox.office import Office
from hub.store import timeline
from hub.store.deliveries import CONNECTION_PAUSED, ClaimedDelivery
from hub.store.files import Files
from hub.store.pool import acquire
from hub.store.scope import Scope

LARGEST_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MediaHandler:
    """Fetches files of clients. `channel_of` gives a connection's adapter, if it is there."""

    office: Office
    files: Files
    channel_of: Callable[[int], object | None]
    alarms: Alarms

    def as_lane(self) -> LaneWork:
        """Return the media lane's work."""
        return LaneWork(self.fetch)

    async def fetch(self, claimed: ClaimedDelivery) -> SendResult:
        """Fetch what is missing of one message. Commits what came, however it ends."""
        if is_listened(claimed):
            return await Recordings(self.office, self.files, self.channel_of).bring(claimed)
        channel, message = self.channel_of(claimed.connection_id or 0), await self._find(claimed)
        if message is None or not isinstance(channel, FetchesMedia):
            return Failed("not_found", "сообщение или подключение удалено")
        attachments = list(message.attachments)
        result: SendResult = Sent((), self.office.clock.now())
        try:
            for place, attachment in enumerate(attachments):
                attachments[place] = await self._fetch_one(channel, attachment)
        except TemporaryFailure as error:
            result = Later(error.code, error.retry_after)
        except AuthenticationFailed as error:
            await self.alarms.pause(ConnectionId(claimed.connection_id or 0), str(error))
            result = Later(CONNECTION_PAUSED)
        if tuple(attachments) != message.attachments:
            await self._keep(message, tuple(attachments))
        return result

    async def _fetch_one(self, channel: FetchesMedia, attachment: Attachment) -> Attachment:
        """Return the attachment stored, or with the reason why it never will be."""
        if not attachment.provider_ref or attachment.sha256:
            return attachment
        try:
            crash_point("media.before_fetch")
            stored = await self.files.write_stream(channel.fetch_media(attachment), limit_bytes=LARGEST_BYTES)
            crash_point("media.after_fetch")
        except PermanentFailure as error:
            return replace(attachment, provider_ref="", note=str(error))
        except PayloadTooLarge:
            return replace(attachment, provider_ref="", note=f"больше {LARGEST_BYTES // 2**20} МБ")
        return replace(attachment, provider_ref="", sha256=stored.digest, size_bytes=stored.size_bytes)

    async def _find(self, claimed: ClaimedDelivery) -> Message | None:
        received_at = datetime.fromisoformat(str(claimed.payload["received_at"]))
        async with acquire(self.office.pool) as connection:
            return await timeline.find_message(connection, claimed.message_id or 0, received_at=received_at)

    async def _keep(self, message: Message, attachments: tuple[Attachment, ...]) -> None:
        """Write the attachments and show them to the responsible manager, or to all who may take it."""
        scope = Scope(conversations={message.conversation_id} if message.conversation_id else set(), ids=30)
        await self.office.change(scope, lambda rows: self._write(rows, message, attachments))
        crash_point("media.kept")

    def _write(self, rows: WorkingSet, message: Message, attachments: tuple[Attachment, ...]) -> None:
        rows.message_patches.append(MessagePatch(message.id, message.received_at, {"attachments": attachments}))
        conversation = rows.conversations.get(message.conversation_id)
        if conversation is None:
            return
        owner = [conversation.assignee_id] if conversation.assignee_id is not None else conversation.offered_to
        policy = self.office.policy()
        work = LineWork(rows, policy, policy.get_line(conversation.line))
        stored = sum(bool(attachment.sha256) for attachment in attachments)
        facts = {
            "message_id": int(message.id),
            "received_at": message.received_at.isoformat(),
            "only_files": True,
        }
        tell(work, Notice.client_message, conversation, to=owner, cause=f"{message.id}:files:{stored}", facts=facts)
        tell_readers(work, conversation, replace(message, attachments=attachments), only_files=True)
