"""What bots remember between two presses: links for ever, dialogue state until it runs out."""

from datetime import UTC, datetime, timedelta

import asyncpg

from hub.store import links, screens
from hub.store.links import Link, Place, Standing
from hub.store.screens import Kept

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_a_reply_to_an_old_message_finds_its_conversation(pool: asyncpg.Pool) -> None:
    link = Link("bot", 7, 100, 5, 1, "mirror", 55)
    await links.remember(pool, [link], at=NOW)
    await links.remember(pool, [link], at=NOW)

    assert await links.find(pool, "bot", 7, 100) == link
    assert await links.find(pool, "bot", 8, 100) is None
    assert await links.find(pool, "other", 7, 100) is None
    assert await links.find_shown(pool, "bot", 7, message_id=55, purpose="mirror") == 100
    assert await links.find_shown(pool, "bot", 7, message_id=55, purpose="card") is None


async def test_the_newest_card_of_a_conversation_is_the_live_one(pool: asyncpg.Pool) -> None:
    for message, purpose in ((100, "card"), (101, "card"), (102, "notice")):
        await links.remember(pool, [Link("bot", 7, message, 5, 1, purpose)], at=NOW)

    assert await links.latest_card(pool, "bot", 7, 5) == 101
    assert await links.latest_card(pool, "bot", 7, 6) is None


async def test_what_stands_below_a_message_is_counted_no_further_than_asked(pool: asyncpg.Pool) -> None:
    below = [Link("bot", 7, message, 5, 1, "notice") for message in range(101, 121)]
    await links.remember(pool, [*below, Link("bot", 8, 130, 5, 1, "notice")], at=NOW)

    assert await links.count_below(pool, "bot", 7, 115, upto=10) == 5
    assert await links.count_below(pool, "bot", 7, 100, upto=10) == 10


async def test_dialogue_state_is_replaced_runs_out_and_is_taken_once(pool: asyncpg.Pool) -> None:
    until = NOW + timedelta(minutes=10)
    for number in (1, 2):
        await screens.put(pool, "bot", {(7, "awaits"): Kept({"conversation": number}, until)})

    wanted = [(7, "awaits"), (8, "awaits")]
    assert await screens.find(pool, "bot", wanted, now=NOW) == {(7, "awaits"): {"conversation": 2}}
    assert await screens.find(pool, "bot", wanted, now=until) == {}
    assert await screens.pop(pool, "bot", 7, name="awaits", now=NOW) == {"conversation": 2}
    assert await screens.pop(pool, "bot", 7, name="awaits", now=NOW) is None


async def test_many_chats_are_looked_at_in_one_question(pool: asyncpg.Pool) -> None:
    """Each place is answered in the order of the questions, and nothing of another chat or bot is shown."""
    shown = [
        Link("bot", 7, 100, 5, 1, "card"),
        Link("bot", 7, 102, 5, 1, "mirror", 55),
        Link("bot", 7, 101, 5, 1, "mirror", 55),
        Link("bot", 8, 100, 6, 2, "card"),
        Link("other", 7, 109, 5, 1, "card"),
    ]
    await links.remember(pool, shown, at=NOW)
    places = [Place(8, 6), Place(7, 5, 55), Place(7, 6), Place(7, 5)]

    found = await links.list_standing(pool, "bot", places)
    assert found == [Standing(100), Standing(100, (101, 102)), Standing(None), Standing(100)]
    assert await links.list_shown(pool, "bot", 7, message_id=55, purpose="mirror") == (101, 102)
    assert await links.list_shown(pool, "bot", 8, message_id=55, purpose="mirror") == ()


async def test_of_two_links_of_one_message_the_later_holds(pool: asyncpg.Pool) -> None:
    twice = [Link("bot", 7, 100, 5, 1, "notice"), Link("bot", 7, 100, 6, 1, "card")]
    await links.remember(pool, twice, at=NOW)
    assert await links.find(pool, "bot", 7, 100) == twice[1]
