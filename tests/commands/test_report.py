"""`hub report`: tables that fit a page, CSV no spreadsheet runs, JSON, and a verification that ends with 1."""

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.commands.report_text import WIDTH, Reader, to_csv, to_lines, to_record
from hub.domain.words import Words
from hub.inbox.queries.reports.heat import heat_table
from hub.inbox.queries.reports.tables import Column, Form, Report, Table

RUSSIAN = Reader("ru", ZoneInfo("Europe/Moscow"))
ENGLISH = Reader("en", ZoneInfo("Europe/Moscow"))
NAME = Words("Отчёт", "Report")
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def report_of(*rows: tuple[object, ...], forms: tuple[Form, ...] = (Form.text,)) -> Report:
    columns = tuple(
        Column(f"c{place}", Words(f"столбец {place}", f"column {place}"), form) for place, form in enumerate(forms)
    )
    return Report("rp-1", NAME, (Table("t", NAME, columns, rows),), AT, AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["=1+1", "+7916", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(cell):
    [_, row] = csv.reader(io.StringIO(to_csv(report_of((cell,)))))

    assert row == ["t", f"'{cell}"]


def test_csv_has_plain_values_for_programs():
    forms = (Form.text, Form.seconds, Form.share, Form.instant, Form.whole)
    [head, row] = csv.reader(io.StringIO(to_csv(report_of(("Анна", 65, 0.5, AT, None), forms=forms))))

    assert head == ["table", "c0", "c1", "c2", "c3", "c4"]
    assert row == ["t", "Анна", "65", "0.5", "2026-11-02T09:30:00+00:00", ""]


def test_json_names_every_cell():
    assert to_record(report_of(("Анна",)))["tables"] == {"t": [{"c0": "Анна"}]}


@pytest.mark.parametrize(
    ("value", "form", "ru", "en"),
    [
        (3900, Form.seconds, "1 ч 5 мин", "1 h 5 min"),
        (45, Form.seconds, "45 с", "45 s"),
        (300000, Form.seconds, "3 дн 11 ч", "3 d 11 h"),
        (0.874, Form.share, "87 %", "87 %"),
        (AT, Form.instant, "02.11.26 12:30", "02.11.26 12:30"),
        (1042, Form.number, "#1042", "#1042"),
        (1234567.4, Form.money, "1 234 567", "1 234 567"),
        (None, Form.seconds, "—", "—"),
        ("", Form.reason, "—", "—"),
    ],
)
def test_people_read_values_in_their_words(value, form, ru, en):
    report = report_of((value,), forms=(form,))

    assert [list(to_lines(report, reader))[-1].strip() for reader in (RUSSIAN, ENGLISH)] == [ru, en]


def test_a_table_is_never_wider_than_the_page():
    report = report_of(("х" * 300, "у" * 50, 1), forms=(Form.text, Form.text, Form.whole))

    lines = list(to_lines(report, RUSSIAN))
    assert max(map(len, lines)) <= WIDTH
    assert "…" in lines[-1]


def test_the_week_is_drawn_with_bars_and_their_scale():
    table = heat_table("week", NAME, {(0, 9): 8, (6, 23): 1})
    lines = list(to_lines(Report("rp-1", NAME, (table,)), ENGLISH))

    assert max(map(len, lines)) <= WIDTH
    assert lines[-1].strip() == "█ = 8"
    monday, sunday = (next(line for line in lines if line.strip().startswith(day)) for day in ("Mon", "Sun"))
    assert ("█" in monday, "▁" in sunday) == (True, True)


def test_a_week_in_which_nothing_happened_is_one_word():
    lines = list(to_lines(Report("rp-1", NAME, (heat_table("week", NAME, {}),)), RUSSIAN))

    assert (lines[-1].strip(), any("пн" in line for line in lines)) == ("пусто", False)


def test_the_period_is_written_with_its_last_day():
    midnight = ZoneInfo("Europe/Moscow")
    report = Report("rp-1", NAME, (), datetime(2026, 11, 2, tzinfo=midnight), datetime(2026, 11, 9, tzinfo=midnight))

    assert next(iter(to_lines(report, RUSSIAN))) == "RP-1 Отчёт: 02.11.2026 – 08.11.2026"


@pytest.mark.parametrize("name", ["response", "RP-1", "rp12", "fairness", "r-14", "lost"])
def test_a_report_is_named_by_its_word_or_its_number(hub, name):
    result = hub("report", name)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(("RP-", "R-14"))


def test_a_report_of_an_empty_hub_is_json_or_csv_too(hub):
    told = json.loads(hub("report", "response", "--json", "--from", "2026-11-01", "--to", "2026-11-30").stdout)
    assert told["tables"]["summary"][0] == {"figure": "waits", "first": 0, "next": 0}
    assert told["since"].startswith("2026-10-31T21:00:00")

    assert hub("report", "response", "--csv").stdout.splitlines()[0] == "table,figure,first,next"


def test_what_there_is_not_is_said_in_one_line(hub):
    backward = ("--from", "2026-11-30", "--to", "2026-11-01")
    for asked, said in (
        (("nothing",), "there is no report 'nothing'; there are: response"),
        (("nothing",), "fairness, verify"),
        (("lost", "--line", "x"), "there is no line 'x'"),
        (("lost", *backward), "the last day 2026-11-01 is before the first, 2026-11-30"),
        (("lost", "--compare-from", "2026-11-30", "--compare-to", "2026-11-01"), "the last day 2026-11-01"),
    ):
        result = hub("report", *asked)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert said in result.stderr


def test_verify_is_quiet_about_a_right_hub_and_ends_with_1_where_a_row_has_no_facts(hub, place):
    right = hub("report", "verify")
    assert (right.exit_code, right.stdout) == (
        0,
        "Told again from the ledger: 0 waits, 0 leads, 0 facts; 0 differences.\n",
    )
    values = "VALUES (7, 8, 'sales', now(), now()) RETURNING id"
    place.fetch(f"INSERT INTO leads (id, contact_id, line, created_at, stage_at) {values}")
    wrong = hub("report", "verify")

    assert (wrong.exit_code, wrong.stdout.splitlines()[0]) == (1, "lead 7 : a row ≠ no facts [—]")
    [found] = json.loads(hub("report", "verify", "--json").stdout)["differences"]
    assert (found["subject"], found["id"]) == ("lead", 7)


@pytest.mark.parametrize(
    ("asked", "english", "russian"),
    [
        (("--from", "2026-11-31"), "'2026-11-31' is no day: write it like", "«2026-11-31» — не день: пишите"),
        (("--to", "вчера"), "'вчера' is no day", "«вчера» — не день"),
        (("--from", "9999-12-31"), "name a day of 2000 to 2100", "назовите день с 2000 по 2100 год"),
        (("--compare-to", "0001-01-02"), "name a day of 2000 to 2100", "назовите день с 2000 по 2100 год"),
        (("--from", "31.12.2099"), "the first day 2099-12-31 is still ahead", "первый день 2099-12-31 ещё не наступил"),
        (("--channel", "fax"), "no channel of the kind 'fax'; there are: ", "канала вида «fax» нет; есть: "),
        (("--manager", "x"), "there is no manager 'x'; there are: none", "менеджера «x» нет; есть: нет"),
        (("--json", "--csv"), "give one of them", "дайте одну"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_way_on(run, place, asked, english, russian):
    for language, said in (("en", english), ("ru", russian)):
        result = run("report", "lost", *asked, *place.options, HUB_LANGUAGE=language)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert said in result.stderr


def test_verify_looks_at_everything_and_says_so(hub):
    result = hub("report", "verify", "--line", "sales")

    assert (result.exit_code, "leave out --csv, the days and the filters" in result.stderr) == (1, True)


def test_a_difference_is_told_in_the_readers_words(run, place):
    values = "VALUES (7, 8, 'sales', now(), now()) RETURNING id"
    place.fetch(f"INSERT INTO leads (id, contact_id, line, created_at, stage_at) {values}")
    result = run("report", "verify", *place.options, HUB_LANGUAGE="ru")

    assert result.stdout.splitlines()[0] == "лид 7 : строка есть ≠ фактов нет [—]"
