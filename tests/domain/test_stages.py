"""Values of own fields in one spelling, and what a lead needs for a stage (L-3, L-5, L-7)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import FieldInvalid, FieldsMissing, NotFound
from hub.domain.ids import ContactId, LeadId, LineKey, ManagerId
from hub.domain.lead import Lead, Move, Task, get_stage, list_missing, move
from hub.domain.replacing import replace
from hub.domain.stages import FieldRule, FieldType, LeadRules, Stage, StageState, read_value
from hub.domain.words import Words

NAME = Words("Поле", "Field")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEAD = Lead(LeadId(1), ContactId(2), LineKey("sales"), NOW, NOW)


def rule(kind: FieldType) -> FieldRule:
    return FieldRule("size", NAME, kind, ("Квартира", "Офис") if kind is FieldType.choice else ())


def task(due_at: datetime, state: str = "open") -> Task:
    return Task(3, "Позвонить", due_at, "manual", NOW, state=state)


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (FieldType.text, "  балкон ", "балкон"),
        (FieldType.number, "12,50", "12.5"),
        (FieldType.number, "-0", "0"),
        (FieldType.number, "1 000", "1000"),
        (FieldType.money, "125 000 ₽", "125000.00"),
        (FieldType.money, "99,9 руб.", "99.90"),
        (FieldType.date, "1.3.2026", "2026-03-01"),
        (FieldType.date, "2026-12-31", "2026-12-31"),
        (FieldType.choice, "офис", "Офис"),
        (FieldType.yes_no, "Да", "yes"),
        (FieldType.yes_no, "no", "no"),
        (FieldType.money, "   ", ""),
    ],
)
def test_l7_a_value_is_kept_in_one_spelling(kind: FieldType, written: str, kept: str) -> None:
    assert read_value(rule(kind), written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (FieldType.text, "х" * 2001),
        (FieldType.number, "много"),
        (FieldType.number, "1e5"),
        (FieldType.number, "١٢"),
        (FieldType.money, "-5"),
        (FieldType.money, "1.999"),
        (FieldType.date, "31.02.2026"),
        (FieldType.date, "завтра"),
        (FieldType.choice, "Дача"),
        (FieldType.yes_no, "может быть"),
    ],
)
def test_l7_what_is_no_value_of_the_type_names_the_field_and_the_expected_form(kind: FieldType, written: str) -> None:
    with pytest.raises(FieldInvalid, match="'size' wants") as refused:
        read_value(rule(kind), written)
    assert refused.value.name == "size"


@given(st.sampled_from(FieldType), st.text(max_size=40))
def test_l7_reading_what_was_kept_changes_nothing(kind: FieldType, written: str) -> None:
    try:
        kept = read_value(rule(kind), written)
    except FieldInvalid:
        return
    assert read_value(rule(kind), kept) == kept


def test_l3_what_is_missing_is_named_in_the_order_of_the_stage() -> None:
    stage = Stage("offer", NAME, requires=("size", "amount", "source", "responsible", "next_step"))
    assert list_missing(LEAD, stage, [], at=NOW) == ("size", "amount", "source", "responsible", "next_step")
    filled = replace(LEAD, fields={"size": "5"}, amount="1.00", source="сайт", responsible_id=ManagerId(4))
    assert list_missing(filled, stage, [task(NOW)], at=NOW) == ()


def test_l3_an_overdue_task_is_a_next_step_and_no_date_of_next_contact() -> None:
    stage = Stage("offer", NAME, requires=("next_step", "next_contact"))
    late = task(NOW - timedelta(minutes=1))
    assert list_missing(LEAD, stage, [late], at=NOW) == ("next_contact",)
    assert list_missing(LEAD, stage, [task(NOW + timedelta(hours=1))], at=NOW) == ()
    assert list_missing(LEAD, stage, [task(NOW + timedelta(hours=1), "done")], at=NOW) == ("next_step", "next_contact")


def test_l5_a_lost_stage_needs_its_reason_whatever_else_it_asks_for() -> None:
    lost = Stage("gone", NAME, StageState.lost, requires=("loss_note",))
    with pytest.raises(FieldsMissing) as refused:
        move(LEAD, Move(lost, "manual", NOW), fact_id=9)
    assert refused.value.missing == ("loss_note", "loss_reason")


def test_l6_a_move_returns_the_lead_and_its_fact_and_leaves_the_old_one_alone() -> None:
    won = Stage("won", NAME, StageState.won)
    moved, fact = move(replace(LEAD, amount="5.00"), Move(won, "A-8", NOW, ManagerId(4)), fact_id=9)
    assert (moved.stage, moved.state, moved.closed_at, LEAD.stage) == ("won", "won", NOW, "new")
    assert (fact.from_stage, fact.to_stage, fact.cause, fact.manager_id, fact.facts) == (
        "new",
        "won",
        "A-8",
        ManagerId(4),
        {"reason": "", "amount": "5.00"},
    )


def test_l2_an_unknown_stage_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="there are: new, contacted"):
        get_stage(LeadRules(), "archive")
