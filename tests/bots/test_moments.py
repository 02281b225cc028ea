"""Remaining time in words, in the zone of the line."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.screens import moments
from bots.screens.screen import Mark
from bots.texts import Texts
from tests.bots.views import MOSCOW, NOW, minutes

RU = Texts("ru")


def due_text(at):
    return "".join(span.text for span in moments.due(RU, at, zone=MOSCOW, now=NOW))


def test_remaining_time_names_the_clock_and_the_distance():
    assert due_text(NOW + minutes(14)) == "до 12:35 (через 14 мин)"


def test_overdue_time_says_by_how_much():
    assert due_text(NOW - minutes(65)) == "до 11:16 (просрочено на 1 ч 5 мин)"


def test_another_day_is_named_with_its_date():
    assert due_text(NOW + timedelta(days=1, hours=2)) == "до 24.11 14:21 (через 1 дн 2 ч)"


def test_the_very_instant_of_the_deadline_is_still_in_time():
    assert moments.distance(RU, NOW, now=NOW) == "через 1 мин"
    assert moments.light(started_at=NOW - minutes(15), deadline_at=NOW, now=NOW) == "🟡"


def test_the_distance_carries_its_instant_for_messengers_that_count_themselves():
    span = moments.remaining(RU, NOW + minutes(3), now=NOW)
    assert (span.mark, span.at) == (Mark.moment, NOW + minutes(3))


@pytest.mark.parametrize(("after", "colour"), [(0, "🟢"), (7, "🟢"), (8, "🟡"), (15, "🟡"), (16, "🔴")])
def test_the_light_turns_at_half_and_at_the_end(after, colour):
    assert moments.light(started_at=NOW, deadline_at=NOW + minutes(15), now=NOW + minutes(after)) == colour


@given(st.integers(1, 10**6))
def test_a_duration_is_never_empty_and_never_longer_than_the_time(total):
    words = moments.duration(RU, minutes(total)).split()
    units = {"дн": 1440, "ч": 60, "мин": 1}
    said = sum(int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True))
    assert 0 < said <= total
    assert total - said < (60 if total >= 1440 else 1)
