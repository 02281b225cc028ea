"""Semantics §12 line by line: what holds where the business has written nothing at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain.calendar import Hours
from hub.domain.line import ClockStart, StrategyName
from hub.domain.policy import LinePolicy
from hub.domain.wait import WaitKind
from hub.routing.build import to_policy
from hub.routing.document import DEFAULT_POLICY, parse_policy, write_policy

FIRST, NEXT = WaitKind.first_response, WaitKind.next_response
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE_DAY = (Hours(9 * HOUR, 13 * HOUR), Hours(14 * HOUR, 18 * HOUR))
HOLIDAY, EVE = datetime(2026, 11, 4, 9, 0, tzinfo=UTC), datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def line_of(document: str) -> LinePolicy:
    policy = to_policy(parse_policy(document), revision=1)
    return policy.lines[policy.default_line]


SECTION_12: dict[str, tuple[Callable[[LinePolicy], object], object]] = {
    "first_response target, messengers": (lambda line: line.targets.response(FIRST, "telegram"), 15 * MINUTE),
    "first_response target, calls": (lambda line: line.targets.response(FIRST, "mango"), 15 * MINUTE),
    "first_response target, email": (lambda line: line.targets.response(FIRST, "email"), 60 * MINUTE),
    "first_response target, web form": (lambda line: line.targets.response(FIRST, "webform"), 5 * MINUTE),
    "first_response target, callback": (lambda line: line.targets.callback, 15 * MINUTE),
    "next_response target": (lambda line: line.targets.response(NEXT, "telegram"), 30 * MINUTE),
    "next_response target, email": (lambda line: line.targets.response(NEXT, "email"), 30 * MINUTE),
    "accept, offer": (lambda line: line.accept.offer, 3 * MINUTE),
    "accept, direct": (lambda line: line.accept.direct, 5 * MINUTE),
    "reopen window": (lambda line: line.reopen_window, 7 * DAY),
    "calendar, zone": (lambda line: line.calendar.zone, ZoneInfo("Europe/Moscow")),
    "calendar, hours": (lambda line: line.calendar.week, (OFFICE_DAY,) * 5 + ((), ())),
    "calendar, production calendar": (lambda line: line.calendar.country, "RU"),
    "calendar, day off": (lambda line: line.calendar.is_open(HOLIDAY), False),
    "calendar, eve of a holiday": (
        lambda line: line.calendar.open_time_between(EVE - 9 * HOUR, EVE + 9 * HOUR),
        7 * HOUR,
    ),
    "calendar, no exceptions": (lambda line: line.calendar.exceptions, ()),
    "minimum talk time": (lambda line: line.calls.min_talk, 10 * SECOND),
    "strategy": (lambda line: line.routing.strategy, StrategyName.round_robin),
    "capacity": (lambda line: line.routing.capacity, 15),
    "thanks filter": (lambda line: line.has_thanks_filter, False),
    "clock start with bot": (lambda line: line.bot.clock_start, ClockStart.first_message),
}


@pytest.mark.parametrize("document", ["", DEFAULT_POLICY], ids=["empty", "fresh hub"])
@pytest.mark.parametrize("setting", SECTION_12)
def test_section_12_default(setting: str, document: str):
    read, default = SECTION_12[setting]

    assert read(line_of(document)) == default


TARGETS = "[calendars.always]\nalways_open = true\n[lines.sales]\nname = 'A'\n[lines.sales.targets]\n"


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("first_response = '2h'", {"telegram": 120, "email": 120, "webform": 120}),
        ("first_response = '15m'", {"telegram": 15, "email": 15, "webform": 15}),
        ("first_response_by_channel = { email = '4h' }", {"telegram": 15, "email": 240, "webform": 15}),
        (
            "first_response = '2h'\nfirst_response_by_channel = { email = '4h' }",
            {"telegram": 120, "email": 240, "webform": 120},
        ),
        ("next_response = '1h'", {"telegram": 15, "email": 60, "webform": 5}),
    ],
)
def test_section_12_a_first_response_that_is_written_holds_for_every_channel_not_named(
    written: str, minutes: dict[str, int]
):
    document = parse_policy(TARGETS + written)
    for text in (TARGETS + written, write_policy(document)):
        targets = line_of(text).targets
        assert {kind: targets.response(FIRST, kind) / MINUTE for kind in minutes} == minutes
    assert parse_policy(write_policy(document)) == document


def test_section_12_a_line_may_be_open_around_the_clock():
    line = line_of("[calendars.always]\nalways_open = true\n[lines.sales]\nname = 'A'\ncalendar = 'always'\n")

    assert line.calendar.is_open(HOLIDAY)


def test_an_empty_document_is_written_as_one():
    assert write_policy(parse_policy("")).strip() == ""
