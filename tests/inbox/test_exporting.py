"""Everything out: who may, the fact of it, all kinds, and that what went out comes in again as it was."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import ConfigError, NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.exporting import Place, export
from hub.inbox.importing.undoing import undo_import
from hub.store.exports import KINDS
from hub.store.exports_file import Form, open_rows
from hub.store.pool import connect
from tests.inbox.desk import Desk, person, says
from tests.inbox.importing.files import ADMIN, bring_in, write

FLEETING = {"id", "contact_id", "conversation_id", "created_at", "created", "stage_at", "closed_at"}
CLIENTS = (
    "Имя;Телефон;Почта;Telegram ID;Компания;ИНН;Ответственный;Теги;Комментарий;Этап;Сумма;Продукт;Источник;utm_term"
    ";Причина отказа",
    'Анна "Анюта";+79161110001, +79161110002;a@example.ru;;ООО "Ромашка; и Ко";7707083893;Анна;опт, vip;=1+1;Новый;5;'
    "Стул;Сайт;стул;",
    "'Борис;;b@example.ru;555;ООО Василёк;;Иван;;+7 не телефон;Отказ;;;Выставка;;Дорого",
    ";+79161110003;;;;;;;;;;;;;",
)


class Kept:
    """Keeps what is exported, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    @contextmanager
    def place(self, name: str, columns: Sequence[str]) -> Iterator[Any]:
        rows = self.rows.setdefault(name, [])
        yield lambda row: rows.append(dict(zip(columns, row, strict=True)))

    def lasting(self, name: str) -> list[dict[str, Any]]:
        return [{key: value for key, value in row.items() if key not in FLEETING} for row in self.rows[name]]


def into(folder: Path, form: Form) -> Place:
    return lambda name, columns: open_rows(folder / f"{name}.{form.value}", form, columns)


async def kept(desk: Desk) -> Kept:
    found = Kept()
    await export(desk.office, ADMIN, list(KINDS), found.place)
    return found


@pytest.mark.parametrize("form", [Form.csv, Form.xlsx])
@pytest.mark.parametrize("kind", ["contacts", "leads"])
async def test_what_is_exported_comes_in_again_as_it_was(desk: Desk, tmp_path: Path, form: Form, kind: str) -> None:
    batch = (await bring_in(desk, write(tmp_path, *CLIENTS))).batch
    before = await kept(desk)
    await export(desk.office, ADMIN, [kind], into(tmp_path, form))
    await undo_import(desk.office, ADMIN, batch.id)
    assert (await kept(desk)).rows["contacts"] == []
    found = await bring_in(desk, tmp_path / f"{kind}.{form.value}")

    assert found.counts.verdicts == {"new": len(before.rows[kind])}
    assert (await kept(desk)).lasting(kind) == before.lasting(kind)


async def test_every_kind_is_exported_with_what_it_holds(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте, =1+1", at=desk.now, by=person(100, name="Мария", phone="+79161234567")))
    found = await kept(desk)

    assert {name: len(rows) for name, rows in found.rows.items()} == {
        "contacts": 1,
        "identities": 2,
        "companies": 0,
        "leads": 1,
        "conversations": 1,
        "messages": 1,
        "calls": 0,
        "tasks": 0,
    }
    [contact], [message] = found.rows["contacts"], found.rows["messages"]
    assert (contact["name"], contact["phone"], contact["telegram"]) == ("Мария", "+79161234567", "100")
    assert (message["text"], message["direction"]) == ("Здравствуйте, =1+1", "inbound")


async def test_own_fields_become_columns_and_absorbed_cards_are_left_out(desk: Desk, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон;Комментарий", "Анна;+79161110001;Чай", "Борис;+79161110002;"))
    await desk.pool.execute("UPDATE contacts SET merged_into = 1 WHERE name = 'Борис'")

    assert [(row["name"], row["contact.note"]) for row in (await kept(desk)).rows["contacts"]] == [("Анна", "Чай")]


async def test_an_export_tells_how_far_it_is(desk: Desk, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон", *(f"К;+7916{number:07}" for number in range(1, 701))))
    seen: list[tuple[int, int]] = []
    written = await export(
        desk.office,
        ADMIN,
        ["contacts", "identities"],
        Kept().place,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert (written, seen) == ({"contacts": 700, "identities": 700}, [(500, 1400), (1200, 1400), (1400, 1400)])


async def test_all_kinds_are_of_one_instant(desk: Desk, dsn: str, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;+79161110001"))
    found = Kept()

    @contextmanager
    def place(name: str, columns: Sequence[str]) -> Iterator[Any]:
        with found.place(name, columns) as add:
            yield add
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(asyncio.run, somebody_deletes_all(dsn)).result()

    await export(desk.office, ADMIN, ["contacts", "identities"], place)

    assert [len(rows) for rows in found.rows.values()] == [1, 1]
    assert await desk.rows("identities") == []


async def somebody_deletes_all(dsn: str) -> None:
    """Delete every address, in a loop of one's own."""
    async with connect(dsn) as connection:
        await connection.execute("DELETE FROM identities")


async def test_rg6_an_export_is_an_audit_fact_even_if_it_is_broken_off(desk: Desk) -> None:
    def broken(name: str, columns: Sequence[str]) -> Any:
        return open_rows(Path("/dev/full/none"), Form.csv, columns)

    with pytest.raises(ConfigError, match="/dev/full/none cannot be written: Not a directory"):
        await export(desk.office, ADMIN, ["contacts"], broken)

    fact = await desk.one("audit")
    assert (fact["manager_id"], fact["action"], fact["subject"]) == (0, "exported", "export:contacts")


@pytest.mark.parametrize("role", [Role.manager, Role.head])
async def test_rg1_rg7_only_an_administrator_exports(desk: Desk, role: Role) -> None:
    actor = Person(ManagerId(1), role, frozenset({LineKey("sales")}))
    with pytest.raises((NotFound, PermissionDenied)):
        await export(desk.office, actor, ["contacts"], Kept().place)
    assert await desk.rows("audit") == []


async def test_what_there_is_not_is_named_with_what_there_is(desk: Desk) -> None:
    with pytest.raises(NotFound, match="nothing called 'deals' to export; there are: contacts, identities"):
        await export(desk.office, ADMIN, ["deals"], Kept().place)
