"""Take the rules out one by one and see their tests fail: `python -m tests.mutations [RULE …]`.

Prints a row for each mutant and one line of JSON at the end. The exit code is 1 when a mutant was not killed, 2 when a
mutation no longer applies.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace

from tests.house.rule_ids import folded
from tests.mutations.catalogue import MUTATIONS
from tests.mutations.mutation import Mutation
from tests.mutations.trial import RED_ANYWAY, Verdict, list_red, prepared_tree, verdicts


def chosen(rules: Sequence[str]) -> list[Mutation]:
    """Return the mutations of the given rules, all without any."""
    wanted = {folded(rule) for rule in rules}
    return [mutation for mutation in MUTATIONS if not wanted or folded(mutation.rule) in wanted]


def try_all(mutations: Sequence[Mutation]) -> list[Verdict]:
    """Try mutations in turn, with a row printed for each, and take back what was killed by a red test."""
    tried: list[Verdict] = []
    with prepared_tree(mutations) as tree:
        for verdict in verdicts(tree, mutations):
            mutation, told = verdict.mutation, verdict.by or f"{verdict.tests} tests passed"
            print(f"{mutation.rule:<6} {verdict.outcome:<9} {verdict.seconds:5.1f} s  {told}", flush=True)
            tried.append(verdict)
        red = list_red(tree, tried)
    for test in sorted(red):
        print(f"fails although nothing is broken: {test}")
    return [replace(each, outcome=RED_ANYWAY) if each.by in red else each for each in tried]


def summary(tried: Sequence[Verdict]) -> dict[str, object]:
    """Return the figures of a run."""
    return {
        "mutants": len(tried),
        "rules": len({verdict.mutation.rule for verdict in tried}),
        "killed": sum(verdict.is_killed for verdict in tried),
        "not_killed": {verdict.mutation.rule: verdict.outcome for verdict in tried if not verdict.is_killed},
        "seconds": round(sum(verdict.seconds for verdict in tried)),
    }


def main(rules: Sequence[str]) -> int:
    """Try the mutations of the given rules."""
    try:
        tried = try_all(chosen(rules))
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 2
    print(json.dumps(summary(tried)))
    return int(not all(verdict.is_killed for verdict in tried))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
