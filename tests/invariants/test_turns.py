"""Invariant 10 over the real store: turns of a stable team differ by at most one, however requests come.

The pointer and the turns themselves are proved in `tests/routing/test_strategies.py`.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from tests.inbox.desk import ALWAYS_OPEN, person, says
from tests.inbox.rules import line_says
from tests.invariants.machines import prove
from tests.invariants.town import Place, Town
from tests.proven import EXAMPLES

pytestmark = pytest.mark.timeout(900)
ROUND_ROBIN = line_says('strategy = "round_robin"', "capacity = 100", base=ALWAYS_OPEN)
# How many new clients write at once, and how long it is until the next do.
RUSHES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 90)), min_size=1, max_size=5)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_r5_invariant10_turns_of_a_stable_team_differ_by_at_most_one(place: Place, examples: int) -> None:
    async def told(town: Town, rushes: list[tuple[int, int]], at_once: bool) -> None:
        for size, pause in rushes:
            for _ in range(size):
                number = town.number()
                await town.desk.accept(says("Здравствуйте", at=town.desk.now, by=person(number), number=number))
            await asyncio.gather(*(town.desk.process() for _ in range(1 + at_once)))
            town.desk.clock.move(timedelta(seconds=pause))
            turns = Counter(row["assignee_id"] for row in await town.desk.rows("waits"))
            counts = [turns[each.manager_id] for each in town.people.values()]
            assert max(counts) - min(counts) <= 1, turns
            assert sum(counts) == sum(turns.values()), turns

    def holds(rushes: list[tuple[int, int]], at_once: bool) -> None:
        with place.town(ROUND_ROBIN) as town:
            place.run(told(town, rushes, at_once))

    prove(holds, RUSHES, st.booleans(), examples=examples)
