"""What every use-case works with: the store, the clock, the rules in force, and the hints that make others look."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.policy import Policy
from hub.domain.ports import Clock, LiveFeed, SoftLocks, Wakeup
from hub.domain.restored import Restored
from hub.domain.workset import WorkingSet
from hub.inbox.deeds import DEEDS, write_deed
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.automation_desk import AutomationDesk
from hub.inbox.folds.automations import run_automations
from hub.inbox.folds.crm_marks import mark_for_crms
from hub.inbox.folds.offers import tell_of_ended_offers
from hub.store import worksets
from hub.store.ids import IdBlocks
from hub.store.pool import Pool
from hub.store.scope import Scope

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Office:
    """Built once by `hub.app`.

    `policy` and `staff` return what is in force at the moment of the call; `staff` maps (type, scope, value) of an
    address to the manager whose it is (M-15). `restored` returns the last restore from a backup, as last read.
    """

    pool: Pool
    ids: IdBlocks
    clock: Clock
    policy: Callable[[], Policy]
    staff: Callable[[], Mapping[tuple[str, str, str], ManagerId]]
    endpoints: Callable[[], Mapping[ConnectionId, Endpoint]]
    wakeup: Wakeup
    feed: LiveFeed
    locks: SoftLocks
    deed: str = ""
    restored: Callable[[], Restored | None] = lambda: None

    @property
    def is_held(self) -> bool:
        """Tell whether nothing may leave: the hub was restored and nobody has let it go on (case 38)."""
        restored = self.restored()
        return restored is not None and restored.is_held

    def once(self, key: str) -> "Office":
        """Return the office in which a change of a conversation happens once for `key`, for ever.

        `key` names the press or update that asks for it, and is written in the commit of the change. The same key again
        raises `AlreadyDone` instead. Only for changes whose scope is one conversation.
        """
        return replace(self, deed=key)

    async def change(self, scope: Scope, fold: Callable[[WorkingSet], R]) -> R:
        """Run a fold in one transaction, commit, and wake those who have work now; see `hub.store.worksets.apply`.

        Automations act in the same commit on what the fold did.
        """
        folded: list[WorkingSet] = []
        policy = self.policy()
        scope.automations |= set(policy.automations.timed)
        crms = [each.id for each in self.endpoints().values() if each.is_crm]
        scope.ids *= 1 + len(crms)  # whatever a fold touches may be told to each of them

        def remembered(workset: WorkingSet) -> R:
            folded[:] = [workset]
            if self.deed:
                write_deed(workset, scope, self.deed)
            result = fold(workset)
            run_automations(AutomationDesk(workset, policy, scope, self.endpoints()))
            tell_of_ended_offers(workset)
            mark_for_crms(workset, crms)
            return result

        if self.deed:
            scope.messages.add((DEEDS, self.deed))
        result = await self.apply(scope, remembered)
        self._tell(folded[0])
        return result

    async def apply(self, scope: Scope, fold: Callable[[WorkingSet], R]) -> R:
        """Load, fold and commit at the present instant; see `hub.store.worksets.apply`."""
        return await worksets.apply(self.pool, self.ids, scope, fold, now=self.clock.now)

    def _tell(self, workset: WorkingSet) -> None:
        for lane in {delivery.lane for delivery in workset.deliveries.values()}:
            self.wakeup.wake(lane)
        if workset.timers.fresh or workset.timers.changed:
            self.wakeup.wake("timers")
        for entry in {row.conversation_id for row in workset.ledger} | {
            row.conversation_id for row in workset.messages
        }:
            if entry is not None:
                self.feed.publish(f"conversation:{entry}", {"kind": "changed"})
