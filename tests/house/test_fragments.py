"""Change fragments can be gathered: their names say number and kind, their text speaks to users."""

import re

import pytest

from tests.house.source import ROOT

KINDS = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "changes/README.md").read_text(encoding="utf-8"), re.MULTILINE))

FRAGMENTS = [path for path in sorted((ROOT / "changes").iterdir()) if path.name != "README.md"]


def test_the_kinds_are_read_from_the_page_that_explains_them():
    assert {"feature", "fix", "upgrade"} <= KINDS


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_named_by_issue_and_kind(fragment):
    named = re.fullmatch(r"\d+\.(\w+)\.md", fragment.name)

    assert named, f"{fragment.name} does not read <issue>.<kind>.md"
    assert named[1] in KINDS


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_one_short_paragraph(fragment):
    text = fragment.read_text(encoding="utf-8").strip()

    assert 0 < len(text) <= 600
    assert "\n\n" not in text
