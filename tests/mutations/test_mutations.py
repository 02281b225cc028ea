"""Every mutation applies to the code as it is and asks tests that exist; in `make slow` none survives."""

import ast
import json
import subprocess
import sys

import pytest

from tests.house.rules import RULES
from tests.house.source import ROOT
from tests.mutations.carriers import nodes_of
from tests.mutations.catalogue import MUTATIONS
from tests.mutations.mutation import Mutation

AT_LEAST = 120


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_a_mutation_applies_and_is_python(mutation):
    assert mutation.fault(ROOT) == ""
    assert ast.dump(ast.parse(mutation.mutated(ROOT))) != ast.dump(ast.parse((ROOT / mutation.file).read_text()))


def test_every_mutation_breaks_a_rule_that_tests_carry():
    assert [each.rule for each in MUTATIONS if each.rule not in RULES or not nodes_of(each.rule)] == []


def test_most_rules_have_a_mutation():
    assert len({each.rule for each in MUTATIONS}) >= AT_LEAST


def test_a_mutation_whose_text_is_gone_says_so():
    gone = Mutation("S3", "hub/domain/wait.py", "what nobody ever wrote", "")

    assert gone.fault(ROOT) == "the mutation of S3 no longer applies: 0 times in hub/domain/wait.py"
    with pytest.raises(ValueError, match="S3 no longer applies"):
        gone.mutated(ROOT)


def run(*rules):
    command = [sys.executable, "-m", "tests.mutations", *rules]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_mutant_is_killed_by_a_test_of_its_rule():
    done = run("S5")

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["killed"] == 1


@pytest.mark.slow
def test_no_mutant_survives():
    done = run()

    assert done.returncode == 0, done.stdout + done.stderr
