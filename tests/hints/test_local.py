"""Hints of one process: what need not be remembered is forgotten."""

import asyncio
from datetime import timedelta

import pytest

from hub.domain.ids import ConversationId, ManagerId
from hub.hints.local import LocalLocks, LocalRates, LocalWakeup


async def test_buckets_that_are_full_again_are_forgotten() -> None:
    rates = LocalRates()
    for chat in range(10_000):
        await rates.take(f"chat:{chat}", per_second=1e9, burst=1)

    assert rates.kept < 2_000


async def test_buckets_that_are_not_full_yet_and_blocked_ones_are_kept() -> None:
    rates = LocalRates()
    await rates.block("bot", timedelta(hours=1))
    await rates.take("slow", per_second=0.001, burst=1)
    for chat in range(3_000):
        await rates.take(f"chat:{chat}", per_second=1e9, burst=1)

    assert await rates.take("bot", per_second=1e9, burst=1) > timedelta(minutes=59)
    assert await rates.take("slow", per_second=0.001, burst=1) > timedelta(minutes=16)


@pytest.mark.parametrize(("seconds", "is_kept"), [(0.0, False), (3600.0, True)])
async def test_r11_marks_that_have_run_out_are_forgotten(seconds: float, is_kept: bool) -> None:
    locks = LocalLocks(seconds)
    for conversation in range(5_000):
        await locks.touch(ConversationId(conversation), ManagerId(1))

    assert (locks.kept == 5_000) is is_kept
    assert is_kept or locks.kept < 2_000


@pytest.mark.parametrize("turns", range(5))
async def test_who_is_told_to_end_while_a_wake_up_arrives_ends(turns: int) -> None:
    wakeup = LocalWakeup()

    async def work() -> None:
        while True:
            await wakeup.wait("receipts", timedelta(seconds=60))

    worker = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    wakeup.wake("receipts")
    for _ in range(turns):
        await asyncio.sleep(0)
    worker.cancel()
    await asyncio.wait({worker}, timeout=1)

    assert worker.cancelled()
