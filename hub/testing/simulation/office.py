"""An office whose rows are in memory: use-cases run over it unchanged, one fold at a time.

Some folds run twice, the first time for nothing, as when a lost race rolled them back: a fold with effects of its own
shows. A `Defect` spoils what is loaded or written, to prove that the oracle sees it; production code is never patched.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from hub.domain.errors import Conflict
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office
from hub.store.flush import VersionMissed
from hub.store.loading import ScopeMoved
from hub.store.scope import Scope
from hub.store.worksets import LinesNeeded, MoreNeeded
from hub.testing.simulation.loading import load
from hub.testing.simulation.loop import pause
from hub.testing.simulation.rows import Commit, MemoryRows

R = TypeVar("R")
_TRIES = 6
_REHEARSED = 0.1


def _leave_alone(_rows: WorkingSet) -> None:
    """Spoil nothing."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with this hub: `blind` acts on rows as loaded, `spoil` on rows as they are to be written."""

    name: str = ""
    blind: Callable[[WorkingSet], None] = _leave_alone
    spoil: Callable[[WorkingSet], None] = _leave_alone


SOUND = Defect()


@dataclass(frozen=True, slots=True)
class VirtualOffice(Office):
    """`witness` is shown every commit. `luck` decides which folds are rehearsed."""

    store: MemoryRows = field(kw_only=True)
    witness: Callable[[Commit], None] = field(kw_only=True)
    luck: Random = field(kw_only=True)
    defect: Defect = field(default=SOUND, kw_only=True)

    async def apply(self, scope: Scope, fold: Callable[[WorkingSet], R]) -> R:
        """Load, fold and write, as `hub.store.worksets.apply`; whoever is ready too may go first."""
        await pause()
        for _ in range(_TRIES):
            try:
                if self.luck.random() < _REHEARSED:
                    fold(self._load(scope))
                return self._attempt(scope, fold)
            except LinesNeeded:
                scope.always_lines = True
            except (MoreNeeded, VersionMissed, ScopeMoved):
                continue
        raise Conflict("somebody else is changing the same client's card; try again in a moment")

    def _attempt(self, scope: Scope, fold: Callable[[WorkingSet], R]) -> R:
        rows = self._load(scope)
        result = fold(rows)
        self.defect.spoil(rows)
        self.witness(self.store.write(rows))
        return result

    def _load(self, scope: Scope) -> WorkingSet:
        rows = load(self.store, scope, WorkingSet(self.clock.now(), self.store.new_id))
        self.defect.blind(rows)
        return rows
