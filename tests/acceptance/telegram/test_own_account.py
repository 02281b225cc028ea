"""A colleague's own account behind the shop's bot, and chats that forget, over a whole hub and a fake Bot API (§8)."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from hub.app.rules import apply_policy
from hub.store.policy import PolicyChange
from hub.testing.telegram.business import connect_account
from tests.acceptance.telegram.stage import Stage, open_stage
from tests.inbox.desk import ALWAYS_OPEN

pytestmark = pytest.mark.timeout(240)

ASKED = "Сколько стоит?"
ONE_ANSWERED = "SELECT count(*) FROM waits WHERE state = 'answered'"
CLEARED = ALWAYS_OPEN.replace("[business]", '[business]\nprotect_chats = true\nclear_chats_after = "40h"')


@pytest.fixture
async def stage(dsn: str, pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(dsn, pool, tmp_path / "data") as stage:
        yield stage


async def test_edge16_what_anna_types_on_her_phone_answers_while_the_hub_was_down_and_counts_once(stage: Stage) -> None:
    async with stage.running():
        await stage.until(lambda: "business_message" in stage.shop.updates.allowed, "the bot asks for accounts")
        account = connect_account(stage.shop, stage.anna)
        await stage.card("Ответы с телефона засчитываются: Анна")
        account.hears(stage.maria, ASKED)
        card = await stage.card(ASKED)
    account.answers(stage.maria, "Пять тысяч")

    async with stage.running():
        await stage.until_row(ONE_ANSWERED)
        assert await stage.pool.fetchval("SELECT responder_id FROM waits") == await stage.pool.fetchval(
            "SELECT id FROM managers WHERE key = 'anna'"
        )
        stage.anna.replies(stage.desk, "И доставка даром", to=card)
        screen = account.screen(stage.maria)
        await stage.until(lambda: screen.last_with("И доставка даром") is not None, "Maria reads it from Anna")
        await stage.until_row("SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed', 'parked')", 0)
        assert await stage.pool.fetchval("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 2
        assert {seen.author for seen in screen.visible()} == {"Мария", "Анна"}

        account.disconnects()
        await stage.card("аккаунт отключён от бота")
        stage.anna.replies(stage.desk, "Вы ещё думаете?", to=card)
        await stage.card("не ушёл")
        assert screen.last_with("Вы ещё думаете?") is None


async def test_clients_words_leave_annas_chat_before_telegram_would_keep_them_for_ever(stage: Stage) -> None:
    async with stage.running():
        ground = stage.hub.building.ground
        await apply_policy(ground, CLEARED, PolicyChange(ground.clock.now(), "test"))
        await stage.hub.building.refresh()
        stage.maria.writes(stage.shop, ASKED)
        card = await stage.card(ASKED)
        stage.maria.writes(stage.shop, "И с доставкой?")
        mirror = await stage.card("И с доставкой?")
        assert card.is_protected and mirror.is_protected and mirror is not card
        stage.pass_time(hours=41)

    async with stage.running():
        await stage.until(lambda: mirror.is_deleted, "the client's words are gone")
        assert not card.is_deleted
        stage.anna.replies(stage.desk, "Пять тысяч", to=card)
        await stage.until(lambda: "Пять тысяч" in stage.answers(), "Maria reads the answer to the old card")
