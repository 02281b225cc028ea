"""A business brings its clients along: 10,000 rows of XLSX in, counted exactly, taken back exactly, killed anywhere.

The real program in processes of its own. Five in a hundred rows are duplicates, two are nonsense; time and memory are
printed (`-s`), memory is held against what the same command needs for a file of three rows.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from openpyxl import Workbook

ROWS, DUPLICATES, NONSENSE = 10_000, 500, 200
HEADERS = ("Имя", "Телефон", "E-mail", "Компания", "Ответственный", "Этап", "Сумма", "Источник", "Комментарий")
OWN = {"import_batches", "import_rows", "audit"}
MAY_GROW_BY_MEGABYTES = 64


@dataclass(frozen=True)
class Done:
    """A command that has ended, and what it cost."""

    code: int
    told: str
    seconds: float
    megabytes: float

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.told)
        return found


@dataclass(frozen=True)
class Machine:
    """The command line over a test's database."""

    dsn: str
    data: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"], "HUB_LANGUAGE": "en"})

    def hub(self, *arguments: object, dies_at: str = "") -> Done:
        command = [sys.executable, "-m", "hub", *map(str, arguments), "--dsn", self.dsn, "--data", str(self.data)]
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment | {"HUB_CONFIG": "/nonexistent/hub.toml", "HUB_CRASH": dies_at},
        )
        assert process.stdout is not None
        told = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        return Done(process.returncode, told, time.monotonic() - began, usage.ru_maxrss / 1024)


@pytest.fixture
def machine(dsn: str, tmp_path: Path) -> Machine:
    (tmp_path / "data").mkdir()
    return Machine(dsn, tmp_path / "data")


async def dump(pool: asyncpg.Pool) -> dict[str, list[str]]:
    """Every row of every table but the imports' own and the audit log, without the counters that guard writers."""
    tables = await pool.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        "AND relnamespace = 'public'::regnamespace"
    )
    rows = {
        name: await pool.fetch(f"SELECT (to_jsonb(t) - 'version')::text AS row FROM {name} t ORDER BY 1")
        for (name,) in tables
        if name not in OWN
    }
    return {name: [row["row"] for row in found] for name, found in rows.items()}


def phone_of(number: int) -> int:
    return 79_160_000_000 + number


def client(number: int) -> list[object]:
    """A row as spreadsheets have it: the phone is a number."""
    lead = ("Новый", number * 10, "Выставка") if number % 4 == 0 else ("", "", "")
    company = f"ООО Ромашка {number % 50}" if number % 3 == 0 else ""
    return [f"Клиент {number}", phone_of(number), f"c{number}@example.ru", company, "Анна", *lead, f"Заметка {number}"]


def duplicate(number: int) -> list[object]:
    """The same client written down again, by another spelling of the phone or by the e-mail alone."""
    if number % 2:
        return [f"Снова {number}", f"8 ({phone_of(number) // 10**7 % 1000}) {phone_of(number) % 10**7:07}"]
    return ["", "", f"C{number}@EXAMPLE.RU"]


def nonsense(number: int) -> list[object]:
    kinds: list[list[object]] = [
        ["Без адреса"],
        ["Не то", "позвонить завтра", "нет"],
        ["", 12],
        ["Этап", phone_of(number)],
    ]
    row = kinds[number % 4]
    return [*row, *[""] * (5 - len(row)), "На Луне"] if number % 4 == 3 else row


