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
