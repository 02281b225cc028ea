"""Fetches letters: where to begin, what is new, what to do when the server renumbers or one letter spoils the rest.

The cursor is UIDVALIDITY and the last UID that is stored, never a flag and never a date (cases 42 to 45), and goes out
only together with the letters up to it. IDLE shortens the wait, a poll every minute finds what IDLE missed (case 40).
First contact begins at now (FR-7): one batch without letters carries the cursor, so that nothing that comes while we
are down is lost. After a change of UIDVALIDITY everything since the first contact is yielded again; the hub knows the
letters by the hash of their bytes. The connection itself is `imap_session.py`. RFC 9051 §2.3.1.1, §6.4.4.
"""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from hub.channels.base import Comparison, Context, PollBatch, Raw
from hub.channels.email.events import ARRIVED_HEADER, MAILBOX_HEADER, STUB_HEADER
from hub.channels.email.headers import Headers
from hub.channels.email.imap_session import STEP_DEADLINE, Envelope, ImapSession
from hub.channels.email.parts import split_header
from hub.channels.email.settings import EmailSettings
from hub.crash import crash_point
from hub.domain.errors import TemporaryFailure

WINDOW = 100
WINDOW_BYTES = 8_000_000
IDLE_ROUND = timedelta(seconds=60)
MAX_FAILURES = 3
COMPARE_EVERY = timedelta(minutes=10)
COMPARE_BACK = timedelta(days=2)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is stored with each batch.

    `since` is the instant of the first contact. `history_to` is the last UID of the old letters that are imported on
    request, `rescan_to` the last one of a renumbered mailbox that is read again; both 0 when that is done.
    """

    uidvalidity: int
    uid: int
    since: datetime
    history_to: int = 0
    rescan_to: int = 0

    def to_json(self) -> dict[str, object]:
        """Return plain values for storing."""
        return {
            "uidvalidity": self.uidvalidity,
            "uid": self.uid,
            "since": self.since.isoformat(),
            "history_to": self.history_to,
            "rescan_to": self.rescan_to,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Cursor":
        """Return the cursor `to_json` gave."""
        since = datetime.fromisoformat(str(stored["since"]))
        numbers = (int(str(stored.get(name, 0))) for name in ("uidvalidity", "uid", "history_to", "rescan_to"))
        uidvalidity, uid, history_to, rescan_to = numbers
        return cls(uidvalidity, uid, since, history_to, rescan_to)

    def passed(self, uid: int) -> "Cursor":
        """Return the cursor after everything up to `uid` is stored."""
        moved = max(self.uid, uid)
        history = self.history_to if moved < self.history_to else 0
        rescan = self.rescan_to if moved < self.rescan_to else 0
        return replace(self, uid=moved, history_to=history, rescan_to=rescan)


@dataclass(slots=True)
class Suspects:
    """Letters at which a connection broke, kept over reconnects: one of them must not stop the mailbox (case 41).

    `compared_at` is when the folder was last held against the store: a server that hangs up often must not put it off.
    """

    compared_at: datetime | None = None
    window: list[int] = field(default_factory=list)
    failures: dict[int, int] = field(default_factory=dict)

    def limit(self) -> int:
        """Return how many letters to fetch at once: singly after a failure, until the window that failed is through."""
        return 1 if self.window else WINDOW

    def accuse(self, uids: Sequence[int]) -> None:
        """Remember what was being fetched when the connection broke."""
        self.window = sorted(set(self.window) | set(uids))
        if len(uids) == 1:
            self.failures[uids[0]] = self.failures.get(uids[0], 0) + 1

    def acquit(self, uids: Sequence[int]) -> None:
        """Forget what was fetched."""
        self.window = [uid for uid in self.window if uid not in set(uids)]
        for uid in uids:
            self.failures.pop(uid, None)

    def is_hopeless(self, uid: int) -> bool:
        """Tell whether a letter broke the connection so often that only its headers are tried."""
        return self.failures.get(uid, 0) >= MAX_FAILURES


class ImapPoller:
    """Yields the letters of one mailbox. Keeps nothing that must survive a restart."""

    def __init__(
        self,
        settings: EmailSettings,
        context: Context,
        *,
        suspects: Suspects,
        patience: timedelta = STEP_DEADLINE,
        idle_round: timedelta = IDLE_ROUND,
    ) -> None:
        self._patience = patience
        self._idle_round = idle_round
        self._settings = settings
        self._clock = context.clock
        suspects.compared_at = suspects.compared_at or context.clock.now()
        self._find_known = context.find_known
        self._log = log.bind(connection=context.name)
        self._suspects = suspects

    async def batches(self, stored: Mapping[str, object]) -> AsyncGenerator[PollBatch, None]:
        """Yield batches for ever; see `hub.channels.base.Polls`. The connection is closed when the generator is."""
        session = await ImapSession.open(self._settings, self._patience)
        try:
            cursor = await self._begin(session, stored)
            if cursor.to_json() != dict(stored):
                yield PollBatch((), cursor.to_json())
            async for batch in self._read_again(session, cursor):
                yield batch
            while True:
                async for batch in self._new(session, cursor):
                    cursor = Cursor.from_json(batch.cursor)
                    yield batch
                    crash_point("mail.batch_stored")
                if self._is_to_compare(cursor):
                    yield await self._compare(session, cursor)
                await session.wait_for_news(self._idle_round)
                crash_point("mail.woken")
                await session.look()
        finally:
            await session.close()

    async def _begin(self, session: ImapSession, stored: Mapping[str, object]) -> Cursor:
        """Return where to go on: the stored place, now at first contact, or the start of a renumbered mailbox."""
        folder = session.folder
        if not stored:
            return await self._first_contact(session)
        cursor = Cursor.from_json(stored)
        if cursor.uidvalidity == folder.uidvalidity and not 0 < folder.uidnext <= cursor.uid:
            return cursor
        last = await self._last_uid(session)
        if cursor.uidvalidity == folder.uidvalidity and last >= cursor.uid:
            return cursor
        self._log.warning("mail.mailbox_renumbered", before=cursor.uidvalidity, now=folder.uidvalidity)
        return Cursor(folder.uidvalidity, 0, cursor.since, rescan_to=last)

    async def _first_contact(self, session: ImapSession) -> Cursor:
        now = self._clock.now()
        last = await self._last_uid(session)
        if not self._settings.history_days:
            return Cursor(session.folder.uidvalidity, last, now)
        return Cursor(session.folder.uidvalidity, 0, now, history_to=last)

    async def _last_uid(self, session: ImapSession) -> int:
        """Return the highest UID in the folder; servers lie about UIDNEXT (case 45), so both sources count."""
        found = await session.find_uids("UID *")
        return max(session.folder.uidnext - 1, *found, 0)

    async def _new(self, session: ImapSession, cursor: Cursor) -> AsyncGenerator[PollBatch, None]:
        """Yield what the folder holds behind the cursor, in windows, oldest first."""
        uids = [uid for uid in await session.find_uids(self._criteria(cursor)) if uid > cursor.uid]
        crash_point("mail.found")
        if not uids and max(cursor.history_to, cursor.rescan_to) > cursor.uid:
            yield PollBatch((), cursor.passed(max(cursor.history_to, cursor.rescan_to)).to_json())
        while uids:
            window, uids = _window(uids, cursor, self._suspects.limit())
            old, new = _split_by_age(await self._fetch(session, window, cursor), cursor, last_uid=window[-1])
            if old and new:
                yield PollBatch(old, cursor.to_json(), is_history=True)
            cursor = cursor.passed(window[-1])
            yield PollBatch(new or old, cursor.to_json(), is_history=not new and bool(old))

    async def _read_again(self, session: ImapSession, cursor: Cursor) -> AsyncGenerator[PollBatch, None]:
        """Yield the letters of the last days once more where no UIDVALIDITY says whether their numbers are the same.

        A letter may stand behind the cursor under a number that was another's (case 45); known bytes change nothing.
        """
        if cursor.uidvalidity:
            return
        since = self._look_back(cursor)
        uids = await self._behind(session, cursor, since)
        while uids:
            window, uids = uids[: self._suspects.limit()], uids[self._suspects.limit() :]
            late = await self._arrived_since(session, window, since)
            if late:
                yield PollBatch(await self._fetch(session, late, cursor), cursor.to_json())

    def _look_back(self, cursor: Cursor) -> datetime:
        """Return from when on letters behind the cursor are looked at again."""
        return max(cursor.since.replace(microsecond=0), self._clock.now() - COMPARE_BACK)

    async def _behind(self, session: ImapSession, cursor: Cursor, since: datetime) -> list[int]:
        """Return the UIDs up to the cursor; servers search by days, in zones of their own."""
        if not cursor.uid:
            return []
        found = await session.find_uids(f"UID 1:{cursor.uid} {_since(since - timedelta(days=1))}")
        return [uid for uid in found if uid <= cursor.uid]

    async def _arrived_since(self, session: ImapSession, uids: Sequence[int], since: datetime) -> list[int]:
        envelopes = await session.fetch_envelopes(uids) if uids else []
        return [each.uid for each in envelopes if each.arrived_at is not None and each.arrived_at >= since]

    def _is_to_compare(self, cursor: Cursor) -> bool:
        """Tell whether it is time; not while old letters are read, nor where letters have no ids of their own."""
        is_busy = bool(cursor.history_to or cursor.rescan_to or not cursor.uidvalidity)
        compared_at = self._suspects.compared_at
        is_time = compared_at is not None and self._clock.now() - compared_at >= COMPARE_EVERY
        return is_time and not is_busy

    async def _compare(self, session: ImapSession, cursor: Cursor) -> PollBatch:
        """Return the letters of the last days that are in the folder and were never stored (case 12)."""
        self._suspects.compared_at = self._clock.now()
        since = self._look_back(cursor)
        ids = {f"{cursor.uidvalidity}:{uid}": uid for uid in await self._behind(session, cursor, since)}
        known = await self._find_known(list(ids))
        missing = [uid for place, uid in ids.items() if place not in known]
        late: list[int] = []
        while missing and len(late) < WINDOW:
            window, missing = missing[:WINDOW], missing[WINDOW:]
            late += await self._arrived_since(session, window, since)
        late = late[:WINDOW]
        raws = await self._fetch(session, late, cursor) if late else []
        if raws:
            self._log.warning("mail.overlooked_letters_found", count=len(raws))
        return PollBatch(raws, cursor.to_json(), compared=Comparison(overlooked=len(raws)))

    def _criteria(self, cursor: Cursor) -> str:
        """Search behind the cursor; while old letters are imported only those young enough (days, by arrival)."""
        criteria = f"UID {cursor.uid + 1}:*"
        if not cursor.history_to:
            return criteria
        return f"{criteria} {_since(cursor.since - timedelta(days=self._settings.history_days))}"

    async def _fetch(self, session: ImapSession, window: Sequence[int], cursor: Cursor) -> list[Raw]:
        """Return the letters of a window in order; a failure is remembered against those that were being fetched."""
        envelopes = await session.fetch_envelopes(window)
        crash_point("mail.sized")
        wanted = [envelope for envelope in envelopes if not _is_known_past(envelope, cursor)]
        whole = [e for e in wanted if e.size_bytes <= self._settings.size_limit_bytes]
        whole = [e for e in whole if not self._suspects.is_hopeless(e.uid)]
        bodies: dict[int, bytes] = {}
        for group in _groups(whole):
            bodies |= await self._fetch_group(session, group)
        return [await self._raw(session, envelope, bodies.get(envelope.uid)) for envelope in wanted]

    async def _fetch_group(self, session: ImapSession, group: Sequence[Envelope]) -> dict[int, bytes]:
        uids = [envelope.uid for envelope in group]
        try:
            found = await session.fetch_bodies(uids, size_bytes=sum(envelope.size_bytes for envelope in group))
        except TemporaryFailure:
            self._suspects.accuse(uids)
            raise
        self._suspects.acquit(uids)
        crash_point("mail.fetched")
        return found

    async def _raw(self, session: ImapSession, envelope: Envelope, body: bytes | None) -> Raw:
        """Return a letter with what the mailbox knows of it; without a body its headers and a note of its size."""
        headers = {MAILBOX_HEADER: f"{session.folder.uidvalidity}:{envelope.uid}"}
        if envelope.arrived_at is not None:
            headers[ARRIVED_HEADER] = envelope.arrived_at.isoformat()
        if body is None:
            headers[STUB_HEADER] = json.dumps({"size_bytes": envelope.size_bytes})
            self._log.warning("mail.letter_not_fetched", uid=envelope.uid, size_bytes=envelope.size_bytes)
            body = await self._headers_alone(session, envelope.uid)
        return Raw(body, self._clock.now(), headers)

    async def _headers_alone(self, session: ImapSession, uid: int) -> bytes:
        if self._suspects.failures.get(uid, 0) > MAX_FAILURES:
            self._suspects.acquit([uid])
            return b""
        try:
            found = await session.fetch_bodies([uid], section="HEADER", size_bytes=0)
        except TemporaryFailure:
            self._suspects.accuse([uid])
            raise
        self._suspects.acquit([uid])
        return found.get(uid, b"")


def _since(at: datetime) -> str:
    """Return the search key for letters that arrived on the day of `at` or later; months are English for servers."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"SINCE {at.day}-{months[at.month - 1]}-{at.year}"


