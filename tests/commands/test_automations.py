"""`hub policy automations`: the list with its state, and the switch that is a revision of the rules."""

import json


def test_all_are_listed_with_their_state(hub):
    hub("policy", "apply", "examples/shop.toml")
    listed = {each["key"]: each["mode"] for each in json.loads(hub("policy", "automations", "--json").stdout)}

    assert list(listed) == [f"A-{number}" for number in range(1, 20)]
    assert (listed["A-2"], listed["A-3"], listed["A-11"]) == ("on", "off", "always")


def test_one_is_switched_on_by_a_revision_of_its_own(hub):
    switched = hub("policy", "automations", "on", "A-3")

    assert switched.stdout == "Revision 1 is in force.\n"
    assert hub("policy", "export").stdout.endswith('[automations.A-3]\nmode = "on"\n')
    assert "on" in next(line for line in hub("policy", "automations").stdout.splitlines() if "A-3 " in line)


def test_without_a_key_nothing_is_switched(hub):
    result = hub("policy", "automations", "on")
    assert (result.exit_code, "which automation" in result.stderr) == (1, True)
