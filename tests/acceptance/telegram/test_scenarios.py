"""What happens to people in Telegram on a bad day, over a whole hub and a fake Bot API (telegram, end of §8)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.testing.crash.proxies import faulty_proxy, find_target
from hub.testing.telegram.faults import too_many_requests
from tests.acceptance.telegram.stage import SHOP, Stage, open_stage

pytestmark = pytest.mark.timeout(240)

ASKED = "Сколько стоит?"
ONE_ANSWERED = "SELECT count(*) FROM waits WHERE state = 'answered'"


@pytest.fixture
async def stage(dsn: str, pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(dsn, pool, tmp_path / "data") as stage:
        yield stage


async def test_while_the_database_is_down_for_two_minutes_nothing_said_or_pressed_is_lost_or_doubled(
    dsn: str, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    async with (
        faulty_proxy(find_target(dsn)) as proxy,
        open_stage(dsn, pool, tmp_path / "data", through=proxy.through(dsn)) as stage,
        stage.running(),
    ):
        stage.maria.writes(stage.shop, ASKED)
        card = await stage.card(ASKED)
        proxy.drop()
        stage.maria.writes(stage.shop, "И с доставкой?")
        stage.anna.replies(stage.desk, "Пять тысяч", to=card)
        await stage.until(lambda: proxy.connections == 0, "the hub has no database")
        stage.pass_time(minutes=2)
        for bot in (stage.shop, stage.desk):
            assert len(bot.updates.pending(stage.clock.now())) == 1
        assert stage.answers() == []
        proxy.heal()

        await stage.until(lambda: "Пять тысяч" in stage.answers(), "Maria reads the answer")
        await stage.card("И с доставкой?")
        assert stage.answers().count("Пять тысяч") == 1
        assert await pool.fetchval("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 2
        await stage.until_row("SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed', 'parked')", 0)
        assert await pool.fetchval("SELECT count(*) FROM conversations") == 1


async def test_a_reply_to_a_card_of_three_months_ago_reaches_its_client(stage: Stage) -> None:
    async with stage.running():
        stage.maria.writes(stage.shop, ASKED)
        card = await stage.card(ASKED)
        stage.anna.replies(stage.desk, "Пять тысяч", to=card)
        await stage.until_row(ONE_ANSWERED)
        stage.pass_time(days=92)
        stage.anna.replies(stage.desk, "Ещё нужен?", to=card)
        await stage.until(lambda: "Ещё нужен?" in stage.answers(), "Maria reads the later answer")
        assert not [told for told in stage.read(stage.anna, stage.desk) if "Кому отправить" in told]


async def test_what_was_pressed_while_the_hub_was_down_200_s_is_gone_at_telegram_and_works_when_pressed_again(
    stage: Stage,
) -> None:
    async with stage.running():
        stage.maria.writes(stage.shop, ASKED)
        card = await stage.card(ASKED)
    stage.anna.presses(stage.desk, card, "↩️ В очередь")
    stage.anna.replies(stage.desk, "Пять тысяч", to=card)
    stage.maria.writes(stage.shop, "Ау?")
    stage.clock.ahead += timedelta(seconds=200)
    async with stage.running():
        await stage.until(lambda: "Пять тысяч" in stage.answers(), "Maria reads the answer typed meanwhile")
        await stage.card("Ау?")
        assert await stage.pool.fetchval("SELECT assignee_id IS NOT NULL FROM conversations")
        stage.anna.presses(stage.desk, card, "↩️ В очередь")
        await stage.until_row("SELECT count(*) FROM ledger WHERE kind = 'released'")
        assert stage.answers().count("Пять тысяч") == 1


async def test_told_to_wait_40_s_an_answer_goes_out_once_after_them_and_the_clock_stops_then(stage: Stage) -> None:
    async with stage.running():
        stage.maria.writes(stage.shop, ASKED)
        card = await stage.card(ASKED)
        stage.shop.faults.add("sendMessage", too_many_requests(40))
        stage.anna.replies(stage.desk, "Пять тысяч", to=card)
        await stage.until(lambda: stage.shop.faults.left == 0, "Telegram says to wait")
        told_at = stage.clock.now()
        await stage.until_row(
            "SELECT count(*) FROM deliveries WHERE lane = 'reply' AND state = 'queued' AND attempt = 1"
        )
        stage.pass_time(seconds=35)
        assert stage.answers() == []
        stage.pass_time(seconds=10)
        await stage.until_row(ONE_ANSWERED)
        assert stage.answers() == ["Пять тысяч"]
        ended_at = await stage.pool.fetchval("SELECT ended_at FROM waits")
        assert (ended_at - told_at).total_seconds() >= 40


async def test_a_dead_proxy_delays_clients_and_answers_and_loses_neither(
    dsn: str, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    async with open_stage(dsn, pool, tmp_path / "data") as stage:
        host, port = stage.telegram.base_url.removeprefix("http://").split(":")
        async with faulty_proxy((host, int(port))) as proxy:
            stage.proxy = f"http://127.0.0.1:{proxy.port}"
            async with stage.running():
                stage.maria.writes(stage.shop, ASKED)
                card = await stage.card(ASKED)
                proxy.drop()
                stage.maria.writes(stage.shop, "Ау?")
                stage.anna.replies(stage.desk, "Пять тысяч", to=card)
                await stage.until_row("SELECT count(*) FROM deliveries WHERE lane = 'reply' AND attempt > 0")
                assert stage.answers() == []
                assert await pool.fetchval("SELECT state FROM waits") == "open"
                proxy.heal()
                stage.pass_time(minutes=2)
                await stage.until_row(ONE_ANSWERED)
                await stage.card("Ау?")
                assert stage.answers().count("Пять тысяч") == 1
        assert stage.telegram.bots[SHOP].updates.pending(stage.clock.now()) == ()
