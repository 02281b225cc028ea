"""Taking a batch back: everything the import left goes, everything people have done since stays and is said."""

from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import Conflict, NotFound, PermissionDenied
from hub.domain.ids import ManagerId
from hub.domain.imports import BatchState
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.importing.plan import Wanted
from hub.inbox.importing.run import import_sheet, list_imports, one_at_a_time
from hub.inbox.importing.undoing import Undone, undo_import
from hub.store.imports_file import open_sheet
from tests.inbox.desk import Desk, person, says
from tests.inbox.importing.files import ADMIN, bring_in, dump, write

EVERYTHING = (
    "Имя;Телефон;Почта;Компания;Ответственный;Комментарий;Теги;Этап;Сумма;Источник",
    "Анна;+79161110001;a@example.ru;Ромашка;Иван;Любит чай;опт;Связались;100;Сайт",
    "Анна;+79161110001;a2@example.ru;;;;vip;;;",
    "Мария;+79161234567;m@example.ru;Ромашка;Иван;Старый клиент;опт;Новый;500;Выставка",
    "Мария;;m@example.ru;;;;;Сделка;900;",
    "Никто;;;;;;;;;",
)


class Stopped(Exception):
    """The process is gone."""


async def undo(desk: Desk, batch_id: int) -> Undone:
    return await undo_import(desk.office, ADMIN, batch_id)


async def client(desk: Desk) -> None:
    """A client with a conversation, a wait and a lead."""
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(100, name="", phone="+79161234567")))


def stop_after(done: int) -> Any:
    """A progress that ends everything once so many rows are done."""

    def progress(reached: int, total: int) -> None:
        if reached >= done:
            raise Stopped

    return progress


async def test_undo_restores_exactly(desk: Desk, tmp_path: Path) -> None:
    await client(desk)
    before = await dump(desk)
    batch = (await bring_in(desk, write(tmp_path, *EVERYTHING))).batch
    assert await dump(desk) != before
    undone = await undo(desk, batch.id)

    assert await dump(desk) == before
    assert (undone.restored, undone.kept, undone.companies) == (2, 0, 1)
    assert (await desk.one("import_batches"))["state"] == "undone"
    told = [(row["cells"], row["filled"], row["lead_filled"]) for row in await desk.rows("import_rows")]
    assert told == [([], {}, {})] * 5


async def test_undo_of_an_undone_batch_changes_nothing_and_the_file_may_come_again(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, *EVERYTHING)
    batch = (await bring_in(desk, path)).batch
    first = await undo(desk, batch.id)
    again = await undo(desk, batch.id)

    assert (again.restored, again.kept) == (first.restored, first.kept)
    assert (await bring_in(desk, path)).counts.verdicts["new"] == 2


async def test_a_card_that_a_client_has_written_to_stays_whole_and_is_said(desk: Desk, tmp_path: Path) -> None:
    batch = (await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;+79161110001", "Борис;+79161110002"))).batch
    await desk.receive(says("Это я", at=desk.now, by=person(7, name="", phone="+79161110001")))
    undone = await undo(desk, batch.id)

    assert (undone.restored, undone.kept, [row.number for row in undone.kept_rows]) == (1, 1, [2])
    assert (await desk.one("contacts"))["name"] == "Анна"
    assert (await desk.one("identities", "type = 'phone'"))["level"] == "proven"


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE contacts SET name = 'Анна Петровна'",
        "UPDATE contacts SET tags = '[\"свой\"]'",
        "UPDATE identities SET level = 'proven'",
        "UPDATE identities SET is_shared = true",
        "UPDATE leads SET stage = 'waiting', stage_at = now()",
        "UPDATE leads SET amount = '7.00'",
        "INSERT INTO tasks (id, what, contact_id, due_at, cause, created_at) "
        "SELECT 1, 'Позвонить', id, now(), 'manual', now() FROM contacts",
        "INSERT INTO match_candidates (id, contact_id, candidates, created_at) "
        "SELECT 1, 2, jsonb_build_array(id), now() FROM contacts",
        "INSERT INTO crm_items (connection_id, entity, hub_id, contact_id, key, state, changed_at) "
        "SELECT 1, 'contact', id, id, 'key', 'sent', now() FROM contacts",
    ],
)
async def test_what_people_have_gone_on_with_is_kept(desk: Desk, tmp_path: Path, deed: str) -> None:
    batch = (await bring_in(desk, write(tmp_path, "Имя;Телефон;Этап", "Анна;+79161110001;Связались"))).batch
    await desk.pool.execute(deed)
    undone = await undo(desk, batch.id)

    assert (undone.restored, undone.kept) == (0, 1)
    await desk.one("contacts")
    await desk.one("identities")


async def test_of_a_card_from_before_only_what_still_is_the_imports_goes(desk: Desk, tmp_path: Path) -> None:
    await client(desk)
    path = write(tmp_path, "Имя;Телефон;Почта;Комментарий", "Маша;+79161234567;m@example.ru;Любит чай")
    batch = (await bring_in(desk, path)).batch
    await desk.pool.execute("UPDATE contacts SET name = 'Мария Ивановна'")
    undone = await undo(desk, batch.id)

    row = await desk.one("contacts")
    assert (row["name"], row["fields"]) == ("Мария Ивановна", {})
    assert await desk.rows("identities", "type = 'email'") == []
    assert (undone.restored, undone.kept) == (0, 1)


