"""What bots remember between two presses: links for ever, dialogue state until it runs out."""

from datetime import UTC, datetime, timedelta

import asyncpg

from hub.store import links, screens
from hub.store.links import Link

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_a_reply_to_an_old_message_finds_its_conversation(pool: asyncpg.Pool) -> None:
    link = Link("bot", 7, 100, 5, 1, "mirror", 55)
    await links.remember(pool, link, at=NOW)
    await links.remember(pool, link, at=NOW)

    assert await links.find(pool, "bot", 7, 100) == link
    assert await links.find(pool, "bot", 8, 100) is None
    assert await links.find(pool, "other", 7, 100) is None
    assert await links.find_shown(pool, "bot", 7, message_id=55, purpose="mirror") == 100
    assert await links.find_shown(pool, "bot", 7, message_id=55, purpose="card") is None


async def test_the_newest_card_of_a_conversation_is_the_live_one(pool: asyncpg.Pool) -> None:
    for message, purpose in ((100, "card"), (101, "card"), (102, "notice")):
        await links.remember(pool, Link("bot", 7, message, 5, 1, purpose), at=NOW)

    assert await links.latest_card(pool, "bot", 7, 5) == 101
    assert await links.latest_card(pool, "bot", 7, 6) is None


async def test_dialogue_state_is_replaced_runs_out_and_is_taken_once(pool: asyncpg.Pool) -> None:
    until = NOW + timedelta(minutes=10)
    for number in (1, 2):
        await screens.put(pool, "bot", 7, name="awaits", facts={"conversation": number}, expires_at=until)

    assert await screens.get(pool, "bot", 7, name="awaits", now=NOW) == {"conversation": 2}
    assert await screens.get(pool, "bot", 7, name="awaits", now=until) is None
    assert await screens.pop(pool, "bot", 7, name="awaits", now=NOW) == {"conversation": 2}
    assert await screens.pop(pool, "bot", 7, name="awaits", now=NOW) is None
