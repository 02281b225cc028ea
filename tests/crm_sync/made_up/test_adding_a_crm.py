"""Adding a CRM takes one file, one test class and one line of docs: shown with one that nobody sells.

The project is copied, the three are put where the docs say, and the checks of the house and of the contract run there.
`cardfile.py` and `contract_of_cardfile.py` beside this file are what an author would write.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

HERE = Path(__file__).parent
PARTS = ("hub", "bots", "docs", "tests/house", "conftest.py", "pyproject.toml", "tests/fixtures_database.py")
CONNECTOR = "hub/crm_sync/connectors/cardfile.py"
TEST = "tests/crm_sync/connectors/test_cardfile.py"
DOCS = "docs/crm.md"
ROW = "| `cardfile` | cards, deals, notes and jobs | documented | everything: it is made up |"


def write_connector(tree):
    shutil.copy(HERE / "cardfile.py", tree / CONNECTOR)


def write_test(tree):
    (tree / TEST).parent.mkdir(parents=True)
    text = (HERE / "contract_of_cardfile.py").read_text(encoding="utf-8")
    (tree / TEST).write_text(text.replace("tests.crm_sync.made_up", "hub.crm_sync.connectors"), encoding="utf-8")


def write_docs(tree):
    page = (tree / DOCS).read_text(encoding="utf-8")
    (tree / DOCS).write_text(page.replace("|---|---|---|---|\n", f"|---|---|---|---|\n{ROW}\n"), encoding="utf-8")


@pytest.fixture
def tree(tmp_path):
    """A copy of what the checks read."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, tmp_path / part)
    return tmp_path


def run_tests(tree, *arguments):
    """Run tests of the copy with the copy's own packages; its output and whether all passed."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return ran.stdout, ran.returncode == 0


def test_a_crm_is_one_file_one_test_class_and_one_line_of_docs(tree):
    for write in (write_connector, write_test, write_docs):
        write(tree)

    told, passed = run_tests(tree, TEST, "tests/house/test_crms_complete.py", "-k", "cardfile")

    assert passed, told


@pytest.mark.parametrize("forgotten", [write_test, write_docs])
def test_what_is_forgotten_is_told(tree, forgotten):
    for write in {write_connector, write_test, write_docs} - {forgotten}:
        write(tree)

    told, passed = run_tests(tree, "tests/house/test_crms_complete.py", "-k", "cardfile")

    assert not passed, told
    assert "1 failed" in told
