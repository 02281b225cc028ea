"""The table of semantics §8, case by case; each is a function `case_NN_what_happens` in a neighbouring file."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.cases import calls, clocks, forms, mail, people, telegram
from tests.cases.desk import CaseDesk, open_case_desk

Case = Callable[[CaseDesk], Awaitable[None]]
FILES = (calls, clocks, forms, mail, people, telegram)
CASES: dict[str, Case] = {
    name.removeprefix("case_").replace("_", "-"): case
    for file in FILES
    for name, case in vars(file).items()
    if name.startswith("case_")
}


@pytest.mark.parametrize("name", sorted(CASES))
async def test_case(name: str, pool: asyncpg.Pool, tmp_path: Path) -> None:
    await CASES[name](await open_case_desk(pool, tmp_path / "files"))


def test_every_case_of_the_table_is_here_once() -> None:
    assert sorted(int(name[:2]) for name in CASES) == list(range(1, 51))
