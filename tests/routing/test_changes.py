"""Changes without a file: a wish becomes an edit of the document; comments stay where they can, nothing else moves."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import NotFound, PolicyInvalid
from hub.routing.changes import JOIN, LEAVE, Wish, Wished, fulfil
from hub.routing.document import DEFAULT_POLICY, diff, parse_policy, write_policy
from hub.routing.editing import Edit, edit

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
TWO = """
[calendars.office]
country = "RU"  # праздники
exceptions = [{ date = 2026-11-30 }]
[calendars.office.hours]
# обед в час
mon-fri = [
  "09:00-13:00",
  "14:00-18:00",
]
[managers.petr]
[lines.sales]
name = "Продажи"
[lines.sales.targets]
first_response = "15m"  # договорились
[lines.sales.texts.ru]
welcome = \"\"\"
Здравствуйте!
[не раздел]
\"\"\"
[lines.support]
name = "Поддержка"
team = ["petr"]
"""


def wish(kind: Wished, words: str, *, line: str = "sales", name: str = "") -> Wish:
    return Wish(kind, line, name, words)


def test_hours_are_replaced_whole_and_comments_stay():
    changed = fulfil(TWO, wish(Wished.hours, "пн-чт 9-18, пт 9-17"), at=AT)
    assert changed.keeps_comments
    assert "# обед в час" in changed.text
    assert parse_policy(changed.text).calendars["office"].hours == {
        "mon-thu": ("09:00-18:00",),
        "fri": ("09:00-17:00",),
    }


def test_only_the_hours_differ_after_it():
    changed = fulfil(DEFAULT_POLICY, wish(Wished.hours, "пн-пт 9-18"), at=AT)
    [line] = diff(parse_policy(DEFAULT_POLICY), parse_policy(changed.text))
    assert line == "calendars.office.hours.mon-fri: 09:00-13:00, 14:00-18:00 → 09:00-18:00"


def test_day_and_night_and_back():
    always = fulfil(TWO, wish(Wished.hours, "круглосуточно"), at=AT)
    assert parse_policy(always.text).calendars["office"].always_open
    assert (
        not parse_policy(fulfil(always.text, wish(Wished.hours, "пн 9-18"), at=AT).text).calendars["office"].always_open
    )


def test_days_off_are_added_to_those_there_are_and_past_ones_go():
    past = TWO.replace("2026-11-30", "2026-11-01")
    changed = fulfil(past, wish(Wished.days, "1.01-2.01 выходной, 31.12 9-15"), at=AT)
    told = [(each.date, each.hours) for each in parse_policy(changed.text).calendars["office"].exceptions]
    assert told == [(date(2026, 12, 31), ("09:00-15:00",)), (date(2027, 1, 1), ()), (date(2027, 1, 2), ())]


def test_the_last_day_off_can_be_taken_back():
    changed = fulfil(TWO, wish(Wished.days, "30.11 убрать"), at=AT)
    assert parse_policy(changed.text).calendars["office"].exceptions == ()


def test_targets_keep_the_comment_behind_them():
    changed = fulfil(TWO, wish(Wished.targets, "10 мин, почта 2 ч"), at=AT)
    assert 'first_response = "10m"  # договорились' in changed.text
    assert parse_policy(changed.text).lines["sales"].targets.first_response_by_channel is not None


def test_a_text_of_several_lines_is_replaced_and_an_empty_one_goes():
    changed = fulfil(TWO, wish(Wished.text, "Привет!\nЧем «помочь»?", name="ru.welcome"), at=AT)
    assert parse_policy(changed.text).lines["sales"].texts["ru"].welcome == "Привет!\nЧем «помочь»?"
    gone = fulfil(changed.text, wish(Wished.text, "", name="ru.welcome"), at=AT)
    assert parse_policy(gone.text).lines["sales"].texts["ru"].welcome == ""


def test_a_template_is_made_changed_and_taken_away():
    made = fulfil(TWO, wish(Wished.template, "Цена: Пять рублей", name="tsena"), at=AT)
    [(key, template)] = parse_policy(made.text).lines["sales"].templates.items()
    assert (key, template.name, template.text) == ("tsena", "Цена", "Пять рублей")
    changed = fulfil(made.text, wish(Wished.template, "Шесть: рублей", name="tsena"), at=AT)
    assert parse_policy(changed.text).lines["sales"].templates["tsena"].text == "Шесть: рублей"
    gone = fulfil(changed.text, wish(Wished.template, "", name="tsena"), at=AT)
    assert parse_policy(gone.text).lines["sales"].templates == {}


def test_a_newcomer_joins_a_team_and_leaves_it():
    joined = fulfil(TWO, wish(Wished.team, JOIN, line="support", name="anna"), at=AT)
    assert parse_policy(joined.text).lines["support"].team == ("petr", "anna")
    left = fulfil(joined.text, wish(Wished.team, LEAVE, line="support", name="anna"), at=AT)
    assert parse_policy(left.text).lines["support"].team == ("petr",)


def test_a_line_for_everybody_has_nobody_to_join():
    assert fulfil(TWO, wish(Wished.team, JOIN, name="anna"), at=AT).text == TWO


def test_a_document_written_inline_is_written_anew_and_says_so():
    inline = '[calendars.office]\nhours = { mon = ["09:00-18:00"] } # коротко\n[lines.sales]\nname = "Продажи"\n'
    changed = fulfil(inline, wish(Wished.hours, "вт 9-18"), at=AT)
    assert not changed.keeps_comments
    assert parse_policy(changed.text).calendars["office"].hours == {"tue": ("09:00-18:00",)}


def test_what_a_document_leaves_to_the_defaults_can_be_changed_too():
    changed = fulfil("", wish(Wished.targets, "5 мин"), at=AT)
    assert diff(parse_policy(""), parse_policy(changed.text))[0].startswith("lines.sales.targets.first_response: ")


def test_a_line_that_is_gone_and_a_wrong_text_are_refused():
    with pytest.raises(NotFound):
        fulfil(TWO, wish(Wished.hours, "пн 9-18", line="gone"), at=AT)
    with pytest.raises(PolicyInvalid):
        fulfil(TWO, wish(Wished.text, "{{unknown.word}}", name="ru.welcome"), at=AT)
    with pytest.raises(PolicyInvalid):
        fulfil(TWO, wish(Wished.team, LEAVE, line="support", name="petr"), at=AT)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), min_size=1, max_size=60)


@given(TEXTS)
def test_whatever_is_written_reads_back_as_it_was_and_nothing_else_changes(text):
    place = ("lines", "sales", "texts", "ru")
    written = edit(TWO, [Edit(place, "out_of_hours", text)], at=AT).text
    read = parse_policy(written)
    assert read.lines["sales"].texts["ru"].out_of_hours == text
    back = edit(written, [Edit(place, "out_of_hours", None)], at=AT).text
    assert write_policy(parse_policy(back)) == write_policy(parse_policy(TWO))
