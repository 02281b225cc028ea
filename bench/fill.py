"""Fills an installation as years of work would: clients with their addresses, closed work, messages, facts, receipts.

Set-based: one INSERT over `generate_series` a table, the tables side by side. Client number i of n has Telegram account
`FIRST_CLIENT + i`, one telephone, every other one a mail address, one closed conversation (one of five hundred is open
and waits), and five messages by default, spread over the last ten months. Ids are of their own ranges, and the sequence
of ids starts behind them all.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

import asyncpg

from bench.installation import Installation
from bench.report import progress
from bench.traffic import FIRST_CLIENT
from hub.store.partitions import ensure_partitions
from hub.store.pool import open_pool

MESSAGES_EACH = 5
_MONTHS = 11
_SIDE_BY_SIDE = 3
_PATIENCE_SECONDS = 3600
_FIRST_FREE_ID = 10**12
_STATEMENTS = Path(__file__).with_name("fill.sql").read_text("utf-8").split("\n-- ")[1:]
_NAMES = (
    "Александр Алексей Анастасия Андрей Анна Антон Борис Вадим Валентина Вера Виктор Владимир Галина Георгий Григорий "
    "Дарья Денис Дмитрий Евгений Екатерина Елена Иван Игорь Ирина Кирилл Константин Ксения Лариса Максим Мария Михаил "
    "Надежда Наталья Никита Николай Оксана Олег Ольга Павел Пётр Роман Светлана Сергей Татьяна Тимур Фёдор Юлия Яна"
)
_STEMS = (
    "Алексе Андре Баран Белоус Богдан Борис Быстр Васнец Виноград Воробь Гаврил Голуб Горшк Григорь Данил Дроздк Ефрем "
    "Жукш Зайц Зимнин Игнать Калин Карась Киселев Климуш Комар Корольк Крыл Кузнец Лебед Логин Лукьян Максим Мельник "
    "Морозк Назар Некрас Новик Орлин Павл Петухш Поляк Прохор Родион Рябин Савель Семён Смирн Сокол Степан Тарас Тимоф "
    "Титаренк Ульян Устин Фадей Федул Фролк Харит Цветк Чайкин Шестак Щербак Юдинц Яковл"
)
_ENDINGS = "ов ев ин ский цов енко ук ян ич ых"
_WORDS = "Добрый день торшер полка стол доставка завтра заказ цвет размер сколько стоит адрес самовывоз чек"
_AT = "now() - make_interval(days => (i % 300)::int, mins => (i % 600)::int)"


async def fill(installation: Installation, clients: int, *, each: int = MESSAGES_EACH) -> None:
    """Write so many clients with `each` messages into an installation that nobody works on yet."""
    pool = await open_pool(installation.dsn, min_size=1, max_size=_SIDE_BY_SIDE)
    try:
        await _make_months(pool)
        managers = [row["id"] for row in await pool.fetch("SELECT id FROM managers ORDER BY id")]
        given = _given(clients, each, connection=installation.connection_id, managers=managers)
        turn = asyncio.Semaphore(_SIDE_BY_SIDE)
        await asyncio.gather(*(_insert(pool, turn, Template(sql).substitute(given)) for sql in _STATEMENTS))
        await pool.execute(f"SELECT setval('hub_ids', {_FIRST_FREE_ID})")
        await _insert(pool, turn, "statistics\nVACUUM (ANALYZE)")
    finally:
        await pool.close()


async def _make_months(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for months in range(_MONTHS):
            await ensure_partitions(connection, datetime.now(UTC) - timedelta(days=30 * months))


async def _insert(pool: asyncpg.Pool, turn: asyncio.Semaphore, sql: str) -> None:
    name = sql.partition("\n")[0]
    async with turn, pool.acquire() as connection:
        await connection.execute("SET synchronous_commit = off; SET statement_timeout = 0")
        progress(f"fill {name}: {await connection.execute(sql.partition(name)[2], timeout=_PATIENCE_SECONDS)}")


def _given(clients: int, each: int, *, connection: int, managers: Sequence[int]) -> dict[str, object]:
    """Return what the statements need, as SQL; all of it is ours."""
    lists = {"name": _NAMES, "stem": _STEMS, "ending": _ENDINGS, "word": _WORDS}
    words = {f"{noun}s": told for noun, told in lists.items()}
    counts = {f"{noun}_count": len(told.split()) for noun, told in lists.items()}
    people = {"managers": f"(ARRAY[{', '.join(map(str, managers))}])", "manager_count": len(managers)}
    sizes = {"clients": clients, "each": each, "connection": connection, "first_client": FIRST_CLIENT}
    return {**words, **counts, **people, **sizes, "at": _AT}
