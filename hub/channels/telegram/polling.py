"""Long polling under our own control: an update is confirmed to Telegram only after it is stored (case 13).

The cursor is `offset`, the next update wanted, `at`, when that was known, and `since`, the first contact: what people
wrote before it is history (FR-7); both in Unix time. The first contact is when the connection was made: a hub that died
before its first batch was stored has left no cursor, and who wrote while it was down is waiting. The offset leaves
for Telegram when the consumer asks for the next batch, never earlier. After a quiet week the ids of updates begin anew
at random, maybe lower, so an offset that has done its work or is old is not sent again: it would confirm what nobody
has read.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from hub.channels.base import PollBatch, Raw
from hub.channels.telegram.bot_api import BotApi
from hub.crash import crash_point
from hub.domain.errors import OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.domain.ports import Clock
from hub.net.payloads import Json

_POLL = timedelta(seconds=25)
_POLL_DEADLINE = timedelta(seconds=40)
_OFFSET_LIFE = timedelta(days=5)
# Who wrote while the connection was being set up is waiting for an answer, not history.
_JUST_NOW = timedelta(minutes=2)


async def poll(
    api: BotApi,
    clock: Clock,
    cursor: Mapping[str, object],
    *,
    wanted: Sequence[str],
    connected_at: datetime | None = None,
) -> AsyncIterator[PollBatch]:
    """Yield batches for ever; see `hub.channels.base.Polls`. Without `connected_at` the first contact is now.

    Raises:
        TemporaryFailure: no connection, no answer, or another program reads this bot (409).
        AuthenticationFailed: the token is refused.
    """
    is_fresh = int(clock.now().timestamp()) - _whole(cursor.get("at")) < _OFFSET_LIFE.total_seconds()
    offset = _whole(cursor.get("offset")) if is_fresh else 0
    since = _whole(cursor.get("since")) or int(((connected_at or clock.now()) - _JUST_NOW).timestamp())
    while True:
        updates = await _get_updates(api, offset, wanted)
        offset = offset if updates else 0
        for is_history, run in groupby(updates, lambda update: _is_before(update, since)):
            batch = list(run)
            offset = max([offset, *(_whole(update.get("update_id")) + 1 for update in batch)])
            now = clock.now()
            raws = [Raw(json.dumps(update, ensure_ascii=False).encode(), now) for update in batch]
            yield PollBatch(raws, {"offset": offset, "at": int(now.timestamp()), "since": since}, is_history)


async def _get_updates(api: BotApi, offset: int, wanted: Sequence[str]) -> Sequence[dict[str, Json]]:
    params: dict[str, object] = {"timeout": int(_POLL.total_seconds()), "allowed_updates": list(wanted)}
    if offset:
        params["offset"] = offset
    crash_point("telegram.polling")
    try:
        answer = await api.call("getUpdates", params, deadline=_POLL_DEADLINE)
        if not answer.is_ok:
            answer.raise_failure("reading updates")
    except (OutcomeUnknown, PermanentFailure) as error:
        raise TemporaryFailure(f"reading updates: {error}") from error
    crash_point("telegram.polled")
    if not isinstance(answer.result, list):
        raise TemporaryFailure("reading updates: the answer holds no list")
    return [update for update in answer.result if isinstance(update, dict)]


def _is_before(update: Mapping[str, Json], since: int) -> bool:
    """Tell whether an update is dated before the first contact; what has no date is not."""
    for content in update.values():
        if isinstance(content, dict) and isinstance(content.get("date"), int):
            return _whole(content.get("edit_date") or content["date"]) < since
    return False


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
