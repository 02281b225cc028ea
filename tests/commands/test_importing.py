"""`hub import` and `hub export` as people type them: what they say, in both languages, and what they refuse."""

import csv
import json

import pytest

from hub.commands.data_texts import TEXTS
from hub.commands.language import in_language
from hub.domain.imports import BatchState, RowVerdict
from hub.inbox.importing.plan import Known
from tests.house.source import ROOT

CLIENTS = """Имя;Телефон;Этап;Город
Анна;8 916 123-45-67;Новый;Москва
Анна снова;+7 916 123-45-67;;
Борис;не помню;;
Вера;+7 916 765-43-21;На Луне;
"""


@pytest.fixture
def clients(tmp_path):
    path = tmp_path / "clients.csv"
    path.write_text(CLIENTS)
    return str(path)


@pytest.fixture
def hub(hub):
    """Run a command; paths and numbers may be given as they are."""
    return lambda *arguments: hub(*map(str, arguments))


def record(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_dry_run_shows_columns_the_first_rows_and_counts_and_writes_nothing(hub, place, clients):
    lines = hub("import", clients, "--dry-run").stdout.splitlines()

    assert lines[:5] == ["Columns (known by their headers):", *lines[1:4], "  Город → left out"]
    assert "  Телефон → phone" in lines
    assert any("+79161234567" in line and "merged" in line for line in lines)
    assert "4 rows: 1 new, 1 merged, 0 ambiguous, 2 refused; 1 leads, 0 companies. Nothing is written." in lines
    assert "  1: there is no such stage" in lines
    assert place.fetch("SELECT count(*) FROM contacts") == [0]


def test_an_import_says_what_it_did_and_how_to_take_it_back(hub, place, clients):
    said = hub("import", clients).stdout
    [batch] = place.fetch("SELECT id FROM import_batches")

    assert f"Import {batch}: 4 rows, 1 new, 1 merged, 0 ambiguous, 2 refused" in said
    assert f"hub import --undo {batch}" in said
    listed = hub("import", "--list").stdout
    assert str(batch) in listed and "clients.csv" in listed and "done" in listed
    undone = hub("import", "--undo", batch).stdout
    assert undone == f"Import {batch} is taken back: 1 cards as before, 0 kept, 0 companies removed.\n"
    assert place.fetch("SELECT count(*) FROM contacts") == [0]
    assert "taken back" in hub("import", "--list").stdout


def test_a_script_reads_json_and_no_bar(hub, clients):
    done = hub("import", clients, "--json")

    assert done.stderr == ""
    assert record(done)["counts"] == {
        "new": 1,
        "merged": 1,
        "ambiguous": 0,
        "refused": 2,
        "leads": 1,
        "companies": 0,
    }
    assert [each["state"] for each in record(hub("import", "--list", "--json"))] == ["done"]


@pytest.mark.parametrize("options", [("--dry-run",), ()])
def test_rows_that_were_not_taken_are_written_out_with_the_reasons(hub, clients, tmp_path, options):
    report = tmp_path / "refused.csv"
    said = hub("import", clients, "--refused", report, *options).stdout
    head, *rows = csv.reader(report.read_text("utf-8-sig").splitlines(), delimiter=";")

    assert f"These rows with the reasons: {report}" in said
    assert head == ["Имя", "Телефон", "Этап", "Город", "row", "outcome", "why"]
    assert rows == [
        ["Борис", "не помню", "", "", "4", "refused", "neither phone nor e-mail can be read"],
        ["Вера", "'+7 916 765-43-21", "На Луне", "", "5", "refused", "there is no such stage (На Луне)"],
    ]


def test_rows_that_were_not_taken_can_be_had_afterwards(hub, clients, tmp_path):
    batch = record(hub("import", clients, "--json"))["batch"]
    report = tmp_path / "refused.csv"
    said = hub("import", "--batch", batch, "--refused", report).stdout

    assert f"Import {batch}: 4 rows" in said and f"These rows with the reasons: {report}" in said
    assert len(report.read_text("utf-8-sig").splitlines()) == 3
    hub("import", "--undo", batch)
    assert "take it back" not in hub("import", "--batch", batch).stdout


def test_an_empty_list_says_so_and_what_was_left_out_is_counted(hub, place, tmp_path):
    assert hub("import", "--list").stdout == "Nothing was imported.\n"
    path = tmp_path / "clients.csv"
    path.write_text("Имя;Телефон;Менеджер\nАнна;+79161234567;Никто\n")

    assert "Taken without:\n  1: nobody of this name works here\n" in hub("import", path).stdout
    batch = place.fetch("SELECT id FROM import_batches")[0]
    assert record(hub("import", "--undo", batch, "--json"))["restored"] == 1


def test_an_import_that_goes_on_says_so(hub, place, clients):
    hub("import", clients)
    place.fetch("UPDATE import_batches SET state = 'running' RETURNING id")

    assert "An import that was broken off went on." in hub("import", clients).stdout


def test_what_was_kept_is_said_by_its_row(hub, place, clients):
    batch = record(hub("import", clients, "--json"))["batch"]
    place.fetch("UPDATE contacts SET name = 'Анна Петровна' RETURNING id")
    said = hub("import", "--undo", batch).stdout

    assert "0 cards as before, 1 kept" in said
    assert "rows of the file: 2, 3" in said


def test_a_column_may_be_named_by_hand_and_its_meaning_is_remembered(hub, tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("Кто,Куда=звонить\nАнна,+79161234567\n")
    second.write_text("Кто,Куда=звонить\nБорис,+79167654321\n")
    assert hub("import", first, "--map", "Куда=звонить=phone", "--map", "Кто=name").exit_code == 0

    assert record(hub("import", second, "--dry-run", "--json"))["known"] == "remembered"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say one thing: a FILE to import, --undo NUMBER, --batch NUMBER, or --list"),
        (("--batch", "7"), "there is no import 7"),
        (("FILE", "--list"), "say one thing"),
        (("FILE", "--map", "phone"), "--map wants a header"),
        (("FILE", "--map", "Нет=phone"), "there is no column 'Нет'"),
        (("FILE", "--line", "moon"), "there is no line 'moon'"),
        (("FILE", "--refused", "FILE"), "exists already: name a new file"),
        (("--undo", "7"), "there is no import 7"),
        (("/nonexistent.csv",), "No such file"),
    ],
)
def test_what_cannot_be_meant_is_one_line(hub, clients, arguments, said):
    done = hub("import", *(clients if each == "FILE" else each for each in arguments))

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr
    assert done.stderr.startswith("hub: ")


