"""Whatever a file says of whatever cards: the dry run counts the same, addresses have one owner, undo restores."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from hub.inbox.importing.undoing import undo_import
from tests.inbox.desk import Desk, person, says
from tests.inbox.importing.files import ADMIN, bring_in, dump, try_out, write

HEADERS = "Имя;Телефон;Тел. 2;Почта;Telegram ID;Компания;Этап;Сумма;Теги;Комментарий"
STAGES = ("", "", "Новый", "Связались", "Сделка", "Отказ", "На Луне")


def any_row(random: Random) -> str:
    """A row over few clients, so that rows meet each other and what is there."""

    def maybe(*values: str) -> str:
        return random.choice(("", *values))

    phones = [f"+7916111000{number}" for number in range(8)]
    cells = [
        maybe("Анна", "Борис"),
        random.choice(("", "мусор", *phones)),
        maybe(*phones),
        maybe("a@example.ru", "b@example.ru", "c@example.ru", "d@example.ru"),
        maybe("", "", "555", "556"),
        maybe("Ромашка", "ромашка", "Василёк"),
        random.choice(STAGES),
        maybe("5", "пять"),
        maybe("опт", "опт, vip"),
        maybe("Чай", "Кофе"),
    ]
    return ";".join(cells)


async def known_clients(desk: Desk) -> None:
    for number in (1, 2):
        phone = f"+7916111000{number}"
        await desk.receive(says("Здравствуйте", at=desk.now, by=person(550 + number, name="", phone=phone)))
    await desk.pool.execute("UPDATE identities SET is_shared = true WHERE value = '+79161110002'")


@pytest.mark.parametrize("seed", range(6))
async def test_any_file_is_counted_as_tried_and_taken_back_exactly(desk: Desk, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    await known_clients(desk)
    standing = write(tmp_path, HEADERS, *(any_row(random) for _ in range(10)), name="before.csv")
    await bring_in(desk, standing)
    before = await dump(desk)
    path = write(tmp_path, HEADERS, *(any_row(random) for _ in range(60)))
    tried, found = await try_out(desk, path), await bring_in(desk, path)

    assert (tried.counts, dict(tried.reasons), dict(tried.remarks)) == (found.counts, found.reasons, found.remarks)
    assert sum(found.counts.verdicts.values()) == found.batch.rows
    loose = "contact_id NOT IN (SELECT id FROM contacts)"
    assert await desk.rows("identities", loose) == await desk.rows("leads", loose) == []
    assert await desk.rows("contacts", "id NOT IN (SELECT contact_id FROM identities)") == []
    undone = await undo_import(desk.office, ADMIN, found.batch.id)
    assert (undone.kept, await dump(desk)) == (0, before)


async def test_m9_clients_who_write_while_they_are_imported_have_one_card(desk: Desk, tmp_path: Path) -> None:
    rows = [f"Клиент {number};+7916{number:07}" for number in range(1, 801)]
    path = write(tmp_path, "Имя;Телефон", *rows)

    async def they_write() -> None:
        for number in range(40, 801, 40):
            phone = f"+7916{number:07}"
            await desk.receive(says("Здравствуйте", at=desk.now, by=person(number, name="", phone=phone)))

    await asyncio.gather(bring_in(desk, path), they_write())

    assert len(await desk.rows("identities", "type = 'phone'")) == 800
    assert len(await desk.rows("contacts")) == 800
    assert len(await desk.rows("conversations")) == 20