async def test_a_company_that_others_joined_stays(desk: Desk, tmp_path: Path) -> None:
    await client(desk)
    batch = (await bring_in(desk, write(tmp_path, "Имя;Телефон;Компания", "Анна;+79161110001;Ромашка"))).batch
    await desk.pool.execute(
        "UPDATE contacts SET company_id = (SELECT id FROM companies) WHERE id IN (SELECT contact_id FROM conversations)"
    )
    undone = await undo(desk, batch.id)

    assert undone.companies == 0
    await desk.one("companies")


async def test_what_is_no_more_has_nothing_left_to_take_back(desk: Desk, tmp_path: Path) -> None:
    rows = ("Анна;+79161110001;", "Борис;+79161110002;Новый", "Вера;+79161110003;")
    batch = (await bring_in(desk, write(tmp_path, "Имя;Телефон;Этап", *rows))).batch
    await desk.pool.execute("DELETE FROM identities WHERE value = '+79161110001'")
    await desk.pool.execute("DELETE FROM contacts WHERE name = 'Анна'")
    await desk.pool.execute("DELETE FROM leads")
    await desk.pool.execute("UPDATE contacts SET merged_into = 1 WHERE name = 'Вера'")
    undone = await undo(desk, batch.id)

    assert (undone.restored, undone.kept, [row.number for row in undone.kept_rows]) == (2, 1, [4])


async def test_of_two_batches_each_is_taken_back_alone(desk: Desk, tmp_path: Path) -> None:
    first = (await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;+79161110001", name="a.csv"))).batch
    between = await dump(desk)
    second = (await bring_in(desk, write(tmp_path, "Телефон;Почта", "+79161110001;a@example.ru", name="b.csv"))).batch
    await undo(desk, second.id)
    assert await dump(desk) == between
    await undo(desk, first.id)

    assert await desk.rows("contacts") == await desk.rows("identities") == []


async def test_an_import_that_was_stopped_goes_on_and_ends_as_if_it_had_not(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;Телефон", *(f"Клиент {number};+7916{number:07}" for number in range(1, 1201)))
    wanted = Wanted(open_sheet(path))
    with pytest.raises(Stopped):
        await import_sheet(desk.office, ADMIN, wanted, progress=stop_after(500))
    assert len(await desk.rows("contacts")) == 500
    found = await import_sheet(desk.office, ADMIN, wanted)

    assert (found.went_on, found.counts.verdicts) == (True, {"new": 1200})
    assert len(await desk.rows("contacts")) == len(await desk.rows("identities")) == 1200
    [(batch, _)] = await list_imports(desk.office, ADMIN)
    assert (batch.state, batch.rows) == (BatchState.done, 1200)


async def test_an_import_goes_on_only_as_it_began(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;Телефон;Фирма", "Анна;+79161110001;Ромашка")
    with pytest.raises(Stopped):
        await import_sheet(desk.office, ADMIN, Wanted(open_sheet(path)), progress=stop_after(0))
    for otherwise in ({"said": {"Фирма": "company"}}, {"line": "support"}, {"makes_leads": True}):
        with pytest.raises(Conflict, match="began otherwise"):
            await bring_in(desk, path, **otherwise)


async def test_half_an_import_can_be_taken_back_and_half_an_undo_goes_on(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;Телефон", *(f"Клиент {number};+7916{number:07}" for number in range(1, 1201)))
    wanted = Wanted(open_sheet(path))
    with pytest.raises(Stopped):
        await import_sheet(desk.office, ADMIN, wanted, progress=stop_after(1000))
    batch_id = (await desk.one("import_batches"))["id"]
    with pytest.raises(Stopped):
        await undo_import(desk.office, ADMIN, batch_id, progress=stop_after(300))
    with pytest.raises(Conflict, match="is being taken back"):
        await import_sheet(desk.office, ADMIN, wanted)
    undone = await undo(desk, batch_id)

    assert undone.restored == 1000
    assert await desk.rows("contacts") == await desk.rows("identities") == []


async def test_one_import_at_a_time(desk: Desk, tmp_path: Path) -> None:
    async with one_at_a_time(desk.office):
        with pytest.raises(Conflict, match="another import is running"):
            await bring_in(desk, write(tmp_path, *EVERYTHING))


async def test_rg1_rg7_only_an_administrator_takes_a_batch_back(desk: Desk, tmp_path: Path) -> None:
    batch = (await bring_in(desk, write(tmp_path, *EVERYTHING))).batch
    with pytest.raises((NotFound, PermissionDenied)):
        await undo_import(desk.office, Person(ManagerId(1), Role.head, frozenset()), batch.id)
    with pytest.raises(NotFound, match="there is no import 7"):
        await undo(desk, 7)
