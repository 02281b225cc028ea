"""When to try again: exponential waits with jitter, the provider's own wish first, and an end (pure).

Who names a wait gets it and no more, for a limit is over by then and a longer one only makes clients wait; a provider
that wishes the same again and again is not well, and the doubled waits begin. A plan belongs to a lane: an answer to a
client and the notice of one are worth hours of trying, a click-to-call nothing at all, for a phone that rings an hour
later is wrong. What comes to its end is parked: visible and replayable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.delivery import Lane

_MOST_PATIENCE = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """How a lane is tried again.

    `attempts` is how often at most, claims of processes that died included. The waits double from `first` up to
    `longest`. `doubt` is the wait before the one more attempt after an unknown outcome (reliability case 62); a lane
    that does not `tries_doubtful` makes none.
    """

    attempts: int
    first: timedelta
    longest: timedelta
    doubt: timedelta = timedelta(seconds=30)
    tries_doubtful: bool = True

    @property
    def patience(self) -> int:
        """Return how many attempts may come as soon as the provider wishes: its limit is met rather than its outage.

        A quarter, so that a lane of few attempts does not spend them all within the first seconds of an outage.
        """
        return min(_MOST_PATIENCE, self.attempts // 4)


PLANS: Mapping[Lane, Plan] = {
    Lane.reply: Plan(40, timedelta(seconds=2), timedelta(minutes=10)),
    Lane.notify: Plan(40, timedelta(seconds=1), timedelta(minutes=10), doubt=timedelta(seconds=2)),
    Lane.call: Plan(5, timedelta(seconds=2), timedelta(seconds=10), tries_doubtful=False),
    Lane.media: Plan(10, timedelta(seconds=2), timedelta(minutes=10)),
    Lane.crm: Plan(100, timedelta(seconds=2), timedelta(minutes=10)),
}


def next_attempt(
    attempt: int, *, plan: Plan, retry_after: timedelta | None, now: datetime, jitter: float
) -> datetime | None:
    """Return when to try again after attempt number `attempt` (from 1) did not succeed, None when it was the last one.

    `jitter` in [0, 1] spreads those who failed together. Never earlier than the provider's `retry_after`, and as long
    as the plan's `patience` lasts hardly later.
    """
    if attempt >= plan.attempts:
        return None
    if retry_after is None:
        return now + _wait(attempt, plan, jitter)
    if attempt <= plan.patience:
        return now + max(_wished(retry_after, plan, jitter), plan.first / 2)
    return now + max(_wished(retry_after, plan, jitter), _wait(attempt - plan.patience, plan, jitter))


def _wait(attempt: int, plan: Plan, jitter: float) -> timedelta:
    """Return between half and all of the doubled wait. The exponent is bounded, as timedeltas are."""
    whole = min(plan.first * 2.0 ** min(attempt - 1, 20), plan.longest)
    return whole * (0.5 + jitter / 2)


def _wished(retry_after: timedelta, plan: Plan, jitter: float) -> timedelta:
    """Return the wish and a little more: whoever was refused together would come back together."""
    return retry_after + jitter * max(retry_after / 10, plan.first / 4)