def make_book(path: Path) -> list[int]:
    """Write the file; return the numbers of the rows that are nonsense."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Клиенты")
    sheet.append(HEADERS)
    refused, number = [], 0
    for place in range(ROWS):
        if place % 50 == 49:
            refused.append(place + 2)
            sheet.append(nonsense(place // 50))
        elif place % 20 == 18:
            sheet.append(duplicate(number - 1 - place % 15))
        else:
            number += 1
            sheet.append(client(number))
    book.save(path)
    return refused


async def known_clients(pool: asyncpg.Pool, machine: Machine, folder: Path) -> None:
    """Three clients the hub knows before, two of whom the file has too."""
    path = folder / "known.csv"
    path.write_text(f"Имя;Телефон\nМария;+{phone_of(1)}\nОлег;+{phone_of(2)}\nЧужой;+79990000001\n")
    assert machine.hub("people", "add", "anna", "Анна").code == 0
    assert machine.hub("import", path).code == 0


@pytest.mark.timeout(300)
async def test_ten_thousand_clients_come_in_counted_exactly_and_go_out_again_exactly(
    pool: asyncpg.Pool, machine: Machine, tmp_path: Path
) -> None:
    await known_clients(pool, machine, tmp_path)
    small = machine.hub("import", "--list", "--json")
    path = tmp_path / "clients.xlsx"
    refused = make_book(path)
    before = await dump(pool)

    tried = machine.hub("import", path, "--dry-run", "--json")
    assert await dump(pool) == before
    report = tmp_path / "refused.csv"
    done = machine.hub("import", path, "--json", "--refused", report)
    after = await dump(pool)

    clients = ROWS - DUPLICATES - NONSENSE
    leads, companies = clients // 4, 50
    counts = {"new": clients - 2, "merged": DUPLICATES + 2, "ambiguous": 0, "refused": NONSENSE}
    assert done.record["counts"] == tried.record["counts"] == {**counts, "leads": leads, "companies": companies}
    assert done.record["reasons"] == tried.record["reasons"]
    assert done.record["reasons"] == {"no_address": 50, "unreadable_address": 100, "unknown_stage": 50}
    assert [int(line.split(";")[-3]) for line in report.read_text("utf-8-sig").splitlines()[1:]] == refused
    gained = {table: len(after[table]) - len(rows) for table, rows in before.items() if rows != after[table]}
    assert gained == {
        "contacts": clients - 2,
        "identities": 2 * clients - 2,
        "companies": companies,
        "leads": leads,
        "lead_stage_facts": leads,
    }
    undone = machine.hub("import", "--undo", done.record["batch"], "--json")
    assert await dump(pool) == before
    assert (undone.record["restored"], undone.record["kept"]) == (clients, 0)

    for name, cost in (("dry run", tried), ("import", done), ("undo", undone), ("base", small)):
        print(f"{name}: {cost.seconds:.1f} s, {cost.megabytes:.0f} MB")
    assert max(each.megabytes for each in (tried, done, undone)) - small.megabytes < MAY_GROW_BY_MEGABYTES


def make_csv(path: Path) -> Path:
    rows = [f"Клиент {number};+{phone_of(number)};ООО {number % 7};Новый" for number in range(1, 1101)]
    path.write_text("\n".join(["Имя;Телефон;Компания;Этап", *rows, f"Снова;+{phone_of(3)};;", "Никто;;;"]))
    return path


def plain(tables: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """A dump without what differs from run to run: ids and instants."""
    rows = {name: [json.loads(row) for row in found] for name, found in tables.items()}
    return {
        name: sorted(
            ({key: value for key, value in row.items() if key not in _FLEETING} for row in found),
            key=lambda row: json.dumps(row, sort_keys=True),
        )
        for name, found in rows.items()
    }


_FLEETING = {"id", "created_at", "stage_at", "contact_id", "company_id", "lead_id", "occurred_at", "facts"}


@pytest.mark.parametrize(
    "point",
    [
        "import.before_begin:1",
        "import.after_begin:1",
        "workset.before_commit:1",
        "workset.after_commit:1",
        "workset.before_commit:3",
        "workset.after_commit:3",
        "import.before_end:1",
    ],
)
async def test_an_import_killed_anywhere_goes_on_and_ends_as_one_that_was_not(
    pool: asyncpg.Pool, machine: Machine, tmp_path: Path, point: str
) -> None:
    path = make_csv(tmp_path / "clients.csv")
    assert machine.hub("import", path, dies_at=point).code == -signal.SIGKILL
    found = machine.hub("import", path, "--json")

    assert found.record["counts"] == {
        "new": 1100,
        "merged": 1,
        "ambiguous": 0,
        "refused": 1,
        "leads": 1100,
        "companies": 7,
    }
    now = plain(await dump(pool))
    sizes = {name: len(rows) for name, rows in now.items() if rows}
    assert (sizes["contacts"], sizes["identities"], sizes["leads"], sizes["companies"]) == (1100, 1100, 1100, 7)
    assert [row["name"] for row in now["contacts"]] == sorted(f"Клиент {number}" for number in range(1, 1101))


@pytest.mark.parametrize(
    "point",
    [
        "import.before_undo:1",
        "import.after_undo:1",
        "workset.before_commit:2",
        "workset.after_commit:2",
        "import.before_undone:1",
        "import.after_undone:1",
    ],
)
async def test_an_undo_killed_anywhere_goes_on_and_restores_exactly(
    pool: asyncpg.Pool, machine: Machine, tmp_path: Path, point: str
) -> None:
    before = await dump(pool)
    batch = machine.hub("import", make_csv(tmp_path / "clients.csv"), "--json").record["batch"]
    assert machine.hub("import", "--undo", batch, dies_at=point).code == -signal.SIGKILL
    undone = machine.hub("import", "--undo", batch, "--json")

    assert (undone.record["restored"], undone.record["kept"]) == (1100, 0)
    assert await dump(pool) == before
