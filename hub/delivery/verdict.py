"""What the result of an attempt makes of a delivery (pure): sent, queued again, failed, unknown or parked.

An attempt that ended without an answer, or whose process died, may have arrived. Where the provider knows no
idempotency such a delivery is tried once more, with the same identity, and carries its doubt in the reason from then
on: accepted at last it reads "possibly sent twice", without an answer or refused its outcome stays unknown: of the
attempt before nobody knows, and "failed" would say that the client has nothing (S3, case 62).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from hub.delivery.retry import Plan, next_attempt
from hub.domain.message import DeliveryState
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown
from hub.domain.workset import Settled
from hub.store.deliveries import CONNECTION_PAUSED, DOUBTFUL, ClaimedDelivery

MAYBE_TWICE = "maybe_twice"
PAUSE_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a claimed delivery. `is_repeatable`: of two equal requests the other side makes one."""

    claimed: ClaimedDelivery
    plan: Plan
    is_repeatable: bool

    def end_unstarted(self) -> Settled | None:
        """Return the end of a delivery that may not be tried any more, None if it may.

        Not repeatable: the one more attempt after a doubtful one was interrupted too. Otherwise: too many attempts
        ended with their process, which may well be this delivery's doing (reliability case 24).
        """
        has_had_second = self.claimed.was_interrupted and not self._may_try_again
        is_worn_out = self.claimed.attempt > self.plan.attempts
        if not self.is_repeatable and self.claimed.was_interrupted and (has_had_second or is_worn_out):
            return self._end(DeliveryState.unknown, "interrupted")
        if is_worn_out:
            return self._end(DeliveryState.parked, f"{self.plan.attempts} attempts did not finish; look into the log")
        return None

    def settle(self, result: SendResult, *, now: datetime, jitter: float) -> Settled:
        """Return the end of this attempt; `jitter` in [0, 1]."""
        match result:
            case Sent():
                return self._end(DeliveryState.sent, MAYBE_TWICE if self._has_doubt else "", ids=result.external_ids)
            case Failed():
                return self._end(DeliveryState.unknown if self._has_doubt else DeliveryState.failed, _words(result))
            case Unknown() if not self.is_repeatable and (self._has_doubt or not self.plan.tries_doubtful):
                return self._end(DeliveryState.unknown, result.reason, ids=result.external_ids)
            case Unknown() if not self.is_repeatable:
                return self._again(result, f"{DOUBTFUL}{result.reason}", due_at=now + self.plan.doubt)
            case Later() | Unknown():
                return self._retry(result, due_at=self._due(result, now, jitter))
            case never:
                assert_never(never)

    @property
    def _has_doubt(self) -> bool:
        """Tell whether an earlier attempt may have arrived."""
        return not self.is_repeatable and (self.claimed.was_interrupted or self.claimed.reason.startswith(DOUBTFUL))

    @property
    def _may_try_again(self) -> bool:
        """Tell whether the one more attempt after a doubtful one is still to come, where the lane makes any."""
        return self.plan.tries_doubtful and not self.claimed.reason.startswith(DOUBTFUL)

    def _due(self, result: Later | Unknown, now: datetime, jitter: float) -> datetime | None:
        """Return when to look again; what waits for its connection is never parked for that."""
        wish = result.retry_after if isinstance(result, Later) else None
        if result.reason == CONNECTION_PAUSED:
            return now + (wish or PAUSE_STEP)
        return next_attempt(self.claimed.attempt, plan=self.plan, retry_after=wish, now=now, jitter=jitter)

    def _retry(self, result: Later | Unknown, *, due_at: datetime | None) -> Settled:
        if due_at is not None:
            return self._again(result, f"{DOUBTFUL if self._has_doubt else ''}{result.reason}", due_at=due_at)
        state = DeliveryState.unknown if self._has_doubt else DeliveryState.parked
        return self._end(state, result.reason, ids=result.external_ids)

    def _again(self, result: Later | Unknown, reason: str, *, due_at: datetime) -> Settled:
        ids = (*self.claimed.external_ids, *result.external_ids)
        part = max(result.part, self.claimed.part)
        state = DeliveryState.queued
        return Settled(self.claimed.id, self.claimed.token, state, reason, external_ids=ids, part=part, due_at=due_at)

    def _end(self, state: DeliveryState, reason: str, *, ids: tuple[str, ...] = ()) -> Settled:
        claimed = self.claimed
        all_ids = (*claimed.external_ids, *ids)
        return Settled(claimed.id, claimed.token, state, reason, external_ids=all_ids, part=claimed.part)


def _words(failed: Failed) -> str:
    """Return the stable word that people's texts know, or the channel's own words where it is a general refusal."""
    return failed.explanation if failed.reason == "refused" and failed.explanation else failed.reason
