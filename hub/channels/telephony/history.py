"""Finds the calls whose notifications never came, in the history that a provider keeps (reliability case 12).

Providers give a hook a few seconds and drop it. So every ten minutes the calls that began since the last look, and the
half hour before it, are held against what has come, those of the last three minutes left out: their notifications may
be on the way. What is missing is stored as the payload that was lost, and takes the usual way. Nothing of before the
first contact is asked for (FR-7); after a long silence at most the last week.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hub.channels.base import Comparison, Context, PollBatch, Raw
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PayloadInvalid, PermanentFailure, TemporaryFailure

LOOK_EVERY = timedelta(minutes=10)
ON_THE_WAY = timedelta(minutes=3)
OVERLAP = timedelta(minutes=30)
LONGEST_BACK = timedelta(days=7)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of a provider's history: its id, when it began, and the body of the notification that tells it whole."""

    call: str
    began_at: datetime
    body: bytes


ListCalls = Callable[[datetime, datetime], Awaitable[Sequence[PastCall]]]


async def watch_history(
    context: Context, cursor: Mapping[str, object], list_calls: ListCalls
) -> AsyncIterator[PollBatch]:
    """Yield what a look at the history found, every ten minutes.

    `list_calls` gets the span [from, to) of the beginnings of calls. The cursor holds `since`, the first contact, and
    `compared_to`, the end of the last span.

    Raises:
        TemporaryFailure: the history cannot be read; the notifications come all the same.
    """
    now = context.clock.now()
    since, compared_to = _instant(cursor.get("since"), now), _instant(cursor.get("compared_to"), now)
    while True:
        until = context.clock.now() - ON_THE_WAY
        first = max(since, until - LONGEST_BACK, min(compared_to, until) - OVERLAP)
        missed = await _missed(context, list_calls, (first, until)) if first < until else []
        compared_to = max(compared_to, until)
        told = {"since": since.isoformat(), "compared_to": compared_to.isoformat()}
        yield PollBatch(missed, told, compared=Comparison(overlooked=len(missed)))
        await asyncio.sleep(LOOK_EVERY.total_seconds())


async def _missed(context: Context, list_calls: ListCalls, span: tuple[datetime, datetime]) -> list[Raw]:
    calls = await _read(list_calls, span)
    known = await context.find_known([call.call for call in calls])
    missed = [Raw(call.body, context.clock.now(), method="POST") for call in calls if call.call not in known]
    if missed:
        _log.warning("telephony.overlooked_calls_found", connection=context.name, count=len(missed))
    return missed


async def _read(list_calls: ListCalls, span: tuple[datetime, datetime]) -> Sequence[PastCall]:
    """Read the history; whatever is wrong there must not stop the notifications, so nothing else is raised."""
    try:
        return await list_calls(*span)
    except (AuthenticationFailed, OutcomeUnknown, PayloadInvalid, PermanentFailure, TemporaryFailure) as error:
        raise TemporaryFailure(
            f"lost notifications cannot be found, the history of calls is not read: {error}"
        ) from error


def _instant(stored: object, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else otherwise
