"""Conditions against each other: what is said to be out of reach is, for every request that can be made up."""

from itertools import product

import pytest
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hub.domain.calendar import Calendar
from hub.domain.facts import RequestFacts
from hub.routing.conditions import Condition
from hub.routing.groups import compile_all
from hub.routing.reach import find_contradiction, is_covered
from tests.proven import proven
from tests.routing.test_document import AT

READ: TypeAdapter[Condition] = TypeAdapter(Condition)


def telegram(*more: str) -> Condition:
    return READ.validate_python({"kind": "channel", "names": ["telegram", *more]})


def says(*words: str) -> Condition:
    return READ.validate_python({"kind": "text", "words": words})


def tagged(*names: str) -> Condition:
    return READ.validate_python({"kind": "tag", "names": names})


def marked(*values: str, name: str = "utm_source") -> Condition:
    return READ.validate_python({"kind": "mark", "name": name, "values": values})


def in_hours(hours: str) -> Condition:
    return READ.validate_python({"kind": "time", "hours": hours})


def spoken(*names: str) -> Condition:
    return READ.validate_python({"kind": "language", "names": names})


def no(inner: Condition) -> Condition:
    return READ.validate_python({"kind": "not", "of": inner.model_dump()})


def any_of(*inner: Condition) -> Condition:
    return READ.validate_python({"kind": "any", "of": [each.model_dump() for each in inner]})


def all_of(*inner: Condition) -> Condition:
    return READ.validate_python({"kind": "all", "of": [each.model_dump() for each in inner]})


EMAIL = READ.validate_python({"kind": "channel", "names": ["email"]})


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ([telegram()], [telegram("email")]),
        ([telegram(), says("опт")], [telegram("email")]),
        ([says("оптовый")], [says("опт")]),
        ([says("Ещё")], [says("еще")]),
        ([tagged("vip")], [tagged("vip", "опт")]),
        ([marked("YA")], [marked("ya", "vk")]),
        ([telegram()], [any_of(says("опт"), telegram())]),
        ([any_of(says("опт"), says("оптом"))], [says("опт")]),
        ([all_of(telegram(), says("опт"))], [telegram(), says("опт")]),
        ([telegram()], [no(EMAIL)]),
        ([no(telegram("email"))], [no(telegram())]),
        ([in_hours("open")], [no(in_hours("closed"))]),
    ],
)
def test_r1_a_rule_is_covered_by_one_that_asks_for_less(later: list[Condition], earlier: list[Condition]):
    assert is_covered(later, earlier)


@pytest.mark.parametrize(
    "together",
    [
        [telegram(), EMAIL],
        [telegram(), no(telegram("email"))],
        [in_hours("open"), in_hours("closed")],
        [spoken("en"), spoken("ru")],
        [marked("ya"), marked("vk")],
        [all_of(telegram(), says("опт")), EMAIL],
        [any_of(telegram(), telegram("sms")), EMAIL],
        [telegram(), any_of(EMAIL, no(telegram()))],
    ],
)
def test_r1_conditions_that_no_request_meets_together_are_found(together: list[Condition]):
    assert find_contradiction(together) is not None


@pytest.mark.parametrize(
    "together",
    [
        [tagged("vip"), tagged("опт")],
        [says("опт"), says("розница")],
        [marked("ya"), marked("cpc", name="utm_medium")],
        [any_of(telegram(), EMAIL), EMAIL],
        [telegram(), no(EMAIL)],
    ],
)
def test_r1_conditions_that_a_request_may_meet_together_are_left_alone(together: list[Condition]):
    assert find_contradiction(together) is None


# ---------------------------------------------------------------- soundness

LEAVES = st.sampled_from(
    [
        telegram(),
        EMAIL,
        telegram("email"),
        says("опт"),
        says("оптом", "розница"),
        tagged("vip"),
        tagged("vip", "опт"),
        marked("ya"),
        marked("ya", "vk"),
        in_hours("open"),
        in_hours("closed"),
        spoken("ru"),
    ]
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(no),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: any_of(*each)),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: all_of(*each)),
    ),
    max_leaves=4,
)
OPEN = {"": Calendar(AT.tzinfo, is_always_open=True)}  # type: ignore[arg-type]
SHUT = {"": Calendar(AT.tzinfo)}  # type: ignore[arg-type]
REQUESTS = [
    (RequestFacts(AT, channel=kind, text=text, tags=frozenset(tags), marks={"utm_source": utm}, language=spoken), hours)
    for kind, text, tags, utm, spoken, hours in product(
        ("telegram", "email", "webform"),
        ("Опт?", "Оптом", "розница", ""),
        ((), ("vip",), ("опт", "vip")),
        ("", "ya", "VK"),
        ("ru", "en-GB"),
        (OPEN, SHUT),
    )
]  # fmt: skip


@proven(st.lists(CONDITIONS, min_size=1, max_size=3), st.lists(CONDITIONS, min_size=1, max_size=3))
def test_r1_no_request_meets_a_covered_rule_and_passes_the_one_that_covers_it(
    one: list[Condition], other: list[Condition]
):
    if is_covered(one, other):
        assert [r for r, hours in REQUESTS if compile_all(one, hours)(r) and not compile_all(other, hours)(r)] == []


@proven(st.lists(CONDITIONS, min_size=2, max_size=3))
def test_r1_no_request_meets_conditions_that_are_said_to_contradict(together: list[Condition]):
    if find_contradiction(together):
        assert [r for r, hours in REQUESTS if compile_all(together, hours)(r)] == []
