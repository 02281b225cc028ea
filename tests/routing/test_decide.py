"""The routing pipeline: who gets a wait and why (R-2 to R-9, R-12)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import Calendar
from hub.domain.facts import ManagerFacts, RouteFacts
from hub.domain.ids import LineKey, ManagerId
from hub.domain.line import OwnerOffShift, RoutingSettings, StrategyName
from hub.domain.policy import LinePolicy
from hub.routing.decide import RoutingDecision, Step, decide
from hub.routing.eligibility import check_transfer, is_eligible, list_obstacles, load_of
from hub.routing.reasons import Reason, ReasonCode
from tests.proven import proven

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
SALES = LinePolicy(LineKey("sales"), "Продажи", Calendar(ZoneInfo("UTC"), is_always_open=True))
ANNA = ManagerFacts(ManagerId(1), "anna", "Анна", skills=frozenset({"опт", "английский"}))
BORIS = ManagerFacts(ManagerId(2), "boris", "Борис", skills=frozenset({"опт"}))
VERA = ManagerFacts(ManagerId(3), "vera", "Вера")


def facts(*managers: ManagerFacts, **known: Any) -> RouteFacts:
    return RouteFacts(
        line=SALES.key,
        now=NOON,
        deadline=NOON + timedelta(minutes=15),
        target=timedelta(minutes=15),
        managers=managers or (ANNA, BORIS, VERA),
        **known,
    )


def line(**settings: Any) -> LinePolicy:
    return replace(SALES, routing=RoutingSettings(**settings))


def codes(decision: RoutingDecision) -> list[str]:
    return [reason.code.value for reason in decision.reasons]


# ----------------------------------------------------------------


def test_r2_an_open_conversation_stays_with_its_assignee_without_an_accept_clock():
    decision = decide(facts(assignee=VERA.id, owner=ANNA.id, pointer=ANNA.id), SALES)

    assert (decision.step, decision.assignee, decision.pointer) == (Step.assignee, VERA.id, ANNA.id)
    assert decision.accept_within is None
    assert codes(decision) == ["kept_by_assignee"]


def test_r2_an_assignee_who_is_off_shift_loses_it_with_the_reason():
    decision = decide(facts(ANNA, BORIS, replace(VERA, is_on_shift=False), assignee=VERA.id), SALES)

    assert decision.assignee == ANNA.id
    assert [reason.ru for reason in decision.reasons] == ["Вера: не на смене", "Анна: очередь по кругу"]


def test_r3_the_crm_owner_comes_before_the_last_responder():
    decision = decide(facts(owner=BORIS.id, last_responder=VERA.id, last_response_at=NOON - timedelta(days=1)), SALES)

    assert (decision.step, decision.assignee) == (Step.owner, BORIS.id)
    assert codes(decision) == ["client_of_owner"]
    assert decision.accept_within == timedelta(minutes=5)


@pytest.mark.parametrize(("days", "step"), [(30, Step.owner), (31, Step.strategy)])
def test_r3_the_last_responder_is_remembered_for_thirty_days(days: int, step: Step):
    decision = decide(facts(last_responder=VERA.id, last_response_at=NOON - timedelta(days=days)), SALES)

    assert decision.step is step


@pytest.mark.parametrize(("waits", "step"), [(14, Step.owner), (16, Step.owner), (17, Step.strategy)])
def test_r3_the_owner_gets_own_clients_up_to_two_above_capacity(waits: int, step: Step):
    decision = decide(facts(replace(ANNA, open_waits=waits), BORIS, owner=ANNA.id), SALES)

    assert decision.step is step
    assert ("over_capacity_for_owner" in codes(decision)) == (waits == 16)


OFF = replace(ANNA, is_on_shift=False, next_shift_start=NOON + timedelta(minutes=10))


def test_r3_the_line_waits_for_an_owner_who_is_back_before_the_deadline():
    decision = decide(facts(OFF, BORIS, owner=OFF.id), line(owner_off_shift=OwnerOffShift.wait))

    assert (decision.assignee, decision.accept_within) == (OFF.id, None)
    assert codes(decision) == ["client_of_owner", "waits_for_owner"]


@pytest.mark.parametrize("back", [None, NOON + timedelta(minutes=15), NOON + timedelta(hours=20)])
def test_r3_the_line_does_not_wait_for_an_owner_who_comes_too_late(back: datetime | None):
    owner = replace(OFF, next_shift_start=back)
    decision = decide(facts(owner, BORIS, owner=owner.id), line(owner_off_shift=OwnerOffShift.wait))

    assert decision.assignee == BORIS.id


def test_r3_an_owner_on_a_break_is_not_waited_for():
    owner = replace(OFF, is_paused=True)
    decision = decide(facts(owner, BORIS, owner=owner.id), line(owner_off_shift=OwnerOffShift.wait))

    assert decision.assignee == BORIS.id


def test_r3_fallback_gives_it_away_for_good_and_fallback_and_return_remembers_the_owner():
    away = decide(facts(OFF, BORIS, owner=OFF.id), line(owner_off_shift=OwnerOffShift.fallback))
    back = decide(facts(OFF, BORIS, owner=OFF.id), line(owner_off_shift=OwnerOffShift.fallback_and_return))

    assert (away.assignee, away.return_to) == (BORIS.id, None)
    assert (back.assignee, back.return_to) == (BORIS.id, OFF.id)
    assert back.reasons[-1].ru == "Анна получит клиента обратно с началом смены"


def test_r3_an_owner_from_another_team_is_passed_over():
    decision = decide(facts(owner=ANNA.id), replace(SALES, team=("boris", "vera")))

    assert decision.assignee == BORIS.id
    assert codes(decision)[:2] == ["client_of_owner", "not_in_team"]


# ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_active": False}, ReasonCode.inactive),
        ({"is_on_shift": False}, ReasonCode.off_shift),
        ({"is_paused": True}, ReasonCode.paused),
        ({"is_reachable": False}, ReasonCode.unreachable),
        ({"open_waits": 15}, ReasonCode.at_capacity),
        ({"open_waits": 10, "recently_answered": 5}, ReasonCode.at_capacity),
        ({"voice_calls": 5}, ReasonCode.at_capacity),
        ({"open_waits": 3, "capacity": 3}, ReasonCode.at_capacity),
    ],
)
def test_r6_r7_whoever_cannot_take_it_is_skipped_with_the_reason(change: dict[str, Any], code: ReasonCode):
    decision = decide(facts(replace(ANNA, **change), BORIS), SALES)

    assert decision.assignee == BORIS.id
    assert decision.reasons[0].code is code
    assert decision.reasons[0].who == "Анна"


def test_r7_load_counts_waits_fresh_answers_and_calls_three_times():
    assert load_of(replace(ANNA, open_waits=2, recently_answered=1, voice_calls=2, open_conversations=40)) == 9


def test_r7_an_own_capacity_may_be_larger_than_the_lines():
    decision = decide(facts(replace(ANNA, open_waits=20, capacity=30)), SALES)

    assert decision.assignee == ANNA.id


def test_r6_a_declined_wait_goes_to_the_next_one():
    decision = decide(facts(declined=frozenset({ANNA.id})), SALES)

    assert decision.assignee == BORIS.id
    assert decision.reasons[0] == Reason(ReasonCode.declined, "Анна")


def test_r4_required_skills_filter_and_preferred_ones_sort():
    required = decide(facts(required_skills=frozenset({"опт"}), pointer=ANNA.id), SALES)
    preferred = decide(facts(preferred_skills=frozenset({"опт", "английский"}), pointer=ANNA.id), SALES)
    nobody_has_it = decide(facts(preferred_skills=frozenset({"китайский"})), SALES)

    assert (required.assignee, codes(required)) == (BORIS.id, ["lacks_skill", "turn"])
    assert (preferred.assignee, codes(preferred)) == (ANNA.id, ["preferred_skills", "turn"])
    assert (nobody_has_it.assignee, codes(nobody_has_it)) == (ANNA.id, ["turn"])


def test_r6_the_same_obstacle_of_many_is_one_reason():
    team = tuple(replace(each, is_on_shift=False) for each in (ANNA, BORIS))
    decision = decide(facts(*team, VERA), SALES)

    assert decision.reasons[0].ru == "Анна, Борис: не на смене"


def test_r6_people_outside_the_team_are_not_considered():
    assert decide(facts(), replace(SALES, team=("vera",))).assignee == VERA.id


# ----------------------------------------------------------------


def test_r5_a_turn_moves_the_pointer_and_an_offer_does_not():
    turn = decide(facts(pointer=ANNA.id), SALES)
    offer = decide(facts(pointer=ANNA.id), line(strategy=StrategyName.offer_all))

    assert (turn.assignee, turn.pointer, turn.is_turn) == (BORIS.id, BORIS.id, True)
    assert (offer.offered_to, offer.pointer, offer.is_turn) == ((1, 2, 3), ANNA.id, False)


def test_r8_an_offer_and_an_assignment_have_their_own_accept_times():
    assert decide(facts(), line(strategy=StrategyName.offer_all)).accept_within == timedelta(minutes=3)
    assert decide(facts(), SALES).accept_within == timedelta(minutes=5)
    short = replace(facts(), target=timedelta(minutes=5))
    assert decide(short, SALES).accept_within == timedelta(minutes=2)


def test_r8_after_a_full_round_all_are_asked_once_more_then_the_duty_person_is_told():
    everyone = frozenset({ANNA.id, BORIS.id, VERA.id})
    again = decide(facts(declined=everyone), replace(SALES, duty="vera"))
    last = decide(facts(declined=everyone, was_broadcast=True), replace(SALES, duty="vera"))

    assert (again.step, again.offered_to, again.tells_duty) == (Step.broadcast, (1, 2, 3), False)
    assert (last.step, last.is_queued, last.tells_duty) == (Step.queue, True, True)
    assert last.reasons[-1].ru == "сообщено дежурному: Вера"


def test_r8_who_cannot_take_it_anyway_is_not_asked_again():
    gone = replace(BORIS, is_on_shift=False)
    decision = decide(facts(ANNA, gone, declined=frozenset({ANNA.id, gone.id})), SALES)

    assert decision.offered_to == (ANNA.id,)


def test_r9_case75_nobody_eligible_queues_it_and_tells_the_duty_person():
    decision = decide(facts(*(replace(each, is_on_shift=False) for each in (ANNA, BORIS))), SALES)

    assert (decision.step, decision.is_queued, decision.tells_duty) == (Step.queue, True, True)
    assert [reason.ru for reason in decision.reasons] == [
        "Анна, Борис: не на смене",
        "пока взять некому: в очереди линии",
    ]


def test_r5_a_manual_line_queues_without_an_alarm():
    decision = decide(facts(), line(strategy=StrategyName.manual))

    assert (decision.is_queued, decision.tells_duty, codes(decision)) == (True, False, ["assigned_by_hand"])


managers = st.builds(
    ManagerFacts,
    id=st.integers(1, 6).map(ManagerId),
    key=st.sampled_from(["anna", "boris", "vera"]),
    name=st.just("Имя"),
    is_active=st.booleans(),
    is_on_shift=st.booleans(),
    is_paused=st.booleans(),
    skills=st.frozensets(st.sampled_from(["опт", "сервис"])),
    open_waits=st.integers(0, 20),
    voice_calls=st.integers(0, 2),
    next_shift_start=st.none() | st.just(NOON + timedelta(minutes=1)),
)
people = st.integers(1, 6).map(ManagerId)
policies = st.builds(
    RoutingSettings, strategy=st.sampled_from(StrategyName), owner_off_shift=st.sampled_from(OwnerOffShift)
).map(lambda routing: replace(SALES, routing=routing))


@proven(
    st.lists(managers, unique_by=lambda each: each.id, max_size=6),
    policies,
    st.none() | people,
    st.none() | people,
    st.frozensets(people),
)
def test_invariant12_every_decision_has_a_reason_and_only_names_people_who_may_get_it(
    team: list[ManagerFacts],
    policy: LinePolicy,
    assignee: ManagerId | None,
    owner: ManagerId | None,
    declined: frozenset[ManagerId],
):
    known = replace(facts(ANNA), managers=tuple(team), assignee=assignee, owner=owner, declined=declined)
    decision = decide(known, policy)
    active = {each.id for each in team if each.is_active}

    assert decision.reasons
    assert all(reason.ru and reason.en for reason in decision.reasons)
    assert {*decision.offered_to, *([decision.assignee] if decision.assignee else [])} <= active
    assert decision.accept_within is None or decision.accept_within <= known.target * 0.4


@given(managers, policies, st.frozensets(people), st.frozensets(st.sampled_from(["опт", "сервис"])))
def test_r6_eligible_means_without_obstacles(
    manager: ManagerFacts, policy: LinePolicy, declined: frozenset[ManagerId], skills: frozenset[str]
):
    known = facts(manager, declined=declined, required_skills=skills)

    assert is_eligible(manager, known, policy) == (not list(list_obstacles(manager, known, policy)))


# ----------------------------------------------------------------


def test_r12_a_transfer_to_someone_ineligible_needs_a_confirm_and_without_access_is_refused():
    fine, off = check_transfer(ANNA, facts(), SALES), check_transfer(OFF, facts(), SALES)
    gone = check_transfer(replace(ANNA, is_active=False), facts(), SALES)

    assert (fine.is_allowed, fine.needs_confirm) == (True, False)
    assert (off.is_allowed, off.needs_confirm, off.reasons[0].ru) == (True, True, "Анна: не на смене")
    assert not gone.is_allowed
