"""Invariants 1–4, 8, 11 and 12 over the real store, whatever clients, people, providers and the clock do, also at once.

After every step the rows are asked, and `hub report verify` tells every wait and lead again from its facts.
"""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from hub.domain.errors import HubError, StorageUnavailable
from hub.testing import invariants
from tests.invariants import checks
from tests.invariants.deeds import MINUTE, OTHERS, REQUESTS, Deed
from tests.invariants.machines import run_machine
from tests.invariants.town import Place
from tests.invariants.work import WORK, TimePasses
from tests.proven import EXAMPLES

pytestmark = pytest.mark.timeout(900)
DEEDS = st.one_of(REQUESTS, WORK, OTHERS)


class Office(RuleBasedStateMachine):
    """A hub to which anything happens."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self._left = place.town()
        self.town = self._left.__enter__()
        self.waits: checks.Waits = {}
        self.known: dict[int, int] = {}
        self.ledgers: checks.Ledgers = {}

    @rule(deed=REQUESTS)
    def client_asks(self, deed: Deed) -> None:
        self.happen([deed])

    @rule(deed=DEEDS)
    def happens(self, deed: Deed) -> None:
        self.happen([deed])

    @rule(deed=WORK)
    def people_work(self, deed: Deed) -> None:
        self.happen([deed])

    @rule(deeds=st.lists(DEEDS, min_size=2, max_size=4))
    def happen_at_once(self, deeds: Sequence[Deed]) -> None:
        self.happen(deeds)

    def happen(self, deeds: Sequence[Deed]) -> None:
        self.place.run(self._happen(deeds))

    async def _happen(self, deeds: Sequence[Deed]) -> None:
        for error in await asyncio.gather(*(deed.happen(self.town) for deed in deeds), return_exceptions=True):
            if error is not None and (isinstance(error, StorageUnavailable) or not isinstance(error, HubError)):
                raise error
        await self._look()

    async def _look(self) -> None:
        before, known = self.waits, {number: len(told) for number, told in self.ledgers.items()}
        self.waits, self.ledgers = await checks.read(self.town)
        added = {number: told[known.get(number, 0) :] for number, told in self.ledgers.items()}
        wrong = {
            "invariant 1": invariants.waiting_twice(self.waits),
            "invariant 2": invariants.due_before_start(self.waits),
            "invariant 3": invariants.moved_by_nothing(before, self.waits, added),
            "invariant 4": invariants.stopped_by_no_person(self.waits, self.ledgers),
            "invariant 8": invariants.shares_off(self.waits, self.ledgers, self.town.desk.now),
            "invariant 11": invariants.breached_otherwise(self.waits),
            "invariant 12": await checks.assigned_without_reason(self.town),
            "report verify": await checks.told_otherwise(self.town),
            "left behind": checks.failures(self.town),
        }
        found = {name: each for name, each in wrong.items() if each}
        assert not found, found

    def teardown(self) -> None:
        try:
            self.happen([TimePasses(MINUTE)])
            late = invariants.missed_unstamped(self.waits, self.town.desk.now)
            left = self.place.run(checks.left_behind(self.town))
            assert not late + left, late + left
        finally:
            self._left.__exit__(None, None, None)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_invariant1_invariant2_invariant3_invariant4_invariant8_invariant11_invariant12_hold_whatever_happens(
    place: Place, examples: int
) -> None:
    run_machine(lambda: Office(place), examples=examples, steps=12)
