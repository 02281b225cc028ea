"""Change fragments can be gathered: their names say number and kind, their text speaks to users."""

import re

from tests.house.source import ROOT

KINDS = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "changes/README.md").read_text(encoding="utf-8"), re.MULTILINE))

FRAGMENTS = [path for path in sorted((ROOT / "changes").iterdir()) if path.name != "README.md"]


def test_the_kinds_are_read_from_the_page_that_explains_them():
    assert {"feature", "fix", "upgrade"} <= KINDS


def test_every_fragment_is_named_by_issue_and_kind():
    named = {path.name: re.fullmatch(r"\d+\.(\w+)\.md", path.name) for path in FRAGMENTS}

    assert [name for name, found in named.items() if not found or found[1] not in KINDS] == []


def test_every_fragment_is_short_paragraphs():
    texts = {path.name: path.read_text(encoding="utf-8").strip() for path in FRAGMENTS}

    too_long = [name for name, text in texts.items() for part in text.split("\n\n") if not 0 < len(part.strip()) <= 600]
    assert too_long == []
