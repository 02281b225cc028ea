"""Rules as values: targets, accept times, the ladder, the choice of an SLA policy, texts and shifts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import Calendar, Hours
from hub.domain.facts import RequestFacts
from hub.domain.ids import LineKey, ManagerId
from hub.domain.ladder import Ladder, LadderLevel, LevelAction, Recipient
from hub.domain.line import AcceptTargets, AutoText, AutoTexts, Targets
from hub.domain.manager import Manager, Presence, is_on_shift, next_shift_start
from hub.domain.policy import LinePolicy, Policy, SlaPolicy, StaffPolicy
from hub.domain.wait import WaitKind

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
ROUND_THE_CLOCK = Calendar(ZoneInfo("Europe/Moscow"), is_always_open=True)
SALES = LinePolicy(LineKey("sales"), "Продажи", ROUND_THE_CLOCK)


def policy(*sla: SlaPolicy) -> Policy:
    return Policy(revision=7, lines={SALES.key: SALES}, default_line=SALES.key, sla=sla)


def request(channel: str = "telegram", *, source: str = "", tags: frozenset[str] = frozenset()) -> RequestFacts:
    return RequestFacts(at=NOON, channel=channel, source=source, tags=tags)


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("kind", "channel", "minutes"),
    [
        (WaitKind.first_response, "telegram", 15),
        (WaitKind.first_response, "email", 60),
        (WaitKind.first_response, "webform", 5),
        (WaitKind.first_response, "mango", 15),
        (WaitKind.next_response, "telegram", 30),
        (WaitKind.next_response, "email", 30),
    ],
)
def test_fr4_default_targets_depend_on_the_clock_and_the_channel(kind: WaitKind, channel: str, minutes: int):
    assert Targets().response(kind, channel) == minutes * MINUTE


@pytest.mark.parametrize(
    ("last_response", "closed", "kind"),
    [
        (None, None, WaitKind.first_response),
        (timedelta(minutes=5), None, WaitKind.next_response),
        (timedelta(days=40), None, WaitKind.next_response),
        (timedelta(days=6), timedelta(days=6), WaitKind.next_response),
        (timedelta(days=8), timedelta(days=7), WaitKind.next_response),
        (timedelta(days=8), timedelta(days=8), WaitKind.first_response),
    ],
)
def test_fr4_edge27_the_reopen_window_divides_first_from_next_response(
    last_response: timedelta | None, closed: timedelta | None, kind: WaitKind
):
    last_response_at = None if last_response is None else NOON - last_response
    closed_at = None if closed is None else NOON - closed

    assert SALES.response_kind(last_response_at, closed_at, NOON) is kind


@pytest.mark.parametrize(
    ("target", "offer", "direct"),
    [(30, 180, 300), (12, 180, 288), (5, 120, 120), (1, 24, 24)],
)
def test_r8_accept_time_is_never_more_than_forty_percent_of_the_target(target: int, offer: int, direct: int):
    accept = AcceptTargets()

    assert accept.within(target * MINUTE, is_offer=True) == timedelta(seconds=offer)
    assert accept.within(target * MINUTE, is_offer=False) == timedelta(seconds=direct)


# ---------------------------------------------------------------- SLA policies


def test_d1_without_sla_policies_the_line_gives_the_targets_under_its_own_name():
    frozen = policy().freeze_targets(SALES, request("email"), kind=WaitKind.first_response)

    assert (frozen.policy_id, frozen.revision, frozen.response) == ("line:sales", 7, 60 * MINUTE)


def test_d1_the_first_policy_that_fits_is_frozen_with_its_revision():
    vip = SlaPolicy("vip", segments=frozenset({"vip"}), first_response=2 * MINUTE)
    mail = SlaPolicy("mail", channels=frozenset({"email"}), first_response=90 * MINUTE, callback=MINUTE)
    rest = SlaPolicy("rest", first_response=5 * MINUTE)
    frozen = policy(vip, mail, rest).freeze_targets(SALES, request("email"), kind=WaitKind.first_response)

    assert (frozen.policy_id, frozen.revision) == ("mail", 7)
    assert (frozen.response, frozen.callback) == (90 * MINUTE, MINUTE)


def test_d1_a_policy_keeps_the_lines_own_target_where_it_says_nothing():
    vip = SlaPolicy("vip", segments=frozenset({"vip"}), first_response=2 * MINUTE)
    frozen = policy(vip).freeze_targets(SALES, request(tags=frozenset({"vip"})), kind=WaitKind.next_response)

    assert (frozen.policy_id, frozen.response) == ("vip", 30 * MINUTE)


@pytest.mark.parametrize(
    ("sla", "fits"),
    [
        (SlaPolicy("all"), True),
        (SlaPolicy("line", lines=frozenset({"sales"})), True),
        (SlaPolicy("line", lines=frozenset({"support"})), False),
        (SlaPolicy("source", sources=frozenset({"vk"})), True),
        (SlaPolicy("source", sources=frozenset({"yandex"})), False),
        (SlaPolicy("priority", priorities=frozenset({"high"})), True),
        (SlaPolicy("priority", priorities=frozenset({"low"})), False),
        (SlaPolicy("both", sources=frozenset({"vk"}), channels=frozenset({"email"})), False),
    ],
)
def test_d1_every_condition_of_a_policy_must_fit(sla: SlaPolicy, fits: bool):
    assert sla.fits(SALES.key, request(source="vk"), "high") is fits


# ---------------------------------------------------------------- the ladder


def test_b2_default_ladder_of_a_quarter_of_an_hour():
    assert [(offset, level.recipients) for offset, level in Ladder().plan(15 * MINUTE)] == [
        (12 * MINUTE, (Recipient.assignee,)),
        (15 * MINUTE, (Recipient.assignee, Recipient.head)),
        (22.5 * MINUTE, (Recipient.team,)),
    ]


def test_b2_half_time_reminder_only_from_a_target_of_half_an_hour():
    assert [offset for offset, _ in Ladder().plan(30 * MINUTE)][:2] == [15 * MINUTE, 24 * MINUTE]
    assert Ladder().plan(29 * MINUTE)[0][0] == 29 * MINUTE * 0.8


def test_b2_reminder_of_a_short_target_gives_way_and_the_deadline_stays():
    assert [offset for offset, _ in Ladder().plan(5 * MINUTE)] == [3 * MINUTE, 5 * MINUTE, 7.5 * MINUTE]
    assert [offset for offset, _ in Ladder().plan(2 * MINUTE)] == [2 * MINUTE, 4 * MINUTE]


def test_b2_last_level_offers_to_the_team_and_the_owner_is_not_told_by_default():
    levels = [level for _, level in Ladder().plan(60 * MINUTE)]

    assert levels[-1].action is LevelAction.broadcast
    assert all(Recipient.owner not in level.recipients for level in levels)


def test_b2_a_level_may_not_come_before_its_time():
    ladder = Ladder((LadderLevel(200, (Recipient.owner,), not_before=60 * MINUTE),))

    assert [offset for offset, _ in ladder.plan(5 * MINUTE)] == [60 * MINUTE]


@given(st.integers(1, 600), st.lists(st.integers(1, 400), unique=True, max_size=6))
def test_b2_levels_rise_at_least_two_minutes_apart_and_the_deadline_level_keeps_its_instant(
    minutes: int, percents: list[int]
):
    ladder = Ladder(tuple(LadderLevel(percent, (Recipient.assignee,)) for percent in sorted({*percents, 100})))
    plan = ladder.plan(minutes * MINUTE)
    offsets = [offset for offset, _ in plan]

    assert all(later - earlier >= 2 * MINUTE for earlier, later in pairwise(offsets))
    assert [offset for offset, level in plan if level.percent == 100] == [minutes * MINUTE]
    assert all(offset > timedelta(0) for offset in offsets)


def test_b2_a_heads_notices_within_five_minutes_arrive_as_one_by_default():
    assert policy().head_window == 5 * MINUTE


# ---------------------------------------------------------------- texts, staff, shifts


def test_texts_are_found_in_the_clients_language_else_in_russian_else_in_any():
    both = AutoTexts({"en": {AutoText.welcome: "Hello"}, "ru": {AutoText.welcome: "Привет"}})
    english = AutoTexts({"en": {AutoText.welcome: "Hello", AutoText.out_of_hours: ""}})

    assert both.find(AutoText.welcome, "en-GB") == "Hello"
    assert both.find(AutoText.welcome, "de") == "Привет"
    assert english.find(AutoText.welcome, "") == "Hello"
    assert english.find(AutoText.out_of_hours, "en") is None


def test_a_line_that_was_taken_away_falls_back_to_the_default_one():
    assert policy().get_line("gone") is SALES
    assert policy().get_line("sales") is SALES


def test_r6_team_is_everyone_or_those_named():
    named = LinePolicy(LineKey("b2b"), "B2B", ROUND_THE_CLOCK, team=("anna",))

    assert SALES.has_member("boris")
    assert named.has_member("anna")
    assert not named.has_member("boris")


MORNING = Calendar(ZoneInfo("UTC"), ((Hours(timedelta(hours=8), timedelta(hours=12)),),) * 7)


@pytest.mark.parametrize(
    ("presence", "until", "hour", "works"),
    [
        (Presence.schedule, None, 10, True),
        (Presence.schedule, None, 12, False),
        (Presence.working, None, 22, True),
        (Presence.paused, None, 10, True),
        (Presence.off, None, 10, False),
        (Presence.working, 21, 22, False),
        (Presence.off, 9, 10, True),
    ],
)
def test_r6_a_shift_is_the_own_word_while_it_holds_and_else_the_schedule(
    presence: Presence, until: int | None, hour: int, works: bool
):
    until_at = None if until is None else NOON.replace(hour=until)
    manager = Manager(ManagerId(1), "anna", "Анна", presence=presence, presence_until=until_at)

    assert is_on_shift(manager, MORNING, NOON.replace(hour=hour)) is works


def test_r3_next_shift_follows_the_schedule_and_the_end_of_a_day_off():
    scheduled = Manager(ManagerId(1), "anna", "Анна")
    off = Manager(ManagerId(1), "anna", "Анна", presence=Presence.off)
    off_till_ten = Manager(
        ManagerId(1), "anna", "Анна", presence=Presence.off, presence_until=NOON.replace(day=19, hour=10)
    )

    assert next_shift_start(scheduled, MORNING, NOON) == NOON.replace(day=19, hour=8)
    assert next_shift_start(scheduled, MORNING, NOON.replace(hour=9)) == NOON.replace(hour=9)
    assert next_shift_start(off, MORNING, NOON) is None
    assert next_shift_start(off_till_ten, MORNING, NOON) == NOON.replace(day=19, hour=10)


def test_r6_a_manager_without_an_own_shift_works_the_hours_of_the_line():
    named = Policy(1, {SALES.key: SALES}, SALES.key, staff={"anna": StaffPolicy("anna", shift=MORNING)})

    assert named.shift_of("anna", SALES) is MORNING
    assert named.shift_of("boris", SALES) is ROUND_THE_CLOCK
    assert named.get_staff("boris").capacity is None
