"""What a row says: spellings of phones, several addresses in a cell, values, and what a spreadsheet has spoiled."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.stages import FieldRule, LeadRules
from hub.domain.words import Words
from hub.inbox.importing.columns import Meaning, guess_columns, list_meanings, simplify
from hub.inbox.importing.reading import Reader, Told
from hub.inbox.importing.words import say_reason
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(columns: dict[str, str], **more: Any) -> Told:
    """Read one row of columns with these meanings."""
    reader = Reader(
        headers=[str(place) for place in range(len(columns))],
        columns=list(columns),
        policy=to_policy(parse_policy(ALWAYS_OPEN), 1),
        people={},
        staff=frozenset(),
        zone=ZoneInfo("Europe/Moscow"),
        now=NOW,
        **more,
    )
    return reader.read(2, tuple(columns.values()))


def addresses(**columns: str) -> list[str]:
    return [address.value for address in read(columns).addresses]


@pytest.mark.parametrize(
    ("written", "phones"),
    [
        ("8 (916) 123-45-67", ["+79161234567"]),
        ("79161234567", ["+79161234567"]),
        ("79161234567.0", ["+79161234567"]),
        ("79161234567,0", ["+79161234567"]),
        ("7.9161234567E+10", ["+79161234567"]),
        ("7,9161234567E10", ["+79161234567"]),
        ("8 916 123-45-67, 8 916 765-43-21", ["+79161234567", "+79167654321"]),
        ("8 916 123-45-67; 8 916 765-43-21", ["+79161234567", "+79167654321"]),
        ("8 495 123-45-67 доб. 12", ["+74951234567"]),
        ("+375 29 123-45-67", ["+375291234567"]),
        ("79161234567 / 79161234567", ["+79161234567"]),
    ],
)
def test_m1_a_phone_is_read_as_spreadsheets_have_it(written: str, phones: list[str]) -> None:
    assert addresses(phone=written) == phones


@pytest.mark.parametrize(
    ("written", "refusal"),
    [("7,91612E+10", "lost_digits"), ("12", "unreadable_address"), ("", "no_address"), ("#Н/Д", "broken_cell:phone")],
)
def test_m1_what_is_no_phone_is_refused_with_its_reason(written: str, refusal: str) -> None:
    assert read({"phone": written, "name": "Анна"}).refusal == refusal


def test_m1_a_bad_address_beside_a_good_one_is_a_remark() -> None:
    told = read({"phone": "не помню", "email": "Anna@Example.ru; второй", "telegram": "@anna"})

    assert [address.value for address in told.addresses] == ["anna@example.ru"]
    assert (told.refusal, told.remarks) == ("", ("bad_phone", "bad_telegram"))


def test_c9_the_businesss_own_number_is_nobodys() -> None:
    policy = to_policy(
        parse_policy(ALWAYS_OPEN.replace('name = "Ромашка"', 'name = "Р"\ninternal_numbers = ["+74951234567"]')), 1
    )
    reader = Reader(["a", "b"], ["phone", "email"], policy, {}, frozenset(), zone=UTC, now=NOW)

    assert reader.read(2, ("84951234567",)).refusal == "own_number"
    assert [each.value for each in reader.read(2, ("84951234567", "a@example.ru")).addresses] == ["a@example.ru"]


def test_a_name_is_put_together_of_its_parts() -> None:
    parts = {"last_name": "Иванова ", "first_name": "Анна", "middle_name": "", "phone": "79161234567"}

    assert read(parts).name == "Анна Иванова"
    assert read({**parts, "name": "Целиком"}).name == "Целиком"


def test_more_cells_than_headers_are_refused() -> None:
    reader = Reader(["a"], ["phone"], to_policy(parse_policy(ALWAYS_OPEN), 1), {}, frozenset(), zone=UTC, now=NOW)

    assert reader.read(2, ("79161234567", "лишнее")).refusal == "too_many_cells"


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("01.10.2026", "2026-09-30T21:00:00+00:00"),
        ("01.10.2026 10:30", "2026-10-01T07:30:00+00:00"),
        ("2026-10-01", "2026-09-30T21:00:00+00:00"),
        ("2026-10-01T10:30:00+05:00", "2026-10-01T05:30:00+00:00"),
        ("01.10.2036", None),
        ("0001-01-01", None),
        ("вчера", None),
    ],
)
def test_a_lead_began_when_the_file_says_unless_that_cannot_be(written: str, instant: str | None) -> None:
    told = read({"phone": "79161234567", "stage": "new", "created": written})

    assert told.lead is not None
    assert (told.lead.created_at.isoformat() if told.lead.created_at else None) == instant
    assert told.remarks == (() if instant else ("bad_value:created",))


def test_l5_a_reason_of_loss_nobody_knows_is_kept_in_its_words() -> None:
    told = read({"phone": "79161234567", "stage": "Отказ", "loss_reason": "Переехали"})

    assert told.lead is not None
    assert (told.lead.loss_reason, told.lead.loss_note, told.remarks) == ("", "Переехали", ("unknown_reason",))


@given(cells=st.lists(st.text(max_size=30), min_size=1, max_size=23))
def test_any_cells_are_read_without_an_error(cells: list[str]) -> None:
    read(dict(zip(Meaning, cells, strict=False)), makes_leads=True)


RULES = LeadRules(
    contact_fields={"birthday": FieldRule("birthday", Words("День рождения", "Birthday"))},
    lead_fields={"area": FieldRule("area", Words("Площадь", "Area"))},
)


@pytest.mark.parametrize(
    ("headers", "meanings"),
    [
        ("Имя;Телефон;E-mail", "name;phone;email"),
        ("ID;Имя;Фамилия;Рабочий телефон;Мобильный телефон;Рабочий e-mail", ";first_name;last_name;phone;phone;email"),
        ("Полное имя контакта;Рабочий телефон (контакт);Ответственный;Бюджет, ₽", "name;phone;responsible;amount"),
        ("First Name;Last Name;Phone Number;Email;Lead Status", "first_name;last_name;phone;email;stage"),
        ("Name;E-mail 1 - Value;Phone 1 - Value", "name;email;phone"),
        ("ФИО;Тел. 1;тел 2;Ёмейл;Город", "name;phone;phone;email;"),
        ("День рождения;Area;lead.other", "contact.birthday;lead.area;lead.other"),
        ("Ответственный;Ответственный за контакт", "responsible;"),
        ("phone;contact.note;utm_source", "phone;contact.note;utm_source"),
    ],
)
def test_headers_are_known_in_russian_and_english(headers: str, meanings: str) -> None:
    assert ";".join(guess_columns(headers.split(";"), RULES)) == meanings


@pytest.mark.parametrize("meaning", Meaning)
def test_every_meaning_is_known_by_its_own_name(meaning: Meaning) -> None:
    found = guess_columns([meaning.value, "last_name"], RULES)[0]

    assert found == meaning
    assert meaning in list_meanings(RULES)


@given(st.text(max_size=40))
def test_a_simplified_header_stays_as_it_is(header: str) -> None:
    once = simplify(header)

    assert guess_columns([header], RULES) == guess_columns([once], RULES) or header.strip().startswith(
        ("contact.", "lead.")
    )


def test_reasons_are_said_in_both_languages_and_a_newer_one_stays_a_code() -> None:
    assert say_reason("unknown_stage:На Луне").en == "there is no such stage (На Луне)"
    assert say_reason("unknown_stage:На Луне").ru == "нет такого этапа (На Луне)"
    assert say_reason("of_next_year").ru == "of_next_year"
