"""Hints of one process: what need not be remembered is forgotten."""

from datetime import timedelta

from hub.hints.local import LocalRates


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
