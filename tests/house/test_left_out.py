"""A run says what it left out and why; CI leaves nothing out."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.house.source import ROOT

TESTS = """
import pytest


@pytest.mark.needs_wrk
def test_under_load(): ...


@pytest.mark.slow
def test_a_million_messages(): ...


def test_quick(): ...
"""


@pytest.fixture
def run(tmp_path):
    """Runs three tests on a machine without wrk, with our own conftest and configuration."""
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tests/acceptance").mkdir(parents=True)
    (tmp_path / "tests/acceptance/test_three.py").write_text(TESTS)

    def run(*arguments, ci="false"):
        environment = os.environ | {"PATH": str(tmp_path), "CI": ci, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTEST_XDIST_WORKER", None)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        ).stdout

    return run


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_needs_an_absent_program_is_left_out_with_the_reason(run, workers):
    out = run("-n", workers)

    assert "1 passed" in out
    assert "1 test: needs wrk of the Debian package wrk (not on this machine)" in out
    assert "1 test: slow: full sizes and long repetitions, `make slow`" in out


def test_slow_tests_run_when_they_are_asked_for(run):
    assert "1 passed, 2 deselected" in run("-m", "slow")


def test_what_make_test_leaves_to_make_acceptance_is_counted_too(run):
    out = run("-m", "acceptance and not debian")

    assert "1 passed, 2 deselected" in out
    assert "1 test: needs wrk" in out


def test_an_absent_program_is_an_error_in_ci(run):
    out = run(ci="true")

    assert "1 passed, 1 deselected, 1 error" in out
    assert "CI leaves nothing out" in out
