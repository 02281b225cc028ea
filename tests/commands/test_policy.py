"""`hub policy`: a file is taken as a whole or not at all, and every mistake has its place."""

import json
from pathlib import Path

import pytest

SHOP = "examples/shop.toml"


@pytest.fixture
def rules(tmp_path):
    def write(*replaced: tuple[str, str]) -> str:
        text = Path(SHOP).read_text()
        for old, new in replaced:
            text = text.replace(old, new)
        path = tmp_path / "rules.toml"
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize("preset", ["shop", "services", "b2b"])
def test_the_presets_are_right(run, preset):
    assert run("policy", "check", f"examples/{preset}.toml").exit_code == 0


def test_a_mistake_is_named_with_its_place(run, rules):
    result = run("policy", "check", rules(('calendar = "store"', 'calendar = "stor"')))

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "business.calendar: 'stor' is not among the calendars" in result.stderr


def test_of_several_mistakes_all_are_listed_and_one_line_names_the_first(run, rules):
    path = rules(('calendar = "store"', 'calendar = "stor"'), ('default_line = "sales"', 'default_line = "s"'))

    result = run("policy", "check", path)

    assert [line.split(": ")[1] for line in result.stdout.splitlines()] == [
        "business.calendar",
        "business.default_line",
    ]
    assert (result.stderr.count("\n"), "and 1 more" in result.stderr) == (1, True)


def test_a_file_that_is_no_text_is_refused(run, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_bytes(b"name = '\xff'")

    assert "not UTF-8" in run("policy", "check", str(path)).stderr


def test_what_was_applied_comes_out_as_it_was_written(hub):
    applied = hub("policy", "apply", SHOP, "--comment", "first")

    assert "Revision 1 is in force." in applied.stdout
    assert hub("policy", "export").stdout == Path(SHOP).read_text()


def test_differences_are_lines_with_places(hub, rules):
    hub("policy", "apply", SHOP)
    changed = rules(("capacity = 20", "capacity = 10"))

    assert hub("policy", "diff", changed).stdout == "lines.sales.capacity: 20 → 10\n"
    assert json.loads(hub("policy", "diff", SHOP, "--json").stdout) == []


def test_a_wrong_file_changes_nothing(hub, rules):
    hub("policy", "apply", SHOP)

    result = hub("policy", "apply", rules(("capacity = 20", "capacity = 0")))

    assert "lines.sales.capacity" in result.stderr
    assert hub("policy", "export").stdout == Path(SHOP).read_text()


def test_a_file_is_compared_with_who_works_here(hub, rules):
    hub("people", "add", "anna", "Анна", "--role", "admin")
    hub("people", "add", "vera", "Вера")
    hub("people", "remove", "vera")
    path = rules(
        ('team = ["*"]\nstrategy = "least_loaded"', 'team = ["vera", "gleb"]'),
        ("[lines.sales]\n", "[managers.vera]\n[managers.gleb]\n[lines.sales]\n"),
    )

    checked = hub("policy", "check", path)

    assert checked.exit_code == 0
    assert [line.partition("warning, ")[2].partition(";")[0] for line in checked.stderr.splitlines()] == [
        "lines.sales.team: 'vera' has left",
        "lines.sales.team: the hub knows no 'gleb'",
        "lines.sales.team: nobody is on the line: no client will be taken, only who is on duty hears of them",
    ]
    assert hub("policy", "apply", path).stderr == checked.stderr


def test_without_a_hub_people_are_not_looked_at_and_that_is_said(run, tmp_path):
    result = run("policy", "check", SHOP, "--data", str(tmp_path))

    assert (result.exit_code, result.stderr) == (0, "Nobody was asked who works here: no hub (--data, --dsn).\n")


def test_mistakes_are_said_in_the_language_of_the_installation(run, rules):
    result = run("policy", "check", rules(('calendar = "store"', 'calendar = "stor"')), HUB_LANGUAGE="ru")

    assert "не принят, ничего не изменилось: business.calendar: «stor» нет среди календарей" in result.stderr


@pytest.mark.parametrize(
    ("options", "selects", "allows_later"),
    [((), False, False), (("--recompute-open",), True, False), (("--recompute-open", "--allow-later"), True, True)],
)
def test_d6_every_revision_brings_the_job_that_renews_open_waits(hub, place, options, selects, allows_later):
    hub("policy", "apply", SHOP, *options)

    (facts,) = place.fetch("SELECT facts::text FROM timers WHERE kind = 'recompute' AND subject = 'policy:1'")
    found = json.loads(facts)
    assert (found["selects"], found["allows_later"]) == (selects, allows_later)


def test_d7_later_deadlines_alone_are_no_wish(hub):
    result = hub("policy", "apply", SHOP, "--allow-later")

    assert (result.exit_code, "give both, or neither" in result.stderr) == (1, True)
    assert hub("policy", "export").stdout != Path(SHOP).read_text()


def test_a_proposed_file_waits_for_an_administrator_and_changes_nothing(hub, place, rules):
    hub("policy", "apply", SHOP)
    result = hub("policy", "propose", rules(("capacity = ", "capacity = 1")), "--comment", "лето")

    assert result.exit_code == 0
    assert place.fetch("SELECT comment FROM policy_drafts WHERE state = 'open' AND base = 1") == ["лето"]
    assert place.fetch("SELECT max(number) FROM policy_revisions") == [1]


def test_a_proposal_of_what_holds_already_is_refused(hub, rules):
    hub("policy", "apply", SHOP)
    assert "the rules say so already" in hub("policy", "propose", SHOP).stderr


def test_who_applied_stands_in_the_audit(hub, place):
    hub("policy", "apply", SHOP)
    assert place.fetch("SELECT subject FROM audit WHERE action = 'policy_changed' AND manager_id = 0") == ["policy:1"]
