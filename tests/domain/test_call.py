"""Calls folded from the set of their events (semantics §6, cases 14, 35, 36)."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.call import CallSession, CallState, fold_call
from hub.domain.inbound import CallDirection, CallEvent, CallStage

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RINGING, ANSWERED, ENDED, RECORDING = CallStage.ringing, CallStage.answered, CallStage.ended, CallStage.recording
CLIENT = "+79161234567"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(stage: CallStage, seconds: float, leg: str = "", **more: Any) -> CallEvent:
    plain = CallEvent(
        f"{stage}:{leg}:{seconds}", "call-1", stage, CallDirection.inbound, at(seconds), client=CLIENT, leg=leg
    )
    return replace(plain, **{"extension": leg, **more})


def final(seconds: float, talk: float, **more: Any) -> CallEvent:
    return event(ENDED, seconds, talk=timedelta(seconds=talk), **more)


def fold(*events: CallEvent, now: float = 3600) -> CallSession:
    return fold_call(events, now=at(now))


GROUP = (
    event(RINGING, 0, "101"),
    event(RINGING, 0, "102"),
    event(ENDED, 8, "102"),
    event(ANSWERED, 8, "101"),
    event(ENDED, 50, "101"),
    final(50, 42),
)
MISSED = (event(RINGING, 0, "101"), event(ENDED, 20, "101"), event(RINGING, 21, "102"), event(ENDED, 40, "102"))
OUTGOING = tuple(replace(one, direction=CallDirection.outbound) for one in GROUP)


@pytest.mark.parametrize("events", [GROUP, MISSED, OUTGOING], ids=["group", "missed", "outgoing"])
def test_c1_case8_every_order_of_the_events_gives_the_same_session(events: tuple[CallEvent, ...]) -> None:
    sessions = {repr(fold(*order)) for order in itertools.permutations(events)}

    assert len(sessions) == 1


STAGED = st.builds(
    lambda stage, seconds, leg, talk: event(stage, seconds, leg, talk=talk if stage is ENDED else None),
    st.sampled_from(CallStage),
    st.integers(0, 90),
    st.sampled_from(["", "101", "102"]),
    st.sampled_from([None, timedelta(0), timedelta(seconds=30)]),
)


@given(events=st.lists(STAGED, min_size=1, max_size=6), data=st.data())
def test_c1_order_and_repetition_of_any_events_do_not_matter(events: list[CallEvent], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=6))
    shuffled = data.draw(st.permutations([*events, *repeats]))

    assert fold(*shuffled) == fold(*events)


@given(events=st.lists(STAGED, min_size=1, max_size=6), now=st.integers(0, 20_000))
def test_c2_a_verdict_once_given_stays_when_only_time_passes(events: list[CallEvent], now: int) -> None:
    before, after = fold(*events, now=now), fold(*events, now=now + 600)

    if before.state not in {CallState.ringing, CallState.talking, CallState.ending}:
        assert before == after


def test_c2_a_group_call_with_cancelled_legs_and_one_answer_is_answered() -> None:
    session = fold(*GROUP)

    assert session.state is CallState.answered
    assert (session.answered_by, session.answered_at) == ("101", at(8))
    assert (session.talk, session.waiting) == (timedelta(seconds=42), timedelta(seconds=8))
    assert session.is_response


def test_edge35_a_call_missed_by_one_queue_and_answered_by_another_is_not_missed() -> None:
    redirected = (final(30, 0, is_missed=True, extension="101"), final(90, 45, extension="202"))

    session = fold(*redirected)

    assert (session.state, session.answered_by) == (CallState.answered, "202")


def test_c2_a_call_that_nobody_took_is_missed_after_the_grace_and_not_before() -> None:
    early, late = fold(*MISSED, now=59), fold(*MISSED, now=60)

    assert (early.state, early.declares_at, early.missed_at) == (CallState.ending, at(60), None)
    assert (late.state, late.missed_at, late.waiting) == (CallState.missed, at(40), timedelta(seconds=40))
    assert late.is_missed and late.makes_item


def test_c2_while_another_leg_rings_the_call_has_not_ended() -> None:
    session = fold(*MISSED[:3], now=39)

    assert (session.state, session.ended_at, session.declares_at) == (CallState.ringing, None, None)


def test_c2_the_grace_is_a_parameter() -> None:
    session = fold_call(MISSED, now=at(50), hangup_grace=timedelta(seconds=5))

    assert session.state is CallState.missed


def test_c1_one_event_at_the_end_is_enough() -> None:
    answered, missed = fold(final(60, 40)), fold(final(60, 0, is_missed=True))

    assert (answered.state, answered.answered_at) == (CallState.answered, at(20))
    assert missed.state is CallState.missed


def test_a_call_given_up_in_the_menu_is_abandoned() -> None:
    session = fold(event(RINGING, 0), final(9, 0, is_missed=True, reason="abandoned_in_menu"))

    assert session.state is CallState.abandoned
    assert session.is_missed


def test_c7_a_call_out_of_hours_is_missed_and_says_why() -> None:
    session = fold(final(9, 0, is_missed=True, reason="out_of_hours"))

    assert (session.state, session.reason) == (CallState.missed, "out_of_hours")


def test_a_barred_caller_makes_no_item() -> None:
    assert not fold(final(1, 0, is_missed=True, reason="blocked")).makes_item


def test_c8_a_hidden_number_is_missed_without_a_client() -> None:
    hidden = replace(final(30, 0, is_missed=True), client="", client_original="anonymous")

    session = fold(hidden)

    assert session.is_hidden and session.is_missed and session.makes_item


@pytest.mark.parametrize("excluded", [CLIENT, "101"])
def test_c9_own_numbers_extensions_and_robots_make_no_item(excluded: str) -> None:
    missed = replace(final(30, 0, is_missed=True), client_original="101")

    session = fold_call([missed], now=at(99), excluded=frozenset({excluded}))

    assert session.is_internal and not session.makes_item and not session.is_hidden


def test_c9_a_call_between_colleagues_is_internal() -> None:
    session = fold(replace(final(30, 20), direction=CallDirection.internal, client=""))

    assert session.is_internal and not session.makes_item


def test_a_consultation_inside_does_not_make_a_clients_call_internal() -> None:
    consultation = replace(event(RINGING, -5, "102"), direction=CallDirection.internal, client="")

    assert fold(consultation, event(RINGING, 0, "101")).direction is CallDirection.inbound


def test_edge14_a_talk_of_four_seconds_is_answered_and_no_response() -> None:
    session = fold(event(ANSWERED, 5, "101"), final(9, 4))

    assert session.state is CallState.answered
    assert session.is_short_talk and not session.is_response


def test_edge14_a_voicemail_is_missed() -> None:
    session = fold(final(40, 0, is_missed=True, reason="voicemail"))

    assert session.is_voicemail and session.is_missed


def test_edge36_without_hangup_the_call_is_unknown_after_four_hours() -> None:
    before, after = fold(event(RINGING, 0), now=4 * 3600 - 1), fold(event(RINGING, 0), now=4 * 3600)

    assert (before.state, before.expires_at) == (CallState.ringing, at(4 * 3600))
    assert after.state is CallState.unknown
    assert not after.is_missed


def test_a_hangup_that_comes_after_all_ends_an_unknown_call() -> None:
    assert fold(event(RINGING, 0), final(30, 0), now=5 * 3600).state is CallState.missed


def test_our_own_employee_who_picks_up_first_is_no_talk_before_the_record_of_the_whole() -> None:
    own = (event(ANSWERED, 3, "101"), event(ENDED, 40, "101"))
    ordered = [replace(each, direction=CallDirection.outbound) for each in own]
    tried = replace(final(40, 0), direction=CallDirection.outbound)

    early = fold_call(ordered, now=at(45))
    assert (early.state, early.is_response, early.declares_at) == (CallState.ending, False, at(60))
    assert fold_call([*ordered, tried], now=at(61)).state is CallState.not_reached
    assert fold_call(ordered, now=at(61)).is_response


def test_c6_an_outgoing_call_without_talk_did_not_reach() -> None:
    tried = replace(final(30, 0), direction=CallDirection.outbound)
    own_leg = replace(event(ANSWERED, 3, "101"), direction=CallDirection.outbound)

    session = fold(own_leg, tried)

    assert session.state is CallState.not_reached
    assert not session.is_missed and not session.is_response


def test_a_recording_alone_tells_nothing_of_the_call_but_is_kept() -> None:
    bare = CallEvent("r", "call-1", RECORDING, CallDirection.outbound, at(99), recording="rec-9")

    session = fold(bare, *GROUP)

    assert session.recording == "rec-9"
    assert (session.direction, session.ended_at) == (CallDirection.inbound, at(50))


def test_of_two_deliveries_of_one_event_the_earlier_instant_counts() -> None:
    ringing = event(RINGING, 0, "101")

    assert fold(ringing, replace(ringing, occurred_at=at(600))).started_at == at(0)


def test_an_answered_leg_that_is_still_open_is_a_talk() -> None:
    session = fold(*GROUP[:4], now=20)

    assert (session.state, session.talk) == (CallState.talking, None)


def test_without_a_final_record_the_talk_is_what_lies_between_answer_and_end() -> None:
    assert fold(*GROUP[:5]).talk == timedelta(seconds=42)


def test_a_final_verdict_without_a_length_takes_it_from_the_stages() -> None:
    session = fold(event(ANSWERED, 10, "101"), event(ENDED, 40, is_missed=False))

    assert (session.state, session.talk) == (CallState.answered, timedelta(seconds=30))


@pytest.mark.parametrize("events", [[], [event(RINGING, 0), replace(event(RINGING, 1), call="call-2")]])
def test_a_session_is_folded_from_one_call(events: list[CallEvent]) -> None:
    with pytest.raises(ValueError, match="one call"):
        fold_call(events, now=START)
