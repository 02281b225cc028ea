"""Hours, days off and targets as people type them in a chat."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import PolicyInvalid
from hub.routing.build import build_week
from hub.routing.spelling import DAYS, read_duration
from hub.routing.typed import read_typed_days, read_typed_hours, read_typed_targets

TODAY = date(2026, 11, 22)
OFFICE = {"mon-fri": ["09:00-18:00"], "sat": ["10:00-15:00"]}


@pytest.mark.parametrize(
    "typed",
    [
        "пн-пт 9-18, сб 10-15",
        "Пн – Пт с 9 до 18; СБ 10:00-15.00",
        "будни 9-18, суббота 10-15, вс выходной",
        "mon-fri from 9 to 18, sat 10-15",
        "пн, вт, ср, чт, пт 9-18\nсб 10-15",
    ],
)
def test_a_week_is_read_as_people_write_it(typed):
    assert read_typed_hours(typed).by_day == OFFICE


def test_a_break_and_a_night_are_hours_too():
    assert read_typed_hours("пн-чт 9-13 14-18, пт 22-6").by_day == {
        "mon-thu": ["09:00-13:00", "14:00-18:00"],
        "fri": ["22:00-06:00"],
    }


@pytest.mark.parametrize("typed", ["круглосуточно", "24/7", " Always "])
def test_day_and_night(typed):
    assert read_typed_hours(typed).is_always_open


@pytest.mark.parametrize(
    "typed", ["", "завтра", "пн-пт", "пн 25-26", "пн 9-9", "xx 9-18", "пн 9-18:77", "9-18", "вс выходной"]
)
def test_hours_that_are_not_understood_are_refused_with_an_example(typed):
    with pytest.raises(PolicyInvalid) as refused:
        read_typed_hours(typed)
    assert "пн-пт 9-18, сб 10-15" in refused.value.words.ru


@given(st.dictionaries(st.sampled_from(DAYS), st.tuples(st.integers(0, 23), st.integers(1, 24)), min_size=1))
def test_what_is_typed_day_by_day_means_just_these_hours(week):
    spans = {day: f"{opens}-{closes}" for day, (opens, closes) in week.items() if opens != closes}
    if not spans:
        return
    typed = read_typed_hours(", ".join(f"{day} {span}" for day, span in spans.items()))
    read = build_week({days: tuple(hours) for days, hours in typed.by_day.items()})
    assert [bool(read[DAYS.index(day)]) for day in DAYS] == [day in spans for day in DAYS]
    for day, span in spans.items():
        [hours] = read[DAYS.index(day)]
        assert hours.opens == timedelta(hours=int(span.partition("-")[0]))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    for read in (read_typed_hours, read_typed_targets, lambda words: read_typed_days(words, today=TODAY)):
        try:
            read(text)
        except PolicyInvalid as refused:
            assert refused.words.en


def test_days_off_without_a_year_are_the_next_ones():
    typed = read_typed_days("1.01-3.01 выходной, 31.12 9-15", today=TODAY)
    assert typed == {
        date(2027, 1, 1): [],
        date(2027, 1, 2): [],
        date(2027, 1, 3): [],
        date(2026, 12, 31): ["09:00-15:00"],
    }


def test_a_span_of_days_goes_over_the_new_year_and_a_year_may_be_named():
    assert list(read_typed_days("31.12-2.01", today=TODAY)) == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]
    assert list(read_typed_days("8.03.2028 closed", today=TODAY)) == [date(2028, 3, 8)]
    assert list(read_typed_days("29.02 выходной", today=TODAY)) == [date(2028, 2, 29)]


def test_a_day_may_be_usual_again():
    assert read_typed_days("22.11 убрать", today=TODAY) == {TODAY: None}


@pytest.mark.parametrize(
    "typed", ["", "31.02.2027", "32.01", "выходной", "1.01 завтра", "5.03-1.03.2027", "1.01-30.06"]
)
def test_days_that_are_not_understood_are_refused(typed):
    with pytest.raises(PolicyInvalid):
        read_typed_days(typed, today=TODAY)


def test_targets_by_name_and_by_channel():
    typed = read_typed_targets("15 мин, почта 2 ч, форма: 30м, дальше 1 ч 30 мин, перезвонить 10")
    assert typed.named == {"first_response": "15m", "next_response": "1h30m", "callback": "10m"}
    assert typed.by_channel == {"email": "2h", "webform": "30m"}


@pytest.mark.parametrize("typed", ["", "быстро", "0 мин", "5 лет", "голубь 5 мин", "2 месяца", "почта"])
def test_targets_that_are_not_understood_are_refused(typed):
    with pytest.raises(PolicyInvalid):
        read_typed_targets(typed)


@given(st.integers(1, 10_000))
def test_minutes_stay_minutes(minutes):
    assert read_duration(read_typed_targets(f"{minutes} мин").named["first_response"]) == timedelta(minutes=minutes)
