"""What the log says of errors: where they happened, and nothing of clients."""

import logging

import asyncpg
import pytest
import structlog

from hub.app.logs import LibraryLines, print_error, set_up_logs
from hub.config import Config
from tests.inbox.desk import Desk

PHONE = "+79161234567"


async def violate(desk: Desk) -> BaseException:
    """Return a unique violation that quotes a number, as it comes out of a use-case."""
    async with desk.pool.acquire() as connection:
        await connection.execute("CREATE TEMP TABLE numbers (number text PRIMARY KEY)")
        try:
            await connection.execute("INSERT INTO numbers VALUES ($1), ($1)", PHONE)
        except asyncpg.UniqueViolationError as error:
            try:
                raise ValueError("the batch could not be written") from error
            except ValueError as wrapped:
                return wrapped
    raise AssertionError("the number was taken twice")


async def test_a_number_in_a_unique_violation_does_not_reach_the_log(desk: Desk) -> None:
    error = await violate(desk)
    assert PHONE in str(error.__cause__)

    said = print_error(error)
    assert PHONE not in said
    assert "UniqueViolationError (SQLSTATE 23505)" in said
    assert "ValueError: the batch could not be written" in said
    assert "test_logs.py" in said


async def test_a_number_in_an_argument_the_driver_refuses_does_not_reach_the_log(desk: Desk) -> None:
    with pytest.raises(asyncpg.DataError) as refused:
        await desk.pool.fetchval("SELECT $1::bigint", PHONE)

    assert PHONE in str(refused.value)
    assert PHONE not in print_error(refused.value)


async def test_libraries_print_errors_the_same_way(desk: Desk) -> None:
    error = await violate(desk)
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "not retrieved", (), (type(error), error, None))

    assert PHONE not in LibraryLines("%(message)s").format(record)


async def test_the_processes_of_the_hub_log_so(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    before, error = structlog.get_config(), await violate(desk)
    try:
        set_up_logs(Config())
        structlog.get_logger().error("loop.raised", exc_info=error)
    finally:
        structlog.configure(**before)
    said = capfd.readouterr().err
    assert "UniqueViolationError (SQLSTATE 23505)" in said
    assert PHONE not in said
