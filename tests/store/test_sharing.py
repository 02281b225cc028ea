"""Questions asked at the same time share a statement, and none suffers for another."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.domain.errors import StorageUnavailable
from hub.store.sharing import Shared


class Statement:
    """Doubles numbers; `runs` are the questions of each run. A number in `wrong` fails every run that has it."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.wrong: dict[int, Exception] = {}
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    async def run(self, asked: Sequence[int]) -> list[int]:
        self.runs.append(list(asked))
        self.begun.set()
        await self.may_end.wait()
        for each in asked:
            if each in self.wrong:
                raise self.wrong[each]
        return [2 * each for each in asked]


@pytest.fixture
def statement() -> Statement:
    return Statement()


async def ask(shared: Shared[int, int], *numbers: int) -> list[int | BaseException]:
    return await asyncio.gather(*(shared.ask(number) for number in numbers), return_exceptions=True)


async def test_what_is_asked_together_is_run_together_and_each_gets_its_own(statement: Statement) -> None:
    assert await ask(Shared(statement.run), 1, 2, 3) == [2, 4, 6]
    assert statement.runs == [[1, 2, 3]]


async def test_who_asks_while_a_statement_is_under_way_shares_the_next(statement: Statement) -> None:
    shared = Shared(statement.run)
    statement.may_end.clear()
    first = asyncio.create_task(shared.ask(1))
    await statement.begun.wait()
    others = asyncio.gather(shared.ask(2), shared.ask(3))
    await asyncio.sleep(0)
    statement.may_end.set()

    assert [await first, *await others] == [2, 4, 6]
    assert statement.runs == [[1], [2, 3]]


async def test_a_crowd_is_divided(statement: Statement) -> None:
    assert await ask(Shared(statement.run, most=2), 1, 2, 3) == [2, 4, 6]
    assert statement.runs == [[1, 2], [3]]


async def test_a_question_that_fails_fails_alone(statement: Statement) -> None:
    statement.wrong[2] = ValueError("a row that cannot be read")
    first, second, third = await ask(Shared(statement.run), 1, 2, 3)

    assert (first, third) == (2, 6)
    assert isinstance(second, ValueError)


async def test_a_database_that_is_away_is_asked_once_and_everybody_told(statement: Statement) -> None:
    statement.wrong[1] = StorageUnavailable("away")
    answers = await ask(Shared(statement.run), 1, 2)

    assert all(isinstance(each, StorageUnavailable) for each in answers)
    assert statement.runs == [[1, 2]]


async def test_who_no_longer_waits_takes_nothing_from_the_others(statement: Statement) -> None:
    shared = Shared(statement.run)
    statement.may_end.clear()
    gone, stays = asyncio.create_task(shared.ask(1)), asyncio.create_task(shared.ask(2))
    await statement.begun.wait()
    gone.cancel()
    statement.may_end.set()

    assert await stays == 4
    assert await shared.ask(3) == 6
