"""Case 10: the process dies between any two steps of filling or emptying the spool."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from hub.inbox.spooling import SpooledAcceptor
from hub.store.spool import Spool, look_at_spool
from tests.reliability.spool_child import fill

FILLING = ("spool.before_naming", "spool.before_write", "spool.before_sync", "spool.after_sync")
EMPTYING = (
    *("spool.before_store", "accept.before_commit", "accept.after_commit", "spool.after_store"),
    *("spool.before_removal", "spool.after_removal"),
)


async def run_child(*arguments: str, dies_at: str = "") -> list[int]:
    """Run the child until it dies or ends; return the numbers it printed."""
    environment = {**os.environ, **({"HUB_CRASH": dies_at} if dies_at else {})}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.reliability.spool_child", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    printed, _ = await child.communicate()
    assert child.returncode == (-signal.SIGKILL if dies_at else 0)
    return [int(line) for line in printed.splitlines() if line.isdigit()]


@pytest.mark.parametrize("dies_at", [*(f"{point}:1" for point in FILLING), *(f"{point}:2" for point in FILLING[1:])])
async def test_case1_case10_what_was_confirmed_before_a_process_died_is_all_there(desk, tmp_path, dies_at):
    directory = tmp_path / "spool"
    confirmed = await run_child("fill", str(directory), "3", dies_at=dies_at)

    await SpooledAcceptor(desk.acceptor, Spool(directory)).empty()

    found = [row["external_id"] for row in await desk.rows("receipts", "true ORDER BY id")]
    wanted = [f"event-{number}" for number in confirmed]
    assert found in (wanted, [*wanted, f"event-{len(wanted)}"]), "the one that was under way may be there"
    assert look_at_spool(directory).damaged_files == 0


@pytest.mark.parametrize("point", EMPTYING)
async def test_case10_a_death_while_the_spool_is_emptied_neither_loses_nor_doubles(desk, dsn, tmp_path, point):
    directory = tmp_path / "spool"
    await fill(directory, 3)
    await run_child("empty", str(directory), dsn, dies_at=f"{point}:1")

    await run_child("empty", str(directory), dsn)

    rows = await desk.rows("receipts", "true ORDER BY id")
    assert [row["external_id"] for row in rows] == ["event-0", "event-1", "event-2"]
    assert not list(Path(directory).iterdir())
