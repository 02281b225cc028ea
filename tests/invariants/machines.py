"""How the machines of this folder run: 200 examples in every run, 2,000 in `make slow`, from a seed that is printed.

A failure prints its steps, its seed and a `@reproduce_failure` line. The seed comes from the number at the head of the
run, so `python -m pytest tests/invariants -p randomly -p "randomly_seed=NUMBER"` gives the same examples again. Steps
that run at once race as they will: a failure of theirs may need several runs.
"""

import random
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_machine(build: Callable[[], RuleBasedStateMachine], *, examples: int, steps: int) -> None:
    """Run a machine with so many examples of so many steps."""
    wanted = settings(_settings(examples), stateful_step_count=steps)
    run_state_machine_as_test(seed(_drawn_seed())(build), settings=wanted)  # type: ignore[arg-type]


def prove(holds: Callable[..., None], *strategies: st.SearchStrategy[Any], examples: int) -> None:
    """Try a property with so many examples of these strategies."""
    seed(_drawn_seed())(_settings(examples)(given(*strategies)(holds)))()


def _drawn_seed() -> int:
    number = random.getrandbits(32)
    print(f"hypothesis seed {number}")
    return number


def _settings(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
