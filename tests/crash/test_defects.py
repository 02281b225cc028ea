"""The planted defects: each still applies to the tree as it is, and a hunt is what its catalogue says.

That each is caught is shown by `make crash-defects`, which takes an hour.
"""

import re
from pathlib import Path

import pytest

from hub.testing.crash.flows import FLOWS
from hub.testing.crash.nemesis import WORKERS, What
from tests.crash.defects.__main__ import Verdict, main
from tests.crash.defects.catalogue import BY_NAME, DEFECTS, PATCHES, Breaking, Defect
from tests.crash.defects.hunt import faults_of
from tests.house.source import ROOT

EVERY = pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)


@EVERY
def test_every_patch_still_applies(defect: Defect):
    assert defect.apply(ROOT, check=True) == "", f"{defect.name} no longer applies: make its patch anew"


@EVERY
def test_every_patch_says_in_a_sentence_which_promise_it_breaks(defect: Defect):
    assert re.fullmatch(r"[A-Z].+ \(C\d+\)\.", defect.sentence)


@EVERY
def test_every_patch_breaks_the_program_and_not_its_judge(defect: Defect):
    files = re.findall(r"^\+\+\+ b/(\S+)", defect.path.read_text("utf-8"), re.MULTILINE)

    assert files
    assert all(name.startswith(("hub/", "bots/")) and not name.startswith("hub/testing/") for name in files)


def test_every_patch_is_in_the_catalogue_once():
    assert sorted(path.stem for path in PATCHES.iterdir()) == sorted(BY_NAME)
    assert len(BY_NAME) == len(DEFECTS)


def test_a_hunt_by_points_names_a_flow_and_points_of_the_code():
    by_points = [defect for defect in DEFECTS if defect.flow or defect.points]
    code = "".join(path.read_text("utf-8") for room in ("hub", "bots") for path in (ROOT / room).rglob("*.py"))

    assert by_points
    for defect in by_points:
        assert defect.flow in FLOWS
        assert all(f'crash_point("{point}")' in code for point in defect.points), defect.name


@EVERY
def test_a_hunt_knows_what_shows_its_defect(defect: Defect):
    assert bool(defect.shows) != bool(defect.points)


def test_a_patch_that_does_not_apply_says_why(tmp_path: Path):
    assert "hub/inbox/accept.py" in BY_NAME["ack_before_store"].apply(tmp_path, check=True)


def test_a_hunt_breaks_its_kinds_in_turn_and_their_places_in_turn():
    breaking = (Breaking(What.kill, WORKERS), Breaking(What.refused, ("mail",)))

    plan = faults_of(breaking, seed=3, count=4)

    assert [(fault.what.value, fault.place) for fault in plan] == [
        ("kill", "work-1"),
        ("refused", "mail"),
        ("kill", "work-2"),
        ("refused", "mail"),
    ]
    assert plan == faults_of(breaking, seed=3, count=4)


@pytest.mark.parametrize(
    ("name", "by", "is_ended", "is_right"),
    [
        ("no_dedupe", "D2.2 invented (3)", True, True),
        ("no_dedupe", "", True, False),
        ("no_dedupe", "Traceback", False, False),
        ("", "", True, True),
        ("", "D2.1 lost (1)", True, False),
    ],
)
def test_a_defect_has_to_be_caught_and_the_tree_without_one_has_to_be_clean(name, by, is_ended, is_right):
    assert Verdict(name, kills=9, by=by, seconds=60, is_ended=is_ended).is_right is is_right


def test_an_unknown_defect_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["nothing_of_the_kind"])

    assert "unknown: nothing_of_the_kind" in capsys.readouterr().err
