"""Properties by generated examples: 200 in every run, 2,000 in `make slow`, each from a seed that is printed.

The seed comes from `random`, which pytest-randomly seeds from the number at the head of the run: `-p randomly
-p "randomly_seed=…"` gives the same examples again, and a failed property shows its own seed beside its example.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

EXAMPLES = (200, pytest.param(2000, marks=pytest.mark.slow))


def proven(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """Make a test of a property that takes one example of each strategy."""

    def make(holds: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize("examples", EXAMPLES)
        def test(examples: int) -> None:
            number = random.getrandbits(32)
            print(f"hypothesis seed {number}")
            wanted = settings(max_examples=examples, deadline=None, print_blob=True)
            seed(number)(wanted(given(*strategies)(holds)))()

        test.__name__, test.__doc__, test.__module__ = holds.__name__, holds.__doc__, holds.__module__
        return test

    return make
