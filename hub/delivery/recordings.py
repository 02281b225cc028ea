"""A recording that somebody wants to hear: fetched from the PBX as it keeps it now, kept, and sent to who asked (C-12).

Part of the media lane. The reference stays beside the stored file: CRMs link it. A page or a message of the provider
that comes instead of sound is refused, and whatever cannot be had is said in words with the next step.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.channels.base import FetchesMedia
from hub.crash import crash_point
from hub.delivery.retry import PLANS
from hub.domain.delivery import Lane
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadTooLarge,
    PermanentFailure,
    TemporaryFailure,
)
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.message import Attachment, Message
from hub.domain.outbound import Failed, Later, SendResult, Sent
from hub.domain.sound import HEAD_BYTES, Sound, sound_of
from hub.domain.workset import MessagePatch, WorkingSet
from hub.inbox.listening import LISTENER, Wish, recording_of, tell_listener
from hub.inbox.office import Office
from hub.store import timeline
from hub.store.deliveries import ClaimedDelivery
from hub.store.files import Files, StoredFile
from hub.store.pool import acquire
from hub.store.scope import Scope

LARGEST_BYTES = 50 * 1024 * 1024
"""What the Bot API takes from a bot."""


def is_listened(claimed: ClaimedDelivery) -> bool:
    """Tell whether somebody waits for this file in their chat."""
    return LISTENER in claimed.payload


@dataclass(frozen=True, slots=True)
class Recordings:
    """Brings recordings to who asked for them. `channel_of` gives a connection's adapter, if it is there."""

    office: Office
    files: Files
    channel_of: Callable[[int], object | None]

    async def bring(self, claimed: ClaimedDelivery) -> SendResult:
        """Fetch the recording of a talk, keep it, and tell who asked. Commits, unless it is to be tried again."""
        talk = await self._find(claimed)
        recording = recording_of(talk) if talk else None
        if talk is None or recording is None:
            return Failed("not_found", "the talk was deleted")
        if not recording.sha256:
            return await self._bring_anew(claimed, talk, recording)
        await self._end(claimed, talk, recording, reason="")
        return Sent((), self.office.clock.now())

    async def _bring_anew(self, claimed: ClaimedDelivery, talk: Message, recording: Attachment) -> SendResult:
        """Fetch what is not here yet; a PBX that is not ready is asked again for some hours."""
        channel = self.channel_of(claimed.connection_id or 0)
        if not isinstance(channel, FetchesMedia):
            return await self._refuse(claimed, talk, "not_found")
        try:
            fetched = await self._fetch(channel, talk, recording)
        except (PermanentFailure, AuthenticationFailed, PayloadTooLarge) as error:
            return await self._refuse(claimed, talk, _reason(error))
        except (TemporaryFailure, OutcomeUnknown) as error:
            if claimed.attempt >= PLANS[Lane.media].attempts:
                return await self._refuse(claimed, talk, "not_ready")
            return Later(error.code, getattr(error, "retry_after", None))
        await self._end(claimed, talk, fetched, reason="")
        return Sent((), self.office.clock.now())

    async def _fetch(self, channel: FetchesMedia, talk: Message, recording: Attachment) -> Attachment:
        """Return the recording stored, with a name that says when it was and what it is."""
        found: list[Sound] = []
        crash_point("recording.before_fetch")
        chunks = _only_sound(channel.fetch_media(recording), found)
        stored = await self.files.write_stream(chunks, limit_bytes=LARGEST_BYTES)
        crash_point("recording.after_fetch")
        return self._as_stored(talk, recording, stored, found[0])

    def _as_stored(self, talk: Message, recording: Attachment, stored: StoredFile, sound: Sound) -> Attachment:
        at = talk.occurred_at.astimezone(self._zone())
        return replace(
            recording,
            name=f"{at:%Y-%m-%d %H-%M}.{sound.ending}",
            mime=sound.mime,
            sha256=stored.digest,
            size_bytes=stored.size_bytes,
        )

    def _zone(self) -> ZoneInfo:
        policy = self.office.policy()
        return policy.get_line(policy.default_line).calendar.zone

    async def _refuse(self, claimed: ClaimedDelivery, talk: Message, reason: str) -> SendResult:
        await self._end(claimed, talk, None, reason=reason)
        return Failed(reason, "the recording cannot be had")

    async def _end(self, claimed: ClaimedDelivery, talk: Message, recording: Attachment | None, *, reason: str) -> None:
        """Keep what came and tell who asked, in one commit; carried out again it tells nobody twice."""
        wish = Wish(ManagerId(int(claimed.payload[LISTENER])), claimed.key)

        def fold(rows: WorkingSet) -> None:
            if recording is not None and recording not in talk.attachments:
                kept = tuple(recording if each.kind is recording.kind else each for each in talk.attachments)
                rows.message_patches.append(MessagePatch(talk.id, talk.received_at, {"attachments": kept}))
            tell_listener(rows, self.office, talk, wish, reason=reason)

        scope = Scope(conversations={ConversationId(talk.conversation_id or 0)}, ids=10)
        await self.office.change(scope, fold)
        crash_point("recording.kept")

    async def _find(self, claimed: ClaimedDelivery) -> Message | None:
        received_at = datetime.fromisoformat(str(claimed.payload["received_at"]))
        async with acquire(self.office.pool) as connection:
            return await timeline.find_message(connection, claimed.message_id or 0, received_at=received_at)


async def _only_sound(chunks: AsyncIterator[bytes], found: list[Sound]) -> AsyncIterator[bytes]:
    """Yield `chunks` as long as they are sound, which is put into `found`; a page instead of one is refused."""
    head = b""
    async for chunk in chunks:
        if found:
            yield chunk
            continue
        head += chunk
        if len(head) >= HEAD_BYTES:
            found.append(_sound(head))
            yield head
    if not found:
        found.append(_sound(head))
        yield head


def _sound(head: bytes) -> Sound:
    sound = sound_of(head)
    if sound is None:
        raise PermanentFailure("what came is no sound", reason="not_audio")
    return sound


def _reason(error: PermanentFailure | AuthenticationFailed | PayloadTooLarge) -> str:
    match error:
        case PayloadTooLarge():
            return "too_large"
        case PermanentFailure(reason=reason):
            return reason
        case _:
            return "credentials"
