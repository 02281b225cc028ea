from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.spoken_time import say_moment

MOSCOW = timezone(timedelta(hours=3))
FRIDAY_EVENING = datetime(2026, 11, 20, 19, 30, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("at", "russian", "english"),
    [
        (datetime(2026, 11, 20, 19, 30), "в ближайшее время", "shortly"),
        (datetime(2026, 11, 20, 21, 5), "сегодня в 21:05", "today at 21:05"),
        (datetime(2026, 11, 21, 9, 0), "завтра в 9:00", "tomorrow at 9:00"),
        (datetime(2026, 11, 23, 9, 0), "в понедельник в 9:00", "on Monday at 9:00"),
        (datetime(2026, 11, 24, 9, 0), "во вторник в 9:00", "on Tuesday at 9:00"),
        (datetime(2026, 11, 26, 10, 30), "в четверг в 10:30", "on Thursday at 10:30"),
        (datetime(2026, 11, 27, 9, 0), "27 ноября в 9:00", "on 27 November at 9:00"),
        (datetime(2027, 1, 11, 9, 0), "11 января в 9:00", "on 11 January at 9:00"),
    ],
)
def test_a_moment_is_said_as_people_say_it(at: datetime, russian: str, english: str):
    moment = at.replace(tzinfo=MOSCOW)

    assert say_moment(moment, FRIDAY_EVENING) == say_moment(moment, FRIDAY_EVENING, "ru-RU") == russian
    assert say_moment(moment, FRIDAY_EVENING, "en-GB") == say_moment(moment, FRIDAY_EVENING, "de") == english


@given(st.timedeltas(timedelta(0), timedelta(days=60)), st.sampled_from(["ru", "en"]))
def test_a_week_day_is_named_only_where_it_cannot_be_mistaken(ahead: timedelta, language: str):
    said = say_moment(FRIDAY_EVENING + ahead, FRIDAY_EVENING, language)

    named_day = said.startswith(("в пятницу", "on Friday"))
    assert said and not named_day
