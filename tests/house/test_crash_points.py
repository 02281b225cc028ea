"""Every commit, provider call and acknowledgement can be the last thing a process did."""

import ast
from collections import Counter

import pytest

from hub.testing.crash.flows import FLOWS
from tests.house.crash_points import NAME, bare_effects, files_that_act, point_names
from tests.house.crash_points_minimum import MINIMUM, RUN_BY
from tests.house.source import SourceFile


def effects_of(text, name="hub/inbox/accept.py"):
    return [breach.split(": ", 1)[1] for breach in bare_effects(SourceFile(name, text, ast.parse(text)))]


def test_every_effect_has_a_crash_point_before_and_after():
    breaches = [breach for file in files_that_act() for breach in bare_effects(file)]

    assert breaches == [], "\n".join(breaches)


def test_every_crash_point_has_a_name_of_its_own():
    names = Counter(name for file in files_that_act() for _, name in point_names(file))

    assert [name for name, count in names.items() if count > 1] == []


def test_crash_points_are_named_flow_dot_step():
    points = [point for file in files_that_act() for point in point_names(file)]

    assert [place for place, name in points if not NAME.fullmatch(name)] == []


def test_every_step_of_the_minimum_list_has_its_points_or_a_reason_why_there_are_none():
    names = {name for file in files_that_act() for _, name in point_names(file)}

    assert {point for step in MINIMUM for point in step.points} - names == set()
    assert [step.what for step in MINIMUM if bool(step.points) == bool(step.why_none)] == []


def test_the_runs_of_the_minimum_list_are_flows_that_exist():
    assert {flow for flows in RUN_BY.values() for flow in flows} <= FLOWS.keys()


BETWEEN = """
async def accept(transaction, channel):
    crash_point("accept.parsed")
    async with transaction.begin() as rows:
        await rows.write()
        crash_point("accept.written")
    crash_point("accept.committed")
    channel.acknowledge()
    crash_point("accept.acknowledged")
"""


def test_an_effect_between_two_points_is_fine():
    assert effects_of(BETWEEN) == []


@pytest.mark.parametrize(
    ("point", "breach"),
    [
        ("accept.committed", ["no crash_point after end of transaction", "no crash_point before acknowledge"]),
        ("accept.acknowledged", ["no crash_point after acknowledge"]),
    ],
)
def test_taking_away_a_point_is_noticed(point, breach):
    assert effects_of(BETWEEN.replace(f'crash_point("{point}")', "pass")) == breach


@pytest.mark.parametrize(
    "effect", ["await rows.commit()", "await flush(rows)", "await channel.send(text)", "await channel.originate(call)"]
)
def test_a_bare_effect_is_noticed_on_both_sides(effect):
    name = effect.split("(")[0].split(".")[-1].removeprefix("await ")

    found = effects_of(f"async def step():\n    {effect}\n")

    assert found == [f"no crash_point before {name}", f"no crash_point after {name}"]


def test_a_nested_function_needs_points_of_its_own():
    text = "async def outer():\n    crash_point('a.b')\n    async def inner():\n        await rows.commit()\n"

    assert len(effects_of(text + "    crash_point('a.c')\n")) == 2


def test_a_channel_is_itself_the_provider_call():
    assert effects_of("async def send(self):\n    await self.wire.send(1)\n", "hub/channels/telegram.py") == []
