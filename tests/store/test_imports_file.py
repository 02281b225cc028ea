"""Files as people have them, and files as nobody should: what is read, what is refused before a row of it is used."""

import contextlib
import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from hub.domain.errors import ConfigError, PayloadInvalid, PayloadTooLarge
from hub.store import imports_csv, imports_file, imports_xlsx
from hub.store.exports_file import Form, open_rows, protect, to_cell
from hub.store.imports_file import Sheet, open_sheet
from hub.store.imports_xlsx import to_text

TEXT = "Имя;Телефон\r\nАнна;+79161234567\r\n\r\nБорис;8 916 765-43-21\r\n"
ROWS = [(2, ("Анна", "+79161234567")), (4, ("Борис", "8 916 765-43-21"))]


def sheet_of(folder: Path, content: bytes, name: str = "clients.csv") -> Sheet:
    path = folder / name
    path.write_bytes(content)
    return open_sheet(path)


def book_of(folder: Path, *rows: list[Any], change: Any = None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(book)
    path = folder / "clients.xlsx"
    book.save(path)
    return path


def repacked(path: Path, part: str, change: Any) -> Path:
    """A workbook with one part changed, as no program would write it."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, change(content) if name == part else content)
    return target


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [
        (encoding, separator)
        for encoding in ("utf-8", "utf-8-sig", "cp1251", "utf-16")
        for separator in (";", ",", "\t")
    ],
)
def test_encoding_and_separator_are_found_and_empty_rows_keep_the_count(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    sheet = sheet_of(tmp_path, TEXT.replace(";", separator).encode(encoding))

    assert (sheet.headers, sheet.rows, list(sheet.read())) == (("Имя", "Телефон"), 2, ROWS)


def test_excel_may_say_the_separator_itself(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, b"sep=|\r\nname|phone\r\nAnna|+79161234567\r\n")

    assert (sheet.headers, list(sheet.read())) == (("name", "phone"), [(3, ("Anna", "+79161234567"))])


def test_separators_and_line_ends_within_quotes_are_part_of_a_cell(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, 'Имя,Комментарий\n"Анна, и муж","раз; два; три\nчетыре"\n'.encode())

    assert list(sheet.read()) == [(2, ("Анна, и муж", "раз; два; три\nчетыре"))]


def test_a_cyrillic_letter_across_two_reads_is_still_utf8(tmp_path: Path) -> None:
    content = b"a;" + "я".encode() * (imports_csv._CHUNK // 2) + b";b\nc;d;e\n"
    path = tmp_path / "long.csv"
    path.write_bytes(content)

    assert imports_csv.find_encoding(path) == "utf-8"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n;;\n", "is empty"),
        ("Имя;Телефон\n;\n".encode(), "no row below its headers"),
        (b'name;phone\n"Anna;1\n' + b"x" * 200_000, "a quote is opened and never closed"),
        (b"name;phone\n" + b"x;" * 3_000_000, "a quote is opened and never closed, or a cell is larger"),
        (b"\x00\x01\x02\x03binary\x00", "is no table of text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel format or has a password"),
        (b"PK\x03\x04 and no more", "is no Excel workbook that can be read"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(PayloadInvalid, match=said):
        sheet_of(tmp_path, content)


def test_too_many_rows_columns_and_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_file, "MAX_ROWS", 2)
    with pytest.raises(PayloadTooLarge, match="more than 2 rows"):
        sheet_of(tmp_path, b"name;phone\n" + b"a;1\n" * 3)
    with pytest.raises(PayloadTooLarge, match="more than 200 columns"):
        sheet_of(tmp_path, b"h;" * 200 + b"last\n" + b"1\n")
    monkeypatch.setattr(imports_file, "MAX_FILE_BYTES", 10)
    with pytest.raises(PayloadTooLarge, match="split it into several files"):
        sheet_of(tmp_path, b"name;phone\nAnna;+79161234567\n")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (79161234567, "79161234567"),
        (79161234567.0, "79161234567"),
        (125000.5, "125000.5"),
        (True, "yes"),
        (False, "no"),
        (datetime(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1, 9, 30), "2026-10-01T09:30:00"),
        (date(2026, 10, 1), "2026-10-01"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=1), "1:00:00"),
        (None, ""),
        (" Анна\n", "Анна"),
    ],
)
def test_a_cell_says_what_people_see(value: Any, said: str) -> None:
    assert to_text(value) == said


def test_xlsx_numbers_dates_empty_rows_and_merged_cells(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[], ["Имя", "Телефон", "Дата"], ["Анна", 79161234567, date(2026, 10, 1)], [], ["Борис"]]
    path = book_of(tmp_path, *rows, change=lambda book: book.active.merge_cells("A3:A5"))
    sheet = open_sheet(path)

    assert (sheet.headers, sheet.rows) == (("Имя", "Телефон", "Дата"), 1)
    assert list(sheet.read()) == [(3, ("Анна", "79161234567", "2026-10-01"))]


def test_xlsx_a_formula_counts_with_its_last_value_and_without_one_is_empty(tmp_path: Path) -> None:
    path = book_of(tmp_path, ["Имя", "Телефон", "Сумма"], ["Анна", "+79161234567", "=1+1"])
    computed = repacked(
        path,
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"),
    )

    assert list(open_sheet(path).read()) == [(2, ("Анна", "+79161234567"))]
    assert list(open_sheet(computed).read()) == [(2, ("Анна", "+79161234567", "2"))]


def test_xlsx_wrong_dimensions_hide_no_row(tmp_path: Path) -> None:
    path = book_of(tmp_path, ["Имя", "Телефон"], ["Анна", "+79161234567"], ["Борис", "+79161234568"])
    wrong = repacked(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b'ref="A1:B3"', b'ref="A1"'))

    assert open_sheet(wrong).rows == 2


def test_xlsx_a_hidden_first_sheet_is_passed_over(tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        shown = book.create_sheet("Клиенты")
        shown.append(["Имя", "Телефон"])
        shown.append(["Анна", "+79161234567"])
        book.worksheets[0].sheet_state = "hidden"

    assert open_sheet(book_of(tmp_path, ["служебное"], change=hide)).headers == ("Имя", "Телефон")


def test_xlsx_rows_and_columns_numbered_out_of_this_world_cost_nothing(tmp_path: Path) -> None:
    path = book_of(tmp_path, ["Имя", "Телефон"], ["Анна", "+79161234567"])
    far = repacked(
        path,
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(b'<row r="2"', b'<row r="999999999999"').replace(
            b'r="A2"', b'r="A999999999999"'
        ),
    )
    wide = repacked(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b'r="B2"', b'r="ZZZZZZZ2"'))

    with pytest.raises(PayloadInvalid):
        open_sheet(far)
    with pytest.raises((PayloadInvalid, PayloadTooLarge)):
        list(open_sheet(wide).read())


BOMB = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><lolz>&lol2;</lolz>'


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_xlsx_a_document_type_in_any_part_is_refused_before_it_is_parsed(tmp_path: Path, part: str) -> None:
    path = repacked(
        book_of(tmp_path, ["Имя"], ["Анна"]), part, lambda _: b"<!-- " + b"x" * 200_000 + b" -->" + BOMB[21:]
    )

    with pytest.raises(PayloadInvalid, match="has a document type in it"):
        open_sheet(path)


def test_an_archive_of_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"")
    with pytest.raises(PayloadInvalid, match="is an archive but no Excel workbook"):
        open_sheet(path)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="{KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
    f'ContentType="{KIND}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" '
    f'ContentType="{KIND}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="1" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{REL}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
    '<c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>79161234567</v></c>'
    '<c r="C2" t="e"><v>#N/A</v></c></row></sheetData></worksheet>',
    "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>Имя</t></si><si><t>Телефон</t></si><si><t>Анна</t></si></sst>',
}


def handmade(folder: Path, **changed: bytes) -> Path:
    """A workbook with the texts of its cells in one part, as Excel writes it; the same bytes every time."""
    path = folder / "handmade.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(zipfile.ZipInfo(name), changed.get(name, text.encode()))
    return path


def test_xlsx_of_excel_is_read_and_an_error_in_a_cell_is_seen(tmp_path: Path) -> None:
    sheet = open_sheet(handmade(tmp_path))

    assert (sheet.headers, list(sheet.read())) == (("Имя", "Телефон"), [(2, ("Анна", "79161234567", "#N/A"))])


def test_xlsx_what_unpacks_to_too_much_is_refused_by_its_table_of_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strings = PARTS["xl/sharedStrings.xml"].encode() + b" " * 1_000_000
    path = handmade(tmp_path, **{"xl/sharedStrings.xml": strings})
    monkeypatch.setattr(imports_xlsx, "MAX_HELD_BYTES", 900_000)
    with pytest.raises(PayloadTooLarge, match="unpacks to more than can be taken"):
        open_sheet(path)
    monkeypatch.setattr(imports_xlsx, "MAX_UNPACKED_BYTES", 500)
    with pytest.raises(PayloadTooLarge, match="unpacks to more than can be taken"):
        open_sheet(handmade(tmp_path))


def test_xlsx_a_part_larger_than_the_archive_declares_is_not_unpacked_beyond_it(tmp_path: Path) -> None:
    strings = PARTS["xl/sharedStrings.xml"].encode() + b" " * 100_000
    path = handmade(tmp_path, **{"xl/sharedStrings.xml": strings})
    content = bytearray(path.read_bytes())
    size = len(strings).to_bytes(4, "little")
    place = content.rindex(size)
    content[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)

    with pytest.raises(PayloadInvalid):
        open_sheet(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_to_a_workbook_is_a_refusal_and_never_another_error(tmp_path: Path, data: st.DataObject) -> None:
    path = handmade(tmp_path)
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(PayloadInvalid, PayloadTooLarge):
        list(open_sheet(path).read())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(part=st.sampled_from(sorted(PARTS)), data=st.data())
def test_any_damage_inside_a_part_is_a_refusal_and_never_another_error(
    tmp_path: Path, part: str, data: st.DataObject
) -> None:
    content = PARTS[part].encode()
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    rest = content[last if data.draw(st.booleans()) else first :]
    path = handmade(tmp_path, **{part: content[:first] + data.draw(st.binary(max_size=8)) + rest})
    with contextlib.suppress(PayloadInvalid, PayloadTooLarge):
        list(open_sheet(path).read())


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40).map(str.strip)
FORMULAS = st.sampled_from(
    ["=1+1", "+7916", "-2", "@SUM(A1)", "'=1", "''+1", "'", "+79161234567", "'+79161234567", "=", "a;b", 'a"b']
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(CELLS | FORMULAS, CELLS | FORMULAS, CELLS | FORMULAS), min_size=1, max_size=8))
def test_what_is_written_as_csv_is_read_as_it_was(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    path = tmp_path / "round.csv"
    path.unlink(missing_ok=True)
    with open_rows(path, Form.csv, ["first", "second", "third"]) as write:
        for row in rows:
            write(("x", *row[:2], row[2] + "x") if not any(row) else (*row, "x"))
    content = path.read_bytes()

    read = [cells for _, cells in imports_csv.read_csv(path, imports_csv.find_dialect(path))][1:]
    wanted = [("x", *row[:2], row[2] + "x") if not any(row) else (*row, "x") for row in rows]
    assert content.startswith(b"\xef\xbb\xbf")
    assert [tuple(cells) for cells in read] == wanted


@pytest.mark.parametrize(
    "cell", ["=1+1", "+7916abc", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1+1", "+1+cmd|' /C calc'!A0"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_protected_and_a_phone_stays(cell: str) -> None:
    assert protect(cell) == f"'{cell}"
    assert protect("+79161234567") == "+79161234567"


def test_a_file_is_complete_or_not_there_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(ZeroDivisionError), open_rows(path, Form.csv, ["a"]) as write:
        write(["1"])
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with open_rows(path, Form.csv, ["a"]) as write:
        write(["1"])
    assert path.stat().st_mode & 0o777 == 0o600


def test_xlsx_is_written_so_that_nothing_in_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    with open_rows(path, Form.xlsx, ["Имя", "Телефон"]) as write:
        write(["=1+1", "+79161234567"])
        write(["зво\x07нок" + "\ud800", ["a", "b"]])

    assert list(open_sheet(path).read()) == [(2, ("=1+1", "+79161234567")), (3, ("звонок?", "a; b"))]
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_values_have_one_form_in_cells() -> None:
    assert [to_cell(each) for each in (None, True, 7, ["a", "b"], {"a": 1}, {}, [{"a": 1}])] == [
        "",
        "yes",
        "7",
        "a; b",
        '{"a": 1}',
        "",
        '[{"a": 1}]',
    ]
    assert list(csv.reader(io.StringIO("a;b"), delimiter=";")) == [["a", "b"]]


@pytest.mark.parametrize("content", [b"name;phone\n\x98\xff;1\n", b"\xff\xfen\x00a\x00;\x00b\x00\n\x00\x00\xd8a"])
def test_bytes_that_are_no_letters_of_any_encoding_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PayloadInvalid, match="is no table of text"):
        sheet_of(tmp_path, content)


def test_a_disk_that_is_full_is_told_as_such(tmp_path: Path) -> None:
    full = tmp_path / "out.csv.part"
    full.symlink_to("/dev/full")
    with (
        pytest.raises(ConfigError, match="cannot be written: No space left"),
        open_rows(tmp_path / "out.csv", Form.csv, ["a"]) as write,
    ):
        for _ in range(10_000):
            write(["x" * 100])
    assert list(tmp_path.iterdir()) == []