def _window(uids: list[int], cursor: Cursor, limit: int) -> tuple[list[int], list[int]]:
    """Split off the next window; letters of the past and new ones never share one."""
    window = uids[:limit]
    border = max(cursor.history_to, cursor.rescan_to)
    if window[0] <= border:
        window = [uid for uid in window if uid <= border]
    return window, uids[len(window) :]


def _split_by_age(raws: Sequence[Raw], cursor: Cursor, *, last_uid: int) -> tuple[list[Raw], list[Raw]]:
    """Return what is history and what may be a request, each in order."""
    old = [raw for raw in raws if last_uid <= cursor.history_to or _is_of_the_past(raw, cursor)]
    return old, [raw for raw in raws if raw not in old] if old else list(raws)


def _groups(envelopes: Sequence[Envelope]) -> list[list[Envelope]]:
    """Split a window so that one FETCH brings at most `WINDOW_BYTES`, but always at least one letter."""
    groups: list[list[Envelope]] = []
    size = 0
    for envelope in envelopes:
        if not groups or size + envelope.size_bytes > WINDOW_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(envelope)
        size += envelope.size_bytes
    return groups


def _is_known_past(envelope: Envelope, cursor: Cursor) -> bool:
    """While a renumbered mailbox is read again: older than the first contact, so it was never ours to answer (FR-7)."""
    return (
        bool(cursor.rescan_to)
        and envelope.arrived_at is not None
        and envelope.arrived_at < cursor.since.replace(microsecond=0)
    )


def _is_of_the_past(raw: Raw, cursor: Cursor) -> bool:
    """Tell an old letter of a renumbered mailbox by its Date: a rebuilt mailbox gives every letter a fresh arrival."""
    if not cursor.rescan_to:
        return False
    written = Headers(split_header(raw.body[:65536])[0]).date()
    return written is not None and written < cursor.since - timedelta(hours=1)