def test_everything_goes_into_a_directory_of_files(hub, clients, tmp_path):
    hub("import", clients)
    target = tmp_path / "out"
    said = hub("export", "--out", target).stdout

    assert sorted(path.name for path in target.iterdir()) == sorted(
        f"{name}.csv"
        for name in ("contacts", "identities", "companies", "leads", "conversations", "messages", "calls", "tasks")
    )
    assert f"contacts: 1 rows, {target / 'contacts.csv'}" in said


def test_one_kind_goes_to_the_standard_output_or_a_file_whose_name_says_the_form(hub, clients, tmp_path):
    hub("import", clients)
    [row] = csv.DictReader(hub("export", "contacts").stdout.removeprefix("\ufeff").splitlines(), delimiter=";")
    assert (row["name"], row["phone"]) == ("Анна", "+79161234567")
    [line] = hub("export", "leads", "--format", "jsonl").stdout.splitlines()
    assert json.loads(line)["stage"] == "new"
    done = record(hub("export", "contacts", "--out", tmp_path / "c.xlsx", "--json"))
    assert done == {"files": {"contacts": str(tmp_path / "c.xlsx")}, "rows": {"contacts": 1}}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deals",), "nothing called 'deals' to export"),
        (("all",), "say where to with --out"),
        (("contacts", "--json"), "say where to with --out"),
        (("messages", "--format", "xlsx"), "XLSX is for contacts and leads"),
        (("contacts", "--out", "/nonexistent/x.csv"), "cannot be written: No such file or directory"),
    ],
)
def test_an_export_that_cannot_be_is_one_line(hub, arguments, said):
    done = hub("export", *arguments)

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr


def test_everything_that_is_said_of_a_state_has_its_words():
    wanted = {f"verdict.{each}" for each in RowVerdict} | {f"state.{each}" for each in BatchState}
    wanted |= {f"import.columns.{each}" for each in Known}

    assert wanted <= TEXTS.keys()


def test_people_read_russian(run, place, clients):
    said = run("import", clients, *place.options, HUB_LANGUAGE="ru").stdout
    refused = run("import", clients, *place.options, HUB_LANGUAGE="ru").stderr

    assert "строк 4, новых 1, к имеющимся карточкам 1, неясных 0, отказов 2" in said
    assert "этот файл уже загружен" in refused
    assert in_language("clients.csv has more than 1000000 rows: split it into several files", "ru") == (
        "в clients.csv больше 1000000 строк: разделите его на несколько файлов"
    )


def test_the_example_of_the_page_is_what_happens(hub, tmp_path):
    page = (ROOT / "docs/import.md").read_text()
    path = tmp_path / "clients.csv"
    path.write_text(page.split("```\n")[1])
    hub("people", "add", "ivan", "Иван")
    counts = record(hub("import", path, "--dry-run", "--json"))["counts"]

    assert counts == {"new": 1, "merged": 1, "ambiguous": 0, "refused": 1, "leads": 1, "companies": 1}
    assert record(hub("import", path, "--json"))["remarks"] == {}
