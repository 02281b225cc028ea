"""Invariant 7 over the real store: taking a merge back at once gives every row of two cards as it was.

What the folds alone do is proved in `tests/inbox/test_merge_map.py`; what happens between a merge and its undoing
befalls the office of `test_office.py`.
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from hub.domain.errors import HubError
from hub.inbox import merge
from tests.inbox.test_merge import state
from tests.invariants import checks
from tests.invariants.deeds import OTHERS, PLACES, REQUESTS, Deed, Mails, Submits, Writes
from tests.invariants.machines import run_machine
from tests.invariants.town import Place
from tests.invariants.work import WORK
from tests.proven import EXAMPLES

pytestmark = pytest.mark.timeout(900)


class Cards(RuleBasedStateMachine):
    """Three clients of whom a form says that two may be one."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self._left = place.town()
        self.town = self._left.__enter__()

    @initialize(first=st.integers(1, 3), other=st.integers(1, 3))
    def form_names_two(self, first: int, other: int) -> None:
        for deed in (Writes(first, shares_phone=True), Mails(other), Submits(first, other)):
            self.happens(deed)

    @rule(deed=st.one_of(REQUESTS, WORK, OTHERS))
    def happens(self, deed: Deed) -> None:
        try:
            self.place.run(deed.happen(self.town))
        except HubError:
            return  # refused by a rule

    @rule(place=PLACES)
    def is_joined_and_taken_back(self, place: int) -> None:
        self.place.run(self._join_and_take_back(place))

    async def _join_and_take_back(self, place: int) -> None:
        office, olga = self.town.desk.office, self.town.people["olga"]
        question = await self.town.pick("match_candidates", place, "state = 'open'")
        if question is None:
            return
        before = await state(self.town.desk)
        merge_id = await merge.join_candidate(office, olga, question["id"], with_contact=question["candidates"][0])
        await merge.undo_merge(office, olga, merge_id)
        after = await state(self.town.desk)
        for row in (*before["leads"], *after["leads"]):
            row["stage_at"] = None  # going back to a stage is a move of its own (L-6)
        changed = {name: (rows, after[name]) for name, rows in before.items() if rows != after[name]}
        assert not changed, changed
        wrong = await checks.told_otherwise(self.town)
        assert not wrong, wrong

    def teardown(self) -> None:
        self._left.__exit__(None, None, None)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_m10_invariant7_a_merge_taken_back_restores_identities_threads_and_waits(place: Place, examples: int) -> None:
    run_machine(lambda: Cards(place), examples=examples, steps=6)
