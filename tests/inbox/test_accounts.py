"""News of colleagues' accounts: noted once, told once, whatever dies in between; ways follow them at once (case 16)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.account import Account, AccountState
from hub.domain.conversation import Thread
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId, ContactId, LineKey, ThreadId
from hub.domain.inbound import AccountChanged, Address, MessageEdited, ReachState, Sender
from hub.domain.manager import Role
from hub.inbox.accounts import take_account_change
from hub.inbox.endpoint import Endpoint
from hub.inbox.ways import carries_text, is_window_closed, window_closes_at
from tests.inbox.desk import Desk, says

OWNER = Sender((Address(IdentityType.tg_user, "77", level=ProofLevel.proven),), "Анна", "anna")
TELEGRAM = ConnectionId(1)


def news(desk: Desk, state: AccountState, *, key: str = "Bc7x") -> AccountChanged:
    return AccountChanged(key, OWNER, state, desk.now)


async def take(desk: Desk, event: AccountChanged) -> bool:
    return await take_account_change(desk.office, desk.endpoints[TELEGRAM], event)


async def told(desk: Desk) -> list[str]:
    rows = await desk.rows("deliveries", "payload->>'notice' = 'account' ORDER BY id")
    return [row["payload"]["state"] for row in rows]


async def test_news_are_told_to_administrators_and_the_owner_and_to_nobody_else(desk: Desk) -> None:
    boss = await desk.hire("boss", "Борис", role=Role.admin)
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("tg_user", "", "77")] = anna

    assert await take(desk, news(desk, AccountState.open))
    rows = await desk.rows("deliveries", "payload->>'notice' = 'account'")
    assert {row["manager_id"] for row in rows} == {boss, anna}
    assert {(row["payload"]["owner"], row["payload"]["account"]) for row in rows} == {("Анна", "Анна @anna")}


async def test_a_process_that_dies_before_the_note_tells_nobody_twice(desk: Desk) -> None:
    await desk.hire("boss", role=Role.admin)
    event = news(desk, AccountState.off)
    await take(desk, event)
    await desk.pool.execute("DELETE FROM accounts")
    await take(desk, event)

    assert await told(desk) == ["off"]
    assert (await desk.one("accounts"))["state"] == "off"


async def test_what_changes_nothing_is_not_told_and_a_new_name_is_noted_alone(desk: Desk) -> None:
    await desk.hire("boss", role=Role.admin)
    for state in (AccountState.open, AccountState.open, AccountState.mute, AccountState.open):
        desk.clock.move(timedelta(minutes=1))
        await take(desk, news(desk, state))
    renamed = AccountChanged("Bc7x", Sender(OWNER.addresses, "Анна Петрова"), AccountState.open, desk.now)
    await take(desk, renamed)

    assert await told(desk) == ["open", "mute", "open"]
    assert (await desk.one("accounts"))["name"] == "Анна Петрова"


async def test_every_other_event_is_left_to_the_batch(desk: Desk) -> None:
    assert not await take_account_change(desk.office, desk.endpoints[TELEGRAM], says("Привет", at=desk.now))


async def test_a_chat_that_has_a_thread_under_the_new_key_keeps_both(desk: Desk) -> None:
    await take(desk, news(desk, AccountState.open))
    for key in ("5@Bc7x", "6@Bc7x", "6@Bc8y"):
        await desk.pool.execute(
            "INSERT INTO threads (id, connection_id, external_id, contact_id, line, created_at) "
            "SELECT coalesce(max(id), 0) + 1, 1, $1, 9, 'sales', now() FROM threads",
            key,
        )
    await take(desk, news(desk, AccountState.open, key="Bc8y"))

    assert {row["external_id"] for row in await desk.rows("threads")} == {"5@Bc8y", "6@Bc7x", "6@Bc8y"}


async def test_what_a_client_changes_under_the_new_key_finds_what_was_said_under_the_former_one(desk: Desk) -> None:
    await take(desk, news(desk, AccountState.open))
    await desk.receive(replace(says("Сколько стоит?", at=desk.now), external_id="m1", thread="5@Bc7x"))
    await desk.receive(replace(says("Ау?", at=desk.now), external_id="m2", thread="6@Bc7x"))
    await take(desk, news(desk, AccountState.open, key="Bc8y"))
    await desk.receive(MessageEdited("m1", "5@Bc8y", "Сколько стоит с доставкой?", desk.now))

    keys = await desk.rows("message_keys", "external_id IN ('m1', 'm2') ORDER BY external_id")
    assert [key["thread"] for key in keys] == ["5@Bc8y", "6@Bc8y"]
    assert (await desk.one("messages", "external_id = 'm1'"))["text"] == "Сколько стоит с доставкой?"


def thread(desk: Desk, key: str, *, heard: timedelta | None) -> Thread:
    at = None if heard is None else desk.now - heard
    return Thread(ThreadId(1), TELEGRAM, key, ContactId(1), LineKey("sales"), desk.now, "", "", ReachState.open, at)


@pytest.mark.parametrize(
    ("key", "heard", "is_closed"),
    [
        ("5@Bc7x", timedelta(hours=24), False),
        ("5@Bc7x", timedelta(hours=24, seconds=1), True),
        ("5", timedelta(days=30), False),
    ],
)
async def test_only_chats_of_an_account_have_a_window(desk: Desk, key: str, heard: timedelta, is_closed: bool) -> None:
    known, now = thread(desk, key, heard=heard), desk.now
    closes_at = window_closes_at(desk.endpoints, known)
    assert (closes_at is None) is ("@" not in key)
    assert is_window_closed(desk.endpoints, known, (known.last_inbound_at or now) + heard) is is_closed


async def test_an_account_nobody_told_of_is_tried(desk: Desk) -> None:
    assert carries_text(desk.endpoints, thread(desk, "5@Bc7x", heard=timedelta(0)))


@pytest.mark.parametrize(
    ("state", "carries"), [(AccountState.open, True), (AccountState.mute, False), (AccountState.off, False)]
)
async def test_what_an_account_lets_us_do_holds_for_its_threads_alone(
    desk: Desk, state: AccountState, carries: bool
) -> None:
    account = Account("Bc7x", "77", "Анна", state)
    endpoints = {TELEGRAM: Endpoint(TELEGRAM, "telegram", "Бренд", accounts={"Bc7x": account})}
    heard = timedelta(0)
    assert carries_text(endpoints, thread(desk, "5@Bc7x", heard=heard)) is carries
    assert carries_text(endpoints, thread(desk, "5", heard=heard))
    assert carries_text(endpoints, thread(desk, "5@another", heard=heard))
